"""A surface that is drawn on in metres."""

import math
from collections.abc import Sequence
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.shape import SHIFT, Colour
from edge_agent.street.texture import Plane, Texels

_FONT = cv2.FONT_HERSHEY_DUPLEX
_FONT_TALL = 22.0
"""Texels that a capital letter of this font is high at scale 1."""

_HALVES = 64
"""Texels are a multiple of this in both directions, so that a texture can be halved quickly."""
_ROUND = [(math.cos(turn * math.pi / 10), math.sin(turn * math.pi / 10)) for turn in range(20)]
_THIN = 2.5
"""Rectangles of so few texels have smooth edges."""

Corner = tuple[float, float]
Floats = Annotated[NDArray[np.float32], "H W or H W C"]


class Canvas:
    """Texels, about `scale` to the metre; x to the right, and y down from the first row, or, with `up`, from
    `height_m` there.

    What is drawn covers what was there; where it shines, it does so in `glow`.
    """

    def __init__(
        self, width_m: float, height_m: float, *, scale: float, up: bool = False, channels: int = 3
    ) -> None:
        columns = max(1, round(width_m * scale / _HALVES)) * _HALVES
        self.scale = columns / width_m
        shape = (math.ceil(height_m * self.scale / _HALVES) * _HALVES, columns)
        self.texels: Texels = np.zeros((*shape, channels), np.uint8)
        self.glow: Texels = np.zeros((*shape, 3), np.uint8)
        self._up_m = height_m if up else None

    def box(
        self,
        left: float,
        low: float,
        right: float,
        high: float,
        colour: Colour,
        *,
        glow: Colour | None = None,
    ) -> None:
        """A rectangle."""
        if min(right - left, abs(high - low)) * self.scale < _THIN:
            self.polygon([(left, low), (right, low), (right, high), (left, high)], colour, glow=glow)
            return
        rows, columns = self._span(left, low, right, high)
        if rows.start < rows.stop and columns.start < columns.stop:
            ends = (columns.start, rows.start), (columns.stop - 1, rows.stop - 1)
            cv2.rectangle(self.texels, *ends, self._solid(colour), cv2.FILLED)
            cv2.rectangle(self.glow, *ends, glow or (0, 0, 0), cv2.FILLED)

    def polygon(self, corners: Sequence[Corner], colour: Colour, *, glow: Colour | None = None) -> None:
        """A polygon."""
        points = self._fixed(corners)
        cv2.fillPoly(self.texels, [points], self._solid(colour), cv2.LINE_AA, SHIFT)
        cv2.fillPoly(self.glow, [points], glow or (0, 0, 0), cv2.LINE_8, SHIFT)

    def disc(self, x: float, y: float, radius: float, colour: Colour, *, glow: Colour | None = None) -> None:
        """A round spot."""
        self.polygon(
            [(x + radius * across, y + radius * along) for across, along in _ROUND], colour, glow=glow
        )

    def line(self, corners: Sequence[Corner], colour: Colour, *, wide_m: float) -> None:
        """A line through points; it does not shine."""
        thick = max(1, round(wide_m * self.scale))
        cv2.polylines(
            self.texels, [self._fixed(corners)], False, self._solid(colour), thick, cv2.LINE_AA, SHIFT
        )

    def words(self, text: str, left: float, low: float, right: float, high: float, *, ink: Colour) -> None:
        """Letters that fill the height of a box, or its width if that is less."""
        (wide, _), _ = cv2.getTextSize(text, _FONT, 1.0, 1)
        size = min((high - low) * self.scale / _FONT_TALL, (right - left) * self.scale / wide)
        tall = size * _FONT_TALL
        rows, columns = self._place(low, high), ((left + right) * self.scale - wide * size) / 2
        origin = (round(columns), round((rows[0] + rows[1] + tall) / 2))
        cv2.putText(
            self.texels,
            text,
            origin,
            _FONT,
            size,
            self._solid(ink),
            max(1, round(size * 1.6)),
            cv2.LINE_AA,
        )

    def shade(self, left: float, low: float, right: float, high: float, *, by: float) -> None:
        """Make a rectangle darker, or lighter."""
        part = self.part(left, low, right, high)
        if part.size:
            part[..., :3] = cv2.convertScaleAbs(part[..., :3], alpha=by)

    def weather(self, noise: Plane, *, strength: float) -> None:
        """Lighter and darker by noise, which repeats, `strength` levels a deviation."""
        height, width = self.texels.shape[:2]
        tall, wide = noise.shape
        shift = np.clip(np.rint(noise * np.float32(strength)), -127, 127)
        up, down = (np.maximum(part, 0).astype(np.uint8) for part in (shift, -shift))
        layers = self.texels.shape[2]
        for top in range(0, height, tall):
            for left in range(0, width, wide):
                part = self.texels[top : top + tall, left : left + wide]
                for plane, change in ((up, cv2.add), (down, cv2.subtract)):
                    cut = plane[: part.shape[0], : part.shape[1]]
                    deltas = [cut, cut, cut, np.zeros_like(cut)][:layers]
                    change(part, cv2.merge(deltas), part)

    def part(self, left: float, low: float, right: float, high: float) -> Texels:
        """A rectangle's texels, to be changed."""
        return self.texels[self._span(left, low, right, high)]

    def _span(self, left: float, low: float, right: float, high: float) -> tuple[slice, slice]:
        tall, wide = self.texels.shape[:2]
        top, bottom = (min(max(round(row), 0), tall) for row in sorted(self._place(low, high)))
        first, last = (min(max(round(x * self.scale), 0), wide) for x in (left, right))
        return slice(top, bottom), slice(first, last)

    def _place(self, low: float, high: float) -> tuple[float, float]:
        if self._up_m is None:
            return low * self.scale, high * self.scale
        return (self._up_m - low) * self.scale, (self._up_m - high) * self.scale

    def _fixed(self, corners: Sequence[Corner]) -> NDArray[np.int32]:
        points = np.array(corners, np.float64)
        if self._up_m is not None:
            points[:, 1] = self._up_m - points[:, 1]
        points *= self.scale * (1 << SHIFT)
        points -= (1 << SHIFT) / 2
        return np.rint(points, out=points).astype(np.int32)

    def _solid(self, colour: Colour) -> tuple[int, ...]:
        return (*colour, 255)[: self.texels.shape[2]]


def tone(colour: Colour, by: float) -> Colour:
    """A colour made darker, or lighter."""
    red, green, blue = (min(255, round(channel * by)) for channel in colour)
    return red, green, blue
