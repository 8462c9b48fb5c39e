"""What was found in a picture, drawn: boxes with their words."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.vision.drawing.canvas import Canvas, Overlay
from edge_agent.vision.drawing.palette import BELIEVED, PAPER, SEEN


@dataclass(frozen=True, slots=True)
class Mark:
    """One box, in shares of the picture: left, top, right, bottom."""

    box: tuple[float, float, float, float]
    words: str
    seen: bool = True
    """Whether it was seen in this very picture; otherwise it is believed to be there still."""


def marks_over(
    marks: Sequence[Mark], *, width: int, height: int, caption: str = "", fine: int = 1
) -> Overlay:
    """Boxes and their words on a sheet for a picture of that size; a caption in its upper left corner."""
    canvas = Canvas(width, height, fine=fine)
    boxes = [_pixels(mark.box, width, height) for mark in marks]
    if caption:
        canvas.words(caption, (canvas.text_px * 0.4, canvas.text_px * 2.0), PAPER)
    for mark, (left, top, right, bottom) in zip(marks, boxes, strict=True):
        if mark.seen:
            canvas.path(
                [(left, top), (right, top), (right, bottom), (left, bottom)], SEEN, closed=True, wide=0.8
            )
        else:
            canvas.corners((left, top, right, bottom), BELIEVED)
    nearest_first = sorted(zip(marks, boxes, strict=True), key=lambda each: -each[1][3])
    for mark, (left, top, _, _) in nearest_first:
        canvas.words(mark.words, (left, top - canvas.stroke), SEEN if mark.seen else BELIEVED, small=True)
    return canvas.overlay()


def _pixels(
    box: tuple[float, float, float, float], width: int, height: int
) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return (left * (width - 1), top * (height - 1), right * (width - 1), bottom * (height - 1))
