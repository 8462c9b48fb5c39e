"""The vision loop's body: one frame in, its events out."""

import time
from collections import deque
from collections.abc import Callable, Sequence

from edge_agent.vision import privacy
from edge_agent.vision.camera import Frame
from edge_agent.vision.detector import Boxes, Detections, Detector
from edge_agent.vision.lane import Lane
from edge_agent.vision.resize import Resizer
from edge_agent.vision.snapshot import Snapshots
from edge_agent.vision.voice import Voice

RECENT = 256

TakePicture = Callable[[], str | None]
"""Makes a picture of the frame at hand and keeps it: its hash, or None where none may or can be made."""


class Pipeline:
    """Resize, detect, follow, tell. For one thread."""

    def __init__(
        self,
        detector: Detector,
        lanes: Sequence[Lane],
        *,
        voice: Voice,
        snapshots: Snapshots,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.inferences = 0
        self.detect_s: deque[float] = deque(maxlen=RECENT)
        """How long the recent detections took."""
        self._detector = detector
        self._lanes = lanes
        self._voice = voice
        self._snapshots = snapshots
        self._resizers = [Resizer(detector.input_size) for _ in lanes]
        self._now = now
        labels = list(detector.labels)
        self._person = labels.index(privacy.PERSON) if privacy.PERSON in labels else None

    def process(
        self, camera: int, frame: Frame, *, wanted: Callable[[TakePicture], None] | None = None
    ) -> None:
        """Look at a frame and tell what started and ended.

        `wanted`, if given, is called once with a way to make a picture of this frame. Raises DetectorError,
        OutboxError.
        """
        lane = self._lanes[camera]
        small = self._resizers[camera](frame.image)
        before = self._now()
        found = self._detector.detect(small)
        self.detect_s.append(self._now() - before)
        self.inferences += 1
        started, ended = lane.see(found, captured_s=frame.captured_s)
        if wanted is not None:
            wanted(lambda: self._picture(frame, found, lane))
        if started:
            picture = self._picture(frame, found, lane) if lane.camera.snapshots else None
            for track in started:
                self._voice.say(
                    lane.started(track, snapshot=picture),
                    captured_s=frame.captured_s,
                    subject=lane.camera.name,
                )
        for track in ended:
            self._voice.say(lane.ended(track), captured_s=frame.captured_s, subject=lane.camera.name)

    def pass_time(self, now_s: float) -> None:
        """Tell the tracks that ended on cameras that give no frames."""
        for lane in self._lanes:
            for track in lane.pass_time(now_s):
                self._voice.say(lane.ended(track), captured_s=now_s, subject=lane.camera.name)

    def finish(self, now_s: float) -> None:
        """Tell every track as ended: the unit stops."""
        for lane in self._lanes:
            for track in lane.finish():
                self._voice.say(lane.ended(track), captured_s=now_s, subject=lane.camera.name)

    def _picture(self, frame: Frame, found: Detections, lane: Lane) -> str | None:
        """Make and keep a picture of this frame with its people's heads covered.

        Only from the boxes of this very frame; a detector that does not know people gets no picture made.
        """
        if self._person is None:
            return None
        people: Boxes | None = privacy.people_in(found, lane.where(self._person), person=self._person)
        return self._voice.keep(self._snapshots.jpeg(frame.image, people))
