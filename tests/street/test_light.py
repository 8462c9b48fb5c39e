"""Day, night, lamps and infra-red."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.street.atmosphere import nearness
from edge_agent.street.atmosphere.light import Light
from edge_agent.street.atmosphere.sun import Sun
from edge_agent.street.camera.lens import Lens, lens_of
from edge_agent.street.scenario import Scenario
from edge_agent.street.scenery.facade import LINTEL_M, SILL_M
from edge_agent.street.scenery.stage import Stage
from edge_agent.street.shape import Picture
from tests.street.scenes import scenario

DUSK = {"daylight": [(0.0, 1.0), (100.0, 0.0), (200.0, 1.0)]}


def by_level(level: float, night: str = "lamps") -> Scenario:
    return scenario(width=320, height=240, light={"daylight": [(0.0, level)], "night": night})


class Lit:
    """One street in any light."""

    def __init__(self) -> None:
        of = by_level(1.0)
        self.lens = lens_of(of)
        self.stage = Stage(of, seed=5)
        self.depth = self.stage.depth(self.lens)
        self.background = self.stage.background(self.lens)

    def at(self, level: float, night: str = "lamps", **more: object) -> tuple[Picture, float]:
        light = Light(by_level(level, night), seed=5, stage=self.stage)
        picture = more.pop("picture", self.background)
        assert isinstance(picture, np.ndarray)
        return light.apply(picture.copy(), lens=self.lens, depth=self.depth, time_s=0.0, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def lit() -> Lit:
    return Lit()


def spot(lens: Lens, x: float, y: float, z: float = 0.0) -> tuple[slice, slice]:
    """A few pixels around a point."""
    (column, row), _ = lens.project(np.array([x, y, z]))
    return slice(int(row) - 2, int(row) + 3), slice(int(column) - 2, int(column) + 3)


def test_full_daylight_changes_nothing(lit: Lit) -> None:
    picture, gain = lit.at(1.0)
    assert np.array_equal(picture, lit.background)
    assert gain == 1.0


def test_it_gets_darker_and_noisier_but_never_black(lit: Lit) -> None:
    means, gains = zip(
        *((picture.mean(), gain) for picture, gain in map(lit.at, (1.0, 0.6, 0.0))), strict=True
    )
    assert means[0] > means[1] > means[2] > 12
    assert means[2] < 0.65 * means[0]
    assert gains[0] < gains[1] < gains[2]


def test_lamps_light_the_ground_below_them(lit: Lit) -> None:
    x, y, _ = min(lit.stage.lamps.tolist(), key=lambda lamp: abs(lamp[0]))
    beside = x - 8 if x > 0 else x + 8
    flat = np.full_like(lit.background, 120)
    night, _ = lit.at(0.0, picture=flat)
    below = night[spot(lit.lens, x, y)].mean()
    between = night[spot(lit.lens, beside, y)].mean()
    assert below > 1.5 * between


def test_windows_shine_at_night_but_not_through_people(lit: Lit) -> None:
    of = by_level(0.0)
    part = spot(lit.lens, of.counter.x_m, of.ground.wall_y_m, (SILL_M + LINTEL_M) / 2)
    near = nearness.coded(lit.depth)
    night, _ = lit.at(0.0, near=near)
    covered = near.copy()
    covered[part] = nearness.coded(9.0)
    hidden, _ = lit.at(0.0, near=covered)
    assert night[part].mean() > hidden[part].mean() + 60


def test_headlamps_light_the_road_before_them_only(lit: Lit) -> None:
    dark, _ = lit.at(0.0)
    night, _ = lit.at(0.0, beams=[(-4.0, 7.5, 0.0)])
    gained = night.astype(int) - dark
    assert gained[spot(lit.lens, -1.5, 7.5)].mean() > 15
    assert gained[spot(lit.lens, 2.0, 15.0)].max() == 0
    assert gained.min() >= 0


def test_oncoming_headlamps_dazzle(lit: Lit) -> None:
    oncoming, _ = lit.at(0.0, beams=[(0.0, 9.0, -np.pi / 2)])
    leaving, _ = lit.at(0.0, beams=[(0.0, 9.0, np.pi / 2)])
    lamp = spot(lit.lens, 0.0, 9.0, 0.72)
    assert oncoming[lamp].mean() > 200 > leaving[lamp].mean()


def test_infrared_has_no_colour_and_does_not_reach_far(lit: Lit) -> None:
    flat = np.full_like(lit.background, 120)
    picture, _ = lit.at(0.0, "infrared", picture=flat, beams=[(0.0, 9.0, -2.0)])
    assert np.array_equal(picture[..., 0], picture[..., 1])
    assert np.array_equal(picture[..., 1], picture[..., 2])
    quiet, _ = lit.at(0.0, "infrared", picture=flat)
    assert quiet[spot(lit.lens, 0.0, 7.0)].mean() > 2 * quiet[spot(lit.lens, 0.0, 18.0, 2.0)].mean()


def test_people_stand_out_in_infrared(lit: Lit) -> None:
    part = spot(lit.lens, 0.0, 18.0, 2.0)
    near = nearness.coded(lit.depth)
    near[part] = nearness.coded(7.0)
    told, _ = lit.at(0.0, "infrared", near=near)
    untold, _ = lit.at(0.0, "infrared")
    assert told[part].mean() > 2 * untold[part].mean()


def test_shadows_darken(lit: Lit) -> None:
    mask = np.zeros(lit.background.shape[:2], np.uint8)
    mask[100:] = 255
    picture, _ = lit.at(1.0, shadows=mask)
    assert np.array_equal(picture[:100], lit.background[:100])
    assert picture[100:].mean() == pytest.approx(lit.background[100:].mean() / 2, rel=0.05)


def test_infrared_comes_late_and_stays_long() -> None:
    light = Light(scenario(light={**DUSK, "night": "infrared"}), seed=0)
    switched = [time_s for time_s in np.arange(0, 200, 0.5) if light.infrared(time_s)]
    assert switched[0] == pytest.approx(84.0, abs=0.6)
    assert switched[-1] == pytest.approx(124.0, abs=0.6)
    assert len(switched) == pytest.approx(80, abs=3)


@settings(deadline=None)
@given(levels=st.lists(st.floats(0.165, 0.235), min_size=2, max_size=8), dark=st.booleans())
def test_infrared_does_not_flutter(levels: list[float], *, dark: bool) -> None:
    schedule = [(0.0, 0.0 if dark else 1.0), *((float(n + 1), level) for n, level in enumerate(levels))]
    sun = Sun(scenario(light={"daylight": schedule, "night": "infrared"}))
    assert {sun.infrared(time_s) for time_s in np.arange(1.0, len(levels) + 1.0, 0.1)} == {dark}


def test_lamps_instead_of_infrared_keep_the_colours() -> None:
    assert not Light(scenario(light={"daylight": [(0.0, 0.0)]}), seed=0).infrared(0.0)


@pytest.mark.parametrize(
    ("azimuth", "across", "away"), [(0.0, -1.0, 0.0), (90.0, 0.0, 1.0), (180.0, 1.0, 0.0), (270.0, 0.0, -1.0)]
)
def test_shadows_point_away_from_the_sun(azimuth: float, across: float, away: float) -> None:
    shadow = Sun(scenario(light={"sun_azimuth_deg": azimuth, "sun_height_deg": 45, "clouds": 0})).shadow(0.0)
    assert shadow == pytest.approx((across, away, 1.0), abs=1e-6)


@pytest.mark.parametrize(
    "change", [{"light": {"clouds": 1.0}}, {"weather": {"rain": 0.6}}, {"light": {"daylight": [(0.0, 0.2)]}}]
)
def test_no_sun_no_shadow(change: dict[str, object]) -> None:
    assert Sun(scenario(**change)).shadow(0.0) is None


@settings(deadline=None)
@given(depth_m=st.floats(0.3, 400))
def test_nearness_tells_depths_apart(depth_m: float) -> None:
    told = nearness.depths()[nearness.coded(depth_m)]
    assert told == pytest.approx(depth_m, rel=0.1, abs=0.1) or depth_m > 150
