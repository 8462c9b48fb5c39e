"""Packet sizes as an early hint of motion, believed only where they have proved right; pure.

With a variable bit rate a packet grows when something moves, seconds before the next key frame. With a
constant bit rate it does not, and in rain it always does. So each group of pictures is a trial: was it loud,
and did its next key frame show motion?
"""

import math
from dataclasses import dataclass, replace

LOUD = 0.7
"""Doublings above the usual size, at least."""
SPREADS = 5.0
_QUICK = 0.5
_SLOW = 0.02
_FORGET = 0.98
"""Of each earlier trial, when another comes: some fifty are remembered."""
FEW_EVENTS = 3.0
FEW_QUIET = 15.0
NEEDED_HITS = 0.7
MOST_FALSE = 0.05


@dataclass(frozen=True, slots=True)
class Sizes:
    """What was learned of one stream's packets, key frames left out."""

    usual: float | None = None
    """Log2 of bytes."""
    spread: float = 0.3
    recent: float = 0.0
    hits: float = 0.0
    """Trials that were loud and showed motion; the others likewise."""
    misses: float = 0.0
    false: float = 0.0
    quiet: float = 0.0

    @property
    def useful(self) -> bool:
        """Whether the hint has proved right often enough to be acted upon."""
        events, rest = self.hits + self.misses, self.false + self.quiet
        if events < FEW_EVENTS or rest < FEW_QUIET:
            return False
        return self.hits >= NEEDED_HITS * events and self.false <= MOST_FALSE * rest


def hear(sizes: Sizes, size: int) -> tuple[Sizes, bool]:
    """After a packet of `size` bytes that is no key frame: what is known, and whether it is loud."""
    here = math.log2(size + 1)
    if sizes.usual is None:
        return replace(sizes, usual=here, recent=here), False
    recent = sizes.recent + _QUICK * (here - sizes.recent)
    off = recent - sizes.usual
    limit = max(LOUD, SPREADS * sizes.spread)
    held = max(-limit, min(limit, off))
    heard = replace(
        sizes,
        recent=recent,
        usual=sizes.usual + _SLOW * held,
        spread=sizes.spread + _SLOW * (abs(held) - sizes.spread),
    )
    return heard, off > limit


def judge(sizes: Sizes, *, loud: bool, moved: bool) -> Sizes:
    """After a trial: a group that was `loud` or not, and in whose time something `moved` or not."""
    return replace(
        sizes,
        recent=sizes.recent if sizes.usual is None else sizes.usual,  # its end is not the next one's loudness
        hits=sizes.hits * _FORGET + (loud and moved),
        misses=sizes.misses * _FORGET + (moved and not loud),
        false=sizes.false * _FORGET + (loud and not moved),
        quiet=sizes.quiet * _FORGET + (not loud and not moved),
    )
