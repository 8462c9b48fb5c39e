"""What was seen and what happened: against counts by other means, and scenes that one can check by hand."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.street.camera.lens import lens_of
from edge_agent.street.cast.actor import Actor
from edge_agent.street.cast.path import Path
from edge_agent.street.events import Events, crossings_of, events_of, stays_of
from edge_agent.street.outline import line_in_picture, zone_in_picture
from edge_agent.street.painter import Street
from edge_agent.street.planning.plan import Plan, plan
from edge_agent.street.scenario import Line, Zone, load_scenario
from edge_agent.street.shape import Shape, stamp
from edge_agent.street.truth import Seen, Truth, silhouette_px
from tests.street.scenes import lorry, scenario, somebody, staged, standing, walking

BUSY = ("rush_hour", "high_mast", "wrong_way")
STEP_S = 0.01


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return [plan(load_scenario(name).model_copy(update={"duration_s": 40.0}), seed=3) for name in BUSY]


@pytest.fixture(scope="module")
def events(plans: list[Plan]) -> list[Events]:
    return [events_of(made) for made in plans]


def sampled(path: Path, until_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Times and places by small steps, by other means than `Path.at`."""
    times = np.arange(max(0.0, path.from_s), min(until_s, path.until_s), STEP_S)
    xs, ys = zip(*path.points, strict=True)
    return times, np.stack([np.interp(times, path.times, xs), np.interp(times, path.times, ys)], axis=-1)


def inside(spots: np.ndarray, corners: list[tuple[float, float]]) -> np.ndarray:
    """Whether each spot is in a polygon, by the parity of the edges to its right."""
    odd = np.zeros(len(spots), bool)
    for (ax, ay), (bx, by) in itertools.pairwise([*corners, corners[0]]):
        spans = (ay > spots[:, 1]) != (by > spots[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            odd ^= spans & (spots[:, 0] < ax + (spots[:, 1] - ay) / (by - ay) * (bx - ax))
    return odd


# Lines


def test_crossings_are_those_that_fine_steps_find(plans: list[Plan], events: list[Events]) -> None:
    counted = 0
    for made, happened in zip(plans, events, strict=True):
        for line in made.scenario.lines:
            a, b = np.array(line.start), np.array(line.end)
            along = b - a
            expected = []
            for actor in made.actors:
                times, spots = sampled(actor.path, made.scenario.duration_s)
                left = along[0] * (spots[:, 1] - a[1]) - along[1] * (spots[:, 0] - a[0]) > 0
                for i in np.flatnonzero(left[1:] != left[:-1]):
                    if 0 <= (spots[i] - a) @ along <= along @ along:
                        way = "forward" if left[i] else "backward"
                        expected.append(
                            (actor.number, actor.label, way, pytest.approx(times[i], abs=2 * STEP_S))
                        )
            found = [
                (each.number, each.label, each.direction, each.at_s)
                for each in happened.crossings
                if each.line == line.name
            ]
            counted += len(found)
            assert sorted(found, key=lambda each: each[:3]) == sorted(expected, key=lambda each: each[:3])
    assert counted > 60


EAST = Line(name="east", start=(0.0, 0.0), end=(0.0, 10.0))


@pytest.mark.parametrize(
    ("spots", "expected"),
    [
        ([(-2, 5), (2, 5)], [(1.0, "forward")]),
        ([(2, 5), (-2, 5)], [(1.0, "backward")]),
        ([(-2, 5), (2, 5), (-2, 5)], [(1.0, "forward"), (3.0, "backward")]),
        ([(-2, 5), (0, 5), (2, 5)], [(2.0, "forward")]),  # a bend on the line is one crossing
        ([(-2, 5), (0, 5), (0, 5), (2, 5)], [(4.0, "forward")]),  # who stops on it crosses on leaving it
        ([(-2, 5), (0, 5), (-2, 5)], []),  # who only touches it does not cross
        ([(0, 5), (2, 5)], []),  # who begins on it does not cross
        ([(-2, 12), (2, 12)], []),  # past its end
        ([(-2, 0), (2, 0)], [(1.0, "forward")]),  # its end is a part of it
        ([(-2, 5), (-1, 6), (-0.1, 9)], []),
    ],
)
def test_a_crossing_is_to_come_to_the_other_side(
    spots: list[tuple[float, float]], expected: list[tuple[float, str]]
) -> None:
    path = Path(tuple(2.0 * i for i in range(len(spots))), tuple((float(x), float(y)) for x, y in spots))
    assert list(crossings_of(path, EAST)) == expected


# Zones


def test_stays_are_those_that_fine_steps_find(plans: list[Plan], events: list[Events]) -> None:
    stayed = 0
    for made, happened in zip(plans, events, strict=True):
        for zone in made.scenario.zones:
            stays = [stay for stay in happened.stays if stay.zone == zone.name]
            for actor in made.actors:
                times, spots = sampled(actor.path, made.scenario.duration_s)
                within = inside(spots, list(zone.corners))
                mine = [stay for stay in stays if stay.number == actor.number]
                told = np.zeros(len(times), bool)
                for stay in mine:
                    told |= (times >= stay.entered_s) & (times < stay.left_s)
                # They differ at most in the step in which one comes or goes.
                assert np.count_nonzero(told != within) <= 2 * len(mine)
                stayed += len(mine)
    assert stayed > 30


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-6, 6), st.integers(-6, 6)), min_size=2, max_size=9),
    st.sampled_from([[(-3, -3), (3, -3), (3, 3), (-3, 3)], [(0, 4), (3, -3), (-5, -1)]]),
)
def test_stays_alternate_and_last(spots: list[tuple[int, int]], corners: list[tuple[int, int]]) -> None:
    zone = Zone(name="zone", corners=[(float(x), float(y)) for x, y in corners])
    path = Path(tuple(map(float, range(len(spots)))), tuple((float(x), float(y)) for x, y in spots))
    stays = list(stays_of(path, zone))
    times = [time_s for stay in stays for time_s in stay]
    assert times == sorted(times)
    assert all(left_s > entered_s for entered_s, left_s in stays)
    assert all(later[0] > sooner[1] for sooner, later in itertools.pairwise(stays))
    for entered_s, left_s in stays:
        step = path.at((entered_s + left_s) / 2)
        turn = 1 if corners[0] == (-3, -3) else -1
        for (ax, ay), (bx, by) in itertools.pairwise([*corners, corners[0]]):
            assert turn * ((bx - ax) * (step.y - ay) - (by - ay) * (step.x - ax)) >= -1e-6


