"""The vision loop's body: one frame in, its events out."""

import time
from collections import deque
from collections.abc import Callable, Sequence

from edge_agent.vision import privacy
from edge_agent.vision.camera import Frame
from edge_agent.vision.detector import Boxes, Detections, Detector
from edge_agent.vision.lane import Lane
from edge_agent.vision.resize import Resizer
from edge_agent.vision.saying import Saying
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
        """Look at a frame and tell what happened.

        `wanted`, if given, is called once with a way to make a picture of this frame. Raises DetectorError,
        OutboxError.
        """
        lane = self._lanes[camera]
        small = self._resizers[camera](frame.image)
        before = self._now()
        found = self._detector.detect(small)
        self.detect_s.append(self._now() - before)
        self.inferences += 1
        wall = self._voice.wall_at(frame.captured_s) if lane.needs_wall else None
        said = lane.see(found, captured_s=frame.captured_s, wall=wall)
        if wanted is not None:
            wanted(lambda: self._picture(frame, found, lane))
        pictured = lane.camera.snapshots and any(saying.pictured for saying in said)
        self._say(lane, said, snapshot=self._picture(frame, found, lane) if pictured else None)

    def audit(self, camera: int, frame: Frame) -> bool:
        """Whether a frame that the gate would not have shown has a subject in it. Tells nothing of it."""
        found = self._detector.detect(self._resizers[camera](frame.image))
        self.inferences += 1
        return self._lanes[camera].follows(found)

    def pass_time(self, camera: int, now_s: float, *, watched: bool) -> None:
        """Tell what time alone brings about on a camera that gives no frames.

        `watched`: it gives none because nothing moves before it.
        """
        lane = self._lanes[camera]
        wall = self._voice.wall_at(now_s) if lane.needs_wall else None
        self._say(lane, lane.pass_time(now_s, watched=watched, wall=wall))

    def finish(self, now_s: float) -> None:
        """Tell every track, stay and alert as ended: the unit stops."""
        for lane in self._lanes:
            self._say(lane, lane.finish(now_s))

    def _say(self, lane: Lane, said: Sequence[Saying], *, snapshot: str | None = None) -> None:
        for saying in said:
            data = saying.data
            if snapshot is not None and saying.pictured:
                data = data.model_copy(update={"snapshot": snapshot})
            self._voice.say(data, captured_s=saying.at_s, subject=lane.camera.name)

    def _picture(self, frame: Frame, found: Detections, lane: Lane) -> str | None:
        """Make and keep a picture of this frame with its people's heads covered.

        Only from the boxes of this very frame; a detector that does not know people gets no picture made.
        """
        if self._person is None:
            return None
        people: Boxes | None = privacy.people_in(found, lane.where(self._person), person=self._person)
        return self._voice.keep(self._snapshots.jpeg(frame.image, people))
