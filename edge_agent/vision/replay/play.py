"""What was found, followed as the unit follows it; and the events that come of it, as lines of JSON."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from edge_agent.vision.detector import Detections
from edge_agent.vision.lane import SILENCE_S, Lane
from edge_agent.vision.replay.recording import Header, Look, Recording
from edge_agent.vision.saying import Saying
from edge_agent.vision.settings import CameraSettings
from edge_agent.vision.subject import Subject


class Player:
    """One camera's lane, fed from a recording. Its clock is the recording's."""

    def __init__(self, camera: CameraSettings, header: Header) -> None:
        self.lane = Lane(camera, labels=header.labels, run=header.run)
        self.notes: dict[str, None] = {}
        """Why rules could not judge, each once."""
        self._began = header.began if self.lane.needs_wall else None
        self._now_s = 0.0

    def see(self, look: Look, found: Detections | None = None) -> list[Saying]:
        """What there is to say of a picture, and of the time before it in which there was none."""
        said: list[Saying] = []
        # The unit lets time pass, too, where a camera gives no picture.
        pause_s = self._now_s + 2 * SILENCE_S
        while pause_s < look.at_s:
            said += self.lane.pass_time(pause_s, wall=self._wall(pause_s))
            pause_s += SILENCE_S
        self._now_s = look.at_s
        said += self.lane.see(
            look.detections() if found is None else found, captured_s=look.at_s, wall=self._wall(look.at_s)
        )
        self.notes |= dict.fromkeys(self.lane.notes)
        return said

    def finish(self) -> list[Saying]:
        """What ends with the recording."""
        return self.lane.finish(self._now_s)

    def subjects(self) -> list[Subject]:
        """Who is believed to be there."""
        return self.lane.subjects()

    def _wall(self, at_s: float) -> datetime | None:
        return None if self._began is None else self._began + timedelta(seconds=at_s)


def events(recording: Recording, camera: CameraSettings) -> Iterator[Saying]:
    """All that the camera's settings make of a recording, in order."""
    player = Player(camera, recording.header)
    for look in recording.looks:
        yield from player.see(look)
    yield from player.finish()


def line_of(saying: Saying) -> str:
    """An event as one line of JSON: the same event gives the same bytes."""
    document = {
        "at_s": saying.at_s,
        "kind": saying.data.kind,
        "data": saying.data.model_dump(mode="json", exclude_none=True),
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
