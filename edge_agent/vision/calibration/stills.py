"""A still picture of each camera, heads covered, taken when it is asked for; each is counted as a preview."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from edge_agent.vision import VisionError
from edge_agent.vision.detector import Detector
from edge_agent.vision.inspection.check import measure
from edge_agent.vision.inspection.eyes import Eyes
from edge_agent.vision.pictures.release import Released
from edge_agent.vision.settings import CameraSettings

SECONDS = 1.0
"""A camera needs a moment until its exposure is right."""

Enter = Callable[[Released, str], bool]
"""Writes a picture of a camera down in the privacy ledger before it is shown; False: it must not be."""


@dataclass(frozen=True, slots=True)
class Still:
    """A picture as it may be shown."""

    jpeg: bytes
    number: int


class Stills:
    """Takes pictures, one at a time; keeps the last of each camera."""

    def __init__(
        self,
        detector_for: Callable[[CameraSettings], Detector | None],
        *,
        enter: Enter,
        seconds: float = SECONDS,
    ) -> None:
        self._detector_for = detector_for
        self._detector: Detector | None = None
        self._loaded = False
        self._enter = enter
        self._seconds = seconds
        self._kept: dict[str, Still] = {}
        self._taking = threading.Lock()

    def of(self, camera: CameraSettings, *, after: int) -> Still:
        """A picture of a camera that is newer than number `after` (0: any). Raises VisionError."""
        with self._taking:
            kept = self._kept.get(camera.name)
            if kept is not None and kept.number > after:
                return kept
            measured = measure(camera, seconds=self._seconds)
            if not self._loaded:
                self._detector, self._loaded = self._detector_for(camera), True
            eyes = Eyes(self._detector, camera)
            if measured.image is None:
                raise VisionError(f"camera {camera.name}: no picture came")
            released = eyes.cloak.jpeg(eyes.look(measured.image).covered)
            if not self._enter(released, camera.name):
                raise VisionError("the privacy ledger cannot be written, so no picture is shown; free space")
            still = Still(released.jpeg, (kept.number if kept else 0) + 1)
            self._kept[camera.name] = still
            return still
