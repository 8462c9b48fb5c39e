"""What was found in several overlapping views of one picture, as one: each object once; pure.

An object that a tile's side cuts is either seen whole in another view, and then its piece goes; or it is cut
in each, and then its pieces are joined. What no side cuts is judged by its overlap alone, so that one who
stands before another stays.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.detail.regions import WHOLE, Region
from edge_agent.vision.detector import Detections, nothing

SAME = 0.45
"""Intersection over union from which two views tell of the same object."""
PIECE = 0.6
"""Share of a cut piece that lies in another box, from which it is a piece of that one."""
ALIGNED = 0.5
"""Two pieces are joined where so much of their common extent along the cut is shared."""
AT_THE_SIDE = 0.02
"""A box so near to its view's side, in shares of the view, is cut by it."""
_INSIDE = 1e-3

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A part of the picture and what was found in it, in shares of that part."""

    region: Region
    found: Detections


@dataclass(frozen=True, slots=True, eq=False)
class _Pile:
    """All that was found, in shares of the picture."""

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.intp]
    view: NDArray[np.intp]
    cut: Flags
    """Of each box: left, top, right, bottom."""


def merge(views: Sequence[View]) -> Detections:
    """The objects of the picture. Where a single view is given, what was found in it, placed."""
    doubt = _doubt(views)
    pile = _piled(views)
    if not len(pile.scores):
        return Detections(nothing().boxes, nothing().scores, nothing().labels, doubt > 0, doubt)
    share, union = _shares(pile.boxes)
    related = np.equal.outer(pile.labels, pile.labels)
    other = np.not_equal.outer(pile.view, pile.view)
    pieces = np.any(pile.cut, axis=1, keepdims=False)
    kept = _whole_ones(pile, union, related & other, np.logical_not(pieces))
    boxes, scores, labels = pile.boxes[kept], pile.scores[kept], pile.labels[kept]
    loose = []
    for place in np.flatnonzero(pieces).tolist():
        of = related[place, kept] & other[place, kept] & (share[place, kept] >= PIECE)
        if of.any():
            _raise(scores, of, share[place, kept], pile.scores[place])
        else:
            loose.append(place)
    for group in _joined(pile, loose, related & other):
        parts, label = pile.boxes[group], pile.labels[group[0]]
        box = np.concatenate([parts[:, :2].min(axis=0), parts[:, 2:].max(axis=0)])[np.newaxis]
        score = pile.scores[group].max()
        shares, unions = (each[0, 1:] for each in _shares(np.concatenate([box, boxes])))
        of = (labels == label) & ((shares >= PIECE) | (unions >= SAME))
        if of.any():
            _raise(scores, of, shares, score)
            continue
        boxes = np.concatenate([boxes, box])
        scores, labels = np.append(scores, score), np.append(labels, label)
    return Detections(
        np.clip(boxes, 0.0, 1.0), scores, labels, doubt > 0, doubt
    )  # fmt: skip


def _doubt(views: Sequence[View]) -> float:
    """Below which score objects may be missing; what the whole had no room for, tiles find."""
    tiles = [view for view in views if view.region != WHOLE]
    wholes = [view.found.missing_below for view in views if view.region == WHOLE]
    worst = max((view.found.missing_below for view in tiles), default=0.0)
    covered = bool(tiles) and _cover(tiles)
    return worst if covered else max([worst, *wholes])


def _cover(views: Sequence[View]) -> bool:
    """Whether each point of the picture is in a view: asked at the middle of each cell of all their sides."""
    xs = sorted({0.0, 1.0, *(x for view in views for x in (view.region.left, view.region.right))})
    ys = sorted({0.0, 1.0, *(y for view in views for y in (view.region.top, view.region.bottom))})
    points = [
        ((x0 + x1) / 2, (y0 + y1) / 2)
        for x0, x1 in itertools.pairwise(xs)
        for y0, y1 in itertools.pairwise(ys)
        if x1 - x0 > _INSIDE and y1 - y0 > _INSIDE
    ]
    return all(
        any(
            view.region.left <= x <= view.region.right and view.region.top <= y <= view.region.bottom
            for view in views
        )
        for x, y in points
    )


def _piled(views: Sequence[View]) -> _Pile:
    cuts = []
    for view in views:
        region, boxes = view.region, view.found.boxes
        inner = np.array([
            region.left > _INSIDE, region.top > _INSIDE, 1 - region.right > _INSIDE,
            1 - region.bottom > _INSIDE
        ])  # fmt: skip
        at = np.concatenate([boxes[:, :2] <= AT_THE_SIDE, boxes[:, 2:] >= 1 - AT_THE_SIDE], axis=1)
        cuts.append(at & inner)
    empty = nothing()
    return _Pile(
        np.concatenate([empty.boxes, *(view.region.placed(view.found.boxes) for view in views)]),
        np.concatenate([empty.scores, *(view.found.scores for view in views)]),
        np.concatenate([empty.labels, *(view.found.labels for view in views)]),
        np.repeat(np.arange(len(views)), [len(view.found) for view in views]),
        np.concatenate([np.zeros((0, 4), np.bool_), *cuts]),
    )


def _shares(boxes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of each pair: the intersection over the first one's area, and over the union."""
    left_top = np.maximum(boxes[:, np.newaxis, :2], boxes[np.newaxis, :, :2])
    right_bottom = np.minimum(boxes[:, np.newaxis, 2:], boxes[np.newaxis, :, 2:])
    both = np.clip(right_bottom - left_top, 0, None).prod(axis=2)
    areas = np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), np.float32(1e-12))
    return both / areas[:, np.newaxis], both / (areas[:, np.newaxis] + areas - both)


