"""The counter's opening in the wall: of who is behind the wall, only what is seen through it is painted."""

import itertools
from collections.abc import Sequence

import numpy as np

from edge_agent.street.camera.lens import Lens
from edge_agent.street.outline import clipped
from edge_agent.street.scenario import Scenario
from edge_agent.street.scenery.facade import LINTEL_M, SILL_M
from edge_agent.street.shape import Shape


def seen_through(shapes: Sequence[Shape], *, scenario: Scenario, lens: Lens) -> list[Shape]:
    """The parts of shapes behind the wall that are seen through the opening."""
    counter, wall_y_m = scenario.counter, scenario.ground.wall_y_m
    left, right = counter.x_m - counter.width_m / 2, counter.x_m + counter.width_m / 2
    corners = np.array(
        [(x, wall_y_m, z) for x, z in ((left, SILL_M), (right, SILL_M), (right, LINTEL_M), (left, LINTEL_M))]
    )
    window, depths = lens.project(corners)
    if depths.min() <= 0:
        return []
    middle = window.mean(axis=0)
    sides = []
    for start, end in itertools.pairwise([*window, window[0]]):
        side = np.array([start[1] - end[1], end[0] - start[0]])
        side = side if (middle - start) @ side > 0 else -side
        sides.append((side, -float(start @ side)))
    seen = []
    for shape in shapes:
        part = list(shape.points)
        for side, offset in sides:
            part = clipped(part, side, offset)
        if len(part) >= 3:
            seen.append(Shape(np.array(part), shape.colour))
    return seen
