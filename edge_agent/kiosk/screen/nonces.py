"""The nonces that were handed to pages: few, each for once, and when."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from edge_agent.kiosk.screen import blocks

_MOST: Final = 256


class Nonces:
    """Makes nonces and remembers the last 256. `monotonic` is in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._made: OrderedDict[int, float] = OrderedDict()

    def make(self) -> int:
        """A nonce that is not among those remembered."""
        nonce = secrets.randbits(blocks.BITS)
        while nonce in self._made:
            nonce = secrets.randbits(blocks.BITS)
        self._made[nonce] = self._monotonic()
        if len(self._made) > _MOST:
            self._made.popitem(last=False)
        return nonce

    def age_s(self, nonce: int) -> float | None:
        """How old a nonce is, or None if it is none of ours (or one of long ago)."""
        made = self._made.get(nonce)
        return None if made is None else self._monotonic() - made
