"""Lines and zones of the ground as a camera's settings know them: in shares of the picture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.street.camera.lens import NEAREST_M, Lens
from edge_agent.street.scenario import Line, Spot, Zone


def line_in_picture(line: Line, lens: Lens) -> tuple[Spot, Spot] | None:
    """A line's part that is in the picture, in shares of its width and height; None if no part is."""
    seen = _in_picture([line.start, line.end], lens)
    return (seen[0], seen[-1]) if len(seen) >= 2 else None


def zone_in_picture(zone: Zone, lens: Lens) -> tuple[Spot, ...]:
    """A zone's part that is in the picture, in shares of its width and height; empty if no part is."""
    seen = _in_picture(zone.corners, lens)
    return tuple(seen) if len(seen) >= 3 else ()


def clipped(
    corners: list[NDArray[np.float64]], side: NDArray[np.float64], offset: float
) -> list[NDArray[np.float64]]:
    """The part of a polygon where `side` @ corner >= -`offset` (Sutherland and Hodgman, CACM 1974)."""
    kept: list[NDArray[np.float64]] = []
    heights = [float(side @ corner) + offset for corner in corners]
    for place, corner in enumerate(corners):
        next_place = (place + 1) % len(corners)
        if heights[place] >= 0:
            kept.append(corner)
        # A line of two corners has one side only; going back along it would give its ends twice.
        if heights[place] * heights[next_place] < 0 and not (len(corners) == 2 and place == 1):
            share = heights[place] / (heights[place] - heights[next_place])
            kept.append(corner + (corners[next_place] - corner) * share)
    return kept


def _in_picture(spots: Sequence[Spot], lens: Lens) -> list[Spot]:
    """A polygon, or a line of two spots, clipped to what is before the lens and then to the picture."""
    eye = np.array([0.0, 0.0, lens.height_m])
    before = [(np.array([x, y, 0.0]) - eye) @ lens.axes.T for x, y in spots]
    before = clipped(before, np.array([0.0, 0.0, 1.0]), -NEAREST_M)
    if not before:
        return []
    size = np.array([lens.width, lens.height])
    shares = [seen[:2] / seen[2] * lens.focal_px / size + 0.5 for seen in before]
    for axis in (0, 1):
        side = np.eye(2)[axis]
        shares = clipped(clipped(shares, side, 0.0), -side, 1.0)
    return [(float(x), float(y)) for x, y in shares]
