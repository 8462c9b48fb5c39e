"""Looks at one camera's frames: the whole picture, and the parts of it that are worth it."""

import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np
from av import VideoFrame

from edge_agent.vision.crop import Cropper
from edge_agent.vision.detail.merge import View, merge
from edge_agent.vision.detail.plan import Need, State, plan, spendable
from edge_agent.vision.detail.regions import WHOLE, Region, grid, regions_of
from edge_agent.vision.detail.settings import DetailSettings
from edge_agent.vision.detector import Boxes, Detections, Detector, Picture
from edge_agent.vision.resize import Resizer

AUTO = (2, 2)
"""Columns and rows of tiles where the settings leave them to us; more in wide pictures."""
_WIDE = 1.6
_NOWHERE: Boxes = np.zeros((0, 4), np.float32)
_RECENT = 32
_LARGE = 0.1
"""Of the picture: what moves and is larger is found in the whole."""


class Eye:
    """The detector, as one camera uses it. For one thread."""

    def __init__(
        self,
        detector: Detector,
        settings: DetailSettings,
        *,
        follows: Sequence[bool],
        threshold: float,
        cameras: int,
        times: deque[float],
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`follows`: by the detector's labels, whether the camera follows it; `cameras`: how many share it;
        `times`: where it is noted how long inferences take."""
        self.inferences = 0
        self._times = times
        self._detector = detector
        self._settings = settings
        self._follows = np.array(follows, np.bool_)
        self._threshold = threshold
        self._cameras = cameras
        self._now = now
        self._cropper = Cropper()
        self._resizer = Resizer(detector.input_size)
        self._state = State()

    def look(
        self,
        image: VideoFrame,
        small: Picture,
        *,
        captured_s: float,
        followed: Boxes = _NOWHERE,
        moved: Sequence[Sequence[float]] = (),
    ) -> Detections:
        """What is in a frame; `small` is the whole of it at the detector's size.

        `followed`: where the tracker expects what it follows; `moved`: where the gate saw motion. Raises
        DetectorError.
        """
        whole = self.glance(small)
        if self._settings.tiles == "none":
            return whole
        spend = spendable(
            statistics.median(list(self._times)[-_RECENT:]), cameras=self._cameras, most=self._settings.most
        )  # fmt: skip
        self._state, parts = plan(
            self._state,
            captured_s,
            self._need(whole, followed, moved),
            tiles=self._tiles(image),
            always=self._settings.tiles != "auto",
            most=spend,
        )
        views = [View(part, self.glance(self._cut(image, part))) for part in parts if part != WHOLE]
        return merge([View(WHOLE, whole), *views]) if views else whole

    def glance(self, picture: Picture) -> Detections:
        """What is in one picture at the detector's size, and no more. Raises DetectorError."""
        before = self._now()
        found = self._detector.detect(picture)
        self._times.append(self._now() - before)
        self.inferences += 1
        return found

    def _cut(self, image: VideoFrame, part: Region) -> Picture:
        return self._resizer(
            self._cropper(image, left=part.left, top=part.top, right=part.right, bottom=part.bottom)
        )

    def _tiles(self, image: VideoFrame) -> tuple[Region, ...]:
        wished = self._settings.tiles
        if isinstance(wished, tuple):
            columns, rows = wished
        else:
            columns, rows = AUTO
            columns += image.width > _WIDE * image.height
        return grid(columns, rows, overlap=self._settings.overlap)

    def _need(self, whole: Detections, followed: Boxes, moved: Sequence[Sequence[float]]) -> Need:
        subjects = whole[self._follows[whole.labels] & (whole.scores >= self._threshold)]
        known = regions_of(np.concatenate([subjects.boxes, followed]))
        return Need(
            small=tuple(box for box in known if box.width * box.height < self._settings.small),
            unseen=tuple(
                place
                for place in regions_of(np.array(moved, np.float32).reshape(-1, 4))
                if place.width * place.height < _LARGE and not any(_overlap(place, box) for box in known)
            ),
            crowded=whole.missing_below >= self._threshold,
        )


def _overlap(one: Region, two: Region) -> bool:
    return (
        one.left < two.right and two.left < one.right and one.top < two.bottom and two.top < one.bottom
    )  # fmt: skip
