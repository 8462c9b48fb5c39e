"""Lines and polygons in shares of the picture, and distances from them in a subject's own size.

A distance is measured in units of the subject that it is about: along the picture's width in widths of its
box, along the height in thirds of its height, which for a person is about as long. So a distance means the
same far away as nearby, needs no calibration, and does not depend on the shape of the picture.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

Point = tuple[float, float]
"""Right and down from the picture's top left corner, in shares of its width and height."""
Unit = tuple[float, float]
"""How long one unit is across and down, in shares of the picture."""

LEAST_AREA = 1e-4
"""Of a zone, as a share of the picture: a tenth of a percent of each side squared stands nobody in."""


@dataclass(frozen=True, slots=True)
class Line:
    """From `start` to `end`. Who looks that way has the positive side on the right."""

    start: Point
    end: Point

    def depth(self, point: Point, unit: Unit) -> float:
        """How far `point` lies to the right of the line, which is thought to go on at both ends; in units."""
        across, down = self.end[0] - self.start[0], self.end[1] - self.start[1]
        right = across * (point[1] - self.start[1]) - down * (point[0] - self.start[0])
        return right / math.hypot(across * unit[1], down * unit[0])

    def share(self, point: Point) -> float:
        """Where along the line the foot of a perpendicular from `point` is: 0 its start, 1 its end."""
        across, down = self.end[0] - self.start[0], self.end[1] - self.start[1]
        along = across * (point[0] - self.start[0]) + down * (point[1] - self.start[1])
        return along / (across * across + down * down)


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed area; convex or not, its corners either way round."""

    corners: tuple[Point, ...]
    _edges: tuple[tuple[float, float, float, float], ...] = field(init=False, repr=False, compare=False)
    _frame: tuple[float, float, float, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        edges = zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True)
        object.__setattr__(self, "_edges", tuple((*a, b[0] - a[0], b[1] - a[1]) for a, b in edges))
        xs, ys = [x for x, _ in self.corners], [y for _, y in self.corners]
        object.__setattr__(self, "_frame", (min(xs), min(ys), max(xs), max(ys)))

    def contains(self, point: Point) -> bool:
        """Whether `point` lies inside, by the number of edges that a ray to the right meets."""
        x, y = point
        inside = False
        for x0, y0, across, down in self._edges:
            if (y0 > y) != (y0 + down > y) and x < x0 + across * (y - y0) / down:
                inside = not inside
        return inside

    def depth(self, point: Point, unit: Unit, *, enough: float) -> float:
        """How deep inside `point` lies, in units; negative outside, where `-enough` stands for all beyond."""
        x, y = point
        left, top, right, bottom = self._frame
        far_x, far_y = enough * unit[0], enough * unit[1]
        if x < left - far_x or x > right + far_x or y < top - far_y or y > bottom + far_y:
            return -enough
        scale_x, scale_y = 1 / unit[0], 1 / unit[1]
        nearest, inside = math.inf, False
        for x0, y0, across, down in self._edges:
            if (y0 > y) != (y0 + down > y) and x < x0 + across * (y - y0) / down:
                inside = not inside
            px, py = (x - x0) * scale_x, (y - y0) * scale_y
            ex, ey = across * scale_x, down * scale_y
            share = (px * ex + py * ey) / (ex * ex + ey * ey)
            share = 0.0 if share < 0.0 else 1.0 if share > 1.0 else share
            px, py = px - share * ex, py - share * ey
            nearest = min(nearest, px * px + py * py)
        distance = math.sqrt(nearest)
        return distance if inside else -distance

    @property
    def area(self) -> float:
        """In shares of the picture's; of one that crosses itself, nothing that means much."""
        pairs = zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True)
        return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def crossing_edges(corners: Sequence[Point]) -> tuple[int, int] | None:
    """The places of two edges of a polygon that touch although they are no neighbours, or None.

    Edge n goes from corner n to the next. Neighbours that fold back on each other count as crossing, too.
    """
    count = len(corners)
    edges = [(corners[n], corners[(n + 1) % count]) for n in range(count)]
    for (n, (a, b)), (m, (c, d)) in itertools.combinations(enumerate(edges), 2):
        if m == n + 1 or (n == 0 and m == count - 1):
            common, first, last = (b, a, d) if m == n + 1 else (a, b, c)
            ahead = (first[0] - common[0]) * (last[0] - common[0]) + (first[1] - common[1]) * (
                last[1] - common[1]
            )
            if _turn(first, common, last) == 0 and ahead > 0:
                return n, m
        elif _meet(a, b, c, d):
            return n, m
    return None


def _turn(a: Point, b: Point, c: Point) -> int:
    """1 if a, b, c turn one way, -1 if the other, 0 if they lie on a line."""
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the segments a b and c d have a point in common."""
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] != turns[1] and turns[2] != turns[3]:
        return True
    return any(
        turn == 0 and _within(p, q, r)
        for turn, p, q, r in zip(turns, (a, a, c, c), (b, b, d, d), (c, d, a, b), strict=True)
    )


def _within(a: Point, b: Point, p: Point) -> bool:
    """Whether `p`, which is on the line through a and b, lies between them."""
    return min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])
