"""The room behind the counter, seen through its opening."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.street.scenario import Scenario

DEEP_M, HIGH_M, BESIDE_M = 2.6, 2.7, 1.0

Floats = NDArray[np.float32]


def indoors(scenario: Scenario, points: Floats, rays: Floats) -> NDArray[np.uint8]:
    """The colours (N 3) that rays (N 3) find behind points (N 3) of the opening."""
    counter, wall = scenario.counter, scenario.ground.wall_y_m
    beside = counter.width_m / 2 + BESIDE_M
    low = np.array((counter.x_m - beside, wall, 0.0), np.float32)
    high = np.array((counter.x_m + beside, wall + DEEP_M, HIGH_M), np.float32)
    ahead = np.where(np.abs(rays) < 1e-6, np.float32(1e-6), rays)
    steps = np.where(ahead > 0, high - points, low - points) / ahead
    side = np.argmin(steps, axis=1)
    hit = points + rays * steps.min(axis=1, keepdims=True)
    colours = np.empty_like(points)
    colours[side == 0] = (150, 132, 104)
    colours[side == 1] = (176, 156, 122)
    colours[side == 2] = (206, 196, 170)
    back = side == 1
    shelf = back & (hit[:, 2] > 1.25) & (np.mod(hit[:, 2], 0.42) < 0.3)
    shelf &= np.abs(hit[:, 0] - counter.x_m) > 0.25 * counter.width_m
    files = np.floor(hit[:, 0] / 0.09).astype(np.int64) * 7 + np.floor(hit[:, 2] / 0.42).astype(np.int64) * 3
    spines = np.array(
        ((120, 60, 50), (60, 80, 110), (150, 140, 110), (80, 100, 80), (70, 60, 56)), np.float32
    )
    colours[shelf] = spines[np.mod(files, len(spines))[shelf]]
    board = back & (hit[:, 2] > 1.5) & (hit[:, 2] < 2.1) & (np.abs(hit[:, 0] - counter.x_m) < 0.4)
    colours[board] = (216, 212, 200)
    deeper = (hit[:, 1] - wall) / DEEP_M
    colours *= (1.0 - 0.25 * deeper)[:, None]
    return np.asarray(np.clip(colours * 0.82, 0, 255), np.uint8)
