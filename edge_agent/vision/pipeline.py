"""The vision loop's body: one frame in, its events out."""

import time
from collections import deque
from collections.abc import Callable, Sequence

from edge_agent.vision.album import Album, Shot
from edge_agent.vision.camera import Frame
from edge_agent.vision.detail.eye import Eye
from edge_agent.vision.detector import Detector
from edge_agent.vision.lane import Lane
from edge_agent.vision.resize import Resizer
from edge_agent.vision.saying import Saying
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
        albums: Sequence[Album],
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.detect_s: deque[float] = deque(maxlen=RECENT)
        """How long the recent detections took."""
        self._lanes = lanes
        self._voice = voice
        self._albums = albums
        self._resizers = [Resizer(detector.input_size) for _ in lanes]
        self._eyes = [
            Eye(
                detector,
                lane.camera.detail,
                follows=lane.follows_labels,
                threshold=lane.camera.threshold,
                cameras=len(lanes),
                times=self.detect_s,
                now=now,
            )
            for lane in lanes
        ]

    def process(
        self, camera: int, frame: Frame, *, wanted: Callable[[TakePicture], None] | None = None
    ) -> None:
        """Look at a frame and tell what happened.

        `wanted`, if given, is called once with a way to make a picture of this frame. Raises DetectorError,
        OutboxError.
        """
        lane = self._lanes[camera]
        small = self._resizers[camera](frame.image)
        found = self._eyes[camera].look(
            frame.image, small, captured_s=frame.captured_s, followed=lane.followed, moved=frame.moved
        )
        wall = self._voice.wall_at(frame.captured_s) if lane.needs_wall else None
        said = lane.see(found, captured_s=frame.captured_s, wall=wall)
        shot = self._albums[camera].take(frame, found)
        if wanted is not None:
            wanted(lambda: shot.keep("command"))
        self._albums[camera].see(shot, small)
        self._say(camera, said, shot)

    @property
    def inferences(self) -> int:
        """How many pictures and parts of pictures the detector has looked at."""
        return sum(eye.inferences for eye in self._eyes)

    def audit(self, camera: int, frame: Frame) -> bool:
        """Whether a frame that the gate would not have shown has a subject in it. Tells nothing of it."""
        found = self._eyes[camera].glance(self._resizers[camera](frame.image))
        return self._lanes[camera].follows(found)

    def pass_time(self, camera: int, now_s: float, *, watched: bool) -> None:
        """Tell what time alone brings about on a camera that gives no frames.

        `watched`: it gives none because nothing moves before it.
        """
        lane = self._lanes[camera]
        wall = self._voice.wall_at(now_s) if lane.needs_wall else None
        self._say(camera, lane.pass_time(now_s, watched=watched, wall=wall))

    def finish(self, now_s: float) -> None:
        """Tell every track, stay and alert as ended: the unit stops."""
        for camera, lane in enumerate(self._lanes):
            self._say(camera, lane.finish(now_s))

    def _say(self, camera: int, said: Sequence[Saying], shot: Shot | None = None) -> None:
        for saying in said:
            data = self._albums[camera].illustrated(saying, shot)
            self._voice.say(data, captured_s=saying.at_s, subject=self._lanes[camera].camera.name)
