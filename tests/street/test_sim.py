"""A simulated street as a camera: its address, its pace, its laps."""

import itertools
import math
import random
import re
import string
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.street.address import Address, mistake_in, parse_address, placed
from edge_agent.street.export.video import frame_of
from edge_agent.street.painter import Street
from edge_agent.street.scenario import load_scenario
from edge_agent.vision import CameraImpossible, sources
from edge_agent.vision.settings import load_vision
from edge_agent.vision.sources import sim
from loket.settings import SettingsError

SMALL = 'about = "A short one."\nduration_s = 2\nfps = 5\nwidth = 160\nheight = 120\n'


class Clock:
    """A time that passes only while somebody waits, or works."""

    def __init__(self) -> None:
        self.time_s = 100.0

    def now(self) -> float:
        return self.time_s

    def wait(self, seconds: float) -> bool:
        self.time_s += seconds
        return False


@pytest.fixture
def small(tmp_path: Path) -> str:
    """The address of a street that is over after ten frames."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return f"sim:{path}"


def numbers(source: sim.SimSource, *, work: Iterator[float], clock: Clock) -> Iterator[int]:
    """The numbers of the frames that come while each takes `work` seconds to look at."""
    for frame in source.frames():
        yield round(float(frame.pts or 0))
        clock.time_s += next(work)


def test_an_address_says_what_to_show() -> None:
    address = parse_address("sim:rush_hour?seed=7&fps=12.5&size=320x240&bitrate=300&from=1.5")
    scenario = address.scenario
    assert (address.seed, address.from_s) == (7, 1.5)
    assert (scenario.fps, scenario.width, scenario.height) == (12.5, 320, 240)
    assert scenario.sensor.bitrate_kbps == 300
    assert scenario.crowd == load_scenario("rush_hour").crowd


def test_an_address_without_options_is_the_scenario_with_the_first_seed() -> None:
    assert parse_address("sim:rush_hour") == Address(load_scenario("rush_hour"), seed=1, from_s=0.0)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("sim:rush_huor", 'no scenario "rush_huor" (did you mean "rush_hour"?'),
        ("sim:", 'no scenario "" (known: '),
        ("sim:rush_hour?sed=7", 'no option "sed" (did you mean "seed"?)'),
        ("sim:rush_hour?colour=red", 'no option "colour" (known: seed, fps, size, bitrate, from)'),
        ("sim:rush_hour?seed", 'seed="": write a whole number'),
        ("sim:rush_hour?seed=-1", 'seed="-1": write a whole number, such as seed=7'),
        ("sim:rush_hour?seed=٣", 'seed="٣": write a whole number'),
        ("sim:rush_hour?seed=1&seed=2", "seed is given twice"),
        ("sim:rush_hour?seed=1&", 'no option ""'),
        ("sim:rush_hour?fps=0", "fps=0: fps: input should be greater than or equal to 1"),
        ("sim:rush_hour?fps=nan", 'fps="nan": write frames a second'),
        ("sim:rush_hour?fps=1000", "fps=1000: fps: input should be less than or equal to 60"),
        ("sim:rush_hour?size=640", 'size="640": write width and height in pixels, such as size=320x240'),
        ("sim:rush_hour?size=641x480", "size=641x480: width: input should be a multiple of 2"),
        ("sim:rush_hour?size=99998x99998", "width: input should be less than or equal to 1920"),
        ("sim:rush_hour?bitrate=1", "bitrate=1: bitrate_kbps: input should be greater than or equal to 50"),
        ("sim:rush_hour?from=120", "from=120: rush_hour ends after 120 s"),
        ("sim:nowhere/at-all.toml", "nowhere/at-all.toml: no such file"),
    ],
)
def test_a_mistaken_address_is_told_in_one_line(address: str, told: str) -> None:
    mistake = mistake_in(address)
    assert told in mistake
    assert "\n" not in mistake
    with pytest.raises(CameraImpossible, match=re.escape(told)):
        sim.check(address)


@given(
    st.text(st.sampled_from(string.ascii_lowercase + "0123456789=&?.x:-_é\n "), max_size=40),
    st.sampled_from(["", "rush_hour", "rush_hour?", "rush_hour?seed=", "rush_hour?size="]),
)
def test_any_text_is_an_address_or_a_mistake_of_one_line(tail: str, head: str) -> None:
    text = f"sim:{head}{tail}"
    if mistake := mistake_in(text):
        assert len(mistake.splitlines()) == 1
    else:
        address = parse_address(text)
        assert 0 <= address.from_s < address.scenario.duration_s


@given(
    seed=st.integers(0, 10**9 - 1), fps=st.integers(1, 60), bitrate=st.integers(50, 20_000),
    halves=st.tuples(st.integers(32, 960), st.integers(32, 540)), order=st.randoms(use_true_random=False),
)  # fmt: skip
def test_every_option_within_bounds_is_taken_in_any_order(
    seed: int, fps: int, bitrate: int, halves: tuple[int, int], order: random.Random
) -> None:
    width, height = 2 * halves[0], 2 * halves[1]
    options = [f"seed={seed}", f"fps={fps}", f"size={width}x{height}", f"bitrate={bitrate}"]
    order.shuffle(options)
    found = parse_address(f"sim:rush_hour?{'&'.join(options)}")
    scenario = found.scenario
    assert (found.seed, scenario.fps, scenario.sensor.bitrate_kbps) == (seed, fps, bitrate)
    assert (scenario.width, scenario.height) == (width, height)


def test_settings_tell_a_mistaken_address_with_its_line(tmp_path: Path) -> None:
    settings = tmp_path / "vision.toml"
    settings.write_text('[[cameras]]\nname = "street"\nsource = "sim:rush_huor?seed=7"\n')
    with pytest.raises(SettingsError) as caught:
        load_vision(tmp_path)
    assert f"{settings}:3: cameras[0].source = 'sim:rush_huor?seed=7': no scenario" in str(caught.value)
    assert 'did you mean "rush_hour"?' in str(caught.value)


def test_settings_take_a_scenario_of_ones_own_from_their_folder(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    (tmp_path / "vision.toml").write_text('[[cameras]]\nname = "s"\nsource = "sim:small.toml?seed=2"\n')
    assert load_vision(tmp_path).cameras[0].source == f"sim:{tmp_path}/small.toml?seed=2"


def test_only_a_path_in_an_address_is_placed(tmp_path: Path) -> None:
    assert placed("sim:rush_hour?seed=2", tmp_path) == "sim:rush_hour?seed=2"
    assert placed("sim:/a/b.toml?seed=2", tmp_path) == "sim:/a/b.toml?seed=2"


def test_the_forms_name_it() -> None:
    assert "sim:SCENARIO, or a file's path" in sources.FORMS
    assert sources.kind_of("sim:rush_hour") is sim


@given(shown=st.integers(-1, 10**6), elapsed_s=st.floats(0, 10**5), fps=st.floats(1, 60))
def test_the_next_frame_is_a_later_one_and_never_late(shown: int, elapsed_s: float, fps: float) -> None:
    number, ahead_s = sim.next_frame(shown, elapsed_s=elapsed_s, fps=fps)
    assert number > shown
    assert ahead_s >= 0
    assert elapsed_s + ahead_s < (number + 1) / fps + 1e-6, "it is shown while it is its turn"
    assert elapsed_s + ahead_s > number / fps - 1e-6, "and not before"
    assert number == shown + 1 or ahead_s < 1e-9, "who waits has skipped none"


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60), st.floats(1, 60))
def test_however_slow_the_work_the_street_keeps_real_time(work: list[float], fps: float) -> None:
    elapsed_s, shown = 0.0, -1
    for each in work:
        shown, ahead_s = sim.next_frame(shown, elapsed_s=elapsed_s, fps=fps)
        elapsed_s += ahead_s
        at = elapsed_s * fps
        assert math.floor(at - 1e-6) <= shown <= math.floor(at + 1e-6)
        elapsed_s += each


def test_frames_come_at_the_pace_of_the_scenario(small: str) -> None:
    clock = Clock()
    source = sim.SimSource(small, loop=True, wait=clock.wait, now=clock.now)
    at = [clock.now() for _ in itertools.islice(source.frames(), 16)]
    assert np.allclose(np.diff(at), 0.2)


def test_who_works_slowly_skips_frames(small: str) -> None:
    clock = Clock()
    source = sim.SimSource(small, loop=False, wait=clock.wait, now=clock.now)
    assert list(numbers(source, work=itertools.repeat(0.5), clock=clock)) == [0, 2, 5, 7]


def test_without_loop_it_ends_after_its_last_frame(small: str) -> None:
    clock = Clock()
    source = sim.SimSource(small, loop=False, wait=clock.wait, now=clock.now)
    assert list(numbers(source, work=itertools.repeat(0.0), clock=clock)) == list(range(10))


def test_closing_ends_it_at_once(small: str) -> None:
    source = sim.open_source(small, loop=True, wait=lambda _: True)
    assert list(source.frames()) == []


def test_it_gives_the_streets_own_pictures_and_the_next_lap_has_the_next_seed(small: str) -> None:
    clock = Clock()
    source = sim.SimSource(f"{small}?seed=3&from=1", loop=True, wait=clock.wait, now=clock.now)
    frames = list(itertools.islice(source.frames(), 16))
    scenario = parse_address(small).scenario
    wanted = [(3, number) for number in range(5, 10)] + [(4, number) for number in range(10)] + [(5, 0)]
    streets = {seed: Street(scenario, seed=seed) for seed in (3, 4, 5)}
    for frame, (seed, number) in zip(frames, wanted, strict=True):
        painted = frame_of(streets[seed].picture(number))
        assert np.array_equal(frame.to_ndarray(), painted.to_ndarray())
    assert {frame.format.name for frame in frames} == {"yuv420p"}


def test_a_bit_rate_leaves_its_marks_and_the_picture_to_be_recognised(small: str) -> None:
    clock = Clock()
    clean = sim.SimSource(small, loop=False, wait=clock.wait, now=clock.now)
    coded = sim.SimSource(f"{small}?bitrate=50", loop=False, wait=clock.wait, now=clock.now)
    pairs = list(zip(clean.frames(), coded.frames(), strict=True))
    assert len(pairs) == 10
    for one, other in pairs:
        error = np.square(one.to_ndarray().astype(float) - other.to_ndarray()).mean()
        assert 1 < error < 500  # 48 dB and 21 dB
