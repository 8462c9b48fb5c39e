"""Whether the gate is open: at once when something moves, closed only after a while without; pure."""

from dataclasses import dataclass

OPENS_AT = 1.0
STAYS_AT = 0.6
"""What keeps an open gate open is weaker than what opens it, so that it does not flutter."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Nothing moves."""


@dataclass(frozen=True, slots=True)
class Open:
    """Something moved, or a subject is there; until `until_s` at least."""

    until_s: float


Gate = Open | Closed


def step(gate: Gate, now_s: float, *, strength: float, subject_s: float | None, hold_s: float) -> Gate:
    """The gate after a look at `now_s` that told motion of `strength`.

    `subject_s`: when the detector last saw a subject. The gate stays open for `hold_s` after either.
    """
    needed = STAYS_AT if isinstance(gate, Open) else OPENS_AT
    until_s = gate.until_s if isinstance(gate, Open) else now_s
    if strength >= needed:
        until_s = max(until_s, now_s + hold_s)
    if subject_s is not None:
        until_s = max(until_s, subject_s + hold_s)
    return Open(until_s) if until_s > now_s else Closed()
