"""The port `Onlooker`: who else sees the pictures that the gate looks at anyway."""

from typing import Protocol

from av import VideoFrame
from av.video.frame import PictureType

from edge_agent.vision.gate.luma import Cells, Luma


class Onlooker(Protocol):
    """Sees the brightness of a camera's pictures, in the thread that reads it; must be quick."""

    def is_due(self, captured_s: float, *, alone: bool) -> bool:
        """Whether a picture of that time is worth showing."""

    def look(self, luma: Luma, cells: Cells, captured_s: float, *, alone: bool) -> None:
        """A picture; `alone`: it was coded by itself. It may be one that is not due."""


def stands_alone(image: VideoFrame) -> bool:
    """Whether a picture was coded by itself, or never coded at all."""
    return bool(image.key_frame) or image.pict_type == PictureType.NONE
