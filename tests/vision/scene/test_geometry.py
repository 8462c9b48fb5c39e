"""Lines and polygons, by property."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.scene.geometry import Line, Point, Polygon, crossing_edges

share = st.floats(0, 1)
point = st.tuples(share, share)
unit = st.tuples(st.floats(0.01, 0.5), st.floats(0.01, 0.5))
SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))


def round_area(middle: Point, radii: list[float]) -> tuple[Point, ...]:
    """Corners around a middle in order of their angle: an area that does not cross itself."""
    count = len(radii)
    return tuple(
        (
            middle[0] + radius * math.cos(2 * math.pi * n / count),
            middle[1] + radius * math.sin(2 * math.pi * n / count),
        )
        for n, radius in enumerate(radii)
    )


areas = st.builds(
    round_area,
    st.tuples(st.floats(0.4, 0.6), st.floats(0.4, 0.6)),
    st.lists(st.floats(0.1, 0.4), min_size=3, max_size=9),
)


def test_right_of_a_line_is_right_for_who_looks_along_it() -> None:
    upwards = Line((0.5, 0.9), (0.5, 0.1))
    assert upwards.depth((0.7, 0.5), (0.1, 0.1)) == pytest.approx(2.0)
    assert upwards.depth((0.3, 0.5), (0.1, 0.1)) == pytest.approx(-2.0)
    to_the_right = Line((0.1, 0.5), (0.9, 0.5))
    assert to_the_right.depth((0.5, 0.8), (0.1, 0.1)) == pytest.approx(3.0)


@given(point, point, point, unit, st.tuples(st.floats(0.5, 2), st.floats(0.5, 2)))
def test_a_depth_does_not_depend_on_the_shape_of_the_picture(
    a: Point, b: Point, p: Point, size: Point, shape: Point
) -> None:
    if math.dist(a, b) < 0.01:
        return

    def stretched(at: Point) -> Point:
        return at[0] * shape[0], at[1] * shape[1]

    before = Line(a, b).depth(p, size)
    after = Line(stretched(a), stretched(b)).depth(stretched(p), stretched(size))
    assert after == pytest.approx(before, abs=1e-6)


@given(point, point, point, unit)
def test_a_line_read_backwards_has_its_sides_exchanged(a: Point, b: Point, p: Point, size: Point) -> None:
    if math.dist(a, b) < 0.01:
        return
    assert Line(b, a).depth(p, size) == pytest.approx(-Line(a, b).depth(p, size), abs=1e-9)
    assert Line(b, a).share(p) == pytest.approx(1 - Line(a, b).share(p), abs=1e-6)


@given(areas, point, unit)
def test_depth_and_inside_agree_and_corners_may_be_read_either_way(
    corners: tuple[Point, ...], p: Point, size: Point
) -> None:
    zone = Polygon(corners)
    depth = zone.depth(p, size, enough=math.inf)
    if depth != 0:
        assert (depth > 0) is zone.contains(p)
    backwards = Polygon(tuple(reversed(corners)))
    assert abs(backwards.depth(p, size, enough=math.inf)) == pytest.approx(abs(depth), abs=1e-9)
    assert backwards.area == pytest.approx(zone.area)


@given(areas, point, unit, st.floats(0.1, 3))
def test_what_is_enough_changes_no_nearer_depth(
    corners: tuple[Point, ...], p: Point, size: Point, enough: float
) -> None:
    zone = Polygon(corners)
    exact, short = zone.depth(p, size, enough=math.inf), zone.depth(p, size, enough=enough)
    if exact > -enough:
        assert short == exact
    else:
        assert short <= -enough


def test_depth_of_a_square() -> None:
    zone = Polygon(SQUARE)
    assert zone.depth((0.5, 0.5), (0.1, 0.1), enough=5) == pytest.approx(3.0)
    assert zone.depth((0.25, 0.5), (0.1, 0.1), enough=5) == pytest.approx(0.5)
    assert zone.depth((0.1, 0.1), (0.1, 0.1), enough=5) == pytest.approx(-math.sqrt(2))
    assert zone.area == pytest.approx(0.36)


def test_a_hollow_of_an_area_is_outside() -> None:
    horseshoe = Polygon(
        ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.6, 0.9), (0.6, 0.4), (0.4, 0.4), (0.4, 0.9), (0.1, 0.9))
    )
    assert not horseshoe.contains((0.5, 0.7))
    assert horseshoe.contains((0.2, 0.7))
    assert horseshoe.depth((0.5, 0.7), (0.1, 0.1), enough=9) == pytest.approx(-1.0)


@given(areas)
def test_an_area_in_order_crosses_itself_nowhere(corners: tuple[Point, ...]) -> None:
    assert crossing_edges(corners) is None


@given(areas, st.data())
def test_two_corners_exchanged_cross(corners: tuple[Point, ...], drawn: st.DataObject) -> None:
    if len(corners) < 5:
        return
    n = drawn.draw(st.integers(0, len(corners) - 2))
    mixed = list(corners)
    mixed[n], mixed[n + 1] = mixed[n + 1], mixed[n]
    middle = [sum(side) / len(corners) for side in zip(*corners, strict=True)]
    spread = {round(math.dist(middle, corner), 3) for corner in corners}
    if len(spread) == 1:  # of a regular one it is certain; a dented one may stay simple
        assert crossing_edges(mixed) is not None


@pytest.mark.parametrize(
    ("corners", "met"),
    [
        (((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)), (0, 2)),
        (((0.1, 0.1), (0.9, 0.1), (0.5, 0.1)), (0, 1)),
        (((0.1, 0.1), (0.5, 0.1), (0.9, 0.1), (0.9, 0.5), (0.5, 0.1)), (0, 3)),
        (SQUARE, None),
        (((0.1, 0.1), (0.5, 0.1), (0.9, 0.1), (0.5, 0.6)), None),
    ],
)
def test_edges_that_cross_are_named(corners: tuple[Point, ...], met: tuple[int, int] | None) -> None:
    assert crossing_edges(corners) == met
