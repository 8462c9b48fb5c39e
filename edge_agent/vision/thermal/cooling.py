"""Looks at the heat now and then, slows the cameras' pace, and says why."""

from collections.abc import Callable

from edge_agent.vision.thermal.policy import Heat, Reading, step
from edge_agent.vision.thermal.settings import ThermalSettings
from loket import log

EVERY_S = 5.0

_log = log.get(__name__)


class Cooling:
    """For one thread."""

    def __init__(
        self, settings: ThermalSettings, *, probe: Callable[[], Reading], pace: Callable[[float], None]
    ) -> None:
        """`pace` is told the share of `max_fps` at which pictures are to be looked at."""
        self._settings = settings
        self._probe = probe
        self._pace = pace
        self._heat = Heat()
        self._reading = Reading()
        self._due_s = float("-inf")

    def pass_time(self, now_s: float) -> None:
        """Look, if it is time."""
        if now_s < self._due_s:
            return
        self._due_s = now_s + EVERY_S
        self._reading = self._probe()
        if not self._settings.enabled:
            return
        before = self._heat
        self._heat = step(before, self._reading, now_s, steps_c=self._settings.steps_c)
        if self._heat.share != before.share:
            self._pace(self._heat.share)
            _log.warning(
                "frame_rate_by_heat",
                share=self._heat.share,
                temperature_c=self._reading.temperature_c,
                slowed=self._reading.slowed,
            )

    @property
    def faults(self) -> list[str]:
        """What is wrong, in words that do not change with each degree."""
        found = []
        if self._heat.level:
            found.append(
                f"heat: pictures are looked at {self._heat.share:g} times as often as set, for the device is "
                f"too hot; give it air, shade or a fan"
            )
        if self._reading.weak_power:
            found.append("power: its voltage is too low; use the device's own power supply and a short cable")
        return found

    @property
    def metrics(self) -> dict[str, float]:
        """In numbers; without a sensor there is no temperature."""
        told = {"rate_share": self._heat.share, "throttled": float(self._reading.slowed)}
        if self._reading.temperature_c is not None:
            told["temperature_c"] = round(self._reading.temperature_c, 1)
        return told
