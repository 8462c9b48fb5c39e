"""The queue at the counter: one server, first come first served, exact."""

import heapq
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from edge_agent.street.cast.looks import PersonLook, person_look
from edge_agent.street.cast.path import Path, paced
from edge_agent.street.planning.pavement import Block, Pavement
from edge_agent.street.scenario import Counter, Scenario, Spot

FRONT_M = 0.75
"""From the wall to the middle of who is being served."""
KERB_M = 1.3
"""The queue bends along the street where it comes so close to the kerb."""
NOTICE_M = 3.0
"""How far from the tail somebody decides to join."""
SHUFFLE_M_S = 0.75
SHORTEST_S = 3.0
LONGEST_WALK_S = 200.0
"""Who has left the counter so long ago is gone."""
WARM_UP_S = 600.0
"""How long before 0 the counter has been open."""


@dataclass(frozen=True, slots=True)
class Guest:
    """One who was served, or will be."""

    look: PersonLook
    path: Path
    joined_s: float
    served_s: float
    left_s: float


@dataclass(frozen=True, slots=True)
class Queue:
    """Everybody who comes to be served, who sees too many waiting, and the ground that the queue takes."""

    guests: tuple[Guest, ...]
    discouraged: tuple[tuple[PersonLook, Path], ...]
    blocks: tuple[Block, ...]


def slot(scenario: Scenario, rank: int) -> Spot:
    """Where the one with so many before them stands: along the queue, then along the kerb."""
    counter, ground = scenario.counter, scenario.ground
    angle = math.radians(counter.queue_deg)
    x, y = counter.x_m, ground.wall_y_m - FRONT_M
    step_x, step_y = counter.gap_m * math.cos(angle), counter.gap_m * math.sin(angle)
    kerb_y = ground.far_y_m + KERB_M
    straight = rank if step_y > -1e-9 else min(rank, max(0, math.floor((y - kerb_y) / -step_y)))
    bend = counter.gap_m * (1 if step_x > 1e-9 else -1)
    return x + straight * step_x + (rank - straight) * bend, y + straight * step_y


def there(counter: Counter, time_s: float, work_s: float) -> float:
    """When a service that begins at `time_s` has had its work done; it rests while the officer is away."""
    for from_s, until_s in sorted(counter.away) if counter.officer else ():
        if until_s <= time_s:
            continue
        if time_s < from_s and time_s + work_s <= from_s:
            break
        work_s -= max(0.0, from_s - time_s)
        time_s = until_s
    return time_s + work_s


@dataclass(slots=True)
class _Place:
    """A guest's time in the queue, as it is worked out."""

    look: PersonLook
    commits_s: float
    way: list[tuple[float, Spot]]
    """How they came to the tail, with times."""
    joined_s: float
    slots: list[tuple[int, float, float]]
    """Each slot with from when until when they stand in it."""
    served_s: float
    left_s: float
    exits: int
    speed_m_s: float

    def slot_at(self, time_s: float) -> int:
        """In which slot they stand, or to which they walk."""
        held = self.slots[0][0]
        for rank, _, until_s in self.slots:
            held = rank
            if time_s < until_s:
                break
        return held


def queue(scenario: Scenario, pavement: Pavement, *, seed: int) -> Queue:
    """Let citizens come, wait and be served."""
    if scenario.counter.per_minute == 0:
        return Queue((), (), ())
    places, discouraged = _served(scenario, pavement, seed=seed)
    present = [place for place in places if place.left_s > -LONGEST_WALK_S]
    longest = max((place.slots[0][0] for place in present), default=0)
    blocks = tuple(_block(scenario, rank) for rank in range(longest + 1))
    around = Pavement(
        pavement.near_y, pavement.far_y, pavement.left_x, pavement.right_x, (*pavement.blocks, *blocks)
    )
    guests = [_guest(scenario, around, place) for place in present]
    return Queue(
        tuple(guest for guest in guests if guest.path.until_s > 0),
        tuple(pair for pair in discouraged if pair[1].until_s > 0),
        blocks,
    )


def _block(scenario: Scenario, rank: int) -> Block:
    x, y = slot(scenario, rank)
    return Block(x - 0.4, x + 0.4, y - 0.3, scenario.ground.wall_y_m)


def _served(
    scenario: Scenario, pavement: Pavement, *, seed: int
) -> tuple[list[_Place], list[tuple[PersonLook, Path]]]:
    """First come, first served: who has decided to join is behind all who decided before."""
    counter = scenario.counter
    whole = tuple(_block(scenario, rank) for rank in range(counter.most + 1))
    free = Pavement(
        pavement.near_y, pavement.far_y, pavement.left_x, pavement.right_x, pavement.blocks + whole
    )
    lane_y = pavement.near_y + 0.9
    places: list[_Place] = []
    discouraged: list[tuple[PersonLook, Path]] = []
    agenda: list[tuple[float, int]] = []
    comers: list[_Comer] = []
    chance = np.random.default_rng([seed, crc32(b"queue")])
    time_s = -WARM_UP_S
    while True:
        time_s += float(chance.exponential(60.0 / counter.per_minute))
        if time_s >= scenario.duration_s:
            break
        comers.append(_comer(scenario, free, lane_y, from_s=time_s, seed=seed, number=len(comers)))
        heapq.heappush(agenda, (time_s, len(comers) - 1))
    while agenda:
        now_s, number = heapq.heappop(agenda)
        comer = comers[number]
        rank = _tail(places, now_s)
        goal = slot(scenario, rank)
        here = comer.path.at(now_s)
        apart = (goal[0] - here.x) * comer.side
        if apart > NOTICE_M + 0.01:  # the tail is still ahead
            heapq.heappush(agenda, (now_s + (apart - NOTICE_M) / comer.speed_m_s, number))
        elif len(places) - bisect_right(places, now_s, key=lambda place: place.served_s) >= counter.most:
            discouraged.append((comer.look, comer.path))
        else:
            places.append(_join(scenario, places, comer, rank, now_s))
    return places, discouraged


