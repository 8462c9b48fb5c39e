"""Where the network looks for objects: its places, their anchors, and what each learns from a picture."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

Size = tuple[int, int]
"""Width and height in pixels, multiples of the widest stride."""
WIDTH, HEIGHT = FULL = (384, 288)
"""The network's input."""
WINDOW = (256, 160)
"""A part of it, in which most of the learning is done: most of a street is empty."""


@dataclass(frozen=True, slots=True)
class Level:
    """One grid of places."""

    stride_px: int
    """Between two cells of the map that the head reads."""
    split: int
    """Each cell answers for `split` x `split` places, so that neighbours in a crowd have their own."""
    anchor_px: float
    """The side of the square that boxes are told against."""
    least_px: float
    most_px: float
    """The longer side of the objects that are learned here; ranges overlap."""

    @property
    def step_px(self) -> float:
        """Between two places."""
        return self.stride_px / self.split


LEVELS = (
    Level(stride_px=8, split=2, anchor_px=26.0, least_px=0.0, most_px=46.0),
    Level(stride_px=16, split=2, anchor_px=64.0, least_px=38.0, most_px=112.0),
    Level(stride_px=32, split=2, anchor_px=160.0, least_px=94.0, most_px=1e9),
)
CENTRE_SCALE, SIZE_SCALE = 4.0, 1.0
"""What encodings are multiplied with (the `y_scale`, ... of TFLite's post-processing): so that centres and
sizes use the range of one eight-bit tensor alike."""
RADIUS_STEPS = 1.5
"""Places nearer to an object's centre than this, in steps of their grid, learn it."""
SURE, UNSURE = 0.25, 0.08
"""What is more visible than SURE is learned, less than UNSURE is not there; between, nothing is said."""
LEAST_HEIGHT_PX = 7.0
"""Lower objects are neither learned nor denied."""

Boxes = Annotated[NDArray[np.float32], "N 4: left, top, right, bottom, in shares of the picture"]


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """The places of a level."""

    level: Level
    size: Size
    first: int
    """The number of its first place."""

    @property
    def rows(self) -> int:
        return self.size[1] // self.level.stride_px * self.level.split

    @property
    def columns(self) -> int:
        return self.size[0] // self.level.stride_px * self.level.split

    def places(self, row: NDArray[np.intp], column: NDArray[np.intp]) -> NDArray[np.intp]:
        """Their numbers, in the order in which a head's channels answer for the places of a cell."""
        split = self.level.split
        cell = row // split * (self.columns // split) + column // split
        return self.first + cell * split**2 + row % split * split + column % split

    def anchors_px(self) -> NDArray[np.float32]:
        """Rows of centre y, centre x, height, width, by their numbers."""
        row, column = (index.ravel() for index in np.indices((self.rows, self.columns)))
        side = np.full(len(row), self.level.anchor_px)
        step = self.level.step_px
        found = np.stack([(row + 0.5) * step, (column + 0.5) * step, side, side], axis=1)
        return found[np.argsort(self.places(row, column))].astype(np.float32)


class Field:
    """All places of a picture of one size."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.grids: list[_Grid] = []
        first = 0
        for level in LEVELS:
            self.grids.append(_Grid(level, size, first))
            first += self.grids[-1].rows * self.grids[-1].columns
        self.anchors_px: NDArray[np.float32] = np.concatenate([grid.anchors_px() for grid in self.grids])
        """Centre y, centre x, height, width."""

    def anchors(self) -> NDArray[np.float32]:
        """The anchors as TFLite's post-processing takes them: in shares of the picture."""
        return self.anchors_px / np.array([self.size[1], self.size[0]] * 2, np.float32)


_REACH = 2
_OFFSETS = np.stack(np.meshgrid(*[np.arange(-_REACH, _REACH + 1)] * 2, indexing="ij"), axis=-1).reshape(-1, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What the places of one picture are to learn."""

    places: Annotated[NDArray[np.int32], "P: the places that have an object"]
    boxes: Annotated[NDArray[np.float32], "P 4: left, top, right, bottom in pixels"]
    labels: Annotated[NDArray[np.int32], "P"]
    silent: Annotated[NDArray[np.int32], "S: places of which nothing is said"]


def lesson(
    boxes: Boxes, labels: NDArray[np.int32], visibility: NDArray[np.float32], *, field: Field
) -> Lesson:
    """Give each object the places around its centre, on the levels that suit its size.

    A place between two objects learns the nearer, and of two alike the one that is less hidden.
    """
    boxes_px = boxes * np.array(field.size * 2, np.float32)
    size = boxes_px[:, 2:] - boxes_px[:, :2]
    there = (visibility >= UNSURE) & (size > 0.5).all(axis=1)
    boxes_px, size, labels, visibility = boxes_px[there], size[there], labels[there], visibility[there]
    if not len(boxes_px):
        nothing = np.zeros(0, np.int32)
        return Lesson(nothing, np.zeros((0, 4), np.float32), nothing, nothing)
    learned = (visibility >= SURE) & (size[:, 1] >= LEAST_HEIGHT_PX)
    owners, places, costs, silent = [], [], [], np.zeros(len(field.anchors_px), np.bool_)
    for grid in field.grids:
        fits = (size.max(axis=1) >= grid.level.least_px) & (size.max(axis=1) <= grid.level.most_px)
        rows, place, away = _around(boxes_px, size, grid)
        mine = (learned & fits)[rows]
        owners.append(rows[mine])
        places.append(place[mine])
        costs.append(away[mine] * (2.0 - visibility[rows[mine]]))
        silent[place[(learned & ~fits)[rows]]] = True
        for box in boxes_px[~learned]:
            silent[_within(box, grid)] = True
    owner, place = np.concatenate(owners), np.concatenate(places)
    order = np.lexsort((np.concatenate(costs), place))
    owner, place = owner[order], place[order]
    best = np.diff(place, prepend=-1) > 0
    owner, place = owner[best], place[best]
    silent[place] = False
    return Lesson(
        place.astype(np.int32),
        boxes_px[owner],
        labels[owner].astype(np.int32),
        np.flatnonzero(silent).astype(np.int32),
    )


def _around(
    boxes_px: NDArray[np.float32], size: NDArray[np.float32], grid: _Grid
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """The places near the centres of boxes and inside of them: the box, the place, how many steps away."""
    step = grid.level.step_px
    centre = (boxes_px[:, 1::-1] + boxes_px[:, 3:1:-1]) / 2 / step - 0.5  # row, column
    cells = np.rint(centre).astype(np.intp)[:, np.newaxis] + _OFFSETS
    away = np.abs(cells - centre[:, np.newaxis])
    half = np.maximum(size[:, np.newaxis, ::-1] / 2 / step, 0.5)
    near = (away <= RADIUS_STEPS).all(axis=2) & (away <= half).all(axis=2)
    near &= ((cells >= 0) & (cells < (grid.rows, grid.columns))).all(axis=2)
    rows, which = np.nonzero(near)
    row, column = cells[rows, which].T
    return rows, grid.places(row, column), away[rows, which].max(axis=1)


def _within(box_px: NDArray[np.float32], grid: _Grid) -> NDArray[np.intp]:
    step = grid.level.step_px
    left, top, right, bottom = (int(edge) for edge in np.rint(box_px / step))
    row, column = np.mgrid[top : max(bottom, top + 1), left : max(right, left + 1)]
    row, column = np.minimum(row, grid.rows - 1).ravel(), np.minimum(column, grid.columns - 1).ravel()
    return grid.places(row, column)
