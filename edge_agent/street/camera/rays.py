"""Where a lens looks through every one of its pixels."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from edge_agent.street.camera.lens import Lens
from edge_agent.street.texture import Plane

Depth = Annotated[NDArray[np.float32], "H W, metres along the camera's axis; infinite in the sky"]


@dataclass(frozen=True, slots=True, eq=False)
class Rays:
    """Directions, 1 m forward each, and how far along the camera's axis they meet the ground and the wall."""

    right: Plane
    away: Plane
    up: Plane
    ground: Depth
    wall: Depth
    height_m: float
    wall_m: float
    focal_px: float

    @property
    def on_ground(self) -> NDArray[np.bool_]:
        """Which of them meet the ground before the wall."""
        return np.asarray((self.ground <= self.wall) & np.isfinite(self.ground))


def rays(lens: Lens, *, wall_m: float, wall_reach_m: float, fine: int = 1) -> Rays:
    """Those of a lens, `fine` times as many each way; the wall ends at `wall_reach_m` on each side."""
    columns, rows = (
        ((np.arange(count * fine, dtype=np.float32) + 0.5) / fine - count / 2) / lens.focal_px
        for count in (lens.width, lens.height)
    )
    right, away, up = (
        np.asarray(np.add.outer(rows * down + forward, columns * across), np.float32)
        for across, down, forward in lens.axes.T
    )
    never = np.float32(np.inf)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ground = np.where(up < -1e-6, np.float32(-lens.height_m) / up, never)
        wall = np.where(away > 1e-6, np.float32(wall_m) / away, never)
        wall[~(np.abs(right) * wall <= wall_reach_m)] = never
    return Rays(right, away, up, ground, wall, lens.height_m, wall_m, lens.focal_px * fine)
