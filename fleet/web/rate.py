"""How often somebody may ask: a bucket of tokens for each address, and no more addresses than fit."""

import threading
from collections import OrderedDict
from collections.abc import Callable

_ADDRESSES_MAX = 10_000


class Rate:
    """Lets each address ask `burst` times at once, and then `per_minute` times a minute."""

    def __init__(self, *, per_minute: float, burst: int, now: Callable[[], float]) -> None:
        """`now` tells s since some fixed moment."""
        self._per_s, self._burst, self._now = per_minute / 60, float(burst), now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, address: str) -> bool:
        """Whether this address may ask now; if so, it has asked."""
        now = self._now()
        with self._lock:
            left, at = self._left.pop(address, (self._burst, now))
            left = min(self._burst, left + max(0.0, now - at) * self._per_s)
            allowed = left >= 1
            self._left[address] = (left - allowed, now)
            while len(self._left) > _ADDRESSES_MAX:
                self._left.popitem(last=False)
            return allowed


def asker(peer: str | None, forwarded_for: str | None) -> str:
    """The address of who asks: what our own reverse proxy says, which adds it at the end.

    The console is served to this machine alone, so whoever is not this machine came through the proxy.
    """
    last = (forwarded_for or "").rpartition(",")[2].strip()
    return last[:64] or peer or "nobody"