def test_a_stay_lasts_from_edge_to_edge() -> None:
    zone = Zone(name="zone", corners=[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)])
    path = Path((0.0, 6.0, 8.0, 14.0), ((-2.0, 2.0), (4.0, 2.0), (4.0, 2.0), (-2.0, 2.0)))
    assert list(stays_of(path, zone)) == [(2.0, 12.0)]


# The queue and the camera


def test_queue_lengths_are_those_of_the_plan() -> None:
    made = plan(load_scenario("queue"), seed=3)
    lengths = events_of(made).queue_lengths
    assert lengths[0].at_s == 0
    assert len(lengths) > 15
    for now, later in itertools.pairwise(lengths):
        assert abs(later.waiting - now.waiting) == 1
        middle_s = (now.at_s + later.at_s) / 2
        assert made.waiting(middle_s) == now.waiting >= 0


def test_faults_are_told_with_their_times() -> None:
    made = plan(load_scenario("tamper_covered"), seed=3)
    tampers = [(tamper.kind, tamper.from_s, tamper.until_s) for tamper in events_of(made).tampers]
    assert tampers == [("covered", 20, 23), ("covered", 45, 70)]


# Lines and zones in the picture


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-80, 80),
    st.tuples(st.floats(-30, 30), st.floats(0, 30)),
    st.tuples(st.floats(-30, 30), st.floats(0, 30)),
)
def test_a_line_in_the_picture_is_the_part_of_the_line_that_is_seen(
    yaw_deg: float, start: tuple[float, float], end: tuple[float, float]
) -> None:
    if math.dist(start, end) < 0.1:
        return
    line, lens = Line(name="line", start=start, end=end), lens_of(scenario(camera={"yaw_deg": yaw_deg}))
    shares = line_in_picture(line, lens)
    on_it = np.linspace(start, end, 400)
    pixels, depths = lens.project(np.concatenate([on_it, np.zeros((400, 1))], axis=1))
    seen = (depths > 0.35) & (pixels > 0).all(axis=1) & (pixels < [lens.width, lens.height]).all(axis=1)
    if shares is None:
        assert np.count_nonzero(seen) <= 2
        return
    corners = np.array(shares) * [lens.width, lens.height]
    assert (np.array(shares) >= -1e-6).all()
    assert (np.array(shares) <= 1 + 1e-6).all()
    if seen.any():  # what is seen lies between its ends
        low, high = corners.min(axis=0) - 0.01, corners.max(axis=0) + 0.01
        assert ((pixels[seen] >= low) & (pixels[seen] <= high)).all()
        first, last = pixels[seen][[0, -1]]
        assert np.linalg.norm(corners[-1] - corners[0]) >= np.linalg.norm(last - first) - 0.01


