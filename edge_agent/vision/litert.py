"""The TFLite runtime behind the port `Detector`: LiteRT, or tflite_runtime where that is installed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision import DetectorError, ssd
from edge_agent.vision.detector import Detections, Picture

try:
    from ai_edge_litert.interpreter import Interpreter
except ImportError:
    from tflite_runtime.interpreter import Interpreter

RUNTIME = Interpreter.__module__.split(".", maxsplit=1)[0]


class SsdDetector:
    """An SSD model in this process. Not for use by two threads at once."""

    def __init__(self, model: Path, *, labels: Sequence[str], threads: int = 2) -> None:
        """Load `model`, a file that was verified. Raises DetectorError."""
        self.labels = labels
        self._interpreter = _load(model, threads=threads)
        entry = self._interpreter.get_input_details()
        exits = self._interpreter.get_output_details()
        ssd.check_shapes([tuple(int(size) for size in exit_["shape"]) for exit_ in exits])
        shape = tuple(int(size) for size in entry[0]["shape"])
        if (
            len(entry) != 1
            or len(shape) != 4
            or shape[0] != 1
            or shape[3] != 3
            or entry[0]["dtype"] != np.uint8
        ):
            raise DetectorError(
                f"{model.name}: input has shape {shape}, type {np.dtype(entry[0]['dtype'])}; "
                f"an SSD here takes (1, H, W, 3), uint8; choose another model"
            )
        self.input_size = (shape[2], shape[1])
        self._entry: int = entry[0]["index"]
        self._exits: list[int] = [exit_["index"] for exit_ in exits]

    def detect(self, picture: Picture) -> Detections:
        """The objects in an RGB picture of `input_size`. Raises DetectorError."""
        return ssd.decode(*self.outputs(picture), labels=len(self.labels))

    def outputs(self, picture: Picture) -> list[NDArray[np.float32]]:
        """What the model itself answers: boxes, classes, scores, count. Raises DetectorError."""
        try:
            self.load(picture)
            self.invoke()
            return [self._interpreter.get_tensor(index) for index in self._exits]
        except (RuntimeError, ValueError) as error:
            raise DetectorError(f"inference failed: {error}") from error

    def load(self, picture: Picture) -> None:
        """Put a picture before the model. Raises ValueError for a wrong shape or type."""
        place = self._interpreter.tensor(self._entry)()[0]  # in place: half the time of set_tensor
        if picture.shape != place.shape or picture.dtype != place.dtype:
            raise ValueError(
                f"a picture of shape {picture.shape}, type {picture.dtype}, is not {place.shape}"
            )
        np.copyto(place, picture)

    def invoke(self) -> None:
        """Run the model on what is before it. Raises RuntimeError."""
        self._interpreter.invoke()


def _load(model: Path, *, threads: int) -> Any:
    try:
        interpreter = Interpreter(model_path=str(model), num_threads=threads)
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError, OSError) as error:
        told = (str(error).splitlines() or ["it gives no reason; perhaps there is too little memory"])[0]
        raise DetectorError(
            f"{model.name}: {RUNTIME} cannot load it ({told}); check it with: edge-agent models verify"
        ) from error
    return interpreter
