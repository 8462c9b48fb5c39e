"""People who walk by: alone or side by side, across the road when it is free, in haste, or in no haste at all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

import numpy as np

from edge_agent.street import reach
from edge_agent.street.looks import PersonLook, person_look
from edge_agent.street.path import Path
from edge_agent.street.pavement import Block, Pavement, Spot
from edge_agent.street.road import FAR, NEAR, Road
from edge_agent.street.scenario import Scenario

ABREAST_M = 0.62
TRIES = 6
PATIENCE_S = 40.0
"""Who has waited so long at the kerb walks on."""
ROOM_S = 0.6
"""Between somebody who crosses and a vehicle."""
KERB_M = 0.5
SLOWEST_M_S, FASTEST_M_S = 0.7, 4.2


class Walk(NamedTuple):
    """One person's way."""

    look: PersonLook
    path: Path


class _Leg(NamedTuple):
    """A stretch along the street at one pace, or a stand."""

    y: float
    half_m: float
    from_s: float
    until_s: float
    from_x: float
    to_x: float

    def x(self, time_s: float) -> float:
        share = (time_s - self.from_s) / (self.until_s - self.from_s)
        return self.from_x + (self.to_x - self.from_x) * share

    def meets(self, other: "_Leg") -> bool:
        """Whether one walks through the other."""
        if abs(self.y - other.y) > self.half_m + other.half_m:
            return False
        from_s, until_s = max(self.from_s, other.from_s), min(self.until_s, other.until_s)
        if from_s >= until_s:
            return False
        before, after = self.x(from_s) - other.x(from_s), self.x(until_s) - other.x(until_s)
        return before * after <= 0 or min(abs(before), abs(after)) < 0.6


@dataclass(slots=True)
class _Way:
    """A timed way as it is laid, leg by leg."""

    times: list[float]
    spots: list[Spot]
    speed_m_s: float

    def go(self, spots: Sequence[Spot], *, speed_m_s: float | None = None) -> None:
        for spot in spots:
            if math.dist(self.spots[-1], spot) > 1e-3:
                self.times.append(
                    self.times[-1] + math.dist(self.spots[-1], spot) / (speed_m_s or self.speed_m_s)
                )
                self.spots.append(spot)

    def stand(self, seconds: float) -> None:
        if seconds > 1e-3:
            self.times.append(self.times[-1] + seconds)
            self.spots.append(self.spots[-1])

    def shifted(self, by: Spot) -> Path:
        return Path(tuple(self.times), tuple((x + by[0], y + by[1]) for x, y in self.spots))


