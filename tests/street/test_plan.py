"""Who comes when: traffic, the queue and the crowd, on roads and at counters by chance."""

import hashlib
import itertools
import math
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings

from edge_agent.street.camera.lens import lens_of
from edge_agent.street.cast.actor import Actor
from edge_agent.street.cast.looks import PersonLook, VehicleLook
from edge_agent.street.cast.path import Path
from edge_agent.street.planning.plan import Plan, plan
from edge_agent.street.planning.reach import SMALLEST_PX
from edge_agent.street.planning.road import DIRECTIONS, FASTEST, Ride, road
from edge_agent.street.scenario import Scenario, load_scenario, names
from tests.street.scenes import SEEDS, queues, roads, scenario

BRISK_M_S = 4.3
"""Nobody of ours runs faster."""


def positions(path: Path, times: np.ndarray) -> np.ndarray:
    """x and y at times, N 2, by other means than `Path.at`; NaN while it is not there."""
    xs, ys = zip(*path.points, strict=True)
    at = np.stack([np.interp(times, path.times, xs), np.interp(times, path.times, ys)], axis=-1)
    at[(times < path.from_s) | (times >= path.until_s)] = np.nan
    return at


def pairs(rides: tuple[Ride, ...]) -> Iterator[tuple[Ride, Ride]]:
    """Vehicles that are on the road at the same time."""
    for one, other in itertools.combinations(rides, 2):
        if one.path.from_s < other.path.until_s and other.path.from_s < one.path.until_s:
            yield one, other


def corners_of(*paths: Path) -> np.ndarray:
    """All times at which one of several paths bends while all of them last: between, all is straight."""
    low, high = max(path.from_s for path in paths), min(path.until_s for path in paths)
    times = {time_s for path in paths for time_s in path.times if low <= time_s < high}
    return np.array(sorted({low, high - 1e-9, *times}))


# Roads


@settings(max_examples=8, deadline=None)
@given(roads(), SEEDS)
def test_no_vehicle_touches_another(of: Scenario, seed: int) -> None:
    for one, other in pairs(road(of, seed=seed).rides):
        apart_y = abs(one.path.points[0][1] - other.path.points[0][1])
        if apart_y >= (one.look.width_m + other.look.width_m) / 2 - 0.05:
            continue  # they pass side by side
        times = corners_of(one.path, other.path)
        xs = positions(one.path, times)[:, 0] - positions(other.path, times)[:, 0]
        # Distances are straight between bends: they keep their sign, and never get below the bodies' lengths.
        assert (xs > 0).all() or (xs < 0).all()
        assert np.abs(xs).min() > (one.look.length_m + other.look.length_m) / 2


@settings(max_examples=8, deadline=None)
@given(roads(), SEEDS)
def test_vehicles_keep_left_and_to_their_speed(of: Scenario, seed: int) -> None:
    for ride in road(of, seed=seed).rides:
        xs = [x for x, _ in ride.path.points]
        direction = DIRECTIONS[ride.lane] * (-1 if ride.wrong_way else 1)
        assert all((later - sooner) * direction >= -1e-9 for sooner, later in itertools.pairwise(xs))
        speeds = np.abs(np.diff(xs)) / np.diff(ride.path.times)
        assert speeds.max() <= of.traffic.speed_m_s * FASTEST + 1e-6
    # Whoever drives to the right has the middle of the road on the right hand: left-hand traffic.
    assert DIRECTIONS == (-1, 1)


def test_a_vehicle_that_stops_holds_up_those_behind_it() -> None:
    busy = {"per_minute": 60, "motorcycle_share": 0, "stops": [(10.0, 25.0)]}
    rides = road(scenario(traffic=busy, crowd={"per_minute": 0}), seed=3).rides
    times = np.arange(10.0, 35.0, 0.5)
    held = [
        ride.lane
        for ride in rides
        if np.nansum(np.abs(np.diff(positions(ride.path, times)[:, 0])) < 0.01) > 20
    ]
    assert len(held) >= 3  # the one that stops, and followers
    assert len(set(held)) == 1  # the other lane drives on


def test_those_who_ride_the_wrong_way_come_when_they_should() -> None:
    at = [5.0, 12.0, 30.0]
    rides = road(scenario(traffic={"per_minute": 20, "wrong_way_s": at}), seed=3).rides
    wrong = [ride for ride in rides if ride.wrong_way]
    assert [ride.path.from_s for ride in wrong] == pytest.approx(at)
    assert {ride.look.body for ride in wrong} == {"motorcycle"}


