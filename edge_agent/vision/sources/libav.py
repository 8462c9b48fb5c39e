"""What the sources that use libav (PyAV) share: opening with deadlines, and what of a stream they hand on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import av
import numpy as np
import simplejpeg
from av import FFmpegError, VideoFrame
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from edge_agent.vision import CameraLost, Damaged
from edge_agent.vision.camera import Coded, Shot, Still
from edge_agent.vision.decode import Decoder

MOST_DAMAGED = 250
"""So many packets in a row that cannot be decoded, and the stream is given up: about ten seconds."""
BUILT_UPON_EACH_OTHER = ("h264", "hevc", "av1", "mpeg4", "mpeg2video", "vp8", "vp9")
"""Codecs whose pictures come in groups that begin with a key frame; handed on undecoded."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A shot, and when the stream says that it is to be shown, in seconds; None where it does not say."""

    shot: Shot
    at_s: float | None


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


def shots(container: InputContainer, *, name: str) -> Iterator[Timed]:
    """What the first video stream gives until it ends, undecoded where that may save work.

    Raises CameraLost when reading fails, or all is damaged.
    """
    stream: VideoStream = container.streams.video[0]
    codec = stream.codec_context.name
    packets = container.demux(stream)
    if codec not in (*BUILT_UPON_EACH_OTHER, "mjpeg"):
        yield from _decoded(packets, stream, name=name)
        return
    decoder = Decoder(stream) if codec == "mjpeg" else None
    for packet in _read(packets, name=name):
        pts = packet.dts if packet.pts is None else packet.pts
        at_s = None if pts is None or packet.time_base is None else float(pts * packet.time_base)
        if decoder is None:
            yield Timed(packet, at_s)
        elif packet.size:
            yield Timed(still_of(packet, decoder), at_s)


def still_of(packet: Coded, decoder: Decoder) -> Still:
    """A packet that is a whole JPEG."""

    def look() -> NDArray[np.uint8]:
        try:
            # Asked for no size, it takes the smallest: an eighth each way, the DC coefficients alone.
            small = simplejpeg.decode_jpeg(bytes(packet), "GRAY", min_height=1, min_width=1, fastdct=True)
        except ValueError as error:
            raise Damaged(str(error)) from error
        return np.asarray(small, np.uint8)[:, :, 0]

    def picture() -> VideoFrame:
        pictures = decoder.decode(packet)
        if not pictures:
            raise Damaged("no picture in it")
        return pictures[-1]

    return Still(look=look, picture=picture)


def _decoded(packets: Iterator[Coded], stream: VideoStream, *, name: str) -> Iterator[Timed]:
    """Pictures of a codec that is decoded in any case, such as GIF's."""
    stream.codec_context.thread_count = 1  # threads cost memory, and the cores are the detector's
    damaged = 0
    for packet in _read(packets, name=name):
        try:
            pictures = packet.decode()
        except FFmpegError as error:
            damaged += 1
            if damaged >= MOST_DAMAGED:
                raise CameraLost(f"{name}: cannot be decoded: {told(error)}") from error
            continue
        for picture in pictures:
            if isinstance(picture, VideoFrame):
                damaged = 0
                yield Timed(picture, picture.time if picture.pts is not None else None)


def _read(packets: Iterator[Coded], *, name: str) -> Iterator[Coded]:
    while True:
        try:
            packet = next(packets, None)
        except (FFmpegError, OSError) as error:
            raise CameraLost(f"{name}: reading failed: {told(error)}") from error
        if packet is None:
            return
        yield packet


def told(error: Exception) -> str:
    """A libav error in few words."""
    if isinstance(error, TimeoutError) or type(error).__name__ == "ExitError":
        return "no answer in time"
    if isinstance(error, OSError | FFmpegError) and error.strerror:
        return str(error.strerror)
    return str(error)
