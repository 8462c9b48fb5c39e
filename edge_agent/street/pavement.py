"""A pavement: a strip along the street with things on it that people walk around."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from edge_agent.street import reach
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
        count = max(2, math.ceil(abs(to_x - from_x) / STEP_M) + 1)
        xs = np.linspace(from_x, to_x, count)
        ys = np.array([self._free(float(x), y, half_m) for x in xs])
        reach_n = round(BEND_M / STEP_M)
        padded = np.pad(ys, reach_n, mode="edge")
        kernel = np.full(2 * reach_n + 1, 1 / (2 * reach_n + 1))
        smooth = np.convolve(padded, kernel, mode="valid")
        return bent([(float(x), float(y)) for x, y in zip(xs, smooth, strict=True)])

    def _free(self, x: float, y: float, half_m: float) -> float:
        low, high = self.near_y + EDGE_M + half_m, self.far_y - EDGE_M - half_m
        if low > high:
            low = high = (self.near_y + self.far_y) / 2
        y = min(max(y, low), high)
        near = [block for block in self.blocks if block.left - BEND_M < x < block.right + BEND_M]
        for _ in range(3):  # stepping aside from one thing may lead to another
            moved = False
            for block in near:
                before, behind = block.near - BERTH_M - half_m, block.far + BERTH_M + half_m
                if not before < y < behind:
                    continue
                sides = [side for side in (before, behind) if low <= side <= high]
                if sides:
                    y = min(sides, key=lambda side: abs(side - y))
                    moved = True
                else:
                    y = low if block.near - low > high - block.far else high
            if not moved:
                break
        return y


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


def bent(spots: Sequence[Spot]) -> list[Spot]:
    """A way without the spots that lie on the straight between their neighbours."""
    kept = [spots[0]]
    for here, later in itertools.pairwise(spots[1:]):
        (x0, y0), (x, y), (x1, y1) = kept[-1], here, later
        across = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
        if abs(across) > 0.01 * max(math.dist(kept[-1], later), 1e-6):
            kept.append(here)
    kept.append(spots[-1])
    return kept
