"""H.264: pictures through an encoder and back, as a network camera's come, or into a video file."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, cast

import av
import cv2
import numpy as np
from av import FFmpegError, VideoFrame
from av.codec.codec import UnknownCodecError
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange, Colorspace

from edge_agent.street import StreetError
from edge_agent.street.shape import Picture

ENCODER = "libx264"
KEY_EVERY_S = 2.0
"""Between two key frames: what network cameras do."""
QUALITY = "19"
"""Of a file without a bit rate, by x264's constant rate factor: hardly to be told from the original."""
FILE_THREADS = 2
"""Not the machine's number of cores, for the file's bytes depend on it."""

Done = TypeVar("Done")


def frame_of(picture: Picture) -> VideoFrame:
    """A picture as cameras give it: planar YUV 4:2:0, ITU-R BT.601, 16 to 235. Its sides must be even."""
    planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420), np.uint8)
    frame = VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.colorspace = Colorspace.ITU601
    frame.color_range = ColorRange.MPEG
    return frame


class Line:
    """A network camera's encoder and its viewer's decoder, in memory: frames come out as they arrive."""

    def __init__(self, *, width: int, height: int, fps: float, bitrate_kbps: int) -> None:
        """Raises StreetError where PyAV has no libx264."""
        self._rate = _rate(fps)
        self._encoder = _encoder()
        _configure(
            self._encoder, width=width, height=height, fps=fps, bitrate_kbps=bitrate_kbps, tune="zerolatency"
        )
        self._encoder.thread_count = 1
        self._decoder = CodecContext.create("h264", "r")
        self._decoder.thread_count = 1
        self._count = 0

    def through(self, frame: VideoFrame) -> VideoFrame:
        """What arrives of a frame, with what the frames before it have left in it. Raises StreetError."""
        frame.pts, frame.time_base = self._count, 1 / self._rate
        self._count += 1
        try:
            arrived = [each for sent in self._encoder.encode(frame) for each in self._decoder.decode(sent)]
        except FFmpegError as error:
            raise StreetError(f"{ENCODER} cannot take this picture: {error}") from error
        return arrived[-1]  # zerolatency: one in, one out


class VideoFile:
    """An MP4 file of H.264, written picture by picture; whole once its context is left without error."""

    def __init__(
        self, path: Path, *, width: int, height: int, fps: float, bitrate_kbps: int | None = None
    ) -> None:
        """Without a bit rate, of good quality. Raises StreetError: it cannot be written, no libx264."""
        _encoder()
        self._path = path
        self._rate = _rate(fps)
        self._count = 0
        self._container = self._told(lambda: av.open(str(path), "w", format="mp4"))
        self._stream = self._container.add_stream("libx264", rate=self._rate)
        self._stream.time_base = 1 / self._rate
        context = self._stream.codec_context
        _configure(context, width=width, height=height, fps=fps, bitrate_kbps=bitrate_kbps)
        context.thread_count = FILE_THREADS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._told(lambda: self._container.mux(self._stream.encode(None)))
            self._told(self._container.close)
        except StreetError:
            if kind is None:
                raise

    def add(self, picture: Picture) -> None:
        """Write one more picture. Raises StreetError."""
        frame = frame_of(picture)
        frame.pts, frame.time_base = self._count, 1 / self._rate
        self._count += 1
        self._told(lambda: self._container.mux(self._stream.encode(frame)))

    def _told(self, act: Callable[[], Done]) -> Done:
        try:
            return act()
        except (FFmpegError, OSError) as error:
            why = error.strerror or str(error)
            raise StreetError(f"{self._path.name}: cannot be written: {why}") from error


def _encoder() -> VideoCodecContext:
    try:
        return cast(VideoCodecContext, CodecContext.create(ENCODER, "w"))
    except UnknownCodecError as error:
        raise StreetError(
            f'this PyAV has no {ENCODER}, which makes H.264; install its own wheel: pip install "loket[edge]"'
        ) from error


def _configure(
    encoder: VideoCodecContext,
    *,
    width: int,
    height: int,
    fps: float,
    bitrate_kbps: int | None,
    tune: str = "",
) -> None:
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.framerate, encoder.time_base = _rate(fps), 1 / _rate(fps)
    encoder.colorspace, encoder.color_range = Colorspace.ITU601, ColorRange.MPEG
    encoder.gop_size = max(1, round(fps * KEY_EVERY_S))
    encoder.max_b_frames = 0  # as of a network camera
    encoder.options = {"preset": "veryfast", "tune": tune} if tune else {"preset": "veryfast"}
    if bitrate_kbps is None:
        encoder.options |= {"crf": QUALITY}
    else:
        # A second's worth of buffer: a key frame may be large, but what follows must pay for it.
        encoder.bit_rate = bitrate_kbps * 1000
        encoder.options |= {"maxrate": f"{bitrate_kbps}k", "bufsize": f"{bitrate_kbps}k"}


def _rate(fps: float) -> Fraction:
    return Fraction(fps).limit_denominator(1000)
