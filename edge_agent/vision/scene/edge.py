"""On which side of an edge somebody is, steadily: a line's or a zone's edge, with hysteresis.

Boxes tremble, and a box may be wrong for a frame or two. So a side is taken only by who is seen a margin
beyond the edge for a while; the moment that counts is when the foot came over the edge, not when that became
certain. Depths are signed distances from the edge in units of the subject (see `geometry`).
"""

from typing import NamedTuple

from edge_agent.vision.scene.geometry import Point
from edge_agent.vision.scene.visit import Visit

MARGIN = 0.25
"""How far beyond an edge one must be, in units: for a person about a hand's breadth."""
NEARER = 0.1
"""At a line, how far one who comes into view must be from it to be taken to have been on that side."""
SETTLE_S = 0.3
"""For how long, and at two sights at least."""
LINGER_S = 1.0
"""Who is so close to the edge that no margin decides is where the foot has been for so long."""
FAR = 3 * MARGIN
"""Who was last seen so far beyond is there, even if seen once only."""


class Standing(NamedTuple):
    """How one visit stands to one edge."""

    side: int
    """1: the positive side, -1: the other, 0: not certain yet."""
    depth: float
    foot: Point
    seen_s: float
    came_s: float
    """When the foot last came over from `side`."""
    came_at: Point
    """Where it did."""
    beyond: int = 0
    """How often in a row it was seen a margin beyond."""
    beyond_s: float = 0.0
    """Since when."""


def arrived(visit: Visit, depth: float, *, margin: float = MARGIN) -> Standing:
    """One who was not known before; certain at once where it is a margin away from the edge."""
    side = 0 if abs(depth) < margin else 1 if depth > 0 else -1
    return Standing(side, depth, visit.foot, visit.last_s, visit.first_s, visit.foot)


def seen(
    standing: Standing, visit: Visit, depth: float, *, linger_s: float | None = None
) -> tuple[Standing, bool]:
    """The standing after a sight, and whether `side` changed with it.

    With `linger_s`, one who is over the edge for so long without a break has changed side without the margin.
    Who came into view at the edge itself takes the side where they linger in any case; nobody counts that.
    """
    side, now_s = standing.side, visit.last_s
    came_s, came_at = standing.came_s, standing.came_at
    beyond, beyond_s = standing.beyond, standing.beyond_s
    over = depth < 0 if side > 0 else depth > 0
    was_over = standing.depth < 0 if side > 0 else standing.depth > 0
    if over != was_over and (over or not side):
        came_s, came_at = _between(standing, visit, depth)
    changed = False
    if not side:
        if abs(depth) >= MARGIN or now_s - came_s >= (LINGER_S if linger_s is None else linger_s):
            side = 1 if depth > 0 else -1
            changed = True
    elif over:
        if abs(depth) >= MARGIN:
            beyond, beyond_s = beyond + 1, beyond_s if beyond else now_s
        else:
            beyond = 0
        settled = beyond > 1 and now_s - beyond_s >= SETTLE_S
        if settled or (linger_s is not None and now_s - came_s >= linger_s):
            side, beyond, changed = -side, 0, True
    else:
        beyond = 0
    return Standing(side, depth, visit.foot, now_s, came_s, came_at, beyond, beyond_s), changed


def at_the_end(standing: Standing) -> Standing:
    """The last word on one who is seen no more: what was almost certain is taken for it."""
    if standing.side and (standing.beyond > 1 or (standing.beyond and abs(standing.depth) >= FAR)):
        return standing._replace(side=-standing.side, beyond=0)
    return standing


def _between(standing: Standing, visit: Visit, depth: float) -> tuple[float, Point]:
    """When and where the foot came over the edge, between its two last sights."""
    share = standing.depth / (standing.depth - depth)
    (x0, y0), (x1, y1) = standing.foot, visit.foot
    at_s = standing.seen_s + (visit.last_s - standing.seen_s) * share
    return at_s, (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)
