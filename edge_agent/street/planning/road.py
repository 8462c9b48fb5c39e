"""The road: two lanes of left-hand traffic in which nobody drives through anybody.

Seen from the camera, the near lane drives to the left (towards -x) and the far lane to the right: whoever
stands on the near pavement looks to the right first. Each lane holds two files that do not touch: a main one,
and at its kerb a narrow one, in which motorcycles pass the others and some ride the wrong way.
"""

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np

from edge_agent.street.cast.looks import VehicleLook, vehicle_look
from edge_agent.street.cast.path import Path
from edge_agent.street.planning import reach
from edge_agent.street.scenario import Scenario

NEAR, FAR = 0, 1
DIRECTIONS = (-1, 1)
"""Of the near and the far lane, along x."""
FASTEST = 1.5
"""No vehicle is faster than so many times the scenario's median speed."""
LAG_S = 1.1
"""How long after the one before a driver does the same (Newell, A simplified car-following theory, 2002)."""
GAP_M = 1.2
BRAKING_M_S2 = 2.4
KERB_M = 0.46
"""From the kerb to the middle of the narrow file."""


@dataclass(frozen=True, slots=True)
class Ride:
    """One vehicle's way down the road."""

    look: VehicleLook
    path: Path
    lane: int
    wrong_way: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """How far one has come by when: a polyline that never falls, and goes on as it begins and ends."""

    times: tuple[float, ...]
    metres: tuple[float, ...]

    def at(self, time_s: float) -> float:
        """Metres at a time."""
        place = min(max(bisect_right(self.times, time_s) - 1, 0), len(self.times) - 2)
        return self.metres[place] + self.speed(place) * (time_s - self.times[place])

    def speed(self, place: int) -> float:
        """Metres a second from point `place` to the next."""
        return (self.metres[place + 1] - self.metres[place]) / (self.times[place + 1] - self.times[place])

    def later(self, lag_s: float, *, behind_m: float) -> "Course":
        """The same course, begun later and further back."""
        return Course(tuple(t + lag_s for t in self.times), tuple(m - behind_m for m in self.metres))

    def capped(self, other: "Course") -> "Course":
        """The lower of two courses at every time, exactly."""
        times = sorted({*self.times, *other.times})
        times = [times[0] - 1.0, *times, times[-1] + 1.0]
        gaps = [self.at(t) - other.at(t) for t in times]
        met: list[float] = []
        for place, (before, after) in enumerate(itertools.pairwise(gaps)):
            if before * after < 0:
                step = times[place + 1] - times[place]
                met.append(times[place] + step * before / (before - after))
        first = gaps[1] - gaps[0]
        if gaps[0] * first > 0:  # they met before both began
            met.append(times[0] - gaps[0] / first)
        last = gaps[-1] - gaps[-2]
        if gaps[-1] * last < 0:  # they will meet after both have ended
            met.append(times[-1] - gaps[-1] / last)
        if met:
            times = sorted({*times, *met, min(met) - 1.0, max(met) + 1.0})
        return _straightened([(t, min(self.at(t), other.at(t))) for t in times])

    def between(self, length_m: float) -> "Course":
        """The part from 0 to `length_m`."""
        from_s, until_s = self.last(0.0), self.first(length_m)
        inner = [(t, m) for t, m in zip(self.times, self.metres, strict=True) if from_s < t < until_s]
        points = [(from_s, 0.0), *inner, (until_s, length_m)]
        return Course(tuple(t for t, _ in points), tuple(m for _, m in points))

    def first(self, metres: float) -> float:
        """When it first comes that far."""
        place = min(max(bisect_left(self.metres, metres) - 1, 0), len(self.times) - 2)
        return self.times[place] + (metres - self.metres[place]) / self.speed(place)

    def last(self, metres: float) -> float:
        """When it is last no further than that."""
        place = min(max(bisect_right(self.metres, metres) - 1, 0), len(self.times) - 2)
        return self.times[place] + (metres - self.metres[place]) / self.speed(place)


