"""A picture that may leave the device: small, heads covered, and made only when it is asked for."""

import numpy as np
import simplejpeg
from av import VideoFrame
from av.video.reformatter import VideoReformatter

from edge_agent.vision import privacy
from edge_agent.vision.detector import Boxes

QUALITY = 80


class Snapshots:
    """Makes JPEGs; for one thread."""

    def __init__(self, *, longest_side: int) -> None:
        self._longest_side = longest_side
        self._scaler = VideoReformatter()

    def jpeg(self, image: VideoFrame, people: Boxes | None) -> bytes:
        """The picture with the heads of `people` covered (None: wholly covered), as JPEG."""
        scale = min(1.0, self._longest_side / max(image.width, image.height))
        small = self._scaler.reformat(
            image,
            width=max(2, round(image.width * scale)),
            height=max(2, round(image.height * scale)),
            format="rgb24",
            interpolation="AREA",
        )
        covered = privacy.cover(np.asarray(small.to_ndarray(), np.uint8), people)
        return bytes(simplejpeg.encode_jpeg(covered, quality=QUALITY, colorsubsampling="420"))
