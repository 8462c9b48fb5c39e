"""A sheet over a picture: smooth shapes and words on plates that do not hide each other."""

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from edge_agent.vision import VisionError
from edge_agent.vision.detector import Picture
from edge_agent.vision.drawing.palette import INK, PAPER, Colour

Pixel = tuple[float, float]
Overlay = Annotated[NDArray[np.uint8], "H W 4, RGB and how opaque"]

FINE = 3
"""Drawn so many times larger and then reduced, which makes edges smooth."""
LEAST_TEXT_PX = 12
_TEXT_SHARE, _STROKE_SHARE = 0.019, 0.0026
"""Of the picture's longer side."""


class Canvas:
    """A transparent sheet of a picture's size; points are in its pixels."""

    def __init__(self, width: int, height: int, *, fine: int = FINE) -> None:
        self.size = (width, height)
        longer = max(width, height)
        self.stroke = max(1.5, longer * _STROKE_SHARE)
        """Width of a line that is well seen, in pixels."""
        self.text_px = max(LEAST_TEXT_PX, round(longer * _TEXT_SHARE))
        self._fine = fine
        self._sheet = Image.new("RGBA", (width * fine, height * fine), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self._sheet)
        self._font = _font(self.text_px * fine)
        self._small = _font(max(LEAST_TEXT_PX - 1, round(self.text_px * 0.8)) * fine)
        self.plates: list[tuple[float, float, float, float]] = []
        """Left, top, right, bottom of the words so far."""

    def area(self, corners: Sequence[Pixel], colour: Colour, *, opacity: float) -> None:
        """Fill a polygon."""
        above = Image.new("RGBA", self._sheet.size, (0, 0, 0, 0))
        ImageDraw.Draw(above).polygon(self._all(corners), fill=(*colour, round(opacity * 255)))
        self._over(above)

    def hatch(self, corners: Sequence[Pixel], colour: Colour, *, opacity: float = 0.7) -> None:
        """Fill a polygon with slanted stripes."""
        above = Image.new("RGBA", self._sheet.size, (0, 0, 0, 0))
        draw = ImageDraw.Draw(above)
        width, height = above.size
        step = round(7 * self.stroke * self._fine)
        for left in range(-height, width, step):
            draw.line(
                [(left, height), (left + height, 0)],
                fill=(*colour, round(opacity * 255)),
                width=round(self.stroke * self._fine),
            )
        inside = Image.new("L", above.size, 0)
        ImageDraw.Draw(inside).polygon(self._all(corners), fill=255)
        self._over(Image.composite(above, Image.new("RGBA", above.size, (0, 0, 0, 0)), inside))

    def path(
        self, points: Sequence[Pixel], colour: Colour, *, closed: bool = False, wide: float = 1.0
    ) -> None:
        """A line through points, with a dark edge, so that it is seen on any ground."""
        points = [*points, points[0]] if closed else points
        fine = self._all(points)
        for extra, shade in ((self.stroke * 1.1, INK), (0.0, colour)):
            width = (self.stroke * wide + extra) * self._fine
            self._draw.line(fine, fill=(*shade, 255), width=round(width), joint="curve")
            for x, y in fine:  # round ends and corners
                self._disc((x, y), width / 2, shade)

    def dot(self, at: Pixel, colour: Colour, *, wide: float = 2.2) -> None:
        """A round mark."""
        x, y = (side * self._fine for side in at)
        radius = self.stroke * wide * self._fine
        self._disc((x, y), radius + self.stroke * 0.6 * self._fine, INK)
        self._disc((x, y), radius, colour)

    def arrow(self, start: Pixel, end: Pixel, colour: Colour, *, wide: float = 1.0) -> None:
        """An arrow with a filled head."""
        length = math.dist(start, end) or 1.0
        ahead = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
        head = min(length * 0.6, self.stroke * wide * 5)
        neck = (end[0] - ahead[0] * head, end[1] - ahead[1] * head)
        side = (-ahead[1] * head * 0.62, ahead[0] * head * 0.62)
        triangle = [end, (neck[0] + side[0], neck[1] + side[1]), (neck[0] - side[0], neck[1] - side[1])]
        self.path([*triangle], colour, closed=True, wide=0.4)
        self.path([start, neck], colour, wide=wide)
        self._draw.polygon(self._all(triangle), fill=(*colour, 255))

    def corners(self, box: tuple[float, float, float, float], colour: Colour) -> None:
        """A box by its corners alone."""
        left, top, right, bottom = box
        arm = 0.25 * min(right - left, bottom - top)
        for x, y, to_x, to_y in (
            (left, top, 1, 1), (right, top, -1, 1), (left, bottom, 1, -1), (right, bottom, -1, -1),
        ):  # fmt: skip
            self.path([(x + to_x * arm, y), (x, y), (x, y + to_y * arm)], colour, wide=0.8)

    def words(
        self, text: str, at: Pixel, colour: Colour, *, small: bool = False, ending: bool = False
    ) -> None:
        """Words on a plate, its lower left corner (`ending`: right one) at a point or as near as can be."""
        font = self._small if small else self._font
        left, _, right, _ = self._draw.textbbox((0, 0), text, font=font, anchor="ls")
        pad = self.text_px * 0.28
        line_up, line_down = (side / self._fine for side in font.getmetrics())
        width = (right - left) / self._fine + 2 * pad
        height = line_up + line_down * 0.9 + pad * 0.4
        plate = self._room((at[0] - width * ending, at[1]), width, height)
        if plate is None:
            return
        self.plates.append(plate)
        fine = tuple(side * self._fine for side in plate)
        self._draw.rounded_rectangle(
            fine,
            radius=pad * self._fine,
            fill=(*colour, 235),
            outline=(*INK, 255),
            width=max(1, self._fine // 2),
        )
        base = plate[3] - line_down * 0.9 - pad * 0.2
        place = ((plate[0] + pad) * self._fine - left, base * self._fine)
        self._draw.text(place, text, font=font, fill=(*_readable_on(colour), 255), anchor="ls")

    def overlay(self) -> Overlay:
        """The sheet as it is now."""
        small = self._sheet.resize(self.size, Image.Resampling.BOX) if self._fine > 1 else self._sheet
        return np.asarray(small, np.uint8)

    def _room(self, at: Pixel, width: float, height: float) -> tuple[float, float, float, float] | None:
        """A free plate near a point and inside the picture; the nearest that is free."""
        for x, y in _near(at, width, height):
            left = min(max(x, 1.0), self.size[0] - width - 1)
            top = min(max(y - height, 1.0), self.size[1] - height - 1)
            plate = (left, top, left + width, top + height)
            if left >= 0 and top >= 0 and not any(_overlap(plate, other) for other in self.plates):
                return plate
        return None

    def _disc(self, at: Pixel, radius: float, colour: Colour) -> None:
        x, y = at
        self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*colour, 255))

    def _all(self, points: Sequence[Pixel]) -> list[Pixel]:
        return [(x * self._fine, y * self._fine) for x, y in points]

    def _over(self, above: Image.Image) -> None:
        self._sheet.alpha_composite(above)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """The typeface that comes with Pillow (Aileron), so that none need be on the device."""
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise VisionError(
            'this Pillow was built without FreeType; pip install --force-reinstall "loket[edge]"'
        )
    return font


