"""A USB camera by Video4Linux2, through libav's input device."""

from collections.abc import Callable, Iterator
from pathlib import Path

from av.container import InputContainer

from edge_agent.vision import CameraLost
from edge_agent.vision.camera import Shot
from edge_agent.vision.sources import libav

OPEN_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 5.0
_OFFERS: tuple[dict[str, str], ...] = (
    {"input_format": "mjpeg", "video_size": "1280x720"},
    {"input_format": "mjpeg", "video_size": "640x480"},
    {"video_size": "1280x720"},
    {"video_size": "640x480"},
    {},
)
"""Tried in this order: JPEGs first, for a look at one costs little and USB has room for them; the
last is what the camera offers first. Which of them a camera takes is *unverified on hardware*."""


def check(address: str) -> None:
    """A camera may be plugged in any day."""


class V4l2Source:
    """One opened camera."""

    def __init__(self, address: str) -> None:
        self.note = ""
        self._address = address
        if not Path(address).exists():
            raise CameraLost(f"{address}: no camera is plugged in there; plug it in, or correct the source")
        self._container = _open(address)

    def frames(self) -> Iterator[Shot]:
        """Pictures as the camera makes them. Raises CameraLost."""
        for timed in libav.shots(self._container, name=self._address):
            yield timed.shot
        raise CameraLost(f"{self._address}: the camera ended the stream")

    def close(self) -> None:
        """Let go of the camera."""
        self._container.close()


def _open(address: str) -> InputContainer:
    for options in _OFFERS:
        try:
            return libav.open_container(
                address,
                name=address,
                container_format="v4l2",
                options=options,
                open_timeout_s=OPEN_TIMEOUT_S,
                read_timeout_s=READ_TIMEOUT_S,
            )
        except CameraLost as lost:
            refused = lost
    raise refused


def open_source(address: str, *, loop: bool, wait: Callable[[float], bool]) -> V4l2Source:  # noqa: ARG001
    """Open the camera. Raises CameraLost."""
    return V4l2Source(address)
