"""The truth of a street as files that public tools read: MOTChallenge's layout, and all events as JSON.

`gt/gt.txt` has a line for each actor in each picture, as in MOT17: frame (from 1), identity, left, top, width
and height in pixels (the top left corner is 1, 1), 1 or 0 for whether it counts, class, visibility. Persons
are of class 1 (pedestrian), vehicles of class 3 (car), which tools for MOT17 leave out and those for MOT15 do
not. What does not count is in pictures of a blind camera, or wholly hidden.
"""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path

from edge_agent.street import StreetError
from edge_agent.street.cast.actor import PERSON, VEHICLE
from edge_agent.street.events import Events
from edge_agent.street.painter import Street
from edge_agent.street.truth import Seen, Truth
from loket.files import write_atomically

CLASSES = {PERSON: 1, VEHICLE: 3}
"""MOT17's numbers of the labels."""
LEAST_VISIBILITY = 0.01
EVENTS_SCHEMA = 1


class Recorder:
    """Collects a street's truth picture by picture; `write` makes the files."""

    def __init__(self, street: Street, *, name: str) -> None:
        self._street = street
        self._truth = Truth(street)
        self._name = name
        self._lines: list[str] = []
        self._frames = 0

    def add(self, frame: int) -> tuple[Seen, ...]:
        """Take in the truth of the next picture, which shows frame number `frame`, and return it."""
        seen = self._truth.frame(frame)
        self._frames += 1
        blind = self._truth.blind(frame)
        self._lines += [_line(self._frames, one, blind=blind) for one in seen]
        return seen

    def write(self, folder: Path) -> Path:
        """Write all into a new folder inside `folder`, named after the sequence, and return it.

        Raises StreetError when it has something in it already, or cannot be written.
        """
        target = folder / self._name
        try:
            prepared(target)
            (target / "gt").mkdir()
            write_atomically(target / "gt" / "gt.txt", "".join(self._lines).encode())
            write_atomically(target / "events.json", events_json(self._truth.events()))
            # The last: a folder with this file is whole.
            write_atomically(target / "seqinfo.ini", self._info().encode())
        except OSError as error:
            raise StreetError(f"{target}: cannot be written: {error.strerror}") from error
        return target

    def _info(self) -> str:
        scenario = self._street.scenario
        return (
            "[Sequence]\n"
            f"name={self._name}\n"
            "imDir=img1\n"
            f"frameRate={scenario.fps:g}\n"
            f"seqLength={self._frames}\n"
            f"imWidth={scenario.width}\n"
            f"imHeight={scenario.height}\n"
            "imExt=.jpg\n"
        )


def record(street: Street, *, name: str, frames: Iterable[int]) -> Recorder:
    """A recorder that has taken in the truth of some frames."""
    recorder = Recorder(street, name=name)
    for frame in frames:
        recorder.add(frame)
    return recorder


def prepared(folder: Path) -> None:
    """Make a folder; raises StreetError where there is something in it already."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise StreetError(f"{folder}: has something in it; name another folder, or empty this one")


def events_json(events: Events) -> bytes:
    """All events; times are seconds from the beginning of the scenario."""
    document = {
        "schema": EVENTS_SCHEMA,
        "units": "times ending in _s are seconds from the beginning; queue_lengths hold until the next",
        **dataclasses.asdict(events),
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def _line(picture: int, seen: Seen, *, blind: bool) -> str:
    left, top, right, bottom = seen.box
    visibility = round(seen.visibility, 4)
    counts = int(not blind and visibility >= LEAST_VISIBILITY)
    return (
        f"{picture},{seen.number},{left + 1:.2f},{top + 1:.2f},{right - left:.2f},{bottom - top:.2f},"
        f"{counts},{CLASSES[seen.label]},{visibility:.4f}\n"
    )
