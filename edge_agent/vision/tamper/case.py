"""A case of tampering: suspected, told once when it has lasted, and cleared once; pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge_agent.contract.events import Tamper, TamperReason

FEW_LOOKS = 3
"""Fewer looks are no proof, however far apart they are."""


@dataclass(frozen=True, slots=True)
class Started:
    """To be told: it is wrong, and has been since `since_s`."""

    tamper: Tamper
    since_s: float
    at_s: float


@dataclass(frozen=True, slots=True)
class Ended:
    """To be told: it is over."""

    tamper: Tamper
    since_s: float
    at_s: float
    reason: TamperReason = "cleared"


Telling = Started | Ended


@dataclass(frozen=True, slots=True)
class Fine:
    """Nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Suspected:
    """Something is wrong, not yet for long enough."""

    since_s: float
    signs: tuple[Tamper, ...]
    """What each look said."""


@dataclass(frozen=True, slots=True)
class Told:
    """It was told, and is not over."""

    tamper: Tamper
    since_s: float
    fine_since_s: float | None = None
    """Since when it looks as if it were over."""
    fine_looks: int = 0


Case = Fine | Suspected | Told


def step(
    case: Case, now_s: float, sign: Tamper | None, *, after_s: float, clear_s: float
) -> tuple[Case, Sequence[Telling]]:
    """The case after a look that says what is wrong, if anything."""
    if isinstance(case, Told):
        return _told(case, now_s, sign, clear_s=clear_s)
    if sign is None:
        return Fine(), ()
    since_s, signs = (case.since_s, case.signs) if isinstance(case, Suspected) else (now_s, ())
    signs = (*signs[-63:], sign)
    if now_s - since_s < after_s or len(signs) < FEW_LOOKS:
        return Suspected(since_s, signs), ()
    tamper = Counter(signs).most_common(1)[0][0]
    return Told(tamper, since_s), (Started(tamper, since_s, now_s),)


def _told(case: Told, now_s: float, sign: Tamper | None, *, clear_s: float) -> tuple[Case, Sequence[Telling]]:
    if sign is not None:
        return replace(case, fine_since_s=None, fine_looks=0), ()
    fine_s = now_s if case.fine_since_s is None else case.fine_since_s
    if now_s - fine_s < clear_s or case.fine_looks + 1 < FEW_LOOKS:
        return replace(case, fine_since_s=fine_s, fine_looks=case.fine_looks + 1), ()
    return Fine(), (Ended(case.tamper, case.since_s, fine_s),)


def close(case: Case, now_s: float, reason: TamperReason) -> Sequence[Telling]:
    """What is to be told of a case that ends otherwise."""
    return (Ended(case.tamper, case.since_s, now_s, reason),) if isinstance(case, Told) else ()
