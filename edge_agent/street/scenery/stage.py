"""What stands on the street and never leaves it."""

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.camera.lens import Lens, World
from edge_agent.street.camera.rays import Depth
from edge_agent.street.scenario import Scenario
from edge_agent.street.scenery.backdrop import Backdrop
from edge_agent.street.scenery.facade import REACH_M, TOP_M
from edge_agent.street.scenery.props import Props
from edge_agent.street.shape import Picture, Shape

_NEAREST_M = 0.5
_FARTHEST_PX = 4000
_PLACES = 720
"""The light before windows is reckoned at so many places along the street."""


class Stage:
    """The ground, the wall, the sky, and the props before them."""

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self.wall_m = scenario.ground.wall_y_m
        self._backdrop = Backdrop(scenario, seed=seed)
        self._props = Props(scenario, seed=seed)

    def background(self, lens: Lens) -> Picture:
        """What never moves, in full daylight."""
        picture = self._backdrop.picture(lens)
        self._props.wires(picture, lens)
        return picture

    def depth(self, lens: Lens) -> Depth:
        """How far what never moves is."""
        return self._backdrop.depth(lens)

    def props(self, lens: Lens, time_s: float) -> list[tuple[float, list[Shape]]]:
        """What stands before the background, each with its depth; trees sway."""
        return self._props.seen(lens, time_s)

    def glow(self, lens: Lens) -> Picture:
        """The light of windows, signs and the counter at night, where nothing stands before them."""
        return self._backdrop.glow(lens)

    @property
    def lamps(self) -> World:
        """Where street lamps hang."""
        return self._props.lamps()

    @cached_property
    def spill(self) -> NDArray[np.float32]:
        """How much light (N 3, to 1) windows throw on the ground, at N places along the wall."""
        glow = self._backdrop.facade.glow
        rows = slice(int((TOP_M - 2.6) * glow.scale), int((TOP_M - 0.3) * glow.scale))
        mean = glow.texels[rows].mean(axis=0, dtype=np.float32)[None] / 255
        places = cv2.resize(mean, (_PLACES, 1), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(places, (0, 0), 3)[0], np.float32)

    def shade(self, lens: Lens, *, by: tuple[float, float], scale: int = 1) -> NDArray[np.uint8]:
        """Where what stands still takes the sun from the ground: 255 there (H/scale W/scale).

        `by` is how far (x, y) a metre of height throws its shadow.
        """
        mask = np.zeros((lens.height // scale, lens.width // scale), np.uint8)
        for hull in (*self._props.casts(), *self._buildings(by)):
            ground = hull.copy()
            ground[:, :2] += ground[:, 2:] * np.array(by)
            ground[:, 1] = np.minimum(ground[:, 1], self.wall_m)
            ground[:, 2] = 0
            pixels, depths = lens.project(ground)
            if depths.min() > _NEAREST_M:
                within = np.clip(pixels / scale, -_FARTHEST_PX, _FARTHEST_PX).astype(np.float32)
                cv2.fillConvexPoly(mask, cv2.convexHull(within).astype(np.int32), 255)
        on_ground = self._backdrop.rays(lens).on_ground[::scale, ::scale]
        mask[~on_ground[: mask.shape[0], : mask.shape[1]]] = 0
        return mask

    def _buildings(self, by: tuple[float, float]) -> list[World]:
        """Slices of the wall, where the sun stands behind it."""
        if by[1] >= 0:
            return []
        wall = self._backdrop.facade.wall
        solid = wall.texels[..., 3] > 127
        columns = np.linspace(0, solid.shape[1] - 1, round(2 * REACH_M)).astype(int)
        tops = TOP_M - solid[:, columns].argmax(axis=0) / wall.scale
        xs = columns / wall.scale - REACH_M
        return [
            np.array([(x, self.wall_m, z) for x in (left, right) for z in (0, top)])
            for left, right, top in zip(xs[:-1], xs[1:], tops[:-1], strict=True)
        ]
