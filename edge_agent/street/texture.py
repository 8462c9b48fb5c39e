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
            levels.append(cv2.resize(levels[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA))
        object.__setattr__(self, "levels", levels)

    def seen(self, across_m: Plane, along_m: Plane, *, footprint_m: Plane) -> Texels:
        """The colours at points in metres from the first texel's corner; it repeats in both directions.

        `footprint_m` is how much of the surface a pixel sees: the more, the coarser the level it is taken from.
        """
        wanted = np.log2(np.maximum(footprint_m * np.float32(self.scale), np.float32(1e-3)))
        level_of = np.clip(np.floor(wanted + np.float32(0.4)), 0, len(self.levels) - 1).astype(np.uint8)
        picture: Texels = np.zeros((*across_m.shape, self.texels.shape[2]), np.uint8)
        for level, texels in enumerate(self.levels):
            here = level_of == level
            rows = np.flatnonzero(here.any(axis=1))
            if not len(rows):
                continue
            band = slice(int(rows[0]), int(rows[-1]) + 1)
            scale_x = np.float32(texels.shape[1] / self.texels.shape[1] * self.scale)
            scale_y = np.float32(texels.shape[0] / self.texels.shape[0] * self.scale)
            colours = cv2.remap(
                texels,
                np.mod(across_m[band] * scale_x - np.float32(0.5), np.float32(texels.shape[1])),
                np.mod(along_m[band] * scale_y - np.float32(0.5), np.float32(texels.shape[0])),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_WRAP,
            )
            np.copyto(picture[band], colours, where=here[band, :, None])
        return picture


def grain(
    generator: np.random.Generator, height: int, width: int, *, coarse: float, octaves: int = 4
) -> Plane:
    """Noise that repeats at its edges, mean 0 and deviation 1: spots of about `coarse` texels, and finer ones."""
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


def tinted(texels: Texels, noise: Plane, strength: float) -> Texels:
    """Texels made lighter and darker by noise, by `strength` levels a deviation."""
    shift = np.clip(noise * np.float32(strength), -120, 120)[..., None]
    return np.clip(texels + shift, 0, 255).astype(np.uint8)