def _raise(
    scores: NDArray[np.float32], of: Flags, shares: NDArray[np.float32], score: np.floating[Any]
) -> None:
    """Of those marked, the one that has most of a piece is at least as sure as the piece; in place."""
    best = int(np.argmax(np.where(of, shares, -1.0)))
    scores[best] = max(scores[best], score)


def _whole_ones(pile: _Pile, union: NDArray[np.float32], rival: Flags, whole: Flags) -> NDArray[np.intp]:
    """Of those that nothing cuts, the surest of each object."""
    kept: list[int] = []
    for place in np.lexsort((np.arange(len(pile.scores)), -pile.scores)).tolist():
        if whole[place] and not (rival[place, kept] & (union[place, kept] >= SAME)).any():
            kept.append(place)
    return np.array(kept, np.intp)


def _joined(pile: _Pile, loose: list[int], rival: Flags) -> list[NDArray[np.intp]]:
    """Pieces by the object that they are of, the largest object first."""
    parent = {place: place for place in loose}

    def root(place: int) -> int:
        while parent[place] != place:
            place = parent[place]
        return place

    for one in loose:
        for two in loose:
            if rival[one, two] and (_meet(pile, one, two, axis=0) or _meet(pile, one, two, axis=1)):
                parent[root(one)] = root(two)
    groups: dict[int, list[int]] = {}
    for place in loose:
        groups.setdefault(root(place), []).append(place)
    found = [np.array(group, np.intp) for group in groups.values()]
    return sorted(found, key=lambda group: (-_extent(pile.boxes[group]), -float(pile.scores[group].max())))


def _meet(pile: _Pile, one: int, two: int, *, axis: int) -> bool:
    """Whether one goes on in the other: each is cut where the other is, they overlap, in line."""
    if not (pile.cut[one, axis + 2] and pile.cut[two, axis]):
        return False
    first, second = pile.boxes[one], pile.boxes[two]
    if not first[axis] <= second[axis] <= first[axis + 2] <= second[axis + 2]:
        return False
    across = 1 - axis
    both = min(first[across + 2], second[across + 2]) - max(first[across], second[across])
    either = max(first[across + 2], second[across + 2]) - min(first[across], second[across])
    return bool(both >= ALIGNED * either)


def _extent(boxes: NDArray[np.float32]) -> float:
    return float((boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)).prod())
