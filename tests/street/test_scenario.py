"""Scenarios: those that come with Loket, and what is wrong with others."""

from pathlib import Path

import numpy as np
import pytest

from edge_agent.street import StreetError
from edge_agent.street.camera.lens import lens_of
from edge_agent.street.outline import line_in_picture, zone_in_picture
from edge_agent.street.planning.plan import plan
from edge_agent.street.scenario import load_scenario, names

EXPECTED = {
    "rush_hour", "quiet_night", "queue", "occlusion", "market", "long_view", "wrong_way", "rain_dusk",
    "infrared_night", "day_to_night", "high_mast", "tamper_covered", "tamper_defocused", "tamper_moved",
    "tamper_frozen", "tamper_blinded", "tamper_black",
}  # fmt: skip


def test_all_scenarios_are_there_and_have_a_say() -> None:
    assert set(names()) >= EXPECTED
    abouts = [load_scenario(name).about for name in names()]
    assert len(set(abouts)) == len(abouts)
    assert all(about.endswith(".") for about in abouts)


def test_about_a_third_is_held_out_of_the_training() -> None:
    held_out = [load_scenario(name) for name in names() if load_scenario(name).held_out]
    assert 0.25 <= len(held_out) / len(names()) <= 0.4
    dark = [scenario for scenario in held_out if scenario.light.daylight[0][1] < 0.1]
    dense = [scenario for scenario in held_out if scenario.crowd.per_minute > 50]
    assert dark
    assert dense


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_its_lines_zones_and_counter_are_in_the_picture(name: str) -> None:
    of = load_scenario(name)
    lens = lens_of(of)
    assert of.lines
    assert of.zones
    for line in of.lines:
        shares = line_in_picture(line, lens)
        assert shares is not None
        assert np.hypot(*np.subtract(*shares)) > 0.05
    for zone in of.zones:
        shown = zone_in_picture(zone, lens)
        assert len(shown) >= 3
        assert np.ptp(np.array(shown), axis=0).min() > 0.02
    pixels, _ = lens.project(np.array([of.counter.x_m, of.ground.wall_y_m, 1.5]))
    assert 0 < pixels[0] < of.width
    assert 0 < pixels[1] < of.height


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_there_is_something_to_see(name: str) -> None:
    of = load_scenario(name)
    lens, made = lens_of(of), plan(of, seed=2)
    shown = []
    for time_s in np.arange(0.0, of.duration_s, 10.0):
        steps = [actor.path.at(time_s) for actor in made.present(time_s)]
        pixels, depths = lens.project(np.array([(step.x, step.y, 1.0) for step in steps]).reshape(-1, 3))
        shown.append(int(((pixels > 0) & (pixels < [of.width, of.height])).all(axis=1)[depths > 0].sum()))
    assert max(shown) >= 3
    assert np.mean(shown) >= 1.5


@pytest.mark.parametrize("name", [name for name in sorted(EXPECTED) if name.startswith("tamper_")])
def test_a_tampered_camera_is_sound_before_and_after(name: str) -> None:
    of = load_scenario(name)
    assert {fault.kind for fault in of.faults} == {name.removeprefix("tamper_")}
    assert all(10 <= fault.from_s < fault.until_s <= of.duration_s - 10 for fault in of.faults)


def test_a_scenario_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(StreetError, match=r'no scenario "rush_hours".*did you mean "rush_hour"'):
        load_scenario("rush_hours")
    with pytest.raises(StreetError, match=r"nowhere\.toml"):
        load_scenario("nowhere.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('about = "x"\n[camera]\nheigth_m = 4', "height_m"),
        ('about = "x"\n[ground]\nroad_y_m = 2.5', "must grow"),
        ('about = "x"\n[light]\ndaylight = [[5, 1], [5, 0]]', "times must grow"),
        ('about = "x"\n[[faults]]\nkind = "covered"\nfrom_s = 5\nuntil_s = 5', "until_s must be after"),
        ('about = "x"\n[[lines]]\nname = "a"\nstart = [1, 2]\nend = [1, 2]', "same point"),
        ('about = "x"\n[[zones]]\nname = "a"\ncorners = [[0, 0], [4, 0], [1, 1], [0, 4]]', "convex"),
        ('about = "x"\n[[zones]]\nname = "a"\ncorners = [[0, 0], [4, 4], [4, 0], [0, 4]]', "convex"),
        (
            'about = "x"\n[[zones]]\nname = "a"\ncorners = [[0, 3], [2, -3], [-3, 1], [3, 1], [-2, -3]]',
            "convex",  # a star turns one way round, but twice
        ),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(StreetError, match=told):
        load_scenario(str(path))
