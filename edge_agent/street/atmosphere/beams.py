"""Headlamps: the ground that they light, and their glare."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.atmosphere.lamps import COARSE, shine, sprite
from edge_agent.street.camera.lens import Lens
from edge_agent.street.shape import Picture

Beam = tuple[float, float, float]
"""A headlamp: x, y, and the heading that it shines to, radians."""

_TINT = (1.0, 0.97, 0.88)
_LAMP_UP_M = 0.72
_CONES = ((4.0, 1.0, 15.0, 2.6, 26), (0.3, 0.4, 9.0, 1.7, 52), (1.2, 0.4, 5.0, 1.0, 76))
"""From and to how far ahead, half as wide there, and how bright; the later lie over the sooner."""
_FARTHEST_M = 90.0
_SIZES = (7, 11, 17, 25, 37, 55, 81)


@dataclass(frozen=True, slots=True, eq=False)
class Lit:
    """What headlamps light: a part of the picture, and by how much, 0 to 255."""

    rows: slice
    columns: slice
    light: Annotated[NDArray[np.uint8], "H W of the part"]


class Beams:
    """The headlamps of a street; it keeps the shapes of their glare."""

    def __init__(self) -> None:
        self._spots = {size: sprite(size, _TINT) for size in _SIZES}

    def ground(self, beams: Sequence[Beam], lens: Lens) -> Lit | None:
        """What they light of the ground."""
        height, width = -(-lens.height // COARSE), -(-lens.width // COARSE)
        light = np.zeros((height, width), np.uint8)
        corners = np.array([_cone(beam) for beam in beams]).reshape(-1, 3)
        pixels, depths = lens.project(corners)
        points = np.clip(pixels / COARSE, -4000, 4000).astype(np.int32).reshape(-1, len(_CONES), 4, 2)
        ahead = depths.reshape(-1, len(_CONES), 4).min(axis=2) > 0.6
        for one, shown in zip(points, ahead, strict=True):
            for cone, seen, bright in zip(one, shown, (cone[4] for cone in _CONES), strict=True):
                if seen:
                    cv2.fillConvexPoly(light, cone, bright)
        left, top, wide, tall = cv2.boundingRect(light)
        if not wide:
            return None
        left, top = max(0, left - 2), max(0, top - 2)
        part = cv2.blur(light[top : top + tall + 4, left : left + wide + 4], (5, 5))
        rows = slice(top * COARSE, min(lens.height, (top + part.shape[0]) * COARSE))
        columns = slice(left * COARSE, min(lens.width, (left + part.shape[1]) * COARSE))
        size = (part.shape[1] * COARSE, part.shape[0] * COARSE)
        full = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
        return Lit(
            rows,
            columns,
            np.asarray(full[: rows.stop - rows.start, : columns.stop - columns.start], np.uint8),
        )

    def glare(self, picture: Picture, beams: Sequence[Beam], lens: Lens) -> None:
        """Add the lamps themselves, of those that shine towards the camera."""
        places = np.array([(x, y, _LAMP_UP_M) for x, y, _ in beams])
        pixels, depths = lens.project(places)
        for (x, y, heading), (column, row), ahead in zip(
            beams, pixels.tolist(), depths.tolist(), strict=True
        ):
            if not 0.8 < ahead < _FARTHEST_M:
                continue
            facing = -(x * np.cos(heading) + y * np.sin(heading)) / max(1e-6, np.hypot(x, y))
            if facing < -0.2:
                continue
            wanted = lens.focal_px / ahead * (0.5 + 1.0 * max(0.0, facing))
            size = min(_SIZES, key=lambda one: abs(one - wanted))
            shine(picture, self._spots[size], (column, row))


def _cone(beam: Beam) -> list[list[tuple[float, float, float]]]:
    x, y, heading = beam
    cos, sin = float(np.cos(heading)), float(np.sin(heading))

    def place(ahead: float, aside: float) -> tuple[float, float, float]:
        return x + cos * ahead - sin * aside, y + sin * ahead + cos * aside, 0.0

    return [
        [place(near, -narrow), place(near, narrow), place(far, wide), place(far, -wide)]
        for near, narrow, far, wide, _ in _CONES
    ]