def test_what_is_behind_the_camera_is_not_in_the_picture() -> None:
    lens = lens_of(scenario(camera={"yaw_deg": 0, "pitch_deg": 20}))
    behind = Zone(name="behind", corners=[(-1.0, -9.0), (1.0, -9.0), (0.0, -2.0)])
    assert zone_in_picture(behind, lens) == ()
    across = Zone(name="across", corners=[(-9.0, -5.0), (9.0, -5.0), (9.0, 15.0), (-9.0, 15.0)])
    shares = np.array(zone_in_picture(across, lens))
    assert ((shares >= 0) & (shares <= 1)).all()
    # Below in the picture it reaches over the whole width.
    assert {(0.0, 1.0), (1.0, 1.0)} <= {(round(x, 6), round(y, 6)) for x, y in shares.tolist()}
    assert line_in_picture(Line(name="up", start=(0.0, -9.0), end=(0.0, -1.0)), lens) is None


# Pictures

FRONT = scenario(
    crowd={"per_minute": 0},
    traffic={"per_minute": 0},
    counter={"officer": False, "x_m": 40},
    camera={"yaw_deg": 0, "pitch_deg": 5, "height_m": 2.0, "fov_deg": 70},
    ground={"lamps_every_m": 100.0},
)


def seen_of(*actors: Actor, frame: int = 0) -> dict[int, Seen]:
    return {seen.number: seen for seen in Truth(staged(FRONT, *actors)).frame(frame)}


def test_who_stands_alone_is_wholly_visible() -> None:
    seen = seen_of(standing(1, somebody(), -1.0, 14.0))
    assert seen[1].visibility == pytest.approx(1.0)
    assert seen[1].label == "person"
    lens = lens_of(FRONT)
    foot, _ = lens.project(np.array([-1.0, 14.0, 0.0]))
    head, _ = lens.project(np.array([-1.0, 14.0, 1.65]))
    left, top, right, bottom = seen[1].box
    assert left < foot[0] < right
    assert bottom == pytest.approx(foot[1], abs=5)
    assert top == pytest.approx(head[1], abs=3)
    assert seen[1].height_px == pytest.approx(bottom - top)


def test_who_is_behind_a_lorry_is_not_visible_but_is_there() -> None:
    person = standing(1, somebody(), 0.5, 14.0)
    seen = seen_of(person, standing(2, lorry(), 0.0, 8.0))
    assert seen[1].visibility == 0
    assert seen[1].box == seen_of(person)[1].box
    assert seen[2].visibility == pytest.approx(1.0)
    assert seen[2].label == "vehicle"


def test_who_is_before_a_lorry_hides_a_part_of_it() -> None:
    seen = seen_of(standing(1, somebody(), 0.5, 6.0), standing(2, lorry(), 0.0, 9.0))
    assert seen[1].visibility == pytest.approx(1.0)
    hidden = silhouette_px(_shapes(standing(1, somebody(), 0.5, 6.0)))
    whole = silhouette_px(_shapes(standing(2, lorry(), 0.0, 9.0)))
    assert 0.6 < seen[2].visibility < 1.0
    assert seen[2].visibility == pytest.approx(1 - hidden / whole, abs=0.06)


def _shapes(actor: Actor) -> list[Shape]:
    layers = staged(FRONT, actor).layers(0)
    return next(list(layer.shapes) for layer in layers if layer.actor is not None)


def test_what_is_outside_the_picture_is_not_visible() -> None:
    lens = lens_of(FRONT)
    edge_x = float(lens.ground(np.array([0.0, 300.0]))[0] / lens.ground(np.array([0.0, 300.0]))[1] * 9.0)
    seen = seen_of(standing(1, lorry(), edge_x, 9.0))[1]
    assert 0.3 < seen.visibility < 0.7
    assert seen.box.left == 0
    assert seen_of(standing(1, somebody(), edge_x - 3.0, 9.0)) == {}


