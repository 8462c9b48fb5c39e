"""Reading the outputs of an SSD model with TensorFlow's detection post-processing."""

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
    rows = int(np.clip(np.nan_to_num(count[0]), 0, scores.shape[1]))
    box, score, number = boxes[0, :rows], scores[0, :rows], classes[0, :rows]
    sound = np.isfinite(box).all(axis=1) & np.isfinite(number) & (score >= FLOOR) & (score <= 1.0)
    saturated = rows == scores.shape[1] and bool(sound.all()) and rows > 0
    box, score, number = box[sound], score[sound], number[sound]
    box = np.clip(box[:, [1, 0, 3, 2]], 0.0, 1.0)
    place = np.round(number).astype(np.intp)
    kept = (place >= 0) & (place < labels) & (box[:, 2] > box[:, 0]) & (box[:, 3] > box[:, 1])
    return Detections(box[kept], score[kept], place[kept], saturated)
