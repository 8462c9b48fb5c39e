"""The plan of a scenario: everybody who comes, when, and which way they go. A pure value."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from zlib import crc32

import numpy as np

from edge_agent.street.cast.actor import Actor
from edge_agent.street.cast.looks import PersonLook, VehicleLook, person_look
from edge_agent.street.cast.path import Path
from edge_agent.street.planning.crowd import Crowd
from edge_agent.street.planning.pavement import Pavement, pavements
from edge_agent.street.planning.queue import Queue, queue
from edge_agent.street.planning.road import Road, road
from edge_agent.street.scenario import Scenario

SPAN_S = 4.0
"""Actors are found by spans of so many seconds."""
OFFICER_M = 0.6
"""Behind the front of the wall."""
BESIDE_S = 1.5
"""How long an officer takes from behind the wall to the counter."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One citizen at the counter; `number` is that of the actor."""

    number: int
    joined_s: float
    """Reached the tail of the queue."""
    served_s: float
    """The service began."""
    left_s: float
    """The service was over."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everybody on the street, by when they come."""

    scenario: Scenario
    seed: int
    actors: tuple[Actor, ...]
    queue: tuple[Visit, ...]
    """In the order in which they joined."""
    _spans: dict[int, tuple[Actor, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        spans: dict[int, list[Actor]] = {}
        for actor in self.actors:
            first, last = (math.floor(t / SPAN_S) for t in (actor.path.from_s, actor.path.until_s))
            for span in range(max(first, 0), last + 1):
                spans.setdefault(span, []).append(actor)
        object.__setattr__(self, "_spans", {span: tuple(actors) for span, actors in spans.items()})

    def present(self, time_s: float) -> list[Actor]:
        """Who is on the street at a time from 0, by number."""
        nearby = self._spans.get(math.floor(time_s / SPAN_S), ())
        return [actor for actor in nearby if actor.present(time_s)]

    def waiting(self, time_s: float) -> int:
        """How many have joined the queue and are not served yet."""
        return sum(visit.joined_s <= time_s < visit.served_s for visit in self.queue)


class _Entry(NamedTuple):
    """An actor without its number."""

    look: PersonLook | VehicleLook
    path: Path
    visit: tuple[float, float, float] | None = None


def plan(scenario: Scenario, *, seed: int) -> Plan:
    """Who comes and goes in a scenario: the same for the same seed, in any process."""
    traffic = road(scenario, seed=seed)
    near, far = pavements(scenario)
    citizens = queue(scenario, far, seed=seed)
    around = Pavement(far.near_y, far.far_y, far.left_x, far.right_x, (*far.blocks, *citizens.blocks))
    walks = Crowd(scenario, (near, around), traffic, seed=seed).walks()
    entries = [
        *_officers(scenario, seed=seed),
        *_vehicles(traffic),
        *_citizens(citizens),
        *(_Entry(walk.look, walk.path) for walk in walks),
    ]
    entries.sort(key=lambda entry: (entry.path.from_s, entry.path.points[0]))
    actors = tuple(Actor(number, entry.look, entry.path) for number, entry in enumerate(entries, 1))
    visits = [Visit(number, *entry.visit) for number, entry in enumerate(entries, 1) if entry.visit]
    return Plan(scenario, seed, actors, tuple(sorted(visits, key=lambda visit: visit.joined_s)))


def _vehicles(traffic: Road) -> Iterable[_Entry]:
    return (_Entry(ride.look, ride.path) for ride in traffic.rides)


def _citizens(citizens: Queue) -> Iterable[_Entry]:
    for guest in citizens.guests:
        yield _Entry(guest.look, guest.path, (guest.joined_s, guest.served_s, guest.left_s))
    for look, path in citizens.discouraged:
        yield _Entry(look, path)


def _officers(scenario: Scenario, *, seed: int) -> Iterable[_Entry]:
    """The officer, once for each time at the counter: they come from beside the opening, behind the wall."""
    counter = scenario.counter
    if not counter.officer:
        return
    look = person_look(np.random.default_rng([seed, crc32(b"officer")]), child=False)
    y = scenario.ground.wall_y_m + OFFICER_M
    aside = counter.x_m + counter.width_m / 2 + 0.5
    came_s: float | None = None
    for from_s, until_s in [*sorted(counter.away), (scenario.duration_s + 60.0, math.inf)]:
        gone_s = -60.0 if came_s is None else came_s
        times, spots = [gone_s], [(counter.x_m, y)]
        if came_s is not None:
            times, spots = [gone_s - BESIDE_S, gone_s], [(aside, y), (counter.x_m, y)]
        if from_s > gone_s + 1.0:
            # At the counter they face the street.
            times += [gone_s + 0.5, from_s, from_s + BESIDE_S]
            spots += [(counter.x_m, y - 0.05), (counter.x_m, y - 0.05), (aside, y)]
            yield _Entry(look, Path(tuple(times), tuple(spots)))
        came_s = until_s
