"""A pavement: a strip along the street with things on it that people walk around."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.street.planning import reach
from edge_agent.street.scenario import Scenario, Spot

STEP_M = 0.5
BEND_M = 1.5
"""How long before something people begin to walk around it."""
BERTH_M = 0.35
EDGE_M = 0.3
FARTHEST_M = 80.0


class Block(NamedTuple):
    """A thing that stands on the ground."""

    left: float
    right: float
    near: float
    far: float


@dataclass(frozen=True, slots=True)
class Pavement:
    """Between two y; people come and go at its two ends, where nobody sees it."""

    near_y: float
    far_y: float
    left_x: float
    right_x: float
    blocks: tuple[Block, ...] = ()

    def end(self, side: int) -> float:
        """The x of its left (-1) or right (1) end."""
        return self.left_x if side < 0 else self.right_x

    def way(self, y: float, from_x: float, to_x: float, *, half_m: float = 0.25) -> list[Spot]:
        """From one x to another, along y where nothing stands there."""
        count = max(3, math.ceil(abs(to_x - from_x) / STEP_M) + 1)
        xs = np.linspace(from_x, to_x, count)
        around = round(BEND_M / STEP_M)
        ys = np.pad(self._free(xs, y, half_m), around, mode="edge")
        # The mean over some steps turns a jump to the side into a slanting walk.
        ys = np.convolve(ys, np.full(2 * around + 1, 1 / (2 * around + 1)), mode="valid")
        bends = np.flatnonzero(np.abs(np.diff(ys, n=2)) > 1e-6) + 1
        return [(float(xs[i]), float(ys[i])) for i in (0, *bends, count - 1)]

    def _free(self, xs: NDArray[np.float64], y: float, half_m: float) -> NDArray[np.float64]:
        """The y nearest to one that is wanted, at each x, where nothing stands."""
        low, high = self.near_y + EDGE_M + half_m, self.far_y - EDGE_M - half_m
        if low > high:
            low = high = (self.near_y + self.far_y) / 2
        ys = np.full(len(xs), min(max(y, low), high))
        berth = BERTH_M + half_m
        for _ in range(3):  # stepping aside from one thing may lead to another
            moved = ys.copy()
            for block in self.blocks:
                hit = (xs > block.left - BEND_M) & (xs < block.right + BEND_M)
                hit &= (ys > block.near - berth) & (ys < block.far + berth)
                if not hit.any():
                    continue
                sides = [side for side in (block.near - berth, block.far + berth) if low <= side <= high]
                if not sides:
                    sides = [low if block.near - low > high - block.far else high]
                nearest = np.argmin(np.abs(np.subtract.outer(ys[hit], sides)), axis=-1)
                ys[hit] = np.array(sides)[nearest]
            if (moved == ys).all():
                break
        return ys


def pavements(scenario: Scenario) -> tuple[Pavement, Pavement]:
    """The near and the far one."""
    ground = scenario.ground
    spots = [(x, y, 0.3) for x, y in (*ground.trees, *ground.pillars)]
    blocks = [Block(x - r, x + r, y - r, y + r) for x, y, r in spots]
    blocks += [Block(x - 1.7, x + 1.7, y - 0.8, y + 0.8) for x, y in ground.shelters]
    strips = ((ground.pavement_y_m, ground.road_y_m), (ground.far_y_m, ground.wall_y_m))
    made = []
    for near, far in strips:
        left, right = reach.entry(scenario, (near, far), tall_m=1.62, half_m=0.8, farthest_m=FARTHEST_M)
        here = tuple(block for block in blocks if near < block.far and block.near < far)
        made.append(Pavement(near, far, left, right, here))
    return made[0], made[1]
