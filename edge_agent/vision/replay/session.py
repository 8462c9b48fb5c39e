"""One replay from beginning to end: its steps, and the files that come of them."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from edge_agent.vision.drawing.files import enlarged_for_words
from edge_agent.vision.inspection.eyes import Cloak, places_of
from edge_agent.vision.replay import RecordingError
from edge_agent.vision.replay import recording as recordings
from edge_agent.vision.replay.film import Film, Painter
from edge_agent.vision.replay.play import Player, line_of
from edge_agent.vision.replay.record import Step
from edge_agent.vision.replay.recording import End, Header
from edge_agent.vision.saying import Saying

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Outputs:
    """Which files are wanted; each appears under its name once it is whole."""

    detections: Path | None = None
    events: Path | None = None
    video: Path | None = None


@dataclass(slots=True)
class Summary:
    """What came of it."""

    looks: int = 0
    length_s: float = 0.0
    events: Counter[str] = field(default_factory=Counter)
    counted: dict[str, int] = field(default_factory=dict)
    """By rule, direction and label: the running count of its last event."""


def run(
    steps: Iterable[Step],
    parts: Callable[[], tuple[Header, Player]],
    *,
    outputs: Outputs,
    progress: Progress = lambda _at_s: None,
) -> Summary:
    """Take all steps. `parts` gives the header and the player, which may be there only after the first step.

    Raises RecordingError, and what the steps raise.
    """
    summary = Summary()
    with contextlib.ExitStack() as stack:
        kept = stack.enter_context(_text(outputs.detections))
        told = stack.enter_context(_text(outputs.events))
        screen: _Screen | None = None
        for step in steps:
            header, player = parts()
            if not summary.looks:
                if kept is not None:
                    recordings.write(kept, header)
                if outputs.video is not None:
                    screen = _Screen(outputs.video, header, player, stack)
            summary.looks += 1
            summary.length_s = step.look.at_s
            if kept is not None:
                recordings.write(kept, step.look)
            _tell(step.said, told, summary)
            if screen is not None:
                screen.show(step)
            progress(step.look.at_s)
        if not summary.looks:
            raise RecordingError("there is no picture in it; choose another")
        _, player = parts()
        _tell(player.finish(), told, summary)
        if kept is not None:
            recordings.write(kept, End(end_s=summary.length_s, looks=summary.looks))
    return summary


class _Screen:
    """The annotated video; its size is known with the first picture."""

    def __init__(self, path: Path, header: Header, player: Player, stack: contextlib.ExitStack) -> None:
        self._path = path
        self._labels = header.labels
        self._player = player
        self._stack = stack
        self._cloak = Cloak(header.labels, player.lane.camera)
        self._film: Film | None = None
        self._painter: Painter | None = None

    def show(self, step: Step) -> None:
        """Cover, draw and write a picture."""
        if step.image is None:
            return
        covered = enlarged_for_words(self._cloak.cover(step.image, step.found, self._player.lane))
        if self._film is None or self._painter is None:
            height, width = covered.picture.shape[:2]
            self._film = self._stack.enter_context(Film(self._path, width=width, height=height))
            places = places_of(self._player.lane.camera)
            self._painter = Painter(places, self._labels, width=width, height=height)
        at_s = step.look.at_s
        drawn = self._painter.paint(covered, self._player.subjects(), step.said, at_s=at_s)
        self._film.add(drawn, at_s)


def _tell(said: Iterable[Saying], file: TextIO | None, summary: Summary) -> None:
    for saying in said:
        data = saying.data
        summary.events[data.kind] += 1
        count = getattr(data, "count", None)
        if isinstance(count, int) and hasattr(data, "rule"):
            words = [data.rule, getattr(data, "direction", None), getattr(data, "label", None)]
            place = " ".join([data.kind.rpartition(".")[2], *(word for word in words if word)])
            summary.counted[place] = count
        if file is not None:
            file.write(line_of(saying))


@contextlib.contextmanager
def _text(path: Path | None) -> Iterator[TextIO | None]:
    """A file that appears under its name once all was written; nothing is left behind where that failed."""
    if path is None:
        yield None
        return
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        beside.replace(path)
    except OSError as error:
        raise RecordingError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)