@dataclass(frozen=True, slots=True)
class Road:
    """Who drives, by when they come."""

    rides: tuple[Ride, ...]
    _starts: tuple[tuple[float, ...], ...] = field(init=False)
    _lanes: tuple[tuple[Ride, ...], ...] = field(init=False)
    _longest_s: float = field(init=False)

    def __post_init__(self) -> None:
        lanes = tuple(tuple(ride for ride in self.rides if ride.lane == lane) for lane in (NEAR, FAR))
        object.__setattr__(self, "_lanes", lanes)
        object.__setattr__(self, "_starts", tuple(tuple(ride.path.from_s for ride in lane) for lane in lanes))
        longest = max((ride.path.until_s - ride.path.from_s for ride in self.rides), default=0.0)
        object.__setattr__(self, "_longest_s", longest)

    def taken(
        self, lane: int, xs: tuple[float, float], *, from_s: float, until_s: float
    ) -> list[tuple[float, float]]:
        """From when until when each vehicle of a lane is over a stretch of it, within some time."""
        first = bisect_left(self._starts[lane], from_s - self._longest_s)
        last = bisect_right(self._starts[lane], until_s)
        spans = [over(ride, xs) for ride in self._lanes[lane][first:last]]
        return [span for span in spans if span is not None and span[0] <= until_s and span[1] >= from_s]


def over(ride: Ride, xs: tuple[float, float]) -> tuple[float, float] | None:
    """From when until when any of a vehicle is over a stretch of its lane."""
    half = ride.look.length_m / 2
    sign = 1 if ride.path.points[-1][0] > ride.path.points[0][0] else -1
    course = Course(ride.path.times, tuple(sign * x for x, _ in ride.path.points))
    low, high = sorted((sign * xs[0], sign * xs[1]))
    low, high = low - half, high + half
    if course.metres[-1] < low or course.metres[0] > high:
        return None
    enters = ride.path.from_s if course.metres[0] >= low else course.first(low)
    leaves = ride.path.until_s if course.metres[-1] <= high else course.last(high)
    return enters, leaves


def road(scenario: Scenario, *, seed: int) -> Road:
    """Everybody who drives in a scenario."""
    ground, traffic = scenario.ground, scenario.traffic
    near, far = ground.road_y_m, ground.far_y_m
    ends = reach.entry(scenario, (near, far), tall_m=2.0, half_m=6.0, farthest_m=120.0)
    width = (far - near) / 2
    rides: list[Ride] = []
    for lane, direction in enumerate(DIRECTIONS):
        chance = np.random.default_rng([seed, crc32(b"road"), lane])
        kerb, inwards = ((near, 1), (far, -1))[lane]
        narrow_y = kerb + inwards * min(KERB_M, width / 4)
        main_y = kerb + inwards * (width / 2 + min(0.36, width / 9))
        wrong = [
            _begun(
                vehicle_look(chance, motorcycle_share=1.0, large_share=0.0), time_s, 0.7 * traffic.speed_m_s
            )
            for time_s in sorted(traffic.wrong_way_s)
            if _lane_of(time_s, seed) == lane
        ]
        wrong_rides = _file(wrong, ends, direction=-direction, y=narrow_y, lane=lane, wrong_way=True)
        main, narrow = _comers(scenario, ends, lane=lane, seed=seed, chance=chance, wrong=wrong_rides)
        rides += wrong_rides
        rides += _file(main, ends, direction=direction, y=main_y, lane=lane)
        rides += _file(narrow, ends, direction=direction, y=narrow_y, lane=lane)
    rides = [ride for ride in rides if ride.path.until_s > 0 and ride.path.from_s < scenario.duration_s]
    return Road(tuple(sorted(rides, key=lambda ride: (ride.path.from_s, ride.lane))))


@dataclass(frozen=True, slots=True)
class _Comer:
    """A vehicle that would drive so if it were alone."""

    look: VehicleLook
    free: Course

    @property
    def from_s(self) -> float:
        return self.free.last(0.0)


def _begun(look: VehicleLook, from_s: float, speed_m_s: float) -> _Comer:
    return _Comer(look, Course((from_s, from_s + 1.0), (0.0, speed_m_s)))


