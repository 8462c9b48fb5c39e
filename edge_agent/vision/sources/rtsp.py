"""A network camera by RTSP over TCP (RFC 2326): every read has a deadline, as lines may be half-open."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from av import VideoFrame

from edge_agent.vision import CameraLost
from edge_agent.vision.sources import libav

OPEN_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 5.0


def check(address: str) -> None:
    """Any address may answer one day."""


class RtspSource:
    """One session with a camera."""

    def __init__(self, address: str) -> None:
        self.note = ""
        self._name = shown(address)
        self._container = libav.open_container(
            address,
            name=self._name,
            options={
                "rtsp_transport": "tcp",
                "timeout": str(int(READ_TIMEOUT_S * 1_000_000)),
                "analyzeduration": "2000000",
                "fflags": "nobuffer",
            },
            open_timeout_s=OPEN_TIMEOUT_S,
            read_timeout_s=READ_TIMEOUT_S,
        )

    def frames(self) -> Iterator[VideoFrame]:
        """Pictures as they arrive. Raises CameraLost: a live stream has no end of its own."""
        yield from libav.Decoder(self._container, name=self._name).frames()
        raise CameraLost(f"{self._name}: the camera ended the stream")

    def close(self) -> None:
        """End the session."""
        self._container.close()


def shown(address: str) -> str:
    """The address without its user and password, for messages and logs."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def open_source(address: str, *, loop: bool, wait: Callable[[float], bool]) -> RtspSource:  # noqa: ARG001
    """Connect. Raises CameraLost."""
    return RtspSource(address)
