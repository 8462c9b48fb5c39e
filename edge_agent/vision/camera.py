"""The port `Camera`, and the live camera that keeps one going: lost, tried again with jitter, told once."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from av import VideoFrame

from edge_agent.vision import CameraImpossible, CameraLost
from loket import log

_log = log.get(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a camera as it was decoded, in whatever pixel format, and when it was captured."""

    image: VideoFrame
    captured_s: float
    """Monotonic, in seconds."""


class Camera(Protocol):
    """A source of timed frames; ends only when closed."""

    def frames(self) -> Iterator[Frame]:
        """Frames as they come."""

    def close(self) -> None:
        """End `frames` soon; from any thread."""


class Source(Protocol):
    """One connection to a camera; see `sources`."""

    @property
    def note(self) -> str:
        """What is not as it should be although frames come, or ""."""

    def frames(self) -> Iterator[VideoFrame]:
        """Pictures as they come; returns only where no more will ever come. Raises CameraLost."""

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


class LiveCamera:
    """A camera that is opened anew whenever it is lost. Reports its transitions in the log, once each."""

    def __init__(
        self,
        name: str,
        open_source: Callable[[Callable[[float], bool]], Source],
        *,
        now: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`open_source` is given a wait that returns True at once when the camera is being closed."""
        self.name = name
        self.status: Status = Down("not opened yet")
        self.progress_s = now()
        """When it last did anything: gave a frame, or tried to (monotonic)."""
        self._open = open_source
        self._now = now
        self._chance = chance
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        """Frames as they come, across losses, until closed."""
        attempt = 0
        while not self._closed.is_set():
            try:
                source = self._open(self._wait)
                try:
                    for image in source.frames():
                        attempt = 0
                        self._turn(Up(source.note))
                        yield Frame(image=image, captured_s=self.progress_s)
                        if self._closed.is_set():
                            return
                    if self._closed.is_set():
                        return
                finally:
                    source.close()
                self._turn(Down("it has ended; for a file, loop = true plays it again"))
                while not self._wait(LONGEST_RETRY_S):
                    pass  # nothing more to read, which is no reason to be taken for stuck
            except CameraImpossible as impossible:
                self._turn(Down(str(impossible)))
                attempt = max(attempt, 6)
            except CameraLost as lost:
                self._turn(Down(str(lost)))
            attempt += 1
            self._wait(retry_after(attempt, chance=self._chance()))

    def close(self) -> None:
        """End `frames` soon; from any thread."""
        self._closed.set()

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
