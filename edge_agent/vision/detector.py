"""The port `Detector`, and what it answers: objects as parallel arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

import numpy as np
from numpy.typing import NDArray

Boxes = Annotated[NDArray[np.float32], "N 4: left, top, right, bottom, in shares of the picture"]
Picture = Annotated[NDArray[np.uint8], "H W 3, RGB"]


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """N objects of one picture. `labels` are places in the detector's `labels`."""

    boxes: Boxes
    scores: Annotated[NDArray[np.float32], "N, 0 to 1"]
    labels: Annotated[NDArray[np.intp], "N"]
    saturated: bool = False
    """Whether the detector answered as many objects as it can, so that more may be there."""
    doubt: float | None = None
    """Where several views were merged: the score below which one of them may have left objects out."""

    @property
    def missing_below(self) -> float:
        """Objects that score less than this may have been left out for want of room; 0: none were."""
        if self.doubt is not None:
            return self.doubt
        return float(self.scores.min()) if self.saturated and len(self.scores) else 0.0

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, mask: NDArray[np.bool_] | NDArray[np.intp]) -> "Detections":
        """The detections that a mask or an order chooses."""
        return Detections(
            self.boxes[mask], self.scores[mask], self.labels[mask], self.saturated, self.missing_below
        )


def nothing() -> Detections:
    """No object at all."""
    return Detections(
        np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.intp)
    )  # fmt: skip


class Detector(Protocol):
    """Finds objects in a picture of the size that it asks for."""

    @property
    def input_size(self) -> tuple[int, int]:
        """Width and height of the picture that `detect` takes, in pixels."""

    @property
    def labels(self) -> Sequence[str]:
        """What the class numbers mean; "" where unused."""

    def detect(self, picture: Picture) -> Detections:
        """The objects in `picture`, in any order. Raises DetectorError."""
