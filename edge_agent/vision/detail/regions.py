"""Parts of a picture, in shares of its width and height; pure."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.detector import Boxes

GROWN = 2.0
"""A window is at least so many times as wide and tall as what it is about."""


class Region(NamedTuple):
    """A rectangle, with sides in shares of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Share of the picture's width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Share of the picture's height."""
        return self.bottom - self.top

    def placed(self, boxes: Boxes) -> Boxes:
        """Boxes in shares of this region, in shares of the picture."""
        size = np.array([self.width, self.height] * 2, np.float32)
        inside: Boxes = boxes * size + np.array([self.left, self.top] * 2, np.float32)
        return inside

    def holds(self, box: "Region") -> bool:
        """Whether `box` lies wholly in it."""
        return (
            self.left <= box.left and self.top <= box.top
            and box.right <= self.right and box.bottom <= self.bottom
        )  # fmt: skip


WHOLE = Region(0.0, 0.0, 1.0, 1.0)


def grid(columns: int, rows: int, *, overlap: float) -> tuple[Region, ...]:
    """`columns` by `rows` tiles that cover the picture, each with `overlap` of itself in its neighbour."""
    return tuple(
        Region(left, top, right, bottom)
        for top, bottom in _steps(rows, overlap)
        for left, right in _steps(columns, overlap)
    )


def windows(boxes: Iterable[Region], *, side: float, most: int) -> tuple[Region, ...]:
    """At most `most` windows, of `side` at least, that show these boxes enlarged: the smallest ones first."""
    left = sorted(boxes, key=lambda box: (box.width * box.height, box))
    found: list[Region] = []
    while left and len(found) < most:
        window = _around(left[0], side)
        found.append(window)
        left = [box for box in left[1:] if not window.holds(box)]
    return tuple(found)


def regions_of(boxes: Boxes) -> list[Region]:
    """Boxes as regions, clipped to the picture; those without an area left out."""
    clipped: NDArray[np.float32] = np.clip(boxes, 0.0, 1.0)
    found = [Region(*map(float, box)) for box in clipped]
    return [box for box in found if box.width > 0 and box.height > 0]


def _steps(count: int, overlap: float) -> list[tuple[float, float]]:
    size = 1.0 / (count - (count - 1) * overlap)
    starts = [place * size * (1.0 - overlap) for place in range(count)]
    return [(start, 1.0 if place == count - 1 else start + size) for place, start in enumerate(starts)]


def _around(box: Region, side: float) -> Region:
    """A window with the box in its middle, moved inside the picture."""
    width, height = (min(1.0, max(side, GROWN * each)) for each in (box.width, box.height))
    left = min(max(0.0, (box.left + box.right - width) / 2), 1.0 - width)
    top = min(max(0.0, (box.top + box.bottom - height) / 2), 1.0 - height)
    return Region(left, top, left + width, top + height)