def laid_over(picture: Picture, overlay: Overlay) -> Picture:
    """A copy of the picture with a sheet over it."""
    made = picture.copy()
    rows, columns = overlay[:, :, 3].nonzero()
    opaque = overlay[rows, columns, 3:].astype(np.uint16)
    below = made[rows, columns].astype(np.uint16)
    made[rows, columns] = (overlay[rows, columns, :3] * opaque + below * (255 - opaque) + 127) // 255
    return made


def enlarged(picture: Picture, *, least_side: int) -> Picture:
    """The picture, made larger where its longer side is short of `least_side` pixels."""
    height, width = picture.shape[:2]
    scale = least_side / max(width, height)
    if scale <= 1:
        return picture
    size = (round(width * scale), round(height * scale))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS), np.uint8)


def _near(at: Pixel, width: float, height: float) -> Iterator[Pixel]:
    """Places for a plate, the wanted one first."""
    x, y = at
    yield x, y
    for ring in range(1, 7):
        for across, down in ((0, -1), (0, 1), (-1, 0), (1, 0), (-1, -1), (1, -1), (-1, 1), (1, 1)):
            yield x + across * width * 0.55 * ring, y + down * height * 1.05 * ring


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _readable_on(ground: Colour) -> Colour:
    """Dark or light words, by the ground's brightness (ITU-R BT.601)."""
    red, green, blue = ground
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 110 else PAPER
