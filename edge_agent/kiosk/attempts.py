"""How often a code may be guessed: a bucket of attempts that fills up again with time."""

import math
from collections.abc import Callable


class Attempts:
    """At most `most` misses at once, one more every `refill_s`; for all who stand at this kiosk together.

    Sessions are free to make, so a limit by session would limit nobody.
    """

    def __init__(self, monotonic: Callable[[], float], *, most: int = 10, refill_s: float = 30.0) -> None:
        self._monotonic = monotonic
        self._most = most
        self._refill_s = refill_s
        self._left = float(most)
        self._as_of = monotonic()

    def miss(self) -> None:
        """Count a code that nobody has."""
        self._refill()
        self._left = max(0.0, self._left - 1)

    def wait_s(self) -> int:
        """Whole seconds until another attempt is allowed; 0 if one is allowed now."""
        self._refill()
        return 0 if self._left >= 1 else math.ceil((1 - self._left) * self._refill_s)

    def _refill(self) -> None:
        now = self._monotonic()
        self._left = min(float(self._most), self._left + (now - self._as_of) / self._refill_s)
        self._as_of = now
