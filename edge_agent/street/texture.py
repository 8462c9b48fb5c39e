"""A flat surface's picture, and how it looks from near and far."""

from dataclasses import dataclass, field
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

Texels = Annotated[NDArray[np.uint8], "H W C"]
Plane = Annotated[NDArray[np.float32], "H W"]

LEVELS = 7


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """Texels of a surface, `scale` to the metre; halved again and again for what is far."""

    texels: Texels
    scale: float
    levels: list[Texels] = field(init=False)

    def __post_init__(self) -> None:
        levels = [self.texels]
        while len(levels) < LEVELS and min(levels[-1].shape[:2]) >= 8:
            height, width = levels[-1].shape[:2]
            half = cv2.resize(levels[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
            levels.append(np.asarray(half, np.uint8))
        object.__setattr__(self, "levels", levels)

    def seen(
        self, across_m: Plane, along_m: Plane, reach: Plane, *, apart_m: float, focal_px: float
    ) -> Texels:
        """The colours at points in metres from the first texel's corner; it repeats in both directions.

        `reach` is the points' depth, `apart_m` how far the camera is from the surface: the more of it a pixel
        sees, the coarser the level that its colour is taken from.
        """
        picture: Texels = np.zeros((*across_m.shape, self.texels.shape[2]), np.uint8)
        tall, wide = self.texels.shape[:2]
        u, v = _within(across_m, wide / self.scale), _within(along_m, tall / self.scale)
        # At depth t a pixel sees t^3 / (focal^2 apart) square metres of a plane.
        edges = [
            ((4 ** (level - 0.4)) / self.scale**2 * focal_px**2 * apart_m) ** (1 / 3)
            for level in range(1, len(self.levels))
        ]
        for texels, nearest, farthest in zip(self.levels, [-1.0, *edges], [*edges, 1e9], strict=True):
            here = (reach >= nearest) & (reach < farthest)
            left, top, across, down = cv2.boundingRect(here.view(np.uint8))
            part = np.s_[top : top + down, left : left + across]
            if not (across and down):
                continue
            colours = cv2.remap(
                texels,
                u[part] * np.float32(texels.shape[1] / wide * self.scale) - np.float32(0.5),
                v[part] * np.float32(texels.shape[0] / tall * self.scale) - np.float32(0.5),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_WRAP,
            )
            cv2.copyTo(colours, here[part].view(np.uint8), picture[part])
        return picture


def _within(metres: Plane, period_m: float) -> Plane:
    return np.asarray(metres - np.float32(period_m) * np.floor(metres / np.float32(period_m)), np.float32)


def grain(
    generator: np.random.Generator, height: int, width: int, *, coarse: float, octaves: int = 4
) -> Plane:
    """Noise that repeats at its edges, of deviation 1: spots of about `coarse` texels, and finer ones."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        spot = max(1.0, coarse / 2**octave)
        rows, columns = max(2, round(height / spot)), max(2, round(width / spot))
        spots = generator.standard_normal((rows, columns), dtype=np.float32)
        wrapped = np.pad(spots, 2, mode="wrap")
        wide = (round((columns + 4) * width / columns), round((rows + 4) * height / rows))
        grown = cv2.resize(wrapped, wide, interpolation=cv2.INTER_CUBIC)
        top, left = round(2 * height / rows), round(2 * width / columns)
        total += grown[top : top + height, left : left + width] * np.float32(0.7**octave)
    return np.asarray(total / np.float32(max(float(total.std()), 1e-6)), np.float32)
