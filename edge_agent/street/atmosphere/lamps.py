"""What shines on the street at night and stays where it is: lamps, windows, signs, the counter."""

from dataclasses import dataclass
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.camera.lens import Lens, World
from edge_agent.street.camera.rays import Depth
from edge_agent.street.scenery.facade import REACH_M
from edge_agent.street.scenery.furniture import LAMP_M
from edge_agent.street.scenery.stage import Stage
from edge_agent.street.shape import Picture

COARSE = 4
"""Light is soft: it is reckoned for every fourth pixel."""
_POOL = 0.34
"""The ground below a lamp, of noon's light."""
_SPILL = 0.6
"""The ground before a bright window, likewise."""
_FAR_M = 120.0
_DISC_M = 0.16

Points = Annotated[NDArray[np.float32], "H W 3: x, y, z, metres"]
Pools = Annotated[NDArray[np.float32], "H/COARSE W/COARSE 3: light, 1 at noon"]


@dataclass(frozen=True, slots=True, eq=False)
class Lamplight:
    """The lamps' light in one view."""

    pools: Pools
    glow: Picture
    """What shines itself, where nothing stands before it."""
    halo: Picture
    """What lamps add to the picture around them."""


def lamplight(stage: Stage, lens: Lens, depth: Depth, *, tint: tuple[float, float, float]) -> Lamplight:
    """Reckon it."""
    half = COARSE // 2
    coarse = depth[half::COARSE, half::COARSE]
    rows, columns = np.indices(coarse.shape)
    pixels = np.asarray(np.stack([columns, rows], axis=-1) * COARSE + (half + 0.5), np.float64)
    seen = np.where(np.isfinite(coarse), np.minimum(coarse, _FAR_M), 0.0)[..., None]
    points = np.asarray(lens.rays(pixels) * seen + (0, 0, lens.height_m), np.float32)
    lamps = stage.lamps
    ahead = lens.project(lamps)[1]
    wall_m = stage.wall_m
    light = np.zeros(coarse.shape, np.float32)
    for lamp in lamps[(ahead > -20) & (ahead < _FAR_M)]:
        light += _pool(points, lamp, wall_m)
    glow = stage.glow(lens)
    pools = light[..., None] * np.array(tint, np.float32) * _POOL + _spill(stage, points, wall_m)
    pools[~np.isfinite(coarse)] = 0
    return Lamplight(np.asarray(pools, np.float32), glow, _halo(lens, lamps, glow, tint))


def sprite(size: int, tint: tuple[float, float, float]) -> Picture:
    """A bright spot with its flare, `size` pixels square."""
    ramp = np.linspace(-1, 1, size, dtype=np.float32)
    far = np.hypot.outer(ramp, ramp)
    light = np.clip(1.3 * np.exp(-((far / 0.16) ** 2)) + 0.3 * np.clip(1 - far, 0, 1) ** 2.5, 0, 1)
    return np.asarray(light[..., None] * np.array(tint, np.float32) * 255, np.uint8)


def shine(picture: Picture, spot: Picture, centre: tuple[float, float]) -> None:
    """Add a spot to a picture, as far as it is inside."""
    size = len(spot)
    left, top = round(centre[0] - size / 2), round(centre[1] - size / 2)
    part = picture[max(0, top) : max(0, top + size), max(0, left) : max(0, left + size)]
    if part.size:
        row, column = max(0, -top), max(0, -left)
        cv2.add(part, spot[row : row + part.shape[0], column : column + part.shape[1]], part)


def _pool(points: Points, lamp: NDArray[np.float64], wall_m: float) -> NDArray[np.float32]:
    """Of one lamp that shines downwards: 1 right below it."""
    away = np.asarray(lamp, np.float32) - points
    square = (away**2).sum(axis=-1)
    down = np.maximum(away[..., 2], 0)
    on_wall = points[..., 1] > wall_m - 0.1
    facing = np.where(on_wall, np.abs(away[..., 1]), down)
    return np.asarray(np.float32(LAMP_M**2) * facing * down / np.maximum(square, 1) ** 2, np.float32)


def _spill(stage: Stage, points: Points, wall_m: float) -> NDArray[np.float32]:
    """Light that falls from windows on the ground before them."""
    before = np.clip(wall_m - points[..., 1], 0, 50)
    ground = points[..., 2] < 0.1
    profile = stage.spill
    share = (points[..., 0] + REACH_M) / (2 * REACH_M)
    columns = np.clip(share * len(profile), 0, len(profile) - 1).astype(np.int32)
    fading = (np.exp(-before / 2.2) * ground * _SPILL)[..., None]
    return np.asarray(profile[columns] * fading, np.float32)


def _halo(lens: Lens, lamps: World, glow: Picture, tint: tuple[float, float, float]) -> Picture:
    small = cv2.resize(glow, (lens.width // COARSE, lens.height // COARSE), interpolation=cv2.INTER_AREA)
    bloom = cv2.GaussianBlur(small, (0, 0), lens.width / 160)
    halo = np.asarray(cv2.resize(cv2.convertScaleAbs(bloom, alpha=0.22), (lens.width, lens.height)), np.uint8)
    pixels, depths = lens.project(lamps)
    for (x, y), ahead in sorted(zip(pixels.tolist(), depths.tolist(), strict=True), key=lambda one: -one[1]):
        if 0.5 < ahead < _FAR_M:
            size = min(lens.width, max(7, 2 * round(lens.focal_px / ahead * _DISC_M * 6) + 1))
            shine(halo, sprite(size, tint), (x, y))
    return halo
