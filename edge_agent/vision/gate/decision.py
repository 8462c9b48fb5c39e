"""Whether the gate is open: opened by motion or by a subject, closed a while after the last of them; pure."""

import math
from dataclasses import dataclass, replace

OPENS_AT = 1.0
STAYS_AT = 0.9
"""What keeps an open gate open is a little weaker than what opens it, so that it does not flutter."""
SMOOTH_S = 0.5
"""Time constant of the level that is compared. Looks two seconds apart count as they are; of ten looks a
second several must agree, for of so many one is always the strongest that leaves or rain have to offer."""
MOST = 6.0
"""A look counts for no more, so that one alone does not hold the level up for long; so much opens at once."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Nothing is going on."""

    level: float = 0.0
    looked_s: float = -math.inf


@dataclass(frozen=True, slots=True)
class Open:
    """Something is going on, or was a while ago."""

    until_s: float
    level: float = 0.0
    """The strength of motion lately, smoothed."""
    looked_s: float = -math.inf


Gate = Closed | Open


def step(gate: Gate, now_s: float, *, strength: float | None, subject_s: float | None, hold_s: float) -> Gate:
    """The gate after a look that found motion of `strength`; None: time alone passed.

    `subject_s`: when the detector last saw a subject. The gate stays open for `hold_s` after either.
    """
    until_s = gate.until_s if isinstance(gate, Open) else -math.inf
    if strength is not None:
        gate = _looked(gate, now_s, strength)
        if gate.level >= (STAYS_AT if isinstance(gate, Open) else OPENS_AT):
            until_s = max(until_s, now_s + hold_s)
    if subject_s is not None:
        until_s = max(until_s, subject_s + hold_s)
    if now_s < until_s:
        return Open(until_s=until_s, level=gate.level, looked_s=gate.looked_s)
    return Closed(level=gate.level, looked_s=gate.looked_s)


def _looked(gate: Gate, now_s: float, strength: float) -> Gate:
    passed_s = max(0.0, now_s - gate.looked_s)
    taken = 1.0 - math.exp(-passed_s / SMOOTH_S)
    level = gate.level + taken * (min(strength, MOST) - gate.level)
    return replace(gate, level=level, looked_s=now_s)
