"""The attacker: BlazeFace (Bazarevsky et al., 2019) looks for faces that the mosaic left visible."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Face:
    """A face in shares of the picture."""

    left: float
    top: float
    right: float
    bottom: float
    score: float


class BlazeFace:
    """Finds faces; both ranges, told apart by the input's size."""

    def __init__(self, model: Path) -> None:
        self._interpreter = Interpreter(model_path=str(model), num_threads=2)
        self._interpreter.allocate_tensors()
        self._entry = self._interpreter.get_input_details()[0]
        self._exits = self._interpreter.get_output_details()
        self.side = int(self._entry["shape"][1])
        self._anchors = _anchors(self.side)

    def faces(self, picture: NDArray[np.uint8], *, threshold: float = 0.5) -> list[Face]:
        """Faces in an RGB picture."""
        height, width = picture.shape[:2]
        longest = max(height, width)
        square = np.zeros((longest, longest, 3), np.uint8)
        square[:height, :width] = picture
        small = av.VideoFrame.from_ndarray(square, format="rgb24").reformat(
            width=self.side, height=self.side, interpolation="AREA"
        )
        tensor = small.to_ndarray().astype(np.float32) / 127.5 - 1.0
        self._interpreter.set_tensor(self._entry["index"], tensor[np.newaxis])
        self._interpreter.invoke()
        outputs = [self._interpreter.get_tensor(exit_["index"])[0] for exit_ in self._exits]
        regressors, logits = sorted(outputs, key=lambda output: -output.shape[1])
        score = 1.0 / (1.0 + np.exp(-np.clip(logits[:, 0], -80, 80)))
        centre = self._anchors + regressors[:, :2] / self.side
        size = regressors[:, 2:4] / self.side
        scale = np.array([longest / width, longest / height])
        low, high = (centre - size / 2) * scale, (centre + size / 2) * scale
        found: list[Face] = []
        for row in np.argsort(-score):
            if score[row] < threshold:
                break
            face = Face(*low[row].tolist(), *high[row].tolist(), float(score[row]))
            if all(overlap(face, other) < 0.3 for other in found):
                found.append(face)
        return found


def overlap(first: Face, second: Face) -> float:
    """Intersection over union."""
    width = min(first.right, second.right) - max(first.left, second.left)
    height = min(first.bottom, second.bottom) - max(first.top, second.top)
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    area_1 = (first.right - first.left) * (first.bottom - first.top)
    area_2 = (second.right - second.left) * (second.bottom - second.top)
    return common / (area_1 + area_2 - common)


def _anchors(side: int) -> NDArray[np.float64]:
    grids = ((16, 2), (8, 6)) if side == 128 else ((48, 1),)
    rows = []
    for cells, copies in grids:
        y, x = np.mgrid[0:cells, 0:cells]
        centres = np.stack([(x + 0.5) / cells, (y + 0.5) / cells], axis=-1).reshape(-1, 2)
        rows.append(np.repeat(centres, copies, axis=0))
    return np.concatenate(rows)
