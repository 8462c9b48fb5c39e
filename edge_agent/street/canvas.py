"""A surface that is drawn on in metres."""

from collections.abc import Sequence
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.looks import Colour
from edge_agent.street.shape import SHIFT
from edge_agent.street.texture import Plane, Texels

_FONT = cv2.FONT_HERSHEY_DUPLEX
_FONT_TALL = 22.0
"""Texels that a capital letter of this font is high at scale 1."""

Corner = tuple[float, float]
Floats = Annotated[NDArray[np.float32], "H W or H W C"]


class Canvas:
    """Texels, `scale` to the metre; x to the right, and y down from the first row, or up from the last.

    What is drawn covers what was there; where it shines, it does so in `glow`.
    """

    def __init__(
        self, width_m: float, height_m: float, *, scale: float, up: bool = False, channels: int = 3
    ) -> None:
        self.scale = scale
        shape = (round(height_m * scale), round(width_m * scale))
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
        self.polygon([(left, low), (right, low), (right, high), (left, high)], colour, glow=glow)

    def polygon(self, corners: Sequence[Corner], colour: Colour, *, glow: Colour | None = None) -> None:
        """A polygon."""
        points = self._fixed(corners)
        cv2.fillPoly(self.texels, [points], self._solid(colour), cv2.LINE_AA, SHIFT)
        cv2.fillPoly(self.glow, [points], glow or (0, 0, 0), cv2.LINE_8, SHIFT)

    def disc(self, x: float, y: float, radius: float, colour: Colour, *, glow: Colour | None = None) -> None:
        """A round spot."""
        angles = np.linspace(0, 2 * np.pi, 20, endpoint=False)
        self.polygon(
            [(x + radius * float(np.cos(a)), y + radius * float(np.sin(a))) for a in angles],
            colour,
            glow=glow,
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
        part = self._part(left, low, right, high)
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
        return self._part(left, low, right, high)

    def _part(self, left: float, low: float, right: float, high: float) -> Texels:
        rows = self._place(low, high)
        top, bottom = (int(np.clip(round(row), 0, self.texels.shape[0])) for row in sorted(rows))
        columns = (int(np.clip(round(x * self.scale), 0, self.texels.shape[1])) for x in (left, right))
        return self.texels[top:bottom, slice(*columns)]

    def _place(self, low: float, high: float) -> tuple[float, float]:
        if self._up_m is None:
            return low * self.scale, high * self.scale
        return (self._up_m - low) * self.scale, (self._up_m - high) * self.scale

    def _fixed(self, corners: Sequence[Corner]) -> NDArray[np.int32]:
        points = np.array(corners, np.float64)
        if self._up_m is not None:
            points[:, 1] = self._up_m - points[:, 1]
        return np.rint(points * (self.scale * (1 << SHIFT)) - (1 << SHIFT) / 2).astype(np.int32)

    def _solid(self, colour: Colour) -> tuple[int, ...]:
        return (*colour, 255)[: self.texels.shape[2]]


def tone(colour: Colour, by: float) -> Colour:
    """A colour made darker, or lighter."""
    red, green, blue = (min(255, round(channel * by)) for channel in colour)
    return red, green, blue
