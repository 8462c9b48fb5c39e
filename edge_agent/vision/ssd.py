"""Reading the outputs of an SSD model with TensorFlow's detection post-processing."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision import DetectorError
from edge_agent.vision.detector import Detections

FLOOR = 0.1
"""Scores below are noise; the privacy mosaic still uses what is between this and a camera's threshold."""


def check_shapes(shapes: Sequence[tuple[int, ...]]) -> None:
    """Raise DetectorError unless `shapes` are boxes (1, N, 4), classes (1, N), scores (1, N), count (1)."""
    match list(shapes):
        case [(1, n, 4), (1, n1), (1, n2), (1,)] if n == n1 == n2:
            return
        case _:
            raise DetectorError(
                f"outputs have the shapes {list(shapes)}, not an SSD's (1, N, 4), (1, N), (1, N), (1,); "
                f'choose a model whose manifest says kind = "ssd"'
            )


def decode(
    boxes: NDArray[np.float32],
    classes: NDArray[np.float32],
    scores: NDArray[np.float32],
    count: NDArray[np.float32],
    *,
    labels: int,
) -> Detections:
    """Detections from the four outputs; boxes come as top, left, bottom, right, and are clipped here.

    A row with a number that is none, a class outside `labels`, or an empty box is left out.
    """
    told = float(count[0])
    rows = 0 if math.isnan(told) else int(min(max(told, 0.0), scores.shape[1]))
    # A model gives ten rows or so: for so few, plain numbers take a fraction of the time of arrays.
    table = zip(boxes[0, :rows].tolist(), classes[0, :rows].tolist(), scores[0, :rows].tolist(), strict=True)
    sound = [
        (round(number), score, _clipped(box))
        for box, number, score in table
        if FLOOR <= score <= 1.0 and math.isfinite(number) and all(map(math.isfinite, box))
    ]
    kept = [
        (place, score, (left, top, right, bottom))
        for place, score, (top, left, bottom, right) in sound
        if 0 <= place < labels and right > left and bottom > top
    ]
    return Detections(
        np.array([box for _, _, box in kept], np.float32).reshape(-1, 4),
        np.array([score for _, score, _ in kept], np.float32),
        np.array([place for place, _, _ in kept], np.intp),
        0 < rows == len(sound) == scores.shape[1],
    )


def _clipped(box: Sequence[float]) -> list[float]:
    return [min(max(side, 0.0), 1.0) for side in box]
