"""What the gate misses, estimated from random pictures that it would not have shown to the detector; pure."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

CONFIDENCE = 0.95
REMEMBERED = 1000
"""Audits; at the usual rate a day and a half of a camera on which nothing moves."""
FEW_MISSES = 3
"""A camera is not called badly gated for fewer."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of skipped pictures in which there was a subject."""

    audits: int
    misses: int
    confidence: float = CONFIDENCE

    @property
    def share(self) -> float:
        """As found; 0 where nothing was audited."""
        return self.misses / self.audits if self.audits else 0.0

    @property
    def at_most(self) -> float:
        """What the true share does not exceed, with `confidence` (one-sided, Clopper and Pearson 1934)."""
        if self.misses >= self.audits:
            return 1.0
        return _bisect(lambda share: _at_most(self.misses, self.audits, share) - (1 - self.confidence))

    @property
    def at_least(self) -> float:
        """What the true share reaches, with `confidence`."""
        if self.misses == 0:
            return 0.0
        return _bisect(lambda share: _at_most(self.misses - 1, self.audits, share) - self.confidence)


class Audits:
    """The verdicts on one camera's gate, the latest of them remembered."""

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self.total = 0
        self.missed = 0
        self._verdicts: deque[bool] = deque(maxlen=remembered)

    def note(self, *, missed: bool) -> None:
        """A skipped picture was looked at after all: whether it had a subject."""
        self.total += 1
        self.missed += missed
        self._verdicts.append(missed)

    @property
    def estimate(self) -> Estimate:
        """By the verdicts remembered."""
        return Estimate(audits=len(self._verdicts), misses=sum(self._verdicts))


def pick(length_s: float, *, per_hour: float, chance: Callable[[], float]) -> float | None:
    """Where in a skipped stretch of `length_s` to audit, in seconds from its start; None: not in this one.

    Every moment of all skipped stretches is as likely as any other.
    """
    if chance() * 3600 >= per_hour * length_s:
        return None
    return chance() * length_s


def _at_most(k: int, n: int, share: float) -> float:
    """The chance of at most `k` of `n`, each with the chance `share`."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 0.0 if k < n else 1.0
    log_share, log_rest = math.log(share), math.log1p(-share)
    whole = math.lgamma(n + 1)
    return math.fsum(
        math.exp(whole - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * log_share + (n - i) * log_rest)
        for i in range(k + 1)
    )


def _bisect(falls: Callable[[float], float]) -> float:
    """Where a function that falls crosses zero between 0 and 1."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if falls(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
