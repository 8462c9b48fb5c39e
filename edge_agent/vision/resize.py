"""A frame at the size that the detector takes."""

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from edge_agent.vision.detector import Picture

INTERPOLATION = "BILINEAR"
"""The cheapest of swscale's that keeps the detector's accuracy (`bench/accuracy.py` compares them)."""

_PLANAR = ("yuv420p", "yuvj420p", "nv12")


class Resizer:
    """Resizes the frames of one camera. For one thread."""

    def __init__(self, size: tuple[int, int], *, interpolation: str = INTERPOLATION) -> None:
        """`size` is (width, height) in pixels."""
        self._size = size
        self._interpolation = interpolation
        self._scaler, self._painter = VideoReformatter(), VideoReformatter()

    def __call__(self, image: av.VideoFrame) -> Picture:
        """The picture in RGB; not a copy but the scaled frame's own rows, which may be longer than they show.

        Scaling the planes first and colouring the small picture takes half the time of doing both at once,
        for which swscale has no fast path.
        """
        if image.format.name in _PLANAR:
            image = self._reformat(self._scaler, image, "yuv420p")
        plane = self._reformat(self._painter, image, "rgb24").planes[0]
        width, height = self._size
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[:height, : 3 * width]
        picture: Picture = rows.reshape(height, width, 3)
        return picture

    def _reformat(self, by: VideoReformatter, image: av.VideoFrame, to: str) -> av.VideoFrame:
        width, height = self._size
        return by.reformat(
            image, width=width, height=height, format=to, interpolation=self._interpolation, threads=1
        )