class Crowd:
    """Lays one party's way after the other, so that later ones keep out of the way of earlier ones."""

    def __init__(
        self, scenario: Scenario, pavements: tuple[Pavement, Pavement], road: Road, *, seed: int
    ) -> None:
        self._scenario = scenario
        self._pavements = pavements
        self._road = road
        self._seed = seed
        self._legs: tuple[list[_Leg], list[_Leg]] = ([], [])
        ground = scenario.ground
        self._stretches = (
            reach.stretch(scenario, (ground.pavement_y_m + ground.road_y_m) / 2),
            reach.stretch(scenario, (ground.far_y_m + ground.wall_y_m) / 2),
        )
        self._crossing = reach.stretch(scenario, (ground.road_y_m + ground.far_y_m) / 2)

    def walks(self) -> list[Walk]:
        """Everybody who walks by while the scenario lasts, those who were under way at its beginning too."""
        crowd = self._scenario.crowd
        if crowd.per_minute == 0:
            return []
        chance = np.random.default_rng([self._seed, crc32(b"crowd")])
        longest_m = max(pavement.right_x - pavement.left_x for pavement in self._pavements)
        time_s = -longest_m / SLOWEST_M_S
        walks: list[Walk] = []
        number = 0
        while True:
            time_s += float(chance.exponential(60.0 / crowd.per_minute))
            if time_s >= self._scenario.duration_s:
                break
            walks += self._party(time_s, number)
            number += 1
        return [walk for walk in walks if walk.path.until_s > 0]

    def _party(self, from_s: float, number: int) -> list[Walk]:
        """Those who arrive together."""
        crowd = self._scenario.crowd
        chance = np.random.default_rng([self._seed, crc32(b"party"), number])
        strip = 0 if chance.random() < crowd.near_share else 1
        side = 1 if chance.random() < 0.5 else -1
        kind = float(chance.random())
        size = 1 if chance.random() >= crowd.group_share else int(chance.choice((2, 2, 2, 3, 3, 4)))
        shares = np.cumsum((crowd.cross_share, crowd.loiter_share, crowd.run_share))
        crosses, loiters, runs = (
            kind < shares[0],
            shares[0] <= kind < shares[1],
            shares[1] <= kind < shares[2],
        )
        if runs:
            size = 1
        looks = [
            person_look(
                chance, child=bool(chance.random() < crowd.child_share), rain=self._scenario.weather.rain
            )
            for _ in range(size)
        ]
        if runs:
            speed = float(np.clip(chance.normal(3.0, 0.4), 2.2, FASTEST_M_S))
        else:
            pace = 1.12 if size > 1 or min(look.height_m for look in looks) < 1.4 else 1.3
            speed = float(np.clip(chance.normal(pace, 0.17), SLOWEST_M_S, 1.9))
        # Across the pavement a party walks side by side; where it crosses the road, it does so there.
        places = [(i - (size - 1) / 2) * ABREAST_M for i in range(size)]
        lags = [float(chance.uniform(-0.18, 0.18)) for _ in range(size)]
        half = max(places) + 0.25
        if crosses:
            way = self._across(strip, side, from_s, speed, half, chance)
            shifts = [(place, lag) for place, lag in zip(places, lags, strict=True)]
        elif loiters:
            way = self._about(strip, side, from_s, speed, half, chance)
            shifts = [(lag, place) for place, lag in zip(places, lags, strict=True)]
        else:
            way = self._past(strip, side, from_s, speed, half, chance)
            shifts = [(lag, place) for place, lag in zip(places, lags, strict=True)]
        return [Walk(look, way.shifted(shift)) for look, shift in zip(looks, shifts, strict=True)]

    def _past(
        self, strip: int, side: int, from_s: float, speed: float, half: float, chance: np.random.Generator
    ) -> _Way:
        pavement = self._pavements[strip]
        goal = pavement.end(side)
        y = self._lane(strip, half, from_s, speed, pavement.end(-side), goal, chance)
        way = pavement.way(y, pavement.end(-side), goal, half_m=half)
        laid = _Way([from_s], [way[0]], speed)
        laid.go(way[1:])
        return laid

    def _about(
        self, strip: int, side: int, from_s: float, speed: float, half: float, chance: np.random.Generator
    ) -> _Way:
        """Walk in, stand about in one or two places out of the others' way, walk on or back."""
        pavement = self._pavements[strip]
        y = self._lane(strip, half, from_s, speed, pavement.end(-side), pavement.end(side), chance)
        left, right = self._stretches[strip]
        x = pavement.end(-side)
        way = pavement.way(y, x, float(chance.uniform(left, right)), half_m=half)
        laid = _Way([from_s], [way[0]], speed)
        laid.go(way[1:])
        for _ in range(1 + int(chance.random() < 0.4)):
            stay_s = float(chance.uniform(12.0, 50.0))
            spot = self._standing(strip, laid.times[-1], stay_s, half, chance, nearest=laid.spots[-1][0])
            walked = pavement.way(y, laid.spots[-1][0], spot[0], half_m=half)
            laid.go([*walked[1:], spot])
            turned = spot[1] - 0.12 if strip else spot[1] + 0.12
            laid.go([(spot[0] + float(chance.uniform(-0.1, 0.1)), turned)], speed_m_s=0.5)
            here = laid.spots[-1]
            self._legs[strip].append(
                _Leg(here[1], half, laid.times[-1], laid.times[-1] + stay_s, here[0], here[0])
            )
            laid.stand(stay_s)
            laid.go([(here[0] + 0.3, y)])
        goes = side if chance.random() < 0.6 else -side
        laid.go(pavement.way(y, laid.spots[-1][0], pavement.end(goes), half_m=half)[1:])
        return laid

    def _across(
        self, strip: int, side: int, from_s: float, speed: float, half: float, chance: np.random.Generator
    ) -> _Way:
        """Walk to the kerb, wait for a gap, cross, walk on; or give up and walk on on this side."""
        here, there = self._pavements[strip], self._pavements[1 - strip]
        ground = self._scenario.ground
        x = self._crossing_x(chance)
        y = self._lane(strip, half, from_s, speed, here.end(-side), x, chance)
        way = here.way(y, here.end(-side), x, half_m=0.3)
        kerbs = (ground.road_y_m - KERB_M, ground.far_y_m + KERB_M)
        laid = _Way([from_s], [way[0]], speed)
        laid.go([*way[1:], (x, kerbs[strip])])
        # Standing at the kerb one faces the road.
        laid.go([(x, kerbs[strip] + (0.1 if strip == NEAR else -0.1))], speed_m_s=0.5)
        pace = float(np.clip(speed * 1.2, 1.2, FASTEST_M_S))
        wait_s = self._gap(strip, (x - half, x + half), laid.times[-1], pace)
        if wait_s > PATIENCE_S:
            laid.stand(PATIENCE_S)
            laid.go([(x, kerbs[strip])])
            laid.go(here.way(y, x, here.end(side), half_m=0.3))
            return laid
        laid.stand(wait_s)
        laid.go([(x, kerbs[1 - strip])], speed_m_s=pace)
        goes = side if chance.random() < 0.7 else -side
        low, high = there.near_y + 0.6, there.far_y - 0.9
        onwards = there.way(float(chance.uniform(low, max(low, high))), x, there.end(goes), half_m=0.3)
        # Whoever has reached the other kerb goes on slantwise.
        laid.go([spot for spot in onwards if abs(spot[0] - x) >= 1.2] or onwards[1:])
        return laid

    def _crossing_x(self, chance: np.random.Generator) -> float:
        middle = self._scenario.ground.crossing_x_m
        left, right = self._crossing
        if middle is not None and chance.random() < 0.85:
            return middle + float(chance.uniform(-1.3, 1.3))
        return float(chance.uniform(left, right))

    def _gap(self, strip: int, xs: tuple[float, float], now_s: float, pace_m_s: float) -> float:
        """How long until one can cross with no vehicle near."""
        ground = self._scenario.ground
        start_y = (ground.road_y_m - KERB_M, ground.far_y_m + KERB_M)[strip]
        refused: list[tuple[float, float]] = []
        for lane, edges in (
            (NEAR, (ground.road_y_m, self._road.middle_y_m)),
            (FAR, (self._road.middle_y_m, ground.far_y_m)),
        ):
            begins, ends = sorted(abs(edge - start_y) / pace_m_s for edge in edges)
            wide = (xs[0] - 0.5, xs[1] + 0.5)
            for comes_s, gone_s in self._road.taken(
                lane, wide, from_s=now_s - 1.0, until_s=now_s + PATIENCE_S + ends + ROOM_S
            ):
                refused.append((comes_s - ends - ROOM_S, gone_s - begins + ROOM_S))
        time_s = now_s
        for from_s, until_s in sorted(refused):
            if from_s < time_s < until_s:
                time_s = until_s
            elif from_s >= time_s:
                break
        # A later refusal may reach back over the moment that was found.
        while any(from_s < time_s < until_s for from_s, until_s in refused):
            time_s = max(until_s for from_s, until_s in refused if from_s < time_s < until_s)
        return time_s - now_s

    def _lane(
        self,
        strip: int,
        half: float,
        from_s: float,
        speed: float,
        from_x: float,
        to_x: float,
        chance: np.random.Generator,
    ) -> float:
        """The y at which one meets the fewest others, of a few by chance."""
        pavement = self._pavements[strip]
        low, high = pavement.near_y + 0.6 + half, pavement.far_y - 0.7 - half
        until_s = from_s + max(abs(to_x - from_x), 0.1) / speed
        legs = self._legs[strip]
        legs[:] = [leg for leg in legs if leg.until_s > from_s]
        best: tuple[int, _Leg] | None = None
        for _ in range(TRIES):
            y = float(chance.uniform(min(low, high), max(low, high)))
            mine = _Leg(y, half, from_s, until_s, from_x, to_x)
            met = sum(mine.meets(leg) for leg in legs)
            if best is None or met < best[0]:
                best = met, mine
            if met == 0:
                break
        assert best is not None
        legs.append(best[1])
        return best[1].y

    def _standing(
        self,
        strip: int,
        from_s: float,
        stay_s: float,
        half: float,
        chance: np.random.Generator,
        *,
        nearest: float,
    ) -> Spot:
        """A place at the edge of the pavement where nobody stands or queues."""
        pavement = self._pavements[strip]
        left, right = self._stretches[strip]
        edges = (pavement.near_y + 0.35 + half, pavement.far_y - 0.35 - half)
        spot = (nearest, edges[1])
        for _ in range(TRIES):
            x = float(np.clip(nearest + chance.uniform(-4.0, 4.0), left, max(left, right)))
            y = edges[int(chance.random() < 0.7)]
            spot = (x, y)
            mine = _Leg(y, half, from_s, from_s + stay_s, x, x)
            if not any(_holds(block, spot) for block in pavement.blocks) and not any(
                mine.meets(leg) for leg in self._legs[strip] if leg.from_x == leg.to_x
            ):
                break
        return spot


def _holds(block: Block, spot: Spot) -> bool:
    x, y = spot
    return block.left - 0.8 < x < block.right + 0.8 and block.near - 0.8 < y < block.far + 0.8
