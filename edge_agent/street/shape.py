"""The one thing that is painted: a convex polygon of one colour."""

from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

SHIFT = 4
"""Binary places behind the point in cv2's fixed-point coordinates."""

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255, in full daylight."""
Picture = Annotated[NDArray[np.uint8], "H W 3, RGB"]


class Shape(NamedTuple):
    """A convex polygon, in pixels."""

    points: Annotated[NDArray[np.float64], "K 2"]
    colour: Colour


def shapes_of(outlines: Sequence[tuple[Sequence[tuple[float, float]], Colour]]) -> list[Shape]:
    """Shapes from plain points; all of them in one array, which is what makes it quick."""
    every = np.array([point for points, _ in outlines for point in points])
    shapes, start = [], 0
    for points, colour in outlines:
        end = start + len(points)
        shapes.append(Shape(every[start:end], colour))
        start = end
    return shapes


def paint(picture: Picture, shapes: Sequence[Shape], *, near: int | None = None) -> None:
    """Paint shapes in their order; in a picture with a fourth channel, it becomes `near`."""
    more = () if near is None else (near,)
    for points, shape in zip(_fixed(shapes), shapes, strict=True):
        cv2.fillConvexPoly(picture, points, (*shape.colour, *more), cv2.LINE_8, SHIFT)


def stamp(mask: NDArray[np.uint8] | NDArray[np.uint16], shapes: Sequence[Shape], *, value: int) -> None:
    """Mark the pixels of shapes in a mask (H W), exactly those that `paint` paints."""
    for points in _fixed(shapes):
        cv2.fillConvexPoly(mask, points, value, cv2.LINE_8, SHIFT)


def _fixed(shapes: Sequence[Shape]) -> Iterator[NDArray[np.int32]]:
    if not shapes:
        return
    every = np.concatenate([shape.points for shape in shapes]) * (1 << SHIFT)
    # Far outside the picture, a corner's exact place does not matter, but its fixed-point value must fit.
    fixed = np.clip(np.rint(every, out=every), -(1 << 19), 1 << 19, out=every).astype(np.int32)
    start = 0
    for shape in shapes:
        end = start + len(shape.points)
        yield fixed[start:end]
        start = end
