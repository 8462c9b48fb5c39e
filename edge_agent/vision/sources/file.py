"""A video file or an animated GIF, played at its own pace: the camera of demos and tests."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from edge_agent.vision import CameraImpossible, CameraLost
from edge_agent.vision.camera import Shot
from edge_agent.vision.sources import libav

_SHORT_BY_S = 1.0
_LONGEST_GAP_S = 10.0
_SHORTEST_LAP_S = 0.5
"""So that a file of one damaged picture does not occupy a core."""


def check(address: str) -> None:
    """Raise CameraImpossible unless the file is there and can be read."""
    path = Path(address)
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise CameraImpossible(f"{address}: is empty; copy it anew")
    except FileNotFoundError:
        raise CameraImpossible(f"{address}: no such file; correct the camera's source") from None
    except OSError as error:
        raise CameraImpossible(
            f"{address}: cannot be read: {error.strerror}; correct the source or its rights"
        ) from None


class FileSource:
    """One file; with `loop` it begins again when it ends."""

    def __init__(self, address: str, *, loop: bool, wait: Callable[[float], bool]) -> None:
        check(address)
        self.note = ""
        self._address = address
        self._loop = loop
        self._wait = wait
        self._container = libav.open_container(address, name=address)

    def frames(self) -> Iterator[Shot]:
        """What is in it, each when its time has come. Raises CameraLost."""
        while True:
            began, shown = time.monotonic(), 0
            for shot in self._once():
                shown += 1
                yield shot
            if shown == 0:
                raise CameraLost(f"{self._address}: no picture in it can be read; copy it anew")
            if not self._loop or self._wait(max(0.0, _SHORTEST_LAP_S - (time.monotonic() - began))):
                return
            self.close()
            self._container = libav.open_container(self._address, name=self._address)

    def _once(self) -> Iterator[Shot]:
        started, first, last = time.monotonic(), None, 0.0
        try:
            for timed in libav.shots(self._container, name=self._address):
                at = last if timed.at_s is None else timed.at_s
                first = at if first is None else first
                # A jump in the file's times must not put the camera to sleep.
                ahead = min(at - first - (time.monotonic() - started), _LONGEST_GAP_S)
                if ahead > 0 and self._wait(ahead):
                    return
                last = max(last, at)
                yield timed.shot
        except CameraLost as lost:
            if first is None:
                raise
            self.note = f"{lost}; playing what can be read"
            return
        length = (self._container.duration or 0) / 1_000_000
        if first is not None and length - (last - first) > _SHORT_BY_S + length * 0.02:
            seen = f"{last - first:.0f} of {length:.0f} s"
            self.note = f"{self._address}: is cut short: {seen} can be read; copy it anew"
        else:
            self.note = ""

    def close(self) -> None:
        """Close the file."""
        self._container.close()


def open_source(address: str, *, loop: bool, wait: Callable[[float], bool]) -> FileSource:
    """Open a file. Raises CameraLost, CameraImpossible."""
    return FileSource(address, loop=loop, wait=wait)
