"""The one door through which a picture is let out: masks burned in and heads covered before any JPEG exists.

Who shows a picture to people, be it in a file, over the net or on a screen, gets it from here. It fails
closed: what cannot be covered is not released.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import simplejpeg
from av import FFmpegError, VideoFrame
from av.video.reformatter import VideoReformatter

from edge_agent.vision import VisionError
from edge_agent.vision.detector import Boxes, Picture
from edge_agent.vision.pictures import mosaic
from edge_agent.vision.pictures.mask import Mask
from edge_agent.vision.scene.geometry import Polygon

QUALITIES = (80, 65, 50, 35, 25)
"""Tried in this order until the picture is small enough; after them, half its size."""
MOST_BYTES = 200_000
LEAST_SIDE = 32
"""Pixels; a picture that must be smaller still is none."""


class Unreleasable(VisionError):
    """No picture can be made of this frame, so there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """A picture in which nobody can be recognised, made by `Press.cover` alone. One may draw into it."""

    picture: Picture
    heads: int
    """Boxes that were covered as heads."""
    whole: bool
    """Whether all of it was covered, as people may be anywhere."""
    masks: int
    """Masks that were burned in."""


@dataclass(frozen=True, slots=True)
class Released:
    """A JPEG that may leave, and what was covered in it; made by `Press.jpeg` alone."""

    jpeg: bytes
    heads: int
    whole: bool
    masks: int


class Press:
    """Makes the pictures of one camera; for one thread."""

    def __init__(
        self, *, longest_side: int, masks: Sequence[Polygon] = (), most_bytes: int = MOST_BYTES
    ) -> None:
        self._longest_side = longest_side
        self._most_bytes = most_bytes
        self._mask = Mask(masks)
        self._scaler = VideoReformatter()

    def release(self, image: VideoFrame, people: Boxes | None) -> Released:
        """The frame as a JPEG with the heads of `people` covered (None: all of it). Raises Unreleasable."""
        return self.jpeg(self.cover(image, people))

    def cover(self, image: VideoFrame, people: Boxes | None) -> Covered:
        """The frame at its size of release, masks burned in, the heads of `people` covered.

        `people` are what `people.people_in` says of this very frame; None, people may be anywhere, covers all
        of it. Raises Unreleasable.
        """
        picture = self._mask.burn(self._small(image))
        if people is None:
            picture = mosaic.cover_whole(picture)
        elif not np.isfinite(people).all():
            raise Unreleasable("where people are is not known in numbers")
        else:
            picture = mosaic.cover_heads(picture, people)
        picture = self._mask.burn(picture)  # a mosaic that reaches over a mask has no business there
        return Covered(
            picture, heads=0 if people is None else len(people), whole=people is None, masks=self._mask.count
        )

    def jpeg(self, covered: Covered) -> Released:
        """The picture as a JPEG of at most `most_bytes`. Raises Unreleasable: it cannot be so small."""
        picture = np.ascontiguousarray(covered.picture)
        while min(picture.shape[:2]) >= min(LEAST_SIDE, *covered.picture.shape[:2]):
            for quality in QUALITIES:
                jpeg = bytes(simplejpeg.encode_jpeg(picture, quality=quality, colorsubsampling="420"))
                if len(jpeg) <= self._most_bytes:
                    return Released(jpeg, heads=covered.heads, whole=covered.whole, masks=covered.masks)
            picture = np.ascontiguousarray(picture[::2, ::2])
        raise Unreleasable(f"it does not fit into {self._most_bytes} bytes")

    def _small(self, image: VideoFrame) -> Picture:
        """A writable picture of its own."""
        if image.width < 1 or image.height < 1:
            raise Unreleasable("the frame is empty")
        scale = min(1.0, self._longest_side / max(image.width, image.height))
        try:
            small = self._scaler.reformat(
                image,
                width=max(2, round(image.width * scale)),
                height=max(2, round(image.height * scale)),
                format="rgb24",
                interpolation="AREA",
            )
            return np.array(small.to_ndarray(), np.uint8)
        except (FFmpegError, ValueError) as error:
            raise Unreleasable(f"the frame cannot be resized: {error}") from error
