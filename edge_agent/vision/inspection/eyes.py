"""The detector and the press together: what is in one frame, and the frame with nobody to be recognised."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from av import VideoFrame

from edge_agent.vision.detail.eye import Eye
from edge_agent.vision.detector import Boxes, Detections, Detector, nothing
from edge_agent.vision.drawing.found import Mark
from edge_agent.vision.drawing.places import Area, Crossed, Places
from edge_agent.vision.lane import Lane
from edge_agent.vision.pictures.people import PERSON, people_in
from edge_agent.vision.pictures.release import Covered, Press, Released
from edge_agent.vision.resize import Resizer
from edge_agent.vision.settings import CameraSettings

SIDE = 1280
"""Longest side of a picture that people look at, in pixels."""
MOST_BYTES = 1_500_000
"""Of such a picture as JPEG; it stays on the device, or in the browser of who sets it up."""
_NOBODY: Boxes = np.zeros((0, 4), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One frame as it may be shown, and what is in it."""

    covered: Covered
    found: Detections
    detect_s: float | None
    """How long the detector took; None without one."""


class Cloak:
    """Makes one camera's frames fit to be seen; where the labels know no person, it covers all."""

    def __init__(self, labels: Sequence[str], camera: CameraSettings) -> None:
        masks = [mask.shape for mask in camera.masks]
        self._press = Press(longest_side=SIDE, masks=masks, most_bytes=MOST_BYTES)
        self._person = list(labels).index(PERSON) if PERSON in labels else None

    def cover(self, image: VideoFrame, found: Detections, lane: Lane | None = None) -> Covered:
        """The frame with the heads of all covered who were found in it, or are followed.

        Raises Unreleasable.
        """
        if self._person is None:
            return self._press.cover(image, None)
        followed = _NOBODY if lane is None else lane.where(self._person)
        return self._press.cover(image, people_in(found, followed, person=self._person))

    def jpeg(self, covered: Covered) -> Released:
        """A covered picture as JPEG. Raises Unreleasable."""
        return self._press.jpeg(covered)


class Eyes:
    """Looks at one camera's frames; without a detector it sees nothing, and covers all."""

    def __init__(self, detector: Detector | None, camera: CameraSettings) -> None:
        self.labels: Sequence[str] = detector.labels if detector is not None else ()
        self.cloak = Cloak(self.labels, camera)
        self._resize = Resizer(detector.input_size) if detector is not None else None
        self._eye: Eye | None = None
        if detector is not None:
            self._eye = Eye(
                detector,
                camera.detail,
                follows=[label in camera.labels for label in detector.labels],
                threshold=camera.threshold,
                cameras=1,
                times=deque([0.0], maxlen=1),
                now=lambda: (
                    0.0
                ),  # one picture has all the time in the world: all parts of it may be looked at
            )

    def look(self, image: VideoFrame) -> Seen:
        """What is in a frame. Raises DetectorError, Unreleasable."""
        found, detect_s = nothing(), None
        if self._eye is not None and self._resize is not None:
            small = self._resize(image)
            before = time.perf_counter()
            found = self._eye.look(image, small, captured_s=0.0)
            detect_s = time.perf_counter() - before
        return Seen(self.cloak.cover(image, found), found, detect_s)


def marks_of(found: Detections, labels: Sequence[str], *, threshold: float) -> list[Mark]:
    """The boxes of what is sure."""
    rows = zip(found.boxes.tolist(), found.scores.tolist(), found.labels.tolist(), strict=True)
    return [
        Mark((box[0], box[1], box[2], box[3]), f"{labels[label]} {score:.0%}")
        for box, score, label in rows
        if score >= threshold
    ]


def places_of(camera: CameraSettings) -> Places:
    """The camera's places, to be drawn."""
    return Places(
        zones=tuple(Area(zone.name, tuple(zone.corners)) for zone in camera.zones),
        lines=tuple(Crossed(line.name, line.start, line.end) for line in camera.lines),
        masks=tuple(Area(mask.name, tuple(mask.corners)) for mask in camera.masks),
    )
