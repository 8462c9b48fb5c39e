"""Reads how hot the machine is: Linux's thermal zones, and the Raspberry Pi firmware's throttling flags."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from edge_agent.vision.thermal.policy import Reading

ZONES = Path("/sys/class/thermal")
FLAGS = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
_VCGENCMD = ("vcgencmd", "get_throttled")
_TIMEOUT_S = 2.0
_WEAK_POWER, _SLOWED = 0x1, 0x2 | 0x4 | 0x8
"""Bits of now (https://www.raspberrypi.com/documentation/computers/os.html#get_throttled): undervoltage; the
frequency capped, throttled, the soft temperature limit reached. Those from bit 16 on tell of the past."""

Ask = Callable[[], str | None]


class Probe:
    """Reads; what a machine does not have is None, and is not asked for again where asking is dear."""

    def __init__(
        self, *, zones: Path = ZONES, flags: Path = FLAGS, ask: Callable[[], str | None] | None = None
    ) -> None:
        """`ask` gives what `vcgencmd get_throttled` prints, None where there is no such program."""
        self._zones = zones
        self._flags = flags
        self._ask: Ask | None = ask or _vcgencmd

    def __call__(self) -> Reading:
        """What the machine tells now."""
        flags = self._throttled()
        return Reading(
            temperature_c=self._hottest_c(),
            slowed=bool(flags & _SLOWED),
            weak_power=bool(flags & _WEAK_POWER),
        )

    def _hottest_c(self) -> float | None:
        found = []
        for zone in self._zones.glob("thermal_zone*/temp"):
            try:
                found.append(int(zone.read_text(encoding="ascii")) / 1000)
            except (OSError, ValueError):
                continue  # some zones cannot be read while their device sleeps
        return max(found, default=None)

    def _throttled(self) -> int:
        try:
            return int(self._flags.read_text(encoding="ascii"), 16)
        except (OSError, ValueError):
            pass
        if self._ask is None:
            return 0
        told = self._ask()
        if told is None:
            self._ask = None
            return 0
        try:
            return int(told.rpartition("=")[2], 16)
        except ValueError:
            return 0


def _vcgencmd() -> str | None:
    try:
        done = subprocess.run(_VCGENCMD, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
