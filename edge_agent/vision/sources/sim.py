"""A camera over a simulated street, live: `sim:SCENARIO?seed=7`; `street.address` has its other options."""

import math
import time
from collections.abc import Callable, Iterator
from fractions import Fraction

import cv2
from av import VideoFrame

from edge_agent.street import StreetError
from edge_agent.street.address import Address, parse_address
from edge_agent.street.export.video import Line, frame_of
from edge_agent.street.painter import Street
from edge_agent.vision import CameraImpossible


def check(address: str) -> None:
    """Raise CameraImpossible where the address is mistaken, or asks for what is not installed."""
    SimSource(address, loop=False, wait=lambda _seconds: True)


def next_frame(shown: int, *, elapsed_s: float, fps: float) -> tuple[int, float]:
    """The number of the frame to show after number `shown` (-1: none yet), and in how many seconds it is due.

    Frames whose time has passed are skipped but for the last of them: who is slow sees less, not later.
    """
    number = max(shown + 1, math.floor(elapsed_s * fps))
    return number, max(0.0, number / fps - elapsed_s)


class SimSource:
    """One street, from its beginning; with `loop`, a lap later it begins again with the next seed."""

    def __init__(
        self,
        address: str,
        *,
        loop: bool,
        wait: Callable[[float], bool],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.note = ""
        self._name = address
        self._loop = loop
        self._wait = wait
        self._now = now
        try:
            self._address = parse_address(address)
            self._line = _line_of(self._address)
        except StreetError as error:
            raise CameraImpossible(f"{address}: {error}") from error

    def frames(self) -> Iterator[VideoFrame]:
        """Its pictures, each when its time has come. Raises CameraImpossible."""
        scenario, seed = self._address.scenario, self._address.seed
        first, lap, shown = int(self._address.from_s * scenario.fps), 0, -1
        cv2.setNumThreads(
            1
        )  # threads cost more than they gain at this size, and the cores are the detector's
        try:
            street = Street(scenario, seed=seed)
            began = self._now()
            while True:
                shown, ahead_s = next_frame(shown, elapsed_s=self._now() - began, fps=scenario.fps)
                if self._wait(ahead_s):
                    return
                laps, number = divmod(first + shown, scenario.frames)
                if laps and not self._loop:
                    return
                if laps != lap:
                    lap, street = laps, Street(scenario, seed=seed + laps)
                frame = frame_of(street.picture(number))
                frame = self._line.through(frame) if self._line else frame
                frame.pts, frame.time_base = shown, 1 / Fraction(scenario.fps)
                yield frame
        except StreetError as error:
            raise CameraImpossible(f"{self._name}: {error}") from error

    def close(self) -> None:
        """Nothing is held."""


def _line_of(address: Address) -> Line | None:
    scenario = address.scenario
    if scenario.sensor.bitrate_kbps is None:
        return None
    return Line(
        width=scenario.width,
        height=scenario.height,
        fps=scenario.fps,
        bitrate_kbps=scenario.sensor.bitrate_kbps,
    )


def open_source(address: str, *, loop: bool, wait: Callable[[float], bool]) -> SimSource:
    """Open a street. Raises CameraImpossible."""
    return SimSource(address, loop=loop, wait=wait)


def unhurried(address: str) -> SimSource:
    """A street whose clock stands still: every picture of it, as fast as they are asked for."""
    return SimSource(address, loop=False, wait=lambda _seconds: False, now=lambda: 0.0)
