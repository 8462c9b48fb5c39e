"""Who is in a zone, since when, and who came and left: steady at its edge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from edge_agent.vision.scene import edge
from edge_agent.vision.scene.edge import Standing
from edge_agent.vision.scene.geometry import Polygon
from edge_agent.vision.scene.visit import Visit

_ENOUGH = 1.0
"""Deeper than any margin, in units."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One visit's stay in a zone."""

    visit: Visit
    entered_s: float


@dataclass(frozen=True, slots=True)
class Left:
    """A stay that is over."""

    stay: Stay
    left_s: float

    @property
    def dwell_s(self) -> float:
        """How long it was."""
        return max(0.0, self.left_s - self.stay.entered_s)


@dataclass(frozen=True, slots=True)
class State:
    """How each visit stands to the zone's edge, and who is in; both by the visit's number."""

    standings: Mapping[int, Standing] = field(default_factory=dict)
    inside: Mapping[int, Stay] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stays:
    """A zone at one moment."""

    inside: Mapping[int, Stay] = field(default_factory=dict)
    entered: list[Stay] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def step(zone: Polygon, state: State, visits: Iterable[Visit], over: Iterable[Visit]) -> tuple[State, Stays]:
    """The zone after a frame; `over` are visits that ended."""
    standings: dict[int, Standing] = {}
    inside: dict[int, Stay] = {}
    entered: list[Stay] = []
    left: list[Left] = []
    for visit in visits:
        number = visit.number
        standing = state.standings.get(number)
        if standing is None:
            standing = edge.arrived(visit, zone.depth(visit.foot, visit.unit, enough=_ENOUGH))
        elif visit.seen:
            depth = zone.depth(visit.foot, visit.unit, enough=_ENOUGH)
            standing, _ = edge.seen(standing, visit, depth, linger_s=edge.LINGER_S)
        standings[number] = standing
        stay = state.inside.get(number)
        if standing.side > 0:
            inside[number] = Stay(visit, standing.came_s if stay is None else stay.entered_s)
            if stay is None:
                entered.append(inside[number])
        elif stay is not None:
            left.append(Left(Stay(visit, stay.entered_s), standing.came_s))
    for visit in over:
        standing, stay = state.standings.get(visit.number), state.inside.get(visit.number)
        if standing is None:
            continue
        last = edge.at_the_end(standing)
        if stay is None and last.side > 0:
            stay = Stay(visit, last.came_s)
            entered.append(stay)
        if stay is not None:
            left.append(Left(Stay(visit, stay.entered_s), visit.last_s if last.side > 0 else last.came_s))
    return State(standings, inside), Stays(inside, entered, left)
