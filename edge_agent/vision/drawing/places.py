"""A camera's zones, lines and masks, drawn: names, numbered corners, and which way is forward."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from edge_agent.vision.drawing.canvas import Canvas, Overlay, Pixel
from edge_agent.vision.drawing.palette import ALARM, LINE, MASK, ZONE
from edge_agent.vision.scene.geometry import Point

_ARROW = 0.055
"""Length of a direction's arrow, as a share of the picture's longer side."""


@dataclass(frozen=True, slots=True)
class Area:
    """A zone or a mask, by its name and corners."""

    name: str
    corners: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Crossed:
    """A line, by its name and ends."""

    name: str
    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class Places:
    """What is drawn over one camera's picture, in shares of it."""

    zones: tuple[Area, ...] = ()
    lines: tuple[Crossed, ...] = ()
    masks: tuple[Area, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self.zones or self.lines or self.masks)


def sheet_of(
    places: Places, *, width: int, height: int, lit: Collection[str] = (), numbered: bool = True
) -> Overlay:
    """The places on a sheet for a picture of that size; those in `lit` stand out.

    `numbered`: whether corners have the numbers by which messages about them call them. `lit`: where
    something has just happened.
    """
    canvas = Canvas(width, height)
    for mask in places.masks:
        corners = _pixels(mask.corners, width, height)
        canvas.hatch(corners, MASK)
        canvas.path(corners, MASK, closed=True)
    for zone in places.zones:
        corners, colour = _pixels(zone.corners, width, height), ALARM if zone.name in lit else ZONE
        canvas.area(corners, colour, opacity=0.34 if zone.name in lit else 0.18)
        canvas.path(corners, colour, closed=True)
    for line in places.lines:
        _draw_line(canvas, line, ALARM if line.name in lit else LINE, width, height)
    for mask in places.masks:
        canvas.words(f"mask {mask.name}", _lowest(_pixels(mask.corners, width, height)), MASK)
    for zone in places.zones:
        canvas.words(zone.name, _lowest(_pixels(zone.corners, width, height)), ZONE)
    if numbered:
        for area, colour in [
            *((zone, ZONE) for zone in places.zones),
            *((mask, MASK) for mask in places.masks),
        ]:
            for number, corner in enumerate(_pixels(area.corners, width, height), start=1):
                canvas.words(
                    f"{number}",
                    (corner[0] + canvas.stroke * 2, corner[1] - canvas.stroke),
                    colour,
                    small=True,
                )
    return canvas.overlay()


def _draw_line(canvas: Canvas, line: Crossed, colour: tuple[int, int, int], width: int, height: int) -> None:
    start, end = _pixels((line.start, line.end), width, height)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    length = math.dist(start, end) or 1.0
    reach = _ARROW * max(width, height)
    # To the right of who looks from start to end, as in `scene.geometry`; y goes down.
    right = (-(end[1] - start[1]) / length * reach, (end[0] - start[0]) / length * reach)
    tip = (middle[0] + right[0], middle[1] + right[1])
    canvas.path([start, end], colour, wide=1.4)
    canvas.arrow(middle, tip, colour, wide=1.2)
    canvas.dot(start, colour)
    leftwards = right[0] < 0
    beside = (tip[0] + canvas.stroke * (-3 if leftwards else 3), tip[1] + canvas.text_px * 0.6)
    canvas.words("forward", beside, colour, small=True, ending=leftwards)
    canvas.words(line.name, (start[0] + canvas.stroke * 4, start[1] - canvas.stroke * 2), LINE)


def _pixels(points: Sequence[Point], width: int, height: int) -> list[Pixel]:
    return [(x * (width - 1), y * (height - 1)) for x, y in points]


def _lowest(corners: Sequence[Pixel]) -> Pixel:
    """Where an area's name stands: by its lowest corner, just inside."""
    x, y = max(corners, key=lambda corner: (corner[1], -corner[0]))
    middle = sum(corner[0] for corner in corners) / len(corners)
    return (x + (middle - x) * 0.25, y - 4)
