"""One camera's pictures: which frames become one, which is held until its track ends, and what for."""

from collections.abc import Sequence

import numpy as np

from edge_agent.contract.events import EventData, TrackEnded, TrackStarted
from edge_agent.vision.camera import Frame
from edge_agent.vision.detector import Boxes, Detections, Picture
from edge_agent.vision.lane import Lane
from edge_agent.vision.pictures import best, people
from edge_agent.vision.pictures.best import Kept
from edge_agent.vision.pictures.ledger import Purpose
from edge_agent.vision.pictures.release import Press, Released, Unreleasable
from edge_agent.vision.saying import Saying
from edge_agent.vision.voice import Voice

_NEVER = float("-inf")


class Album:
    """The pictures of one camera, and the best of each track in memory. For one thread."""

    def __init__(self, lane: Lane, *, labels: Sequence[str], press: Press, voice: Voice) -> None:
        """`labels` are the detector's; one that does not know people gets no picture made."""
        self._lane = lane
        self._press = press
        self._voice = voice
        self._person = list(labels).index(people.PERSON) if people.PERSON in labels else None
        self._kept: dict[int, Kept] = {}
        self._tried_s = _NEVER

    def take(self, frame: Frame, found: Detections) -> "Shot":
        """What pictures there may be of this frame."""
        return Shot(self, frame, found)

    def see(self, shot: "Shot", small: Picture) -> None:
        """Hold the picture of this frame for the tracks that it shows better than any before.

        `small` is the frame as the detector saw it.
        """
        if not self._lane.camera.snapshots.best or shot.captured_s - self._tried_s < best.EVERY_S:
            return
        merits = {
            subject.number: best.merit(subject, best.score_of(subject, shot.found), small)
            for subject in self._lane.subjects()
            if subject.seen
        }
        if merits:
            self._tried_s = shot.captured_s
        chosen = best.better(merits, self._kept)
        if not chosen:
            return
        released = shot.released
        if released is not None:
            held = self._kept | {number: Kept(released, merits[number]) for number in chosen}
            self._kept = best.with_room(held)

    def illustrated(self, saying: Saying, shot: "Shot | None") -> EventData:
        """The event with its picture, if one belongs to it and can be had; `shot`: of the frame at hand."""
        data, settings = saying.data, self._lane.camera.snapshots
        snapshot = None
        if isinstance(data, TrackEnded):
            kept = self._kept.pop(data.track, None)
            snapshot = self.keep(kept.released, "track") if kept else None
        elif shot is None or not saying.pictured:
            return data
        elif isinstance(data, TrackStarted):
            snapshot = shot.keep("track") if settings.first else None
        elif settings.alerts:
            snapshot = shot.keep("alert")
        return data if snapshot is None else data.model_copy(update={"snapshot": snapshot})

    def keep(self, released: Released, purpose: Purpose) -> str | None:
        """Let a picture out: its hash, or None where there is no room."""
        return self._voice.keep(released, camera=self._lane.camera.name, purpose=purpose)

    def release(self, frame: Frame, found: Detections) -> Released | None:
        """The frame with the heads of everybody in it covered; None where none may or can be made."""
        if self._person is None:
            return None
        tracked = self._lane.where(self._person)
        sure = found.boxes[found.scores >= self._lane.camera.threshold]
        moved = np.array(frame.moved, np.float32).reshape(-1, 4)
        tracked = np.concatenate([tracked, people.unexplained(moved, np.concatenate([sure, tracked]))])
        where: Boxes | None = people.people_in(found, tracked, person=self._person)
        if "moved" in self._lane.tampers and self._lane.camera.masks:
            where = None  # what the masks are to hide is elsewhere in the picture now
        try:
            return self._press.release(frame.image, where)
        except Unreleasable:
            return None


class Shot:
    """The picture of one frame: made when it is first wanted, and only once."""

    def __init__(self, album: Album, frame: Frame, found: Detections) -> None:
        self.found = found
        self.captured_s = frame.captured_s
        self._album = album
        self._frame = frame
        self._released: Released | None = None
        self._made = False
        self._sha256: str | None = None

    @property
    def released(self) -> Released | None:
        """The picture; None where none may or can be made."""
        if not self._made:
            self._made = True
            self._released = self._album.release(self._frame, self.found)
        return self._released

    def keep(self, purpose: Purpose) -> str | None:
        """Let it out, for whatever is first; its hash, or None."""
        if self._sha256 is None and self.released is not None:
            self._sha256 = self._album.keep(self.released, purpose)
        return self._sha256
