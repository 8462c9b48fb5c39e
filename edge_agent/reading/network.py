"""A small TFLite model in this process: bytes in, numbers out."""

from pathlib import Path
from typing import Any

import numpy as np

from edge_agent.reading import Unfit

try:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
except ImportError:
    from tflite_runtime.interpreter import Interpreter, OpResolverType

_PLAIN = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
"""XNNPACK gains nothing on models this small, and writes into the log past our own."""


class Network:
    """A model with one input of bytes and one row of outputs. Not for use by two threads at once."""

    def __init__(self, model: Path) -> None:
        """Load `model`, a file that was verified. Raises Unfit."""
        try:
            self._interpreter: Any = Interpreter(
                model_path=str(model), num_threads=1, experimental_op_resolver_type=_PLAIN
            )
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError, OSError) as error:
            told = (str(error).splitlines() or ["the runtime gives no reason"])[0]
            raise Unfit(
                f"{model.name}: cannot be loaded ({told}); train it again, or name another"
            ) from error
        entries, exits = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        if len(entries) != 1 or len(exits) != 1 or entries[0]["dtype"] != np.uint8:
            raise Unfit(f"{model.name}: takes or gives other things than bytes and one row of numbers")
        self._entry: int = entries[0]["index"]
        self._exit: int = exits[0]["index"]
        self._scale, self._zero = exits[0]["quantization"]
        if exits[0]["dtype"] == np.float32:
            self._scale, self._zero = 1.0, 0
        self.size: int = int(np.prod(entries[0]["shape"]))
        """How many bytes it takes."""
        self.outputs: int = int(np.prod(exits[0]["shape"]))
        """How many numbers it gives."""

    def answer(self, entry: bytes | bytearray) -> list[float]:
        """What the model says of `entry`, which is not kept. Raises Unfit for a wrong size."""
        if len(entry) != self.size:
            raise Unfit(f"the model takes {self.size} bytes, not {len(entry)}")
        try:
            self._put(np.frombuffer(entry, np.uint8))
            self._interpreter.invoke()
            told = self._interpreter.get_tensor(self._exit).astype(np.float64).reshape(-1)
            self._put(np.uint8(0))  # nothing that a citizen gave stays
        except (RuntimeError, ValueError) as error:
            raise Unfit(f"the model does not run: {error}") from error
        return [float(value) for value in (told - self._zero) * self._scale]

    def _put(self, entry: np.ndarray | np.uint8) -> None:
        self._interpreter.tensor(self._entry)().reshape(-1)[:] = entry
