"""An annotated video: covered pictures with what is followed, the places, and what was told lately."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av import FFmpegError, VideoFrame

from edge_agent.contract.events import AlertStarted, LineCrossed, QueueMeasured, ZoneCounted
from edge_agent.vision.detector import Picture
from edge_agent.vision.drawing.canvas import Overlay, laid_over
from edge_agent.vision.drawing.found import Mark, marks_over
from edge_agent.vision.drawing.places import Places, sheet_of
from edge_agent.vision.pictures.release import Covered
from edge_agent.vision.replay import RecordingError
from edge_agent.vision.saying import Saying
from edge_agent.vision.subject import Subject

ENCODER = "libx264"
LIT_S = 0.8
"""A place stands out for so long after an event about it."""
_TICKS = 90_000
_CRF = "21"


class Film:
    """An H.264 file (MP4), written picture by picture; it appears under its name once it is whole."""

    def __init__(self, path: Path, *, width: int, height: int) -> None:
        """Raises RecordingError: it cannot be written, or PyAV has no encoder for it."""
        self._path = path
        self._beside = path.with_name(f".{path.name}.part")
        self._size = (width - width % 2, height - height % 2)
        self._last = -1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._container = av.open(str(self._beside), "w", format="mp4")
            self._stream = self._container.add_stream("libx264", rate=Fraction(25))
        except (FFmpegError, OSError, ValueError) as error:
            self._beside.unlink(missing_ok=True)
            raise RecordingError(f"{path}: cannot be written: {error}") from error
        self._stream.width, self._stream.height = self._size
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = Fraction(1, _TICKS)
        self._stream.codec_context.time_base = Fraction(1, _TICKS)
        self._stream.codec_context.options = {"preset": "veryfast", "crf": _CRF}
        self._stream.codec_context.thread_count = 2

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._last >= 0:
                self._container.mux(self._stream.encode(None))
            self._container.close()
            if kind is None and self._last >= 0:
                self._beside.replace(self._path)
        except (FFmpegError, OSError) as fault:
            if kind is None:
                raise RecordingError(f"{self._path}: cannot be written: {fault}") from fault
        finally:
            self._beside.unlink(missing_ok=True)

    def add(self, picture: Picture, at_s: float) -> None:
        """One more picture, shown at `at_s`. Raises RecordingError."""
        width, height = self._size
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture[:height, :width]), format="rgb24")
        self._last = max(self._last + 1, round(at_s * _TICKS))
        frame.pts, frame.time_base = self._last, Fraction(1, _TICKS)
        try:
            self._container.mux(self._stream.encode(frame.reformat(format="yuv420p")))
        except (FFmpegError, OSError) as error:
            raise RecordingError(f"{self._path}: cannot be written: {error}") from error


class Painter:
    """Draws one camera's pictures, one after the other."""

    def __init__(self, places: Places, labels: Sequence[str], *, width: int, height: int) -> None:
        self._places = places
        self._labels = labels
        self._size = (width, height)
        self._sheet: Overlay | None = self._sheet_of(places) if not places.empty else None
        self._lit_sheets: dict[str, Overlay] = {}
        self._lit_until: dict[str, float] = {}
        self._counts: dict[str, str] = {}

    def paint(
        self, covered: Covered, subjects: Sequence[Subject], said: Sequence[Saying], *, at_s: float
    ) -> Picture:
        """The covered picture with everything over it."""
        for saying in said:
            self._hear(saying, at_s)
        picture = covered.picture
        sheets = [self._sheet] if self._sheet is not None else []
        sheets += [self._lit(name) for name, until in self._lit_until.items() if at_s <= until]
        marks = [
            Mark(subject.box, f"{self._labels[subject.label]} {subject.number}", seen=subject.seen)
            for subject in subjects
        ]
        counts = "   ".join(self._counts.values())
        caption = f"{int(at_s // 60):02}:{at_s % 60:04.1f}   {counts}".strip()
        width, height = self._size
        for sheet in [*sheets, marks_over(marks, width=width, height=height, caption=caption)]:
            picture = laid_over(picture, sheet)
        return picture

    def _hear(self, saying: Saying, at_s: float) -> None:
        data = saying.data
        place = getattr(data, "line", None) or getattr(data, "zone", None) or getattr(data, "place", None)
        match data:
            case LineCrossed():
                sign = ">" if data.direction == "forward" else "<"
                self._counts[f"{data.rule} {data.direction} {data.label}"] = (
                    f"{data.line} {sign} {data.count} {data.label}"
                )
            case ZoneCounted():
                self._counts[data.rule] = f"{data.zone}: {data.count}"
                return
            case QueueMeasured():
                self._counts[data.rule] = f"{data.zone}: {data.length} wait"
                return
            case AlertStarted():
                self._counts[f"{data.rule} {data.number}"] = f"{data.alert} at {data.place}"
        if isinstance(place, str):
            self._lit_until[place] = at_s + LIT_S

    def _lit(self, name: str) -> Overlay:
        if name not in self._lit_sheets:
            chosen = Places(
                zones=tuple(zone for zone in self._places.zones if zone.name == name),
                lines=tuple(line for line in self._places.lines if line.name == name),
            )
            self._lit_sheets[name] = self._sheet_of(chosen, lit=True)
        return self._lit_sheets[name]

    def _sheet_of(self, places: Places, *, lit: bool = False) -> Overlay:
        width, height = self._size
        names = [zone.name for zone in places.zones] + [line.name for line in places.lines]
        return sheet_of(places, width=width, height=height, lit=names if lit else (), numbered=False)
