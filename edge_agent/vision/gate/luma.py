"""Brightness on a coarse grid: all that the gate sees of a picture."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

CELLS_ACROSS = 96
"""Of a picture's width. A person of a twentieth of the picture's height still covers a few cells."""
MOST_SAMPLES = 4
"""A cell's brightness is the mean of at most so many samples squared."""

Luma = Annotated[NDArray[np.uint8], "H W, a view of the picture's brightness"]
Cells = Annotated[NDArray[np.float32], "rows columns, mean brightness 0 to 255"]

_PLANAR = ("yuv420p", "yuvj420p", "nv12", "nv21", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "gray")
_PACKED = {
    "yuyv422": (0, 2),
    "uyvy422": (1, 2),
    "rgb24": (1, 3),
    "bgr24": (1, 3),
    "rgba": (1, 4),
    "bgra": (1, 4),
}
"""Where brightness is among the bytes of a pixel, and how many these are; green stands for it in RGB."""


@dataclass(frozen=True, slots=True)
class Grid:
    """How a picture of one size is divided."""

    rows: int
    columns: int
    step: int
    """Pixels from one sample to the next, both ways."""
    samples: int
    """Samples along each side of a cell."""

    @classmethod
    def of(cls, width: int, height: int) -> "Grid":
        """The grid of a picture of that size; what is left over at the right and below is not looked at."""
        cell = max(1, min(round(width / CELLS_ACROSS), height // 2))
        step = max(1, cell // MOST_SAMPLES)
        samples = cell // step
        side = step * samples
        return cls(rows=height // side, columns=width // side, step=step, samples=samples)


def luma_of(image: VideoFrame) -> Luma:
    """The brightness of a picture: a view where its format allows it, else a copy."""
    name = image.format.name
    if name in _PACKED:
        first, every = _PACKED[name]
        return _rows(image)[:, first : image.width * every : every]
    if name not in _PLANAR:
        image = image.reformat(format="gray")
    return _rows(image)[:, : image.width]


def cells_of(luma: Luma) -> Cells:
    """The mean brightness of each cell, from every few pixels: a tenth of what resizing would cost."""
    height, width = luma.shape
    grid = Grid.of(width, height)
    side, count = grid.step * grid.samples, grid.samples
    # Explicit sums of views: numpy's own mean over two axes of bytes takes five times as long.
    view = luma[: grid.rows * side : grid.step, : grid.columns * side : grid.step]
    rows = view[0::count].astype(np.uint16)
    for place in range(1, count):
        rows += view[place::count]
    total = rows[:, 0::count].copy()
    for place in range(1, count):
        total += rows[:, place::count]
    cells: Cells = total.astype(np.float32)
    cells *= np.float32(1 / count**2)
    return cells


def _rows(image: VideoFrame) -> Luma:
    plane = image.planes[0]
    rows: Luma = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: image.height]
    return rows
