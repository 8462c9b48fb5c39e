"""What stands on the street and never leaves it."""

from functools import cached_property
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.facade import REACH_M, TOP_M, Facade, facade
from edge_agent.street.lens import Lens
from edge_agent.street.paving import BEHIND_M, paving
from edge_agent.street.scenario import Scenario
from edge_agent.street.shape import Picture, Shape
from edge_agent.street.texture import Plane, Texture

Depth = Annotated[NDArray[np.float32], "H W, metres along the camera's axis; infinite in the sky"]

_FINE_PIXELS = 1_000_000
"""A picture up to this size is drawn at twice its size and then halved."""


class Stage:
    """The ground, the wall, the sky, and the props before them."""

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self._scenario = scenario
        self._seed = seed

    def background(self, lens: Lens) -> Picture:
        """What never moves, in full daylight."""
        fine = 2 if lens.width * lens.height <= _FINE_PIXELS else 1
        picture = self._drawn(lens, fine)
        if fine == 1:
            return picture
        return np.asarray(
            cv2.resize(picture, (lens.width, lens.height), interpolation=cv2.INTER_AREA), np.uint8
        )

    def depth(self, lens: Lens) -> Depth:
        """How far what never moves is."""
        ground, wall, _ = self._hits(lens, 1)
        return np.minimum(ground, wall)

    def props(self, lens: Lens, time_s: float) -> list[tuple[float, list[Shape]]]:
        """What stands before the background, each with its depth; trees sway."""
        return []

    @cached_property
    def _paving(self) -> Texture:
        return paving(self._scenario, seed=self._seed)

    @cached_property
    def _facade(self) -> Facade:
        return facade(self._scenario, seed=self._seed)

    def _hits(self, lens: Lens, fine: int) -> tuple[Plane, Plane, list[Plane]]:
        across = (np.arange(lens.width * fine, dtype=np.float32) + 0.5) / fine - lens.width / 2
        down = (np.arange(lens.height * fine, dtype=np.float32) + 0.5) / fine - lens.height / 2
        right_axis, down_axis, forward = lens.axes.astype(np.float32)
        rays = [
            np.asarray(
                np.add.outer(
                    down * (down_axis[k] / lens.focal_px) + forward[k],
                    across * (right_axis[k] / lens.focal_px),
                ),
                np.float32,
            )
            for k in range(3)
        ]
        far = np.float32(np.inf)
        with np.errstate(divide="ignore", invalid="ignore"):
            ground = np.where(rays[2] < -1e-4, np.float32(-lens.height_m) / rays[2], far)
            wall = np.where(rays[1] > 1e-4, np.float32(self._scenario.ground.wall_y_m) / rays[1], far)
        wall[np.abs(rays[0] * np.minimum(wall, 1e6)) > REACH_M] = far
        return ground, wall, rays

    def _drawn(self, lens: Lens, fine: int) -> Picture:
        ground, wall, rays = self._hits(lens, fine)
        focal = lens.focal_px * fine
        picture = np.full((*ground.shape, 3), (176, 200, 226), np.uint8)
        reach = np.minimum(ground, 1e4)
        footprint = np.sqrt(reach**3 / np.float32(focal**2 * lens.height_m))
        deep = self._scenario.ground.wall_y_m - 0.02
        y_m = np.clip(rays[1] * reach, -BEHIND_M + 0.02, deep) + np.float32(BEHIND_M)
        floor = self._paving.seen(rays[0] * reach, y_m, footprint_m=footprint)
        np.copyto(picture, floor, where=np.isfinite(ground)[..., None])
        near = wall < ground
        reach = np.where(near, wall, np.float32(1.0))
        footprint = np.sqrt(reach**3 / np.float32(focal**2 * self._scenario.ground.wall_y_m))
        height_m = rays[2] * reach + np.float32(lens.height_m)
        side = self._facade.wall.seen(
            rays[0] * reach + np.float32(REACH_M),
            np.clip(TOP_M - height_m, 0.02, TOP_M - 0.02),
            footprint_m=footprint,
        )
        solid = near & (height_m < TOP_M) & (side[..., 3] > 127)
        np.copyto(picture, side[..., :3], where=solid[..., None])
        return picture
