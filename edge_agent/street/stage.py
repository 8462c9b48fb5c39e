"""What stands on the street and never leaves it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.facade import LINTEL_M, REACH_M, SILL_M, TOP_M, Facade, facade
from edge_agent.street.indoors import indoors
from edge_agent.street.lens import Lens, World
from edge_agent.street.paving import BEHIND_M, CROSSING_M, crossing, paving
from edge_agent.street.props import Props
from edge_agent.street.scenario import Scenario
from edge_agent.street.shape import Picture, Shape
from edge_agent.street.sky import Sky
from edge_agent.street.texture import Plane, Texture

Depth = Annotated[NDArray[np.float32], "H W, metres along the camera's axis; infinite in the sky"]

_FINE_PIXELS = 600_000
"""A picture up to this size is drawn at twice its size and then halved."""
_FAR_M = 5000.0
_NEAREST_M = 0.5
_HAZE = np.array((190, 198, 204), np.float32)
_HAZE_M = 900.0


@dataclass(slots=True, eq=False)
class _Rays:
    """Directions through all pixels, forward component 1, and how far they go to the ground and to the wall."""

    right: Plane
    away: Plane
    up: Plane
    ground: Depth
    wall: Depth
    focal_px: float


class Stage:
    """The ground, the wall, the sky, and the props before them."""

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self._scenario = scenario
        self._seed = seed
        self._props = Props(scenario, seed=seed)

    def background(self, lens: Lens) -> Picture:
        """What never moves, in full daylight."""
        fine = 2 if lens.width * lens.height <= _FINE_PIXELS else 1
        rays = self._rays(lens, fine)
        picture = self._floor(lens, rays)
        self._stand(picture, lens, rays, self._facade.wall)
        if fine > 1:
            picture = np.asarray(cv2.resize(picture, (lens.width, lens.height), interpolation=cv2.INTER_AREA))
        picture = _hazy(picture, self.depth(lens))
        self._props.wires(picture, lens)
        return picture

    def glow(self, lens: Lens) -> Picture:
        """The light of windows, signs and the counter at night, where nothing stands before them."""
        rays = self._rays(lens, 1)
        picture = np.zeros((lens.height, lens.width, 3), np.uint8)
        self._stand(picture, lens, rays, self._facade.glow)
        return picture

    def depth(self, lens: Lens) -> Depth:
        """How far what never moves is."""
        rays = self._rays(lens, 1)
        depth = rays.ground
        near = rays.wall < depth
        high = lens.height_m + rays.up * np.where(near, rays.wall, 0) > TOP_M
        return np.asarray(np.where(near & ~high, rays.wall, depth), np.float32)

    def props(self, lens: Lens, time_s: float) -> list[tuple[float, list[Shape]]]:
        """What stands before the background, each with its depth; trees sway."""
        return self._props.seen(lens, time_s)

    def shade(self, lens: Lens, *, by: tuple[float, float], scale: int = 1) -> NDArray[np.uint8]:
        """Where what stands still takes the sun from the ground: 255 there (H/scale W/scale).

        `by` is how far (x, y) a metre of height throws its shadow.
        """
        hulls = [*self._props.casts(), *self._buildings(by)]
        mask = np.zeros((lens.height // scale, lens.width // scale), np.uint8)
        for hull in hulls:
            ground = hull.copy()
            ground[:, :2] += ground[:, 2:] * np.array(by)
            ground[:, 1] = np.minimum(ground[:, 1], self.wall_m)
            ground[:, 2] = 0
            pixels, depths = lens.project(ground)
            if depths.min() > _NEAREST_M:
                outline = cv2.convexHull(np.clip(pixels / scale, -4000, 4000).astype(np.float32))
                cv2.fillConvexPoly(mask, outline.astype(np.int32), 255)
        mask[_no_ground(self._rays(lens, 1))[::scale, ::scale][: mask.shape[0], : mask.shape[1]]] = 0
        return mask

    @property
    def lamps(self) -> World:
        """Where street lamps hang."""
        return self._props.lamps()

    @property
    def wall_m(self) -> float:
        """How far away the wall is."""
        return self._scenario.ground.wall_y_m

    @cached_property
    def spill(self) -> NDArray[np.float32]:
        """How much light (N 3, to 1) windows throw on the ground before them, at N places from end to end."""
        glow = self._facade.glow
        rows = slice(int((TOP_M - 2.6) * glow.scale), int((TOP_M - 0.3) * glow.scale))
        mean = glow.texels[rows].mean(axis=0, dtype=np.float32)[None] / 255
        return np.asarray(
            cv2.GaussianBlur(cv2.resize(mean, (720, 1), interpolation=cv2.INTER_AREA), (0, 0), 3)[0]
        )

    def _buildings(self, by: tuple[float, float]) -> list[World]:
        """Slices of the wall, where the sun stands behind it."""
        if by[1] >= 0:
            return []
        solid = self._facade.wall.texels[..., 3] > 127
        columns = np.linspace(0, solid.shape[1] - 1, 180).astype(int)
        tops = TOP_M - solid[:, columns].argmax(axis=0) / self._facade.wall.scale
        xs = columns / self._facade.wall.scale - REACH_M
        return [
            np.array(
                [(x0, self.wall_m, 0), (x1, self.wall_m, 0), (x0, self.wall_m, top), (x1, self.wall_m, top)]
            )
            for x0, x1, top in zip(xs, xs[1:], tops, strict=False)
        ]

    @cached_property
    def _paving(self) -> Texture:
        return paving(self._scenario, seed=self._seed)

    @cached_property
    def _facade(self) -> Facade:
        return facade(self._scenario, seed=self._seed)

    @cached_property
    def _sky(self) -> Sky:
        return Sky(self._scenario, seed=self._seed)

    def _rays(self, lens: Lens, fine: int) -> _Rays:
        across = (
            (np.arange(lens.width * fine, dtype=np.float32) + 0.5) / fine - lens.width / 2
        ) / lens.focal_px
        down = (
            (np.arange(lens.height * fine, dtype=np.float32) + 0.5) / fine - lens.height / 2
        ) / lens.focal_px
        right, away, up = (
            np.asarray(np.add.outer(down * below + ahead, across * beside), np.float32)
            for beside, below, ahead in lens.axes.T
        )
        far = np.float32(np.inf)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ground = np.where(up < -1e-6, np.float32(-lens.height_m) / up, far)
            wall = np.where(away > 1e-6, np.float32(self._scenario.ground.wall_y_m) / away, far)
            wall[np.abs(right) * wall > REACH_M] = far
        return _Rays(right, away, up, ground, wall, lens.focal_px * fine)

    def _floor(self, lens: Lens, rays: _Rays) -> Picture:
        """The ground and the sky."""
        picture = np.empty((*rays.up.shape, 3), np.uint8)
        above = np.flatnonzero((rays.up > -0.02).any(axis=1))
        if len(above):
            band = slice(int(above[0]), int(above[-1]) + 1)
            picture[band] = self._sky.seen(rays.right[band], rays.away[band], rays.up[band])
        below = np.flatnonzero((rays.ground < rays.wall).any(axis=1))
        if not len(below):
            return picture
        band = slice(int(below[0]), int(below[-1]) + 1)
        reach = np.minimum(rays.ground[band], np.float32(_FAR_M))
        x, y = rays.right[band] * reach, rays.away[band] * reach
        deep = np.clip(y + np.float32(BEHIND_M), 0.02, self._scenario.ground.wall_y_m + BEHIND_M - 0.02)
        floor = self._paving.seen(x, deep, reach, apart_m=lens.height_m, focal_px=rays.focal_px)
        self._cross(floor, x, y, reach, lens, rays)
        np.copyto(picture[band], floor, where=(rays.ground[band] < _FAR_M)[..., None])
        return picture

    def _cross(self, floor: Picture, x: Plane, y: Plane, reach: Plane, lens: Lens, rays: _Rays) -> None:
        strips = self._scenario.ground
        if strips.crossing_x_m is None:
            return
        left = strips.crossing_x_m - CROSSING_M / 2
        here = (x > left) & (x < left + CROSSING_M) & (y > strips.road_y_m) & (y < strips.far_y_m)
        left_px, top, wide, tall = cv2.boundingRect(here.astype(np.uint8))
        part = np.s_[top : top + tall, left_px : left_px + wide]
        if not here[part].size:
            return
        paint = crossing(self._scenario, seed=self._seed).seen(
            np.clip(x[part] - left, 0.03, CROSSING_M - 0.03),
            np.clip(y[part] - strips.road_y_m, 0.03, strips.far_y_m - strips.road_y_m - 0.03),
            reach[part],
            apart_m=lens.height_m,
            focal_px=rays.focal_px,
        )
        share = (paint[..., 3:] * here[part][..., None]).astype(np.float32) / 255
        floor[part] = (floor[part] * (1 - share) + paint[..., :3] * share).astype(np.uint8)

    def _stand(self, picture: Picture, lens: Lens, rays: _Rays, wall: Texture) -> None:
        """The wall, or what of it glows, and the room behind the counter."""
        near = rays.wall < rays.ground
        near &= rays.up * np.where(near, rays.wall, 0) < TOP_M - lens.height_m
        left, top, wide, tall = cv2.boundingRect(near.astype(np.uint8))
        part = np.s_[top : top + tall, left : left + wide]
        near = near[part]
        if not near.any():
            return
        reach = np.where(near, rays.wall[part], np.float32(1))
        x, z = rays.right[part] * reach, rays.up[part] * reach + np.float32(lens.height_m)
        side = wall.seen(
            x + np.float32(REACH_M),
            np.clip(TOP_M - z, 0.03, TOP_M - 0.03),
            reach,
            apart_m=self._scenario.ground.wall_y_m,
            focal_px=rays.focal_px,
        )
        solid = near & (side[..., 3] > 127) if side.shape[2] == 4 else near
        np.copyto(picture[part], side[..., :3], where=solid[..., None])
        counter = self._scenario.counter
        inside = near & (np.abs(x - counter.x_m) < counter.width_m / 2) & (z > SILL_M) & (z < LINTEL_M)
        if inside.any():
            level = np.full(x.shape, self._scenario.ground.wall_y_m, np.float32)
            points = np.stack([plane[inside] for plane in (x, level, z)], axis=1)
            ahead = np.stack([plane[part][inside] for plane in (rays.right, rays.away, rays.up)], axis=1)
            picture[part][inside] = indoors(self._scenario, points, ahead)


def _hazy(picture: Picture, depth: Depth) -> Picture:
    """Paler with distance."""
    share = np.where(np.isinf(depth), 0, 1 - np.exp(-np.minimum(depth, 1e5) / np.float32(_HAZE_M)))[..., None]
    return np.asarray(picture * (1 - share) + _HAZE * share, np.uint8)


def _no_ground(rays: _Rays) -> NDArray[np.bool_]:
    return np.asarray((rays.wall < rays.ground) | ~np.isfinite(rays.ground))
