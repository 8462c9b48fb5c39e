"""Heads made unrecognisable: a coarse mosaic over the head area of every person box."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.detector import Boxes, Picture


@dataclass(frozen=True, slots=True)
class Mosaic:
    """How coarse it is. Its defaults were chosen by attack, as `bench/privacy.py` does."""

    blocks: int = 3
    """Blocks across a head area: a face is about half as wide, so one or two blocks of it remain."""
    least_block_px: int = 8
    picture_blocks: int = 12
    """Blocks across the longer side where the whole picture is covered."""


DEFAULT = Mosaic()


def head_areas(boxes: Boxes, *, width: int, height: int) -> NDArray[np.intp]:
    """For N person boxes in a picture of `width` by `height` pixels, where the heads may be: left, top,
    right, bottom in pixels, inside the picture.

    A standing person's head is an eighth of the height; of one cut off by the frame, or near, only head and
    shoulders may be in the box. So the area is nearly as tall as the box is wide, and at least a third of the
    box; it begins above the box and reaches past its sides, for boxes are seldom exact.
    """
    left, top, right, bottom = (boxes * np.array([width, height, width, height])).T
    wide, tall = right - left, bottom - top
    head = np.minimum(tall, np.maximum(tall / 3, 0.8 * wide))
    areas = np.stack([left - 0.15 * wide, top - 0.2 * head, right + 0.15 * wide, top + head], axis=1)
    areas[:, :2], areas[:, 2:] = np.floor(areas[:, :2]), np.ceil(areas[:, 2:])
    inside: NDArray[np.intp] = np.clip(areas, 0, [width, height, width, height]).astype(np.intp)
    return inside


def cover_heads(picture: Picture, people: Boxes, *, mosaic: Mosaic = DEFAULT) -> Picture:
    """`picture` itself, with the head area of every box as mosaic."""
    height, width = picture.shape[:2]
    for left, top, right, bottom in head_areas(people, width=width, height=height).tolist():
        longest = max(right - left, bottom - top)
        block = max(mosaic.least_block_px, -(-longest // mosaic.blocks))
        picture = pixelate(picture, (left, top, right, bottom), block=block)
    return picture


def cover_whole(picture: Picture, *, mosaic: Mosaic = DEFAULT) -> Picture:
    """`picture` itself, all of it as mosaic."""
    height, width = picture.shape[:2]
    return pixelate(picture, (0, 0, width, height), block=-(-max(width, height) // mosaic.picture_blocks))


def pixelate(picture: Picture, area: tuple[int, int, int, int], *, block: int) -> Picture:
    """`picture` itself, with each block of `area` (left, top, right, bottom) replaced by its mean colour."""
    left, top, right, bottom = area
    if right <= left or bottom <= top:
        return picture
    part = picture[top:bottom, left:right]
    rows, columns = np.arange(0, bottom - top, block), np.arange(0, right - left, block)
    sums = np.add.reduceat(np.add.reduceat(part, rows, axis=0, dtype=np.uint32), columns, axis=1)
    tall, wide = np.diff(rows, append=bottom - top), np.diff(columns, append=right - left)
    means = (sums // (tall[:, np.newaxis] * wide[np.newaxis, :])[..., np.newaxis]).astype(np.uint8)
    picture[top:bottom, left:right] = np.repeat(np.repeat(means, tall, axis=0), wide, axis=1)
    return picture
