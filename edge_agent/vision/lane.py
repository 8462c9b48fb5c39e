"""One camera's way from detections to events: its labels, its tracks, its scene, what it told."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from edge_agent.contract.events import Box, Tamper, TrackEnded, TrackStarted
from edge_agent.vision import tracker
from edge_agent.vision.detector import Boxes, Detections, nothing
from edge_agent.vision.saying import Saying
from edge_agent.vision.scene import scene
from edge_agent.vision.scene.scene import Scene
from edge_agent.vision.scene.visit import REJOIN_S
from edge_agent.vision.settings import CameraSettings
from edge_agent.vision.subject import Subject
from edge_agent.vision.tracker import Rules, State, Track

SILENCE_S = 0.5
"""Without a frame for so long, time passes for the tracks all the same."""


class Lane:
    """The state of one camera between frames; its decisions are those of `tracker` and `scene`."""

    def __init__(self, camera: CameraSettings, *, labels: Sequence[str], run: str) -> None:
        """`labels` are the detector's; `run` names this run of the unit in events."""
        self.camera = camera
        self.tracks = 0
        self.tampers: frozenset[Tamper] = frozenset()
        """What is wrong with the camera's picture just now."""
        self._labels = labels
        self._run = run
        self._follows = np.isin(np.array(labels), camera.labels)
        self._rules = Rules(
            threshold=camera.threshold,
            unsure=camera.threshold / 2,
            confirm_hits=camera.confirm_hits,
            tentative_s=camera.miss_s / 2,
            miss_s=camera.miss_s,
        )
        self._state = State()
        self._scene = Scene(
            camera=camera.name,
            run=run,
            labels=labels,
            lines={line.name: line.shape for line in camera.lines},
            zones={zone.name: zone.shape for zone in camera.zones},
            rules=tuple(camera.rules),
            patience_s=camera.miss_s + REJOIN_S,
        )
        self._seen = self._scene.begin()
        self._now_s = 0.0

    @property
    def needs_wall(self) -> bool:
        """Whether a rule judges by the wall clock."""
        return any(getattr(rule, "hours", ()) for rule in self.camera.rules)

    @property
    def notes(self) -> tuple[str, ...]:
        """Why rules cannot judge, told with the unit's health."""
        if self.tampers and self._scene.rules:
            return (*self._seen.notes, "its rules cannot judge while its picture is not as it should be")
        return self._seen.notes

    def see(
        self, found: Detections, *, captured_s: float, watched: bool = True, wall: datetime | None = None
    ) -> list[Saying]:
        """Follow what was found in a frame captured at `captured_s`; what there is to say of it.

        `watched`: whether there was a frame, or one was spared because nothing moves; without, nobody found
        does not mean nobody there. `wall`: the time of the capture, where the clock is trusted.
        """
        self._now_s = max(self._now_s, captured_s)
        followed = found[self._follows[found.labels]]
        self._state, (started, ended) = tracker.step(self._state, self._now_s, followed, rules=self._rules)
        self.tracks += len(started)
        said = [Saying(self._started(track), captured_s, pictured=True) for track in started]
        said += [Saying(self._ended(track), captured_s) for track in ended]
        if self._scene.rules:
            self._seen, told = scene.step(
                self._scene,
                self._seen,
                self._now_s,
                self.subjects(),
                watched=watched and not self.tampers,
                wall=wall,
            )
            said += told
        return said

    def pass_time(self, now_s: float, *, watched: bool = False, wall: datetime | None = None) -> list[Saying]:
        """No frame came: what there is to say by `now_s`; as `see`."""
        if now_s - self._now_s < SILENCE_S or not (len(self._state) or self._scene.rules):
            return []
        return self.see(nothing(), captured_s=now_s - SILENCE_S, watched=watched, wall=wall)

    def finish(self, now_s: float) -> list[Saying]:
        """The camera stops: what ends with it."""
        self._state, ended = tracker.finish(self._state)
        said = [Saying(self._ended(track), now_s) for track in ended]
        self._seen, told = scene.finish(self._scene, self._seen, max(self._now_s, now_s))
        return said + told

    @property
    def is_busy(self) -> bool:
        """Whether something is followed, believed or not yet."""
        return len(self._state) > 0

    def subjects(self) -> list[Subject]:
        """What is believed to be there, at the time of the latest frame."""
        return self._state.subjects(self._now_s)

    def follows(self, found: Detections) -> bool:
        """Whether something among what was found would be followed, were it found again."""
        return bool(np.any(self._follows[found.labels] & (found.scores >= self.camera.threshold)))

    @property
    def follows_labels(self) -> list[bool]:
        """By the detector's labels, whether it is followed here."""
        return [bool(followed) for followed in self._follows]

    @property
    def followed(self) -> Boxes:
        """Where all that is followed should be, at the time of the latest frame."""
        return self._state.predicted(self._now_s)

    def where(self, label: int) -> Boxes:
        """Where the tracked objects with this label should be now."""
        boxes: Boxes = self._state.predicted(self._now_s)[self._state.label == label]
        return boxes

    def _started(self, track: Track) -> TrackStarted:
        return TrackStarted(
            camera=self.camera.name,
            track=track.number,
            run=self._run,
            label=self._labels[track.label],
            score=round(track.score, 4),
            box=_box(track),
        )

    def _ended(self, track: Track) -> TrackEnded:
        return TrackEnded(
            camera=self.camera.name,
            track=track.number,
            run=self._run,
            label=self._labels[track.label],
            score=round(track.score, 4),
            box=_box(track),
            duration_s=round(track.last_s - track.first_s, 3),
            frames=track.frames,
        )


def _box(track: Track) -> Box:
    left, top, right, bottom = (round(side, 4) for side in track.box)
    return Box(left=left, top=top, right=right, bottom=bottom)
