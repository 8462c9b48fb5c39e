"""What happened on the street, from everybody's paths: exact in continuous time, whether it was seen or not.

Where one is, is one's foot point: where a person stands, the middle of the ground that a vehicle covers. Who
rides or drives is a part of the vehicle.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from edge_agent.street.cast.path import Path
from edge_agent.street.planning.plan import Plan, Visit
from edge_agent.street.scenario import FaultKind, Line, Spot, Zone

Direction = Literal["forward", "backward"]
"""Forward: from the left of a line to its right, for who stands at its start and looks to its end."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody's foot point came to the other side of a line."""

    line: str
    number: int
    label: str
    at_s: float
    direction: Direction


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody's foot point was in a zone; the times may lie before the beginning or after the end."""

    zone: str
    number: int
    label: str
    entered_s: float
    left_s: float

    @property
    def dwell_s(self) -> float:
        """How long it was."""
        return self.left_s - self.entered_s


@dataclass(frozen=True, slots=True)
class QueueLength:
    """From this time on, so many wait and are not served yet."""

    at_s: float
    waiting: int


@dataclass(frozen=True, slots=True)
class Tamper:
    """A fault of the camera."""

    kind: FaultKind
    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Events:
    """All that happened while a scenario lasted, in the order of time."""

    crossings: tuple[Crossing, ...]
    stays: tuple[Stay, ...]
    queue_lengths: tuple[QueueLength, ...]
    waits: tuple[Visit, ...]
    """Of those who were being served or began to be."""
    tampers: tuple[Tamper, ...]


def events_of(plan: Plan) -> Events:
    """What happened on the street while the scenario lasted."""
    scenario = plan.scenario
    lasts_s = scenario.duration_s
    crossings = [
        Crossing(line.name, actor.number, actor.label, at_s, direction)
        for line in scenario.lines
        for actor in plan.actors
        for at_s, direction in crossings_of(actor.path, line)
        if 0 <= at_s < lasts_s
    ]
    stays = [
        Stay(zone.name, actor.number, actor.label, entered_s, left_s)
        for zone in scenario.zones
        for actor in plan.actors
        for entered_s, left_s in stays_of(actor.path, zone)
        if left_s > 0 and entered_s < lasts_s
    ]
    tampers = [
        Tamper(fault.kind, fault.from_s, min(fault.until_s, lasts_s))
        for fault in sorted(scenario.faults, key=lambda fault: (fault.from_s, fault.until_s))
        if fault.from_s < lasts_s
    ]
    return Events(
        crossings=tuple(sorted(crossings, key=lambda crossing: (crossing.at_s, crossing.number))),
        stays=tuple(sorted(stays, key=lambda stay: (stay.entered_s, stay.number))),
        queue_lengths=tuple(_lengths(plan.queue, lasts_s)),
        waits=tuple(visit for visit in plan.queue if visit.left_s > 0 and visit.served_s < lasts_s),
        tampers=tuple(tampers),
    )


def crossings_of(path: Path, line: Line) -> Iterator[tuple[float, Direction]]:
    """When and how a path crosses a line, exactly: when it comes to the line's other side."""
    (ax, ay), (bx, by) = line.start, line.end
    along_x, along_y = bx - ax, by - ay

    def left_of(spot: Spot) -> float:
        return along_x * (spot[1] - ay) - along_y * (spot[0] - ax)

    side = 0
    sides = [left_of(spot) for spot in path.points]
    for place, (before, after) in enumerate(itertools.pairwise(sides)):
        side = int(math.copysign(1, before)) if before else side
        if not after or after * side >= 0:
            continue
        share = before / (before - after)
        (x0, y0), (x1, y1) = path.points[place], path.points[place + 1]
        x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        reach = ((x - ax) * along_x + (y - ay) * along_y) / (along_x**2 + along_y**2)
        if 0 <= reach <= 1:
            at_s = path.times[place] + (path.times[place + 1] - path.times[place]) * share
            yield at_s, "forward" if after < 0 else "backward"


def stays_of(path: Path, zone: Zone) -> Iterator[tuple[float, float]]:
    """From when until when a path is in a zone, exactly."""
    entered_s = left_s = -math.inf
    for place, (before, after) in enumerate(itertools.pairwise(path.points)):
        inside = _within(before, after, zone.corners)
        if inside is None:
            continue
        from_s, length_s = path.times[place], path.times[place + 1] - path.times[place]
        comes_s, goes_s = from_s + length_s * inside[0], from_s + length_s * inside[1]
        if comes_s > left_s + 1e-9:
            if left_s > entered_s:
                yield entered_s, left_s
            entered_s = comes_s
        left_s = goes_s
    if left_s > entered_s:
        yield entered_s, left_s


def _lengths(visits: Sequence[Visit], lasts_s: float) -> Iterator[QueueLength]:
    changes = [(visit.joined_s, 1) for visit in visits] + [(visit.served_s, -1) for visit in visits]
    waiting = sum(change for at_s, change in changes if at_s <= 0)
    yield QueueLength(0.0, waiting)
    for at_s, change in sorted(changes):
        if 0 < at_s < lasts_s:
            waiting += change
            yield QueueLength(at_s, waiting)


def _within(before: Spot, after: Spot, corners: Sequence[Spot]) -> tuple[float, float] | None:
    """From which to which share of the way one is in a convex area."""
    low, high = 0.0, 1.0
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        inwards = 1.0 if _area(corners) > 0 else -1.0
        start, end = (
            inwards * ((bx - ax) * (spot[1] - ay) - (by - ay) * (spot[0] - ax)) for spot in (before, after)
        )
        if start < 0 and end < 0:
            return None
        if start < 0:
            low = max(low, start / (start - end))
        elif end < 0:
            high = min(high, start / (start - end))
    return (low, high) if low <= high else None


def _area(corners: Sequence[Spot]) -> float:
    """Twice the area; negative where the corners turn clockwise."""
    return sum(
        ax * by - bx * ay for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True)
    )
