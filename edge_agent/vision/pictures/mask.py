"""Static masks: parts of a camera's picture that nobody is ever to see, as solid colour."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.detector import Picture
from edge_agent.vision.scene.geometry import Point, Polygon

COLOUR = (48, 48, 48)
"""Not black, so that a mask is not taken for the night."""


class Mask:
    """The masks of one camera, as pixels of the picture's size that came last. For one thread."""

    def __init__(self, polygons: Sequence[Polygon]) -> None:
        self.count = len(polygons)
        self._polygons = polygons
        self._pixels = np.zeros((0, 0), np.bool_)

    def burn(self, picture: Picture) -> Picture:
        """`picture` itself, with solid colour in place of what is masked."""
        if self._polygons:
            height, width = picture.shape[:2]
            if self._pixels.shape != (height, width):
                self._pixels = covered_pixels(self._polygons, width=width, height=height)
            picture[self._pixels] = COLOUR
        return picture


def covered_pixels(polygons: Sequence[Polygon], *, width: int, height: int) -> NDArray[np.bool_]:
    """Every pixel that a polygon covers or touches, and their neighbours: a picture's edges bleed when it is
    made smaller."""
    pixels = np.zeros((height, width), np.bool_)
    for polygon in polygons:
        pixels |= _inside(polygon.corners, width=width, height=height)
        corners = polygon.corners
        for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
            _stamp_edge(pixels, start, end)
    grown = pixels.copy()
    grown[1:] |= pixels[:-1]
    grown[:-1] |= pixels[1:]
    grown[:, 1:] |= pixels[:, :-1]
    grown[:, :-1] |= pixels[:, 1:]
    return grown


def _inside(corners: Sequence[Point], *, width: int, height: int) -> NDArray[np.bool_]:
    """The pixels whose middle lies inside, by the number of edges that a ray to the right meets."""
    x, y = (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height
    inside = np.zeros((height, width), np.bool_)
    for (x0, y0), (x1, y1) in zip(corners, (*corners[1:], corners[0]), strict=True):
        rows = np.flatnonzero((y0 > y) != (y1 > y))
        if len(rows):
            meets = x0 + (x1 - x0) * (y[rows] - y0) / (y1 - y0)
            inside[rows] ^= x[np.newaxis] < meets[:, np.newaxis]
    return inside


def _stamp_edge(pixels: NDArray[np.bool_], start: Point, end: Point) -> None:
    """Mark the pixels under an edge, so that no sliver falls between their middles."""
    height, width = pixels.shape
    steps = 2 + math.ceil(2 * max(abs(end[0] - start[0]) * width, abs(end[1] - start[1]) * height))
    across = np.linspace(start[0], end[0], steps) * width
    down = np.linspace(start[1], end[1], steps) * height
    pixels[np.clip(down.astype(np.intp), 0, height - 1), np.clip(across.astype(np.intp), 0, width - 1)] = True
