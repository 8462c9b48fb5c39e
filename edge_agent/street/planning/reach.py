"""How far along the street things are seen: where they may come and go unnoticed."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.street.camera.lens import Lens, lens_of
from edge_agent.street.scenario import Scenario

SMALLEST_PX = 8.0
"""Who is smaller than this may come and go in the picture."""
STEP_M = 0.5
MOVED_DEG = 25.0
"""How far a camera that somebody turns may look past its picture."""


def entry(
    scenario: Scenario, ys: tuple[float, float], *, tall_m: float, half_m: float, farthest_m: float
) -> tuple[float, float]:
    """The x to the left and to the right, between which something of that height and half length is noticed.

    It is either outside the picture there, or smaller than SMALLEST_PX, or `farthest_m` away.
    """
    turns: tuple[float, ...] = (0.0,)
    if any(fault.kind == "moved" for fault in scenario.faults):
        turns = (-MOVED_DEG, 0.0, MOVED_DEG)
    seen = [
        _noticed(lens_of(scenario, yaw_by_deg=turn), ys, tall_m=tall_m, farthest_m=farthest_m)
        for turn in turns
    ]
    xs = np.concatenate(seen)
    if not len(xs):  # the strip is not in the picture at all
        return -half_m - 6.0, half_m + 6.0
    return float(xs.min()) - half_m - STEP_M, float(xs.max()) + half_m + STEP_M


def stretch(scenario: Scenario, y: float, *, farthest_m: float = 40.0) -> tuple[float, float]:
    """The x between which somebody at y is well in the picture; where nobody is, the middle of the street."""
    lens = lens_of(scenario)
    xs = np.arange(-farthest_m, farthest_m, STEP_M)
    pixels, depth = lens.project(np.stack([xs, np.full_like(xs, y), np.full_like(xs, 0.8)], axis=-1))
    across, down = pixels[:, 0] / lens.width, pixels[:, 1] / lens.height
    good = (depth > 0) & (across > 0.1) & (across < 0.9) & (down > 0.05) & (down < 0.95)
    good &= np.hypot(xs, y) < farthest_m
    if not good.any():
        return -2.0, 2.0
    return float(xs[good].min()), float(xs[good].max())


def _noticed(lens: Lens, ys: Sequence[float], *, tall_m: float, farthest_m: float) -> NDArray[np.float64]:
    xs = np.arange(-farthest_m, farthest_m + STEP_M, STEP_M)
    noticed = np.zeros(len(xs), dtype=bool)
    rim = 0.06 * lens.width  # shake and shadows
    for y, z in itertools.product(np.linspace(ys[0], ys[1], 3), np.linspace(0.0, tall_m, 4)):
        pixels, depth = lens.project(np.stack([xs, np.full_like(xs, y), np.full_like(xs, z)], axis=-1))
        noticed |= (
            (depth > 0.1)
            & (pixels > -rim).all(axis=-1)
            & (pixels < np.array([lens.width + rim, lens.height + rim])).all(axis=-1)
            & (lens.scale(depth) * tall_m >= SMALLEST_PX)
            & (np.hypot(xs, y) <= farthest_m)
        )
    return np.asarray(xs[noticed])
