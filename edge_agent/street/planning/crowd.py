"""People who walk by: alone or side by side, across the road when it is free, in haste or in none."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

import numpy as np

from edge_agent.street.cast.looks import PersonLook, person_look
from edge_agent.street.cast.path import Path
from edge_agent.street.planning import reach
from edge_agent.street.planning.pavement import Block, Pavement
from edge_agent.street.planning.road import FAR, NEAR, Road
from edge_agent.street.scenario import Scenario, Spot

ABREAST_M = 0.62
ROW_M = 0.8
"""Between the rows of a party that the pavement is too narrow for."""
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


@dataclass(frozen=True, slots=True)
class _Party:
    """Those who arrive together."""

    strip: int
    """Of the near (0) or the far (1) pavement."""
    side: int
    """1: they walk to the right."""
    from_s: float
    speed_m_s: float
    half_m: float
    """Half of their room across the way."""
    chance: np.random.Generator


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
        # Where it crosses the road, a party walks side by side there; else across the pavement, in rows.
        width = self._pavements[strip].far_y - self._pavements[strip].near_y
        abreast = size if crosses else min(size, max(1, math.floor((width - 1.2) / ABREAST_M)))
        places = [(i % abreast - (abreast - 1) / 2) * ABREAST_M for i in range(size)]
        lags = [float(chance.uniform(-0.18, 0.18)) - side * ROW_M * (i // abreast) for i in range(size)]
        party = _Party(strip, side, from_s, speed, max(places) + 0.25, chance)
        if crosses:
            way, shifts = self._across(party), zip(places, lags, strict=True)
        else:
            way, shifts = self._about(party) if loiters else self._past(party), zip(lags, places, strict=True)
        return [Walk(look, way.shifted(shift)) for look, shift in zip(looks, shifts, strict=True)]

    def _past(self, party: _Party) -> _Way:
        pavement = self._pavements[party.strip]
        from_x, to_x = pavement.end(-party.side), pavement.end(party.side)
        way = pavement.way(self._lane(party, to_x), from_x, to_x, half_m=party.half_m)
        laid = _Way([party.from_s], [way[0]], party.speed_m_s)
        laid.go(way[1:])
        return laid

    def _about(self, party: _Party) -> _Way:
        """Walk in, stand about in one or two places out of the others' way, walk on or back."""
        strip, side, chance, half = party.strip, party.side, party.chance, party.half_m
        pavement = self._pavements[strip]
        y = self._lane(party, pavement.end(side))
        left, right = self._stretches[strip]
        way = pavement.way(y, pavement.end(-side), float(chance.uniform(left, right)), half_m=half)
        laid = _Way([party.from_s], [way[0]], party.speed_m_s)
        laid.go(way[1:])
        for _ in range(1 + int(chance.random() < 0.4)):
            stay_s = float(chance.uniform(12.0, 50.0))
            x, stand_y = self._standing(party, laid.times[-1], stay_s, nearest=laid.spots[-1][0])
            laid.go([*pavement.way(y, laid.spots[-1][0], x, half_m=half)[1:], (x, stand_y)])
            # They turn to the street, or somewhat away from it.
            turned = (x + float(chance.uniform(-0.1, 0.1)), stand_y + (-0.12 if strip == FAR else 0.12))
            laid.go([turned], speed_m_s=SLOWEST_M_S)
            self._stands(strip, laid, stay_s, half)
        goes = side if chance.random() < 0.6 else -side
        laid.go(pavement.way(y, laid.spots[-1][0] + 0.3 * goes, pavement.end(goes), half_m=half))
        return laid

    def _across(self, party: _Party) -> _Way:
        """Walk to the kerb, wait for a gap, cross, walk on; or give up and walk on on this side."""
        strip, side, chance = party.strip, party.side, party.chance
        here, there = self._pavements[strip], self._pavements[1 - strip]
        ground = self._scenario.ground
        kerbs = (ground.road_y_m - KERB_M, ground.far_y_m + KERB_M)
        x = self._crossing_x(party, kerbs[strip])
        y = self._lane(party, x)
        way = here.way(y, here.end(-side), x)
        laid = _Way([party.from_s], [way[0]], party.speed_m_s)
        laid.go([*way[1:], (x, kerbs[strip])])
        # Standing at the kerb one faces the road.
        laid.go([(x, kerbs[strip] + (0.1 if strip == NEAR else -0.1))], speed_m_s=SLOWEST_M_S)
        pace = float(np.clip(party.speed_m_s * 1.2, 1.2, FASTEST_M_S))
        wait_s = self._gap(party, x, laid.times[-1], pace)
        self._stands(strip, laid, min(wait_s, PATIENCE_S), party.half_m)
        if wait_s > PATIENCE_S:
            laid.go(here.way(y, x, here.end(side)))
            return laid
        laid.go([(x, kerbs[1 - strip])], speed_m_s=pace)
        goes = side if chance.random() < 0.7 else -side
        low, high = there.near_y + 0.6, there.far_y - 0.9
        onwards = there.way(float(chance.uniform(low, max(low, high))), x, there.end(goes))
        # Whoever has reached the other kerb goes on slantwise.
        laid.go([spot for spot in onwards if abs(spot[0] - x) >= 1.2] or onwards[1:])
        return laid

    def _stands(self, strip: int, laid: _Way, seconds: float, half_m: float) -> None:
        x, y = laid.spots[-1]
        if seconds > 1e-3:
            self._legs[strip].append(_Leg(y, half_m, laid.times[-1], laid.times[-1] + seconds, x, x))
        laid.stand(seconds)

    def _crossing_x(self, party: _Party, kerb_y: float) -> float:
        """Where to cross: on the zebra crossing mostly, and not behind somebody who waits there."""
        middle = self._scenario.ground.crossing_x_m
        zebra = middle is not None and party.chance.random() < 0.85
        x = 0.0
        for _ in range(TRIES):
            if middle is not None and zebra:
                x = middle + float(party.chance.uniform(-1.4, 1.4))
            else:
                x = float(party.chance.uniform(*self._crossing))
            comes_s = party.from_s + abs(x - self._pavements[party.strip].end(-party.side)) / party.speed_m_s
            mine = _Leg(kerb_y, party.half_m, comes_s, comes_s + 10.0, x, x)
            if not any(mine.meets(leg) for leg in self._legs[party.strip] if leg.from_x == leg.to_x):
                break
        return x

    def _gap(self, party: _Party, x: float, now_s: float, pace_m_s: float) -> float:
        """How long until one can cross with no vehicle near."""
        ground = self._scenario.ground
        start_y = (ground.road_y_m - KERB_M, ground.far_y_m + KERB_M)[party.strip]
        middle_y = (ground.road_y_m + ground.far_y_m) / 2
        wide = (x - party.half_m - 0.5, x + party.half_m + 0.5)
        refused: list[tuple[float, float]] = []
        for lane, edges in ((NEAR, (ground.road_y_m, middle_y)), (FAR, (middle_y, ground.far_y_m))):
            begins, ends = sorted(abs(edge - start_y) / pace_m_s for edge in edges)
            until_s = now_s + PATIENCE_S + ends + ROOM_S
            for comes_s, gone_s in self._road.taken(lane, wide, from_s=now_s - 1.0, until_s=until_s):
                refused.append((comes_s - ends - ROOM_S, gone_s - begins + ROOM_S))
        time_s = now_s
        for from_s, until_s in sorted(refused):
            if from_s < time_s:
                time_s = max(time_s, until_s)
        return time_s - now_s

    def _lane(self, party: _Party, to_x: float) -> float:
        """The y at which one meets the fewest others on the way there, of a few by chance."""
        pavement, half = self._pavements[party.strip], party.half_m
        from_x = pavement.end(-party.side)
        low, high = pavement.near_y + 0.6 + half, pavement.far_y - 0.7 - half
        if low > high:
            low = high = (pavement.near_y + pavement.far_y) / 2
        until_s = party.from_s + max(abs(to_x - from_x), 0.1) / party.speed_m_s
        legs = self._legs[party.strip]
        legs[:] = [leg for leg in legs if leg.until_s > party.from_s]
        tries: list[tuple[int, _Leg]] = []
        while len(tries) < TRIES and not (tries and tries[-1][0] == 0):
            y = float(party.chance.uniform(low, high))
            mine = _Leg(y, half, party.from_s, until_s, from_x, to_x)
            tries.append((sum(mine.meets(leg) for leg in legs), mine))
        best = min(tries, key=lambda tried: tried[0])[1]
        legs.append(best)
        return best.y

    def _standing(self, party: _Party, from_s: float, stay_s: float, *, nearest: float) -> Spot:
        """A place at the edge of the pavement where nobody stands or queues."""
        pavement, chance, half = self._pavements[party.strip], party.chance, party.half_m
        left, right = self._stretches[party.strip]
        edges = (pavement.near_y + 0.35 + half, pavement.far_y - 0.35 - half)
        spot = (nearest, edges[1])
        for _ in range(TRIES):
            x = float(np.clip(nearest + chance.uniform(-4.0, 4.0), left, max(left, right)))
            y = edges[int(chance.random() < 0.7)]
            spot = (x, y)
            mine = _Leg(y, half, from_s, from_s + stay_s, x, x)
            if not any(_holds(block, spot) for block in pavement.blocks) and not any(
                mine.meets(leg) for leg in self._legs[party.strip] if leg.from_x == leg.to_x
            ):
                break
        return spot


def _holds(block: Block, spot: Spot) -> bool:
    x, y = spot
    return block.left - 0.8 < x < block.right + 0.8 and block.near - 0.8 < y < block.far + 0.8
