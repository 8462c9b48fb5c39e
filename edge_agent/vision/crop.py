"""A part of a frame as a frame of its own."""

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

_PLANAR = ("yuv420p", "yuvj420p")


class Cropper:
    """Cuts parts out of the frames of one camera. For one thread."""

    def __init__(self) -> None:
        self._painter = VideoReformatter()
        self._painted: tuple[av.VideoFrame, av.VideoFrame] | None = None
        """The latest frame that had to be painted, and what came of it."""

    def __call__(
        self, image: av.VideoFrame, *, left: float, top: float, right: float, bottom: float
    ) -> av.VideoFrame:
        """The part between these sides, in shares of the frame; they are moved to even pixels.

        Frames in other formats than planar YUV are painted first, once for all parts of the same frame.
        """
        across, down = _even(left, right, image.width), _even(top, bottom, image.height)
        if image.format.name in _PLANAR:
            part = av.VideoFrame(across.stop - across.start, down.stop - down.start, image.format.name)
            part.color_range, part.colorspace = image.color_range, image.colorspace
            for number, (source, target) in enumerate(zip(image.planes, part.planes, strict=True)):
                by = 2 if number else 1
                rows, columns = _halved(down, by), _halved(across, by)
                _rows_of(target)[:, : columns.stop - columns.start] = _rows_of(source)[rows, columns]
            return part
        if self._painted is None or self._painted[0] is not image:
            self._painted = image, self._painter.reformat(image, format="rgb24", threads=1)
        plane = _rows_of(self._painted[1].planes[0])
        cut = plane[down, 3 * across.start : 3 * across.stop]
        pixels = np.ascontiguousarray(cut).reshape(cut.shape[0], -1, 3)
        return av.VideoFrame.from_ndarray(pixels, format="rgb24")


def _rows_of(plane: av.video.plane.VideoPlane) -> NDArray[np.uint8]:
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height]


def _even(near: float, far: float, length: int) -> slice:
    start = min(int(near * length) // 2 * 2, max(0, (length - 2) // 2 * 2))
    stop = min(length // 2 * 2, -(-int(np.ceil(far * length)) // 2) * 2)
    return slice(start, max(stop, start + 2))


def _halved(sides: slice, by: int) -> slice:
    return slice(sides.start // by, sides.stop // by)
