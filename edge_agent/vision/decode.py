"""Packets into pictures, in the calling thread; what is damaged gives none."""

from av import FFmpegError, VideoFrame
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from edge_agent.vision import CameraLost, Damaged
from edge_agent.vision.camera import Coded

_CAREFUL = {"err_detect": "explode"}
"""What does not fit is an error; what libav paints over all the same is marked as corrupt."""
_ROUGH = {"skip_loop_filter": "all"}
"""Without the filter that smooths block edges: a seventh less time, and the same brightness by cell."""


class Decoder:
    """Decodes one stream; for one thread. After `Damaged`, begin anew with a key frame."""

    def __init__(self, stream: VideoStream, *, rough: bool = False) -> None:
        """`rough`: for a look only. Raises CameraLost: no decoder."""
        source = stream.codec_context
        try:
            made = CodecContext.create(source.name, "r")
        except (FFmpegError, ValueError) as error:
            raise CameraLost(
                f"{source.name}: there is no decoder for it; choose H.264 in the camera"
            ) from error
        assert isinstance(made, VideoCodecContext)  # noqa: S101 - the stream is one of pictures
        self._context = made
        self._context.extradata = source.extradata
        self._context.thread_count = 1  # threads cost memory, and the cores are the detector's
        self._context.options = _CAREFUL | (_ROUGH if rough else {})
        self._used = False

    def decode(self, packet: "Coded | None") -> list[VideoFrame]:
        """The pictures that are ready after `packet`; None: the last ones. Raises Damaged."""
        if packet is not None and packet.is_corrupt:
            raise Damaged("marked as corrupt")
        self._used = True
        try:
            pictures = self._context.decode(packet)
        except (FFmpegError, ValueError) as error:
            raise Damaged(str(error)) from error
        if any(picture.is_corrupt for picture in pictures):
            raise Damaged("a picture is corrupt")
        return pictures

    def alone(self, packet: Coded) -> VideoFrame:
        """The picture of a key frame by itself. Raises Damaged."""
        self.restart()
        pictures = self.decode(packet) + self.decode(None)
        self.restart()
        if not pictures:
            raise Damaged("no picture in a key frame")
        return pictures[-1]

    def restart(self) -> None:
        """Forget what came before: the next packet is a key frame."""
        if self._used:
            self._context.flush_buffers()
            self._used = False
