"""The one thing that is painted: a convex polygon of one colour."""

from collections.abc import Iterable
from typing import Annotated, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.looks import Colour

SHIFT = 4
"""Binary places behind the point in cv2's fixed-point coordinates."""

Picture = Annotated[NDArray[np.uint8], "H W 3, RGB"]


class Shape(NamedTuple):
    """A convex polygon, in pixels."""

    points: Annotated[NDArray[np.float64], "K 2"]
    colour: Colour


def paint(picture: Picture, shapes: Iterable[Shape]) -> None:
    """Paint shapes in their order."""
    for points, colour in shapes:
        cv2.fillConvexPoly(picture, _fixed(points), colour, cv2.LINE_8, SHIFT)


def stamp(mask: NDArray[np.uint8], shapes: Iterable[Shape], *, value: int) -> None:
    """Mark the pixels of shapes in a mask (H W), exactly those that `paint` paints."""
    for points, _ in shapes:
        cv2.fillConvexPoly(mask, _fixed(points), value, cv2.LINE_8, SHIFT)


def _fixed(points: NDArray[np.float64]) -> NDArray[np.int32]:
    # Far outside the picture, a corner's exact place does not matter, but its fixed-point value must fit.
    return np.clip(np.rint(points * (1 << SHIFT)), -(1 << 19), 1 << 19).astype(np.int32)
