"""What stands on the street: the same for everybody, and where its geometry says."""

import hashlib
import subprocess
import sys

import cv2
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from edge_agent.street.atmosphere.light import Light
from edge_agent.street.atmosphere.weather import Weather
from edge_agent.street.camera.faults import Faults
from edge_agent.street.camera.lens import Lens, lens_of
from edge_agent.street.camera.sensor import Sensor
from edge_agent.street.scenario import Scenario
from edge_agent.street.scenery.facade import LINTEL_M, SILL_M
from edge_agent.street.scenery.stage import Stage
from edge_agent.street.shape import Picture, paint
from tests.street.scenes import scenario

SIZE = {"width": 320, "height": 240}
EVERYTHING = {
    "width": 160,
    "height": 120,
    "ground": {
        "crossing_x_m": 4.0,
        "trees": [(-3.0, 12.5)],
        "shelters": [(3.0, 13.0)],
        "pillars": [(1.0, 13.0)],
    },
    "light": {"daylight": [(0.0, 0.9), (4.0, 0.1)]},
    "weather": {"rain": 0.5, "wind": 0.6, "fog": 0.2},
    "sensor": {"shake_px": 3.0},
    "faults": [
        {"kind": "covered", "from_s": 2.0, "until_s": 3.0},
        {"kind": "moved", "from_s": 3.0, "until_s": 4.0},
        {"kind": "blinded", "from_s": 4.0, "until_s": 5.0},
    ],
}
TIMES = (0.0, 1.0, 2.5, 3.2, 4.4, 6.0)
ELSEWHERE = "from tests.street.test_stage import digests; print(digests(reversed_=True))"


def pictures(of: Scenario, times: tuple[float, ...]) -> dict[float, Picture]:
    """Everything but actors, through all that lies between the street and the file."""
    stage, faults = Stage(of, seed=3), Faults(of)
    light, weather, sensor = Light(of, seed=3, stage=stage), Weather(of, seed=3), Sensor(of, seed=3)
    straight = lens_of(of)
    made, views = {}, {}
    for time_s in times:
        frame = round(time_s * of.fps)
        lens = faults.lens(straight, time_s)
        if lens not in views:
            views[lens] = stage.background(lens), stage.depth(lens)
        picture, depth = views[lens][0].copy(), views[lens][1]
        for _, shapes in stage.props(lens, time_s):
            paint(picture, shapes)
        picture, gain = light.apply(picture, lens=lens, depth=depth, time_s=time_s, beams=[(0.0, 7.0, 0.0)])
        picture = weather.apply(picture, frame=frame, time_s=time_s, depth=depth, level=light.level(time_s))
        picture = faults.apply(picture, frame=frame, time_s=time_s)
        made[time_s] = sensor.expose(picture, frame=frame, gain=gain, infrared=light.infrared(time_s))
    return made


def digests(*, reversed_: bool = False) -> dict[float, str]:
    """What all pictures are, to be compared."""
    times = tuple(reversed(TIMES)) if reversed_ else TIMES
    made = pictures(scenario(**EVERYTHING), times)
    return {time_s: hashlib.sha256(made[time_s].tobytes()).hexdigest() for time_s in TIMES}


@pytest.fixture(scope="module")
def plain() -> Stage:
    return Stage(scenario(**SIZE, ground={"crossing_x_m": 4.0}), seed=1)


def at(lens: Lens, x: float, y: float, z: float) -> tuple[int, int]:
    """The row and column of a point."""
    (column, row), _ = lens.project(np.array([x, y, z]))
    return int(row), int(column)


def test_pictures_are_the_same_in_another_order_and_another_process() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, check=True, timeout=60
    )
    here = digests()
    assert answer.stdout.strip() == str(here)
    assert len(set(here.values())) == len(TIMES)


def test_another_seed_is_another_street(plain: Stage) -> None:
    lens = lens_of(scenario(**SIZE))
    other = Stage(scenario(**SIZE, ground={"crossing_x_m": 4.0}), seed=2)
    apart = cv2.absdiff(plain.background(lens), other.background(lens)).max(axis=2)
    assert (apart > 20).mean() > 0.2


@pytest.mark.parametrize(("x_m", "yaw_deg"), [(0.0, 0.0), (-3.0, -20.0), (6.0, 35.0)])
def test_the_opening_is_where_the_scenario_wants_it(x_m: float, yaw_deg: float) -> None:
    of = scenario(counter={"x_m": x_m, "width_m": 3.0}, camera={"yaw_deg": yaw_deg}, **SIZE)
    lens, wall = lens_of(of), of.ground.wall_y_m
    glow = Stage(of, seed=4).glow(lens)
    middle = (SILL_M + LINTEL_M) / 2
    for x in (x_m - 1.4, x_m, x_m + 1.4):
        assert glow[at(lens, x, wall, middle)].max() > 40
    for x, z in ((x_m - 1.62, middle), (x_m + 1.62, middle), (x_m, SILL_M - 0.2), (x_m, LINTEL_M + 0.2)):
        assert glow[at(lens, x, wall, z)].max() < 10


def test_depth_is_that_of_the_lens(plain: Stage) -> None:
    of = scenario(**SIZE, camera={"pitch_deg": 10})
    lens = lens_of(of)
    depth = plain.depth(lens)
    wall = of.ground.wall_y_m
    for point in ((0.0, 9.0, 0.0), (4.0, 14.0, 0.0), (-5.0, wall, 1.5), (3.0, wall, 2.0)):
        assert depth[at(lens, *point)] == pytest.approx(float(lens.project(np.array(point))[1]), rel=0.03)
    upwards = lens_of(scenario(**SIZE, camera={"yaw_deg": 70, "pitch_deg": 0}))
    assert np.isinf(plain.depth(upwards)[0, -1])


