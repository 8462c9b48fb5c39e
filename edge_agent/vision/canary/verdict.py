"""What a canary found, and whether the model may serve; pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.model_store.manifest import Sight
from edge_agent.vision.detector import Detections
from edge_agent.vision.tracker import overlaps

LEAST_OVERLAP = 0.5
MOST_LOSS = 0.15
"""So much less sure than when the picture was chosen may a model be: runtimes differ by a hundredth or so."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is asked of a model."""

    slowest_ms: float
    most_bytes: int
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found in the canary's process."""

    fault: str = ""
    invoke_ms: float = 0.0
    """The median of some inferences."""
    grown_bytes: int = 0
    """How much more memory it held at most than before the model was loaded."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model may serve: it may where there is no reason against it."""

    reason: str = ""
    lasting: bool = True
    """Whether another try would find the same; a busy or hot machine may be slow for now."""
    invoke_ms: float = 0.0

    @property
    def fit(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reason


def judge(measured: Measured, limits: Limits) -> Verdict:
    """The verdict on what was measured."""
    if measured.fault:
        return Verdict(measured.fault)
    if measured.grown_bytes > limits.most_bytes:
        return Verdict(
            f"it takes {measured.grown_bytes / 1e6:.0f} MB, at most {limits.most_bytes / 1e6:.0f} are "
            f"allowed (slots.most_mb)"
        )
    if measured.invoke_ms > limits.slowest_ms:
        return Verdict(
            f"it takes {measured.invoke_ms:.0f} ms a picture, with these cameras at most "
            f"{limits.slowest_ms:.0f} are allowed (slots.least_rate, max_fps)",
            lasting=False,
            invoke_ms=measured.invoke_ms,
        )
    return Verdict(invoke_ms=measured.invoke_ms)


def fault_in(outputs: Sequence[NDArray[np.float32]], *, labels: int) -> str:
    """What is wrong with an SSD's boxes, classes, scores and count, or ""."""
    boxes, classes, scores, count = outputs
    told = float(count[0])
    if not (math.isfinite(told) and 0 <= told <= scores.shape[1]):
        return f"it counts {told} objects of {scores.shape[1]}"
    rows = int(told)
    for name, output in (("boxes", boxes), ("classes", classes), ("scores", scores)):
        if not np.isfinite(output[0, :rows]).all():
            return f"its {name} are no numbers"
    if ((scores[0, :rows] < 0) | (scores[0, :rows] > 1)).any():
        return "its scores lie outside 0 to 1"
    if ((classes[0, :rows] < 0) | (np.round(classes[0, :rows]) >= labels)).any():
        return f"it answers a class beyond the {labels} labels of its manifest"
    return ""


def missing_in(found: Detections, expected: Sequence[Sight], *, labels: Sequence[str]) -> str:
    """Which of the `expected` objects was not found where it is, or ""."""
    for sight in expected:
        alike = found[np.array([labels[label] == sight.label for label in found.labels], np.bool_)]
        box = np.array([sight.box], np.float32)
        near = overlaps(alike.boxes, box)[:, 0] >= LEAST_OVERLAP if len(alike) else np.zeros(0, np.bool_)
        best = float(alike.scores[near].max(initial=0.0))
        if best < sight.score - MOST_LOSS:
            return (
                f"it does not find a {sight.label} where it should (scores {best:.2f} of {sight.score:.2f})"
            )
    return ""
