"""Timed ways over the ground."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.street.cast.path import Path, paced

SPOTS = st.lists(st.tuples(st.floats(-50, 50), st.floats(0, 50)), min_size=2, max_size=8, unique=True)


@st.composite
def paths(draw: st.DrawFn) -> Path:
    spots = draw(SPOTS)
    times = [draw(st.floats(-100, 100))]
    for _ in spots[1:]:
        times.append(times[-1] + draw(st.floats(0.05, 30)))
    return Path(tuple(times), tuple(spots))


@settings(deadline=None)
@given(paths(), st.floats(0, 1), st.floats(0, 0.5))
def test_nobody_jumps(path: Path, share: float, step_s: float) -> None:
    at_s = path.from_s + share * (path.until_s - path.from_s)
    pieces = zip(path.times, path.times[1:], path.points, path.points[1:], strict=False)
    fastest = max(math.dist(a, b) / (later - sooner) for sooner, later, a, b in pieces)
    here, there = path.at(at_s), path.at(at_s + step_s)
    assert math.dist((here.x, here.y), (there.x, there.y)) <= fastest * step_s + 1e-6
    assert here.speed <= fastest + 1e-9
    assert 0 <= there.walked_m - here.walked_m <= fastest * step_s + 1e-6


@settings(deadline=None)
@given(paths())
def test_one_is_at_every_point_at_its_time(path: Path) -> None:
    for time_s, point in zip(path.times, path.points, strict=True):
        step = path.at(time_s)
        assert math.dist((step.x, step.y), point) < 1e-6
    assert path.at(path.from_s - 9).walked_m == 0
    assert path.at(path.until_s + 9).walked_m == pytest.approx(
        sum(map(math.dist, path.points, path.points[1:]))
    )


@settings(deadline=None)
@given(SPOTS, st.floats(0.3, 20))
def test_a_pace_is_kept(spots: list[tuple[float, float]], speed: float) -> None:
    path = paced(spots, from_s=3.0, speed_m_s=speed)
    length = sum(max(math.dist(a, b), 1e-3) for a, b in itertools.pairwise(spots))
    assert path.until_s - path.from_s == pytest.approx(length / speed)


def test_one_who_stands_looks_where_they_went() -> None:
    path = Path((0.0, 1.0, 5.0, 6.0), ((0.0, 0.0), (0.0, 2.0), (0.0, 2.0), (3.0, 2.0)))
    assert path.at(3.0).heading == pytest.approx(math.pi / 2)
    assert path.at(3.0).speed == 0
    assert path.at(5.5).heading == pytest.approx(0.0)


def test_one_who_has_not_walked_yet_looks_where_they_will_go() -> None:
    path = Path((0.0, 4.0, 5.0), ((0.0, 0.0), (0.0, 0.0), (-1.0, 0.0)))
    assert path.at(2.0).heading == pytest.approx(math.pi)


def test_one_who_never_moves_looks_where_they_are_told_to() -> None:
    assert Path((0.0, 9.0), ((1.0, 1.0), (1.0, 1.0)), heading=-1.0).at(4.0).heading == -1.0


@pytest.mark.parametrize("times", [(0.0,), (0.0, 0.0), (2.0, 1.0), (0.0, 1.0, 2.0)])
def test_times_that_do_not_grow_with_the_points_are_refused(times: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="path"):
        Path(times, ((0.0, 0.0), (1.0, 0.0)))