def test_a_larger_picture_shows_the_same(plain: Stage) -> None:
    small, large = (
        plain.background(lens_of(scenario(width=width, height=height)))
        for width, height in ((320, 240), (1280, 960))
    )
    shrunk = cv2.resize(large, (320, 240), interpolation=cv2.INTER_AREA)
    assert cv2.absdiff(small, shrunk).mean() < 8
    assert large.shape == (960, 1280, 3)


def test_the_road_is_marked_and_has_grain(plain: Stage) -> None:
    of = scenario(width=640, height=480)
    lens = lens_of(of)
    picture = plain.background(lens)
    row, column = at(lens, -2.0, 7.2, 0.0)
    asphalt = picture[row - 10 : row + 10, column - 10 : column + 10].astype(float)
    assert 1.0 < asphalt.std() < 25
    assert asphalt.mean() < 140
    bars = [picture[at(lens, 4.0, of.ground.road_y_m + y, 0.0)].mean() for y in np.arange(0.6, 5.5, 0.1)]
    assert max(bars) - min(bars) > 60


def test_props_are_sorted_by_their_foot() -> None:
    of = scenario(**SIZE, ground={"pillars": [(1.0, 13.0)], "trees": [(-2.0, 12.5)]}, weather={"wind": 0.0})
    lens = lens_of(of)
    depths = [depth for depth, _ in Stage(of, seed=1).props(lens, 0.0)]
    for foot in ((1.0, 13.0, 0.0), (-2.0, 12.5, 0.0)):
        assert any(depth == pytest.approx(float(lens.project(np.array(foot))[1])) for depth in depths)


@pytest.mark.parametrize(("wind", "sways"), [(0.0, False), (0.7, True)])
def test_only_trees_move_and_only_in_the_wind(wind: float, *, sways: bool) -> None:
    bare = scenario(**SIZE, weather={"wind": wind})
    wooded = scenario(**SIZE, weather={"wind": wind}, ground={"trees": [(0.0, 10.0)]})
    moved = []
    for of in (bare, wooded):
        stage, lens = Stage(of, seed=1), lens_of(of)
        early, late = (
            np.concatenate([shape.points for _, shapes in stage.props(lens, time_s) for shape in shapes])
            for time_s in (0.0, 1.3)
        )
        moved.append(float(np.abs(early - late)[:, 0].max()))
    assert moved[0] == 0
    assert (moved[1] > 0.3) is sways


def test_a_pillar_throws_its_shadow_away_from_the_sun() -> None:
    of = scenario(**SIZE, ground={"pillars": [(0.0, 9.0)]})
    shade = Stage(of, seed=1).shade(lens_of(of), by=(0.8, 0.3))
    lens = lens_of(of)
    assert shade[at(lens, 1.6, 9.6, 0.0)] == 255
    assert shade[at(lens, -1.6, 8.4, 0.0)] == 0


def test_houses_shade_the_pavement_when_the_sun_is_behind_them() -> None:
    of = scenario(**SIZE)
    lens, stage = lens_of(of), Stage(of, seed=1)
    spot = at(lens, -2.0, of.ground.wall_y_m - 1.5, 0.0)
    assert stage.shade(lens, by=(0.0, -0.9))[spot] == 255
    assert stage.shade(lens, by=(0.0, 0.9))[spot] == 0


@settings(max_examples=25, deadline=None)
@given(
    lens=st.builds(
        Lens,
        width=st.integers(32, 90).map(lambda half: 2 * half),
        height=st.integers(32, 70).map(lambda half: 2 * half),
        height_m=st.floats(2, 15),
        yaw_deg=st.floats(-95, 95),
        pitch_deg=st.floats(-5, 78),
        fov_deg=st.floats(20, 110),
        roll_deg=st.floats(-10, 10),
    )
)
def test_any_lens_sees_something(plain: Stage, lens: Lens) -> None:
    picture, depth = plain.background(lens), plain.depth(lens)
    assert picture.shape == (lens.height, lens.width, 3)
    assert picture.dtype == np.uint8
    assert (depth > 0).all()
    for _, shapes in plain.props(lens, 1.0):
        paint(picture, shapes)
    assert plain.shade(lens, by=(0.5, -0.5), scale=2).shape == (lens.height // 2, lens.width // 2)
    assert picture.std() > 0


@settings(max_examples=4, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    edges=st.lists(st.floats(1, 20), min_size=4, max_size=4),
    things=st.tuples(st.floats(-100, 100), st.floats(5, 100)),
    rain=st.floats(0, 1),
    feet=st.lists(st.tuples(st.floats(-200, 200), st.floats(-200, 200)), max_size=3),
)
def test_any_street_can_be_drawn(
    edges: list[float], things: tuple[float, float], rain: float, feet: list[tuple[float, float]]
) -> None:
    counter_x_m, lamps_every_m = things
    pavement, road, far, wall = np.cumsum(edges).tolist()
    strips = {"pavement_y_m": pavement, "road_y_m": road, "far_y_m": far, "wall_y_m": wall}
    of = scenario(
        width=96,
        height=64,
        ground={**strips, "lamps_every_m": lamps_every_m, "trees": feet, "shelters": feet, "pillars": feet},
        counter={"x_m": counter_x_m},
        weather={"rain": rain},
    )
    stage, lens = Stage(of, seed=1), lens_of(of)
    picture = stage.background(lens)
    for _, shapes in stage.props(lens, 2.0):
        paint(picture, shapes)
    assert picture.shape == (64, 96, 3)
