"""What one look at a camera's picture tells the guard: brightness by cell, and how sharp it is."""

from dataclasses import dataclass

import numpy as np

from edge_agent.vision.gate.luma import Cells, Luma

_EVERY_ROW = 8


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One look."""

    cells: Cells
    sharp: float
    """The mean step from a pixel to its neighbour, in grey levels."""
    alone: bool = True
    """Whether the picture was coded by itself. One that builds on others repeats them where little moves,
    which says nothing of the camera."""


def sharpness(luma: Luma) -> float:
    """The mean step from a pixel to its neighbour, from every eighth row."""
    rows = luma[_EVERY_ROW // 2 :: _EVERY_ROW].astype(np.int16)
    return float(np.abs(rows[:, 1:] - rows[:, :-1]).mean()) if rows.shape[0] and rows.shape[1] > 1 else 0.0