@dataclass(frozen=True, slots=True)
class _Comer:
    """Somebody on the way to the counter, and by it if they change their mind."""

    look: PersonLook
    path: Path
    side: int
    """1: walks to the right."""
    speed_m_s: float
    chance: np.random.Generator


def _comer(
    scenario: Scenario, free: Pavement, lane_y: float, *, from_s: float, seed: int, number: int
) -> _Comer:
    chance = np.random.default_rng([seed, crc32(b"citizen"), number])
    look = person_look(chance, child=False, rain=scenario.weather.rain)
    side = 1 if chance.random() < 0.5 else -1
    speed = float(np.clip(chance.normal(1.25, 0.16), 0.85, 1.7))
    way = free.way(lane_y + float(chance.uniform(-0.3, 0.3)), free.end(-side), free.end(side))
    return _Comer(look, paced(way, from_s=from_s, speed_m_s=speed), side, speed, chance)


def _tail(places: Sequence[_Place], time_s: float) -> int:
    """The first slot that nobody stands in or walks to."""
    if not places or places[-1].left_s <= time_s:
        return 0
    return places[-1].slot_at(time_s) + 1


def _join(scenario: Scenario, places: Sequence[_Place], comer: _Comer, rank: int, now_s: float) -> _Place:
    chance, counter = comer.chance, scenario.counter
    goal = slot(scenario, rank)
    here = comer.path.at(now_s)
    # They come to stand from behind, so that they face the one before them.
    back = _behind(scenario, rank)
    abreast = (back[0], here.y)
    came = [
        (t, spot) for t, spot in zip(comer.path.times, comer.path.points, strict=True) if t < now_s - 1e-3
    ]
    way = [*came, (now_s, (here.x, here.y))]
    for spot in (abreast, back, goal):
        way.append((way[-1][0] + max(math.dist(way[-1][1], spot), 0.05) / comer.speed_m_s, spot))
    if rank > 0 and way[-1][0] < places[-1].joined_s + 0.3:
        way[-1] = (places[-1].joined_s + 0.3, goal)  # nobody stands before the one in front does
    joined_s = way[-1][0]
    slots: list[tuple[int, float, float]] = []
    since_s = joined_s
    for held in range(rank, 0, -1):
        delay = float(chance.gamma(3.0, 0.3)) + 0.25
        until_s = max(since_s, _vacated(places[-1], held - 1) + delay)
        slots.append((held, since_s, until_s))
        since_s = until_s + math.dist(slot(scenario, held), slot(scenario, held - 1)) / SHUFFLE_M_S
    served_s = there(counter, since_s + float(chance.uniform(0.4, 1.2)), 0.0)
    work_s = SHORTEST_S + float(chance.gamma(2.0, max(counter.service_s - SHORTEST_S, 0.5) / 2.0))
    left_s = there(counter, served_s, work_s)
    slots.append((0, since_s, left_s))
    exits = 1 if chance.random() < 0.5 else -1
    return _Place(comer.look, now_s, way, joined_s, slots, served_s, left_s, exits, comer.speed_m_s)


def _vacated(place: _Place, rank: int) -> float:
    """When somebody leaves a slot; one that they never held is free at once."""
    return next((until_s for held, _, until_s in place.slots if held == rank), -math.inf)


def _behind(scenario: Scenario, rank: int) -> Spot:
    """A short step before a slot, on the side from which one enters it."""
    x, y = slot(scenario, rank)
    if rank == 0:
        return x, y - 0.25
    ahead = slot(scenario, rank - 1)
    length = math.dist((x, y), ahead)
    return x + (x - ahead[0]) / length * 0.25, y + (y - ahead[1]) / length * 0.25


def _guest(scenario: Scenario, around: Pavement, place: _Place) -> Guest:
    """The whole way: come, move up, be served, go."""
    way = list(place.way)
    for rank, since_s, until_s in place.slots:
        spot = slot(scenario, rank)
        if since_s > way[-1][0] + 1e-6:
            if rank == 0:  # turn to the counter
                turned = (way[-1][0] + (since_s - way[-1][0]) * 0.75, (spot[0], spot[1] - 0.15))
                way.append(turned)
            way.append((since_s, spot))
        if until_s > way[-1][0] + 1e-6:
            way.append((until_s, spot))
    x, y = way[-1][1]
    side = 1 if math.cos(math.radians(scenario.counter.queue_deg)) < -1e-9 else -1
    if abs(math.cos(math.radians(scenario.counter.queue_deg))) < 1e-9:
        side = 1  # a queue towards the camera bends to the left
    out = (x + side * 0.9, y - 0.5)
    goes = around.way(around.near_y + 1.2, out[0], around.end(place.exits))
    for spot in (out, *goes):
        way.append((way[-1][0] + max(math.dist(way[-1][1], spot), 1e-3) / place.speed_m_s, spot))
    path = Path(tuple(t for t, _ in way), tuple(spot for _, spot in way))
    return Guest(place.look, path, place.joined_s, place.served_s, place.left_s)
