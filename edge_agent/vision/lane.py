"""One camera's way from detections to events: its labels, its tracks, what it told."""

from collections.abc import Sequence

import numpy as np

from edge_agent.contract.events import Box, TrackEnded, TrackStarted
from edge_agent.vision import tracker
from edge_agent.vision.detector import Boxes, Detections, nothing
from edge_agent.vision.settings import CameraSettings
from edge_agent.vision.tracker import Rules, State, Track

SILENCE_S = 0.5
"""Without a frame for so long, time passes for the tracks all the same."""


class Lane:
    """The state of one camera between frames; its decisions are `tracker`'s."""

    def __init__(self, camera: CameraSettings, *, labels: Sequence[str], run: str) -> None:
        """`labels` are the detector's; `run` names this run of the unit in events."""
        self.camera = camera
        self.tracks = 0
        self._labels = labels
        self._run = run
        self._follows = np.isin(np.array(labels), camera.labels)
        self._rules = Rules(
            threshold=camera.threshold,
            unsure=camera.threshold * 0.75,
            confirm_hits=camera.confirm_hits,
            tentative_s=camera.miss_s / 2,
            miss_s=camera.miss_s,
        )
        self._state = State()
        self._now_s = 0.0

    def see(self, found: Detections, *, captured_s: float) -> tuple[list[Track], list[Track]]:
        """Follow what was found in a frame captured at `captured_s`; the tracks that started and ended."""
        self._now_s = max(self._now_s, captured_s)
        followed = found[self._follows[found.labels]]
        self._state, (started, ended) = tracker.step(self._state, self._now_s, followed, rules=self._rules)
        self.tracks += len(started)
        return started, ended

    def pass_time(self, now_s: float) -> list[Track]:
        """No frame came: the tracks that ended by `now_s`."""
        if now_s - self._now_s < SILENCE_S or not len(self._state):
            return []
        _, ended = self.see(nothing(), captured_s=now_s - SILENCE_S)
        return ended

    def finish(self) -> list[Track]:
        """The camera stops: the tracks that end with it."""
        self._state, ended = tracker.finish(self._state)
        return ended

    def where(self, label: int) -> Boxes:
        """Where the tracked objects with this label should be now."""
        boxes: Boxes = self._state.predicted(self._now_s)[self._state.label == label]
        return boxes

    def started(self, track: Track, *, snapshot: str | None) -> TrackStarted:
        """The event of a track that started."""
        return TrackStarted(
            camera=self.camera.name,
            track=track.number,
            run=self._run,
            label=self._labels[track.label],
            score=round(track.score, 4),
            box=_box(track),
            snapshot=snapshot,
        )

    def ended(self, track: Track) -> TrackEnded:
        """The event of a track that ended."""
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