# Queues


@settings(max_examples=12, deadline=None)
@given(queues(), SEEDS)
def test_the_queue_is_exact(of: Scenario, seed: int) -> None:
    made = plan(of, seed=seed)
    first_come_first_served(made)
    the_counter_serves_whenever_it_can(made)
    nobody_is_lost_or_joins_a_queue_that_is_too_long(made)
    nobody_stands_in_another(made)


def first_come_first_served(made: Plan) -> None:
    for visit in made.queue:
        assert visit.joined_s < visit.served_s < visit.left_s
    for ahead, behind in itertools.pairwise(made.queue):
        assert ahead.joined_s < behind.joined_s
        assert ahead.left_s < behind.served_s  # one server


def the_counter_serves_whenever_it_can(made: Plan) -> None:
    counter = made.scenario.counter
    away = sorted(counter.away) if counter.officer else []
    assert all(not from_s <= visit.served_s < until_s for visit in made.queue for from_s, until_s in away)
    # Of those who were served before the beginning, some have left the street and the plan.
    for ahead, behind in itertools.pairwise(visit for visit in made.queue if visit.left_s > 0):
        # Some seconds to move up; more for one who has joined far back while those ahead moved up.
        ready_s = max(ahead.left_s, behind.joined_s + 2.2 * counter.most) + 10.0
        for from_s, until_s in away:
            ready_s = until_s if from_s <= ready_s < until_s else ready_s
        assert behind.served_s <= ready_s


def nobody_is_lost_or_joins_a_queue_that_is_too_long(made: Plan) -> None:
    by_number = {actor.number: actor for actor in made.actors}
    wall_y_m = made.scenario.ground.wall_y_m
    citizens = [actor for actor in made.actors if actor.path.points[0][1] < wall_y_m]
    numbers = [visit.number for visit in made.queue]
    assert len(set(numbers)) == len(numbers)
    for visit in made.queue:
        path = by_number[visit.number].path
        assert path.from_s < visit.joined_s < visit.left_s < path.until_s
    # Whoever did not join has walked by without a stop.
    for actor in citizens:
        if actor.number not in numbers:
            assert all(a != b for a, b in itertools.pairwise(actor.path.points))
    for time_s in np.arange(0.0, 40.0, 0.5):
        waiting = sum(visit.joined_s <= time_s < visit.served_s for visit in made.queue)
        assert made.waiting(time_s) == waiting <= made.scenario.counter.most


def nobody_stands_in_another(made: Plan) -> None:
    by_number = {actor.number: actor for actor in made.actors}
    times = np.arange(0.0, 40.0, 0.25)
    queueing = []
    for visit in made.queue:
        at = positions(by_number[visit.number].path, times)
        at[(times < visit.joined_s) | (times > visit.left_s)] = np.nan
        queueing.append(at)
    for one, other in itertools.combinations(queueing, 2):
        apart = np.hypot(*(one - other).T)
        assert not (apart < 0.35).any()


def test_whoever_waits_looks_ahead_and_whoever_is_served_looks_at_the_counter() -> None:
    made = plan(load_scenario("queue"), seed=7)
    by_number = {actor.number: actor for actor in made.actors}
    served = [visit for visit in made.queue if visit.served_s > 0]
    assert len(served) > 10
    for visit in served:
        step = by_number[visit.number].path.at((visit.served_s + visit.left_s) / 2)
        assert step.speed == 0
        assert math.sin(step.heading) > 0.95


def test_an_officer_who_is_away_is_not_there() -> None:
    of = scenario(counter={"away": [(10, 20), (30, 35)]}, crowd={"per_minute": 0}, traffic={"per_minute": 0})
    made = plan(of, seed=1)
    there = [[actor.path.at(t).x for actor in made.present(t)] for t in (5.0, 15.0, 25.0, 32.0, 38.0)]
    assert there == [[of.counter.x_m], [], [of.counter.x_m], [], [of.counter.x_m]]
    without = plan(
        of.model_copy(update={"counter": of.counter.model_copy(update={"officer": False})}), seed=1
    )
    assert without.actors == ()


# Everybody


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return [plan(load_scenario(name), seed=11) for name in names()]


def people(made: Plan) -> list[Actor]:
    return [actor for actor in made.actors if isinstance(actor.look, PersonLook)]


def vehicles(made: Plan) -> list[Actor]:
    return [actor for actor in made.actors if isinstance(actor.look, VehicleLook)]


