"""By how much heat lowers the frame rate: at once when it rises, step by step when it falls; pure.

| level | begins at, or with | share of `max_fps` |
|---|---|---|
| 0 | | 1 |
| 1 | `warm_c` | 3/4 |
| 2 | `hot_c`, or the firmware slows the processor down | 1/2 |
| 3 | `critical_c` | 1/4 |

A level is left to the next lower one once it has been `COOLER_C` below its beginning, and not slowed down,
for `RECOVER_S`. A temperature that cannot be read changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SHARES = (1.0, 0.75, 0.5, 0.25)
COOLER_C = 5.0
RECOVER_S = 60.0
SLOWED_LEVEL = 2
COLDEST_C, HOTTEST_C = -40.0, 150.0
"""What a sensor tells beyond these is a fault of the sensor."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the machine tells; None where it does not."""

    temperature_c: float | None = None
    slowed: bool = False
    """Whether the firmware slows the processor down, by heat or for want of power."""
    weak_power: bool = False
    """Whether the supply's voltage is too low."""


@dataclass(frozen=True, slots=True)
class Heat:
    """The level, and since when it could be left."""

    level: int = 0
    calm_since_s: float | None = None

    @property
    def share(self) -> float:
        """Of `max_fps`; never 0."""
        return SHARES[self.level]


def step(heat: Heat, reading: Reading, now_s: float, *, steps_c: Sequence[float]) -> Heat:
    """The level after a reading at `now_s` (monotonic); `steps_c` are the temperatures where levels begin."""
    known = _sound(reading.temperature_c)
    asked = SLOWED_LEVEL if reading.slowed else 0
    if known is not None:
        asked = max([asked, *(level for level, begins_c in enumerate(steps_c, start=1) if known >= begins_c)])
    if asked > heat.level:
        return Heat(asked)
    if heat.level == 0:
        return heat
    calm = not (reading.slowed and heat.level <= SLOWED_LEVEL) and (
        known is None or known < steps_c[heat.level - 1] - COOLER_C
    )
    if not calm:
        return Heat(heat.level)
    since_s = now_s if heat.calm_since_s is None else heat.calm_since_s
    if now_s - since_s >= RECOVER_S:
        return Heat(heat.level - 1)
    return Heat(heat.level, since_s)


def _sound(temperature_c: float | None) -> float | None:
    if temperature_c is None or not COLDEST_C < temperature_c < HOTTEST_C:
        return None
    return temperature_c