def _comers(
    scenario: Scenario,
    ends: tuple[float, float],
    *,
    lane: int,
    seed: int,
    chance: np.random.Generator,
    wrong: Sequence[Ride],
) -> tuple[list[_Comer], list[_Comer]]:
    """Who comes in the main and who in the narrow file of a lane."""
    traffic = scenario.traffic
    length = ends[1] - ends[0]
    main: list[_Comer] = []
    narrow: list[_Comer] = []
    time_s = -length / traffic.speed_m_s * 3
    while traffic.per_minute > 0:
        time_s += float(chance.exponential(120.0 / traffic.per_minute))
        if time_s >= scenario.duration_s:
            break
        look = vehicle_look(
            chance, motorcycle_share=traffic.motorcycle_share, large_share=traffic.large_share
        )
        haste = float(np.clip(chance.lognormal(0.0, 0.16), 0.65, FASTEST))
        haste *= 0.85 if look.body in ("lorry", "bus") else 1.0
        comer = _begun(look, time_s, haste * traffic.speed_m_s)
        aside = look.body == "motorcycle" and chance.random() < 0.7
        until_s = time_s + 3 * length / traffic.speed_m_s
        meets = any(ride.path.from_s < until_s and time_s < ride.path.until_s for ride in wrong)
        (narrow if aside and not meets else main).append(comer)
    for when_s, pause_s in traffic.stops:
        if _lane_of(when_s, seed) == lane:
            main.append(_stopper(scenario, ends, lane=lane, when_s=when_s, pause_s=pause_s, chance=chance))
    return sorted(main, key=lambda comer: comer.from_s), narrow


def _stopper(
    scenario: Scenario,
    ends: tuple[float, float],
    *,
    lane: int,
    when_s: float,
    pause_s: float,
    chance: np.random.Generator,
) -> _Comer:
    """A vehicle that stops at a time where the camera sees it well, and then goes on."""
    ground = scenario.ground
    left, right = reach.stretch(scenario, (ground.road_y_m + ground.far_y_m) / 2)
    x = left + (right - left) * float(chance.uniform(0.3, 0.7))
    stop_m = x - ends[0] if DIRECTIONS[lane] > 0 else ends[1] - x
    speed = scenario.traffic.speed_m_s
    slowing_s = speed / BRAKING_M_S2
    points = [(when_s - slowing_s - 1.0, stop_m - speed * slowing_s / 2 - speed)]
    for left_s in slowing_s * np.linspace(1.0, 0.0, 7):
        points.append((when_s - float(left_s), stop_m - BRAKING_M_S2 * float(left_s) ** 2 / 2))
    for gone_s in slowing_s * 1.6 * np.linspace(0.0, 1.0, 7):
        gone_m = BRAKING_M_S2 / 1.6 * float(gone_s) ** 2 / 2
        points.append((when_s + pause_s + float(gone_s), stop_m + gone_m))
    points.append((points[-1][0] + 1.0, points[-1][1] + speed))
    look = vehicle_look(chance, motorcycle_share=0.0, large_share=scenario.traffic.large_share)
    return _Comer(look, Course(tuple(t for t, _ in points), tuple(m for _, m in points)))


def _file(
    comers: Sequence[_Comer],
    ends: tuple[float, float],
    *,
    direction: int,
    y: float,
    lane: int,
    wrong_way: bool = False,
) -> list[Ride]:
    """Vehicles one behind the other: each drives as it likes, or as the one before did a moment ago."""
    rides: list[Ride] = []
    before: _Comer | None = None
    length = ends[1] - ends[0]
    for comer in comers:
        course = comer.free
        if before is not None:
            apart = (before.look.length_m + comer.look.length_m) / 2 + GAP_M
            course = course.capped(before.free.later(LAG_S, behind_m=apart))
        before = replace(comer, free=course)
        part = course.between(length)
        xs = [ends[0] + m if direction > 0 else ends[1] - m for m in part.metres]
        path = Path(part.times, tuple((x, y) for x in xs))
        rides.append(Ride(comer.look, path, lane, wrong_way))
    return rides


def _lane_of(time_s: float, seed: int) -> int:
    """In which lane something that befalls the road at a time happens."""
    return int(np.random.default_rng([seed, crc32(b"lane"), math.floor(time_s * 1000)]).integers(2))


def _straightened(points: Sequence[tuple[float, float]]) -> Course:
    """A course without the points that lie on the line between their neighbours."""
    kept = [points[0]]
    for (t, m), (later, further) in itertools.pairwise(points[1:]):
        before_t, before_m = kept[-1]
        if t - before_t < 1e-6:
            continue
        slope = (further - before_m) / (later - before_t)
        if abs(before_m + slope * (t - before_t) - m) > 1e-6:
            kept.append((t, m))
    kept.append(points[-1])
    return Course(tuple(t for t, _ in kept), tuple(m for _, m in kept))
