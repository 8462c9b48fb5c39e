"""The ground, the wall and the sky as a lens sees them."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.camera.lens import Lens
from edge_agent.street.camera.rays import Depth, Rays, rays
from edge_agent.street.scenario import Scenario
from edge_agent.street.scenery.facade import LINTEL_M, REACH_M, SILL_M, TOP_M, Facade, facade
from edge_agent.street.scenery.indoors import indoors
from edge_agent.street.scenery.paving import BEHIND_M, CROSSING_M, crossing, paving
from edge_agent.street.scenery.sky import Sky
from edge_agent.street.shape import Picture
from edge_agent.street.texture import Plane, Texels, Texture

_FINE_PIXELS = 600_000
"""A picture up to this size is drawn at twice its size and then halved."""
_FAR_M = 5000.0
_LOWEST_M = 2.0
"""No house is lower than this: only above it may one look over the wall."""
_HAZE = np.array((190, 198, 204), np.float32)
_HAZE_M = 900.0
_EDGE_M = 0.03
"""Texels are not taken from nearer to an edge than this, beyond which the surface repeats."""


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """A rectangle of the picture with all of the wall in it."""

    part: tuple[slice, slice]
    x: Plane
    z: Plane
    texels: Texels
    solid: NDArray[np.bool_]
    """Where the wall is, not the sky above it."""


class Backdrop:
    """Of one street, in full daylight."""

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self._scenario = scenario
        self._seed = seed

    def picture(self, lens: Lens) -> Picture:
        """What it looks like."""
        fine = 2 if lens.width * lens.height <= _FINE_PIXELS else 1
        towards = self.rays(lens, fine)
        picture = self._floor(towards)
        side = _side(self.facade.wall, towards)
        if side is not None:
            np.copyto(picture[side.part], side.texels[..., :3], where=side.solid[..., None])
            self._room(picture, side, towards)
        if fine > 1:
            picture = np.asarray(
                cv2.resize(picture, (lens.width, lens.height), interpolation=cv2.INTER_AREA), np.uint8
            )
        return _hazy(picture, self.depth(lens))

    def glow(self, lens: Lens) -> Picture:
        """The light of windows, signs and the counter at night, where nothing stands before them."""
        towards = self.rays(lens)
        picture = np.zeros((lens.height, lens.width, 3), np.uint8)
        side = _side(self.facade.glow, towards)
        if side is not None:
            np.copyto(picture[side.part], side.texels, where=side.solid[..., None])
            self._room(picture, side, towards)
        return picture

    def depth(self, lens: Lens) -> Depth:
        """How far it is."""
        towards = self.rays(lens)
        depth = np.where(towards.on_ground, towards.ground, np.float32(np.inf))
        side = _side(self.facade.wall, towards)
        if side is not None:
            np.copyto(depth[side.part], towards.wall[side.part], where=side.solid)
        return np.asarray(depth, np.float32)

    def rays(self, lens: Lens, fine: int = 1) -> Rays:
        """Where a lens looks."""
        return rays(lens, wall_m=self._scenario.ground.wall_y_m, wall_reach_m=REACH_M, fine=fine)

    @cached_property
    def facade(self) -> Facade:
        """The wall."""
        return facade(self._scenario, seed=self._seed)

    @cached_property
    def _paving(self) -> Texture:
        return paving(self._scenario, seed=self._seed)

    @cached_property
    def _crossing(self) -> Texture:
        return crossing(self._scenario, seed=self._seed)

    @cached_property
    def _sky(self) -> Sky:
        return Sky(self._scenario, seed=self._seed)

    def _floor(self, towards: Rays) -> Picture:
        """The ground and the sky."""
        picture = np.zeros((*towards.up.shape, 3), np.uint8)
        over = towards.up * np.minimum(towards.wall, _FAR_M) > _LOWEST_M - towards.height_m
        above = np.flatnonzero((~towards.on_ground & over).any(axis=1))
        if len(above):
            band = slice(int(above[0]), int(above[-1]) + 1)
            picture[band] = self._sky.seen(towards.right[band], towards.away[band], towards.up[band])
        below = np.flatnonzero(towards.on_ground.any(axis=1))
        if not len(below):
            return picture
        band = slice(int(below[0]), int(below[-1]) + 1)
        reach = np.minimum(towards.ground[band], np.float32(_FAR_M))
        x, y = towards.right[band] * reach, towards.away[band] * reach
        deep = np.clip(y + np.float32(BEHIND_M), _EDGE_M, towards.wall_m + BEHIND_M - _EDGE_M)
        floor = self._paving.seen(x, deep, reach, apart_m=towards.height_m, focal_px=towards.focal_px)
        self._cross(floor, x, y, reach, focal_px=towards.focal_px, height_m=towards.height_m)
        np.copyto(
            picture[band], floor, where=(towards.on_ground[band] & (towards.ground[band] < _FAR_M))[..., None]
        )
        return picture

    def _cross(
        self, floor: Picture, x: Plane, y: Plane, reach: Plane, *, focal_px: float, height_m: float
    ) -> None:
        """Paint the zebra crossing, where there is one."""
        strips = self._scenario.ground
        if strips.crossing_x_m is None:
            return
        left = strips.crossing_x_m - CROSSING_M / 2
        here = (x > left) & (x < left + CROSSING_M) & (y > strips.road_y_m) & (y < strips.far_y_m)
        part = _around(here)
        if not here[part].size:
            return
        paint = self._crossing.seen(
            np.clip(x[part] - left, _EDGE_M, CROSSING_M - _EDGE_M),
            np.clip(y[part] - strips.road_y_m, _EDGE_M, strips.far_y_m - strips.road_y_m - _EDGE_M),
            reach[part],
            apart_m=height_m,
            focal_px=focal_px,
        )
        share = (paint[..., 3:] * here[part][..., None]).astype(np.float32) / 255
        floor[part] = (floor[part] * (1 - share) + paint[..., :3] * share).astype(np.uint8)

    def _room(self, picture: Picture, side: _Side, towards: Rays) -> None:
        """The room behind the counter, in its opening."""
        counter = self._scenario.counter
        inside = side.solid & (np.abs(side.x - counter.x_m) < counter.width_m / 2)
        inside &= (side.z > SILL_M) & (side.z < LINTEL_M)
        if not inside.any():
            return
        level = np.full(side.x.shape, towards.wall_m, np.float32)
        points = np.stack([plane[inside] for plane in (side.x, level, side.z)], axis=1)
        ahead = [plane[side.part][inside] for plane in (towards.right, towards.away, towards.up)]
        picture[side.part][inside] = indoors(self._scenario, points, np.stack(ahead, axis=1))


def _side(wall: Texture, towards: Rays) -> _Side | None:
    near = towards.wall < towards.ground
    near &= towards.up * np.where(near, towards.wall, 0) < TOP_M - towards.height_m
    part = _around(near)
    if not near[part].size:
        return None
    near = near[part]
    reach = np.where(near, towards.wall[part], np.float32(1))
    x, z = towards.right[part] * reach, towards.up[part] * reach + np.float32(towards.height_m)
    texels = wall.seen(
        x + np.float32(REACH_M),
        np.clip(TOP_M - z, _EDGE_M, TOP_M - _EDGE_M),
        reach,
        apart_m=towards.wall_m,
        focal_px=towards.focal_px,
    )
    solid = near & (texels[..., 3] > 127) if texels.shape[2] == 4 else near
    return _Side(part, x, z, texels, solid)


def _around(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    left, top, wide, tall = cv2.boundingRect(mask.view(np.uint8))
    return slice(top, top + tall), slice(left, left + wide)


def _hazy(picture: Picture, depth: Depth) -> Picture:
    """Paler with distance."""
    share = np.where(np.isinf(depth), 0, 1 - np.exp(-np.minimum(depth, 1e5) / np.float32(_HAZE_M)))[..., None]
    return np.asarray(picture * (1 - share) + _HAZE * share, np.uint8)
