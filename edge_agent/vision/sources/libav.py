"""What the sources that use libav (PyAV) share: opening with deadlines, and decoding past damage."""

from collections.abc import Iterator, Mapping

import av
from av import FFmpegError, VideoFrame
from av.container import InputContainer
from av.video.stream import VideoStream

from edge_agent.vision import CameraLost

MOST_DAMAGED = 250
"""So many packets in a row that cannot be decoded, and the stream is given up: about ten seconds."""


def open_container(
    address: str,
    *,
    name: str,
    options: Mapping[str, str] | None = None,
    container_format: str | None = None,
    open_timeout_s: float | None = None,
    read_timeout_s: float | None = None,
) -> InputContainer:
    """Open `address`; `name` stands for it in messages (it shows no password). Raises CameraLost."""
    try:
        container = av.open(
            address,
            mode="r",
            format=container_format,
            options=dict(options or {}),
            timeout=(open_timeout_s, read_timeout_s),
        )
    except (FFmpegError, OSError, ValueError) as error:
        raise CameraLost(f"{name}: cannot be opened: {told(error)}") from error
    if not container.streams.video:
        container.close()
        raise CameraLost(f"{name}: has no picture in it; choose another source")
    return container


class Decoder:
    """Decodes the first video stream of a container in this thread, and counts what was damaged."""

    def __init__(self, container: InputContainer, *, name: str) -> None:
        self.stream: VideoStream = container.streams.video[0]
        self.stream.codec_context.thread_count = 1  # threads cost memory, and the cores are the detector's
        self.damaged = 0
        self._container = container
        self._name = name

    def frames(self) -> Iterator[VideoFrame]:
        """Pictures until the stream ends. Raises CameraLost when reading fails or all is damaged."""
        in_a_row = 0
        packets = self._container.demux(self.stream)
        while True:
            try:
                packet = next(packets, None)
            except (FFmpegError, OSError) as error:
                raise CameraLost(f"{self._name}: reading failed: {told(error)}") from error
            if packet is None:
                return
            try:
                pictures = packet.decode()
            except FFmpegError as error:
                self.damaged += 1
                in_a_row += 1
                if in_a_row >= MOST_DAMAGED:
                    raise CameraLost(f"{self._name}: cannot be decoded: {told(error)}") from error
                continue
            for picture in pictures:
                if isinstance(picture, VideoFrame):
                    in_a_row = 0
                    yield picture


def told(error: Exception) -> str:
    """A libav error in few words."""
    if isinstance(error, TimeoutError) or type(error).__name__ == "ExitError":
        return "no answer in time"
    if isinstance(error, OSError | FFmpegError) and error.strerror:
        return str(error.strerror)
    return str(error)
