"""Which parts of a picture are worth another inference, and how many may be spent on one; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge_agent.vision.detail.regions import Region, windows

HOLD_S = 5.0
"""Tiles stay for so long after they were last needed."""
TURN_S = 0.8
"""All cameras together take no longer than this for one picture each, so that none waits for a second."""
MOST_WINDOWS = 2
"""Of what has moved, or is small, where the tiles do not fit."""


@dataclass(frozen=True, slots=True)
class Need:
    """What the whole picture told."""

    small: tuple[Region, ...] = ()
    """Subjects that were found, or are followed, and are small."""
    unseen: tuple[Region, ...] = ()
    """Where something moved and nothing was found."""
    crowded: bool = False
    """Whether the detector had no room for all that it found."""

    @property
    def any(self) -> bool:
        """Whether the whole picture is not enough."""
        return bool(self.small) or self.crowded


@dataclass(frozen=True, slots=True)
class State:
    """Of one camera, between its pictures."""

    tiled_until_s: float = float("-inf")
    turn: int = 0
    """The tile whose turn is next, where not all fit into one picture's budget."""


def spendable(invoke_s: float, *, cameras: int, most: int) -> int:
    """How many parts a picture may have beside the whole, where an inference takes `invoke_s`."""
    if (most + 1) * cameras * invoke_s <= TURN_S:
        return most
    return max(0, int(TURN_S / cameras / invoke_s + 1e-9) - 1)


def plan(
    state: State, now_s: float, need: Need, *, tiles: Sequence[Region], always: bool, most: int
) -> tuple[State, tuple[Region, ...]]:
    """The parts to look at in this picture, at most `most`.

    `tiles` cover the picture; with `always` they are looked at whether needed or not. Where they do not all
    fit, what is known to be small comes first, and the tiles take turns.
    """
    if need.any or always:
        state = replace(state, tiled_until_s=now_s + HOLD_S)
    side = min((tile.width for tile in tiles), default=0.5)
    if now_s > state.tiled_until_s:
        return state, windows(need.unseen, side=side, most=min(most, 1))
    if len(tiles) <= most:
        return state, tuple(tiles)
    first = windows([*need.small, *need.unseen], side=side, most=min(MOST_WINDOWS, most // 2))
    count = most - len(first)
    turns = [tiles[(state.turn + place) % len(tiles)] for place in range(count)]
    return replace(state, turn=(state.turn + count) % len(tiles)), (*first, *turns)
