"""The ports `Camera` and `Source`, and the live camera that keeps one going: lost, tried again, told once."""

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from av import Packet, VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from edge_agent.vision import CameraImpossible, CameraLost
from loket import log

_log = log.get(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a camera as it was decoded, in whatever pixel format, and when it was captured."""

    image: VideoFrame
    captured_s: float
    """Monotonic, in seconds."""
    late: bool = False
    """Whether it was kept undecoded for a while, so that an event loses nothing of its beginning."""
    audit: bool = False
    """Whether the gate would not have shown it: it is only to be asked whether that was right."""
    moved: tuple[tuple[float, float, float, float], ...] = ()
    """Where the gate lately saw motion: left, top, right, bottom in shares of the picture."""


class Camera(Protocol):
    """A source of timed frames; ends only when closed."""

    def frames(self) -> Iterator[Frame]:
        """Frames as they come."""

    def close(self) -> None:
        """End `frames` soon; from any thread."""


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A picture that stands alone, of which a look costs less than the whole; valid until the next one."""

    look: Callable[[], NDArray[np.uint8]]
    """Its brightness, rows and columns, perhaps smaller than the picture. Raises Damaged."""
    picture: Callable[[], VideoFrame]
    """Raises Damaged."""


Coded: TypeAlias = "Packet[VideoStream]"
"""A packet of a stream whose pictures build on each other."""
Shot: TypeAlias = "VideoFrame | Still | Coded"
"""What a source gives: a picture that is decoded, one that may be, or a packet."""


class Source(Protocol):
    """One connection to a camera; see `sources`."""

    @property
    def note(self) -> str:
        """What is not as it should be although frames come, or ""."""

    def frames(self) -> Iterator[Shot]:
        """Shots as they come; returns only where no more will ever come. Raises CameraLost."""

    def close(self) -> None:
        """Let go of it; from the thread that reads."""


@dataclass(frozen=True, slots=True)
class Up:
    """Frames come; `note` tells what is nevertheless wrong, or is empty."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Down:
    """No frames come, and why."""

    reason: str


Status = Up | Down

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 15.0


def retry_after(attempt: int, *, chance: float) -> float:
    """Seconds before attempt number `attempt` (from 1), doubling, with jitter by `chance` in 0 to 1."""
    longest = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(attempt - 1, 10))
    return longest * (0.5 + 0.5 * chance)


class Watching(Protocol):
    """What makes frames of a source's shots; see `gate.watch`."""

    @property
    def note(self) -> str:
        """What is not as it should be with the pictures, or ""."""

    def frames(self, shots: Iterable[Shot]) -> Iterator[Frame]:
        """The frames worth looking at, as the shots of one connection come. Raises CameraLost."""


class LiveCamera:
    """A camera that is opened anew whenever it is lost. Reports its transitions in the log, once each."""

    def __init__(
        self,
        name: str,
        open_source: Callable[[Callable[[float], bool]], Source],
        *,
        watch: Watching,
        now: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`open_source` is given a wait that returns True at once when the camera is being closed; `watch` is
        this camera's alone."""
        self.name = name
        self.status: Status = Down("not opened yet")
        self.progress_s = now()
        """When it last did anything: gave a shot, or tried to (monotonic)."""
        self._open = open_source
        self._watch = watch
        self._attempt = 0
        self._now = now
        self._chance = chance
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        """Frames as they come, across losses, until closed."""
        while not self._closed.is_set():
            try:
                source = self._open(self._wait)
                try:
                    yield from self._watch.frames(self._shots(source))
                    if self._closed.is_set():
                        return
                finally:
                    source.close()
                self._turn(Down("it has ended; for a file, loop = true plays it again"))
                while not self._wait(LONGEST_RETRY_S):
                    pass  # nothing more to read, which is no reason to be taken for stuck
            except CameraImpossible as impossible:
                self._turn(Down(str(impossible)))
                self._attempt = max(self._attempt, 6)
            except CameraLost as lost:
                self._turn(Down(str(lost)))
            self._attempt += 1
            self._wait(retry_after(self._attempt, chance=self._chance()))

    def close(self) -> None:
        """End `frames` soon; from any thread."""
        self._closed.set()

    def _shots(self, source: Source) -> Iterator[Shot]:
        """What the source gives, until closed; each is a sign of life, decoded or not."""
        for shot in source.frames():
            self._attempt = 0
            self._turn(Up(source.note or self._watch.note))
            yield shot
            if self._closed.is_set():
                return

    def _wait(self, seconds: float) -> bool:
        closing = self._closed.wait(max(0.0, seconds))
        self.progress_s = self._now()
        return closing

    def _turn(self, status: Status) -> None:
        self.progress_s = self._now()
        if status == self.status:
            return
        before, self.status = self.status, status
        match status:
            case Up(note=""):
                _log.info("camera_up", camera=self.name)
            case Up(note=note):
                _log.warning("camera_impaired", camera=self.name, reason=note)
            case Down(reason=reason) if not isinstance(before, Down) or before.reason != reason:
                _log.warning("camera_down", camera=self.name, reason=reason)