def test_nobody_walks_faster_than_people_run(plans: list[Plan]) -> None:
    for actor in itertools.chain.from_iterable(map(people, plans)):
        lengths = [math.dist(a, b) for a, b in itertools.pairwise(actor.path.points)]
        assert (np.array(lengths) / np.diff(actor.path.times)).max() <= BRISK_M_S


def test_nobody_is_run_over(plans: list[Plan]) -> None:
    crossed = 0
    for made in plans:
        ground = made.scenario.ground
        for person in people(made):
            times = np.arange(max(person.path.from_s, 0), min(person.path.until_s, 90), 0.2)
            at = positions(person.path, times)
            on_road = (at[:, 1] > ground.road_y_m) & (at[:, 1] < ground.far_y_m)
            if not on_road.any():
                continue
            crossed += 1
            for vehicle in vehicles(made):
                there = positions(vehicle.path, times[on_road])
                apart = np.abs(at[on_road] - there)
                look = vehicle.look
                touched = (apart[:, 0] < look.length_m / 2 + 0.2) & (apart[:, 1] < look.width_m / 2 + 0.2)
                assert not touched.any()
    assert crossed > 50


def test_nobody_comes_or_goes_in_full_view(plans: list[Plan]) -> None:
    for made in plans:
        lens, of = lens_of(made.scenario), made.scenario
        for actor in made.actors:
            if actor.path.points[0][1] > of.ground.wall_y_m:
                continue  # an officer comes from beside the counter's opening
            for time_s, (x, y) in (
                (actor.path.from_s, actor.path.points[0]),
                (actor.path.until_s, actor.path.points[-1]),
            ):
                if not 0 <= time_s <= of.duration_s:
                    continue
                pixels, depths = lens.project(np.array([[x, y, 0.0], [x, y, 1.6]]))
                outside = bool(((pixels < 0) | (pixels > [of.width, of.height])).any(axis=-1).all())
                small = lens.scale(depths).max() * 1.62 < SMALLEST_PX + 0.5
                assert outside or depths.max() <= 0 or small or math.hypot(x, y) > 78


def test_hardly_anybody_walks_through_the_queue(plans: list[Plan]) -> None:
    through = total = 0
    for made in plans:
        queueing = {visit.number: visit for visit in made.queue}
        times = np.arange(0.0, 60.0, 0.5)
        standing = []
        for actor in made.actors:
            if actor.number in queueing:
                visit = queueing[actor.number]
                at = positions(actor.path, times)
                at[(times < visit.joined_s) | (times > visit.left_s)] = np.nan
                standing.append(at)
        for actor in people(made):
            if actor.number in queueing:
                continue
            at = positions(actor.path, times)
            total += int(np.isfinite(at[:, 0]).sum())
            through += sum(int((np.hypot(*(at - other).T) < 0.3).sum()) for other in standing)
    assert total > 5000
    assert through <= total * 0.001


def test_the_street_is_not_empty_at_first(plans: list[Plan]) -> None:
    for made in plans:
        of = made.scenario
        expected = np.mean([len(made.present(t)) for t in np.arange(10, of.duration_s, 10)])
        assert len(made.present(0.0)) > expected / 3


def test_the_plan_finds_who_is_present(plans: list[Plan]) -> None:
    for made in plans[:5]:
        for time_s in np.arange(0.0, made.scenario.duration_s, 7.3):
            assert made.present(time_s) == [actor for actor in made.actors if actor.present(time_s)]


def test_actors_are_numbered_by_when_they_come(plans: list[Plan]) -> None:
    for made in plans:
        assert [actor.number for actor in made.actors] == list(range(1, len(made.actors) + 1))
        starts = [actor.path.from_s for actor in made.actors]
        assert starts == sorted(starts)


def test_the_same_seed_makes_the_same_plan_in_any_process() -> None:
    code = (
        "import hashlib; from edge_agent.street.planning.plan import plan;"
        "from edge_agent.street.scenario import load_scenario;"
        "made = plan(load_scenario('rush_hour'), seed=5);"
        "print(hashlib.sha256(repr((made.actors, made.queue)).encode()).hexdigest())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    made = plan(load_scenario("rush_hour"), seed=5)
    assert run.stdout.strip() == hashlib.sha256(repr((made.actors, made.queue)).encode()).hexdigest()


def test_another_seed_makes_another_plan() -> None:
    of = load_scenario("rush_hour")
    assert plan(of, seed=1).actors != plan(of, seed=2).actors
