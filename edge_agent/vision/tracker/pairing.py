"""Which detection continues which track: overlaps, and the best assignment by them."""

from typing import Annotated

import lap
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.detector import Boxes

Sides = Annotated[NDArray[np.float64], "4 N: left, top, right, bottom"]
Shares = Annotated[NDArray[np.float64], "T D"]
Which = Annotated[NDArray[np.intp], "N, places"]

_LEAST_AREA = 1e-9


def overlaps(first: Boxes, second: Boxes) -> Annotated[NDArray[np.float32], "A B"]:
    """Intersection over union of each of A boxes with each of B boxes, 0 to 1."""
    return overlap(first.T.astype(np.float64), second.T.astype(np.float64)).astype(np.float32)


def overlap(first: Sides, second: Sides) -> Shares:
    """Intersection over union of each of `first` with each of `second`, 0 to 1."""
    shares = common(first, second)
    union = np.add.outer(area(first), area(second))
    union -= shares
    shares /= np.maximum(union, _LEAST_AREA, out=union)
    return shares


def insides(first: Sides, second: Sides) -> Shares:
    """How much of the smaller of two boxes lies in the other, for each of `first` with each of `second`."""
    shares = common(first, second)
    shares /= np.maximum(np.minimum.outer(area(first), area(second)), _LEAST_AREA)
    return shares


def common(first: Sides, second: Sides) -> Shares:
    """The area that each of `first` has in common with each of `second`."""
    sizes = np.minimum(first[2:, :, np.newaxis], second[2:, np.newaxis, :])
    sizes -= np.maximum(first[:2, :, np.newaxis], second[:2, np.newaxis, :])
    np.maximum(sizes, 0.0, out=sizes)
    shares: Shares = sizes[0] * sizes[1]
    return shares


def area(boxes: Sides) -> Annotated[NDArray[np.float64], "N"]:
    """Of each of the boxes."""
    width, height = boxes[2:] - boxes[:2]
    areas: NDArray[np.float64] = width * height
    return areas


def pairs(likeness: Shares, *, least: float) -> tuple[Which, Which]:
    """Rows and columns that belong together: the likenesses, less `least` each, have the greatest sum.

    No pair is less alike than `least`. Pairs that no other disputes are settled at once, which for most
    frames is all of them; the others are assigned after Jonker and Volgenant, 1987.
    """
    rows, columns = (likeness >= least).nonzero()
    if not len(rows):
        return rows, columns
    alone = np.bincount(rows)[rows] + np.bincount(columns)[columns] == 2
    if alone.all():
        return rows, columns
    disputed = ~alone
    some, others = np.unique(rows[disputed]), np.unique(columns[disputed])
    size = max(len(some), len(others))
    cost = np.full((size, size), -least)
    cost[: len(some), : len(others)] = np.minimum(-likeness[some[:, np.newaxis], others], -least)
    _, column_of, _ = lap.lapjv(cost)
    chosen = column_of[: len(some)]
    good = chosen < len(others)
    some, chosen = some[good], others[chosen[good]]
    good = likeness[some, chosen] >= least
    return np.concatenate([rows[alone], some[good]]), np.concatenate([columns[alone], chosen[good]])