def test_a_box_is_as_tight_as_the_painted_pixels() -> None:
    for actor in (standing(1, somebody(), 1.0, 9.0, heading=0.7), standing(1, lorry(), 1.0, 12.0)):
        mask = np.zeros((FRONT.height, FRONT.width), np.uint8)
        stamp(mask, _shapes(actor), value=1)
        rows, columns = np.nonzero(mask)
        box = seen_of(actor)[1].box
        assert box == pytest.approx((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1), abs=1)


def test_boxes_hold_the_foot_point() -> None:
    of = load_scenario("rush_hour")
    made = Street(of, seed=4)
    truth, lens = Truth(made), lens_of(of)
    checked = 0
    for frame in (0, 450, 900):
        steps = {actor.number: actor.path.at(frame / of.fps) for actor in made.plan.present(frame / of.fps)}
        for seen in truth.frame(frame):
            left, top, right, bottom = seen.box
            assert 0 <= left < right <= of.width
            assert 0 <= top < bottom <= of.height
            assert 0 <= seen.visibility <= 1
            step = steps[seen.number]
            if seen.visibility < 0.9 or step.y > of.ground.wall_y_m:
                continue
            (x, y), _ = lens.project(np.array([step.x, step.y, 0.0]))
            grace = 0.1 * (bottom - top) + 2
            assert left - grace <= x <= right + grace
            assert top <= y <= bottom + grace
            checked += 1
    assert checked > 20


# A camera that is spoilt


def test_a_frozen_picture_has_the_truth_of_its_time() -> None:
    of = FRONT.model_copy(update={"faults": load_scenario("tamper_frozen").faults})  # frozen from 25 to 33
    walker = walking(1, from_s=0.0, until_s=60.0, spots=[(-8.0, 14.0), (8.0, 14.0)])
    truth = Truth(staged(of, walker))
    first, later, after = (round(time_s * of.fps) for time_s in (25.0, 32.0, 34.0))
    assert truth.frame(later) == truth.frame(first)
    assert (truth.stale(first), truth.stale(later), truth.stale(after)) == (False, True, False)
    assert truth.frame(after) != truth.frame(first)


@pytest.mark.parametrize(
    ("kind", "blind"),
    [("covered", True), ("blinded", True), ("black", True), ("defocused", False), ("moved", False)],
)
def test_a_camera_that_shows_nothing_is_blind(kind: str, blind: bool) -> None:
    of = scenario(faults=[{"kind": kind, "from_s": 10, "until_s": 20}], crowd={"per_minute": 0})
    truth = Truth(staged(of, standing(1, somebody(), 0.0, 14.0)))
    frames = [round(time_s * of.fps) for time_s in (5.0, 15.0, 25.0)]
    assert [truth.blind(frame) for frame in frames] == [False, blind, False]
    assert [seen.number for seen in truth.frame(frames[1])] == [1]


def test_a_camera_that_was_moved_has_its_truth_moved() -> None:
    of = FRONT.model_copy(update={"faults": load_scenario("tamper_moved").faults})  # from 30 to 60
    truth = Truth(staged(of, standing(1, somebody(), 2.0, 14.0)))
    before, moved = (truth.frame(round(time_s * of.fps))[0].box for time_s in (20.0, 45.0))
    assert moved.left < before.left - 20


def test_boxes_follow_a_shaking_camera() -> None:
    calm = load_scenario("rush_hour")
    shaky = calm.model_copy(update={"sensor": calm.sensor.model_copy(update={"shake_px": 5.0})})
    streets = [Street(made, seed=3) for made in (calm, shaky)]
    frame = next(number for number in range(60) if all(streets[1].shake(number)))
    right, down = streets[1].shake(frame)
    still, shaken = ({one.number: one for one in Truth(street).frame(frame)} for street in streets)
    inside = [
        one for one in still.values() if one.box.left > 10 and one.box.right < 630 and one.box.bottom < 470
    ]
    assert inside
    for one in inside:
        moved = shaken[one.number].box
        assert (moved.left - one.box.left, moved.bottom - one.box.bottom) == (right, down)
        assert shaken[one.number].visibility == one.visibility
