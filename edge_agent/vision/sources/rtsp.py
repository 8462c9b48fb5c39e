"""A network camera by RTSP over TCP (RFC 2326): every read has a deadline, as lines may be half-open."""

from collections.abc import Callable, Iterator

from edge_agent.vision import CameraLost
from edge_agent.vision.camera import Shot
from edge_agent.vision.sources import libav
from edge_agent.vision.sources.credentials import without_credentials

OPEN_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 5.0


def check(address: str) -> None:
    """Any address may answer one day."""


class RtspSource:
    """One session with a camera."""

    def __init__(self, address: str) -> None:
        self.note = ""
        self._name = without_credentials(address)
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

    def frames(self) -> Iterator[Shot]:
        """Packets as they arrive. Raises CameraLost: a live stream has no end of its own.

        A read's deadline is for the next packet with a picture: reports and keep-alives are no progress.
        """
        for timed in libav.shots(self._container, name=self._name):
            yield timed.shot
        raise CameraLost(f"{self._name}: the camera ended the stream")

    def close(self) -> None:
        """End the session."""
        self._container.close()


def open_source(address: str, *, loop: bool, wait: Callable[[float], bool]) -> RtspSource:  # noqa: ARG001
    """Connect. Raises CameraLost."""
    return RtspSource(address)
