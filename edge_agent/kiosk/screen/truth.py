"""What the screen shows: a pure decision from what was seen, how old it is, and what the panel says."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

FRESH_S: Final = 30.0
"""A page asks for a new nonce every 5 s; one that is older than this is an old picture."""

SETTLED_S: Final = 20.0
"""What is wrong must last this long: a page that is just being drawn is no fault. With looks every 10 s a
fault is told within 30 + 10 + 20 + 10 = 70 s, well within the 90 s that are promised."""

RESTART_AGAIN_S: Final = (120.0, 240.0, 600.0)
"""How long a restarted browser is given before the next restart; the last holds from then on."""


class Screen(Enum):
    """What the screen was found to show; the values are those of the event `kiosk.screen.changed`."""

    PAINTED = "painted"
    FROZEN = "frozen"
    BLANK = "blank"
    UNKNOWN = "unknown"


class Panel(Enum):
    """What is known of the panel's light."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Code:
    """A code was read: its nonce is `age_s` old, or None if it is none that the kiosk remembers."""

    age_s: float | None


@dataclass(frozen=True, slots=True)
class NoCode:
    """A picture without a code: `is_plain` if it is one colour all over."""

    is_plain: bool


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nobody could look: no compositor, or it gave no picture."""


Sight = Code | NoCode | Nothing


def seen(sight: Sight, panel: Panel) -> Screen:
    """What one look says.

    A panel that is off shows nothing of what the compositor draws, so nothing is known. One that cannot be
    asked may be off: then a good picture stays unknown, but a bad one is bad all the same.
    """
    if panel is Panel.OFF or isinstance(sight, Nothing):
        return Screen.UNKNOWN
    if isinstance(sight, NoCode):
        return Screen.BLANK if sight.is_plain else Screen.FROZEN
    if sight.age_s is None or sight.age_s > FRESH_S:
        return Screen.FROZEN
    return Screen.PAINTED if panel is Panel.ON else Screen.UNKNOWN


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known so far. Times are monotonic seconds.

    `state` holds since `since`; `told` is what was last said, None at the start; `restarts` counts those
    since the screen was last in order.
    """

    since: float
    state: Screen = Screen.UNKNOWN
    told: Screen | None = None
    restarted_at: float | None = None
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a look: `tell` a change that has lasted `after_s`; `restart` the browser."""

    standing: Standing
    tell: Screen | None = None
    after_s: float = 0.0
    restart: bool = False


def step(before: Standing, sight: Sight, panel: Panel, now: float) -> Step:
    """What follows from one more look."""
    state = seen(sight, panel)
    standing = before if state is before.state else replace(before, state=state, since=now)
    lasted = now - standing.since
    in_order = state is Screen.PAINTED or (
        state is Screen.UNKNOWN and isinstance(sight, Code) and (sight.age_s or FRESH_S) < FRESH_S
    )
    if in_order:
        standing = replace(standing, restarts=0)
    settled = state is Screen.PAINTED or lasted >= SETTLED_S or before.told is None
    tell = state if settled and state is not standing.told else None
    broken = lasted >= SETTLED_S and (
        state in (Screen.FROZEN, Screen.BLANK) or (isinstance(sight, Nothing) and panel is not Panel.OFF)
    )
    patience = RESTART_AGAIN_S[min(standing.restarts, len(RESTART_AGAIN_S)) - 1]
    waiting = standing.restarts and now - (standing.restarted_at or 0.0) < patience
    restart = broken and not waiting
    if tell is not None:
        standing = replace(standing, told=tell)
    if restart:
        standing = replace(standing, restarted_at=now, restarts=standing.restarts + 1)
    return Step(standing, tell=tell, after_s=lasted, restart=restart)
