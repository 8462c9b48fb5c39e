"""Footage looked at with a camera's settings: what was found, and the events of it."""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from av import VideoFrame

from edge_agent.model_store.manifest import Manifest
from edge_agent.vision.detail.eye import Eye
from edge_agent.vision.detector import Detections, Detector
from edge_agent.vision.inspection.subject import shown
from edge_agent.vision.replay import RecordingError
from edge_agent.vision.replay.footage import Shown, due, pictures
from edge_agent.vision.replay.play import Player
from edge_agent.vision.replay.recording import (
    VERSION,
    Header,
    Look,
    Recording,
    digest_of,
    look_of,
    settings_of,
)
from edge_agent.vision.resize import Resizer
from edge_agent.vision.saying import Saying
from edge_agent.vision.settings import CameraSettings

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One picture that was looked at, and what came of it."""

    look: Look
    found: Detections
    said: Sequence[Saying]
    image: VideoFrame | None
    """None where there are only the recorded detections."""


def header_of(
    camera: CameraSettings, first: VideoFrame, *, manifest: Manifest, began: datetime | None
) -> Header:
    """The header of a recording whose first picture is `first`."""
    settings = settings_of(camera)
    named = [camera.name, shown(camera.source), manifest.weights.sha256, digest_of(settings)]
    return Header(
        loket_recording=VERSION,
        camera=camera.name,
        footage=shown(camera.source),
        width=first.width,
        height=first.height,
        began=began,
        run=hashlib.sha256(json.dumps(named).encode()).hexdigest()[:8],
        model=manifest.name,
        model_sha256=manifest.weights.sha256,
        labels=list(manifest.labels),
        settings=settings,
        settings_sha256=digest_of(settings),
    )


class Recorder:
    """Looks at footage, picture by picture. `header` and `player` are there after the first."""

    def __init__(
        self, camera: CameraSettings, detector: Detector, *, manifest: Manifest, began: datetime | None
    ) -> None:
        self.header: Header | None = None
        self.player: Player | None = None
        self._camera = camera
        self._detector = detector
        self._manifest = manifest
        self._began = began

    def steps(self, *, seconds: float | None) -> Iterator[Step]:
        """Each picture that is looked at. Raises CameraLost, CameraImpossible, DetectorError."""
        resize, is_due = Resizer(self._detector.input_size), due(1 / self._camera.max_fps)
        eye: Eye | None = None
        for each in pictures(self._camera, seconds=seconds):
            if not is_due(each.at_s):
                continue
            if self.header is None or self.player is None:
                self.header = header_of(self._camera, each.image, manifest=self._manifest, began=self._began)
                self.player = Player(self._camera, self.header)
            eye = eye or self._eye(self.player)
            followed = self.player.lane.followed
            found = eye.look(each.image, resize(each.image), captured_s=each.at_s, followed=followed)
            look = look_of(each.at_s, each.number, found)
            yield Step(look, found, self.player.see(look, found), each.image)

    def _eye(self, player: Player) -> Eye:
        """As the pipeline's, but with all the time in the world: its clock stands still."""
        return Eye(
            self._detector,
            self._camera.detail,
            follows=player.lane.follows_labels,
            threshold=self._camera.threshold,
            cameras=1,
            times=deque([0.0], maxlen=1),
            now=lambda: 0.0,
        )


def steps_of(recording: Recording, player: Player, footage: CameraSettings | None) -> Iterator[Step]:
    """Each picture of a recording; with the footage that it is of, its image.

    Raises RecordingError where the footage is another, and what `footage.pictures` raises.
    """
    images = pictures(footage, seconds=None) if footage is not None else None
    for look in recording.looks:
        image = _image_of(look, images, recording.header) if images is not None else None
        found = look.detections()
        yield Step(look, found, player.see(look, found), image)


def _image_of(look: Look, images: Iterator[Shown], header: Header) -> VideoFrame:
    for each in images:
        if each.number == look.picture:
            same = abs(each.at_s - look.at_s) < 1e-3 and each.image.width == header.width
            if same and each.image.height == header.height:
                return each.image
            break
    raise RecordingError(
        f"{header.footage}: is not the footage of this recording (picture {look.picture} is another); "
        "name the right one with --footage"
    )
