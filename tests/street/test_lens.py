"""A pinhole over the street."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.street.camera.lens import Lens, lens_of
from tests.street.scenes import scenario


@st.composite
def lenses(draw: st.DrawFn) -> Lens:
    return Lens(
        width=2 * draw(st.integers(40, 640)),
        height=2 * draw(st.integers(40, 480)),
        height_m=draw(st.floats(2, 15)),
        yaw_deg=draw(st.floats(-80, 80)),
        pitch_deg=draw(st.floats(0, 70)),
        fov_deg=draw(st.floats(20, 110)),
        roll_deg=draw(st.floats(-10, 10)),
    )


@settings(deadline=None)
@given(lenses(), st.floats(-30, 30), st.floats(0.5, 60))
def test_the_ground_seen_at_a_points_pixel_is_that_point(lens: Lens, x: float, y: float) -> None:
    pixel, depth = lens.project(np.array([x, y, 0.0]))
    if depth > 0.5:
        assert lens.ground(pixel) == pytest.approx([x, y], abs=1e-4)


@settings(deadline=None)
@given(lenses())
def test_its_axes_are_at_right_angles(lens: Lens) -> None:
    assert lens.axes @ lens.axes.T == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(lens.axes) == pytest.approx(1.0)


@settings(deadline=None)
@given(lenses(), st.floats(1, 50))
def test_the_middle_of_the_picture_is_where_it_looks(lens: Lens, reach: float) -> None:
    pixel, depth = lens.project(np.array([0.0, 0.0, lens.height_m]) + reach * lens.axes[2])
    assert pixel == pytest.approx([lens.width / 2, lens.height / 2])
    assert depth == pytest.approx(reach)


def test_right_is_right_and_far_is_up() -> None:
    lens = lens_of(scenario(camera={"yaw_deg": 0, "pitch_deg": 20}))
    pixels, depths = lens.project(np.array([[0, 10, 0], [2, 10, 0], [0, 20, 0], [0, 10, 1.7]], float))
    middle, right, far, head = pixels
    assert right[0] > middle[0]
    assert far[1] < middle[1]
    assert head[1] < middle[1]
    assert depths[2] > depths[0]


def test_a_metre_is_as_wide_as_its_scale() -> None:
    lens = lens_of(scenario(camera={"yaw_deg": 0, "pitch_deg": 0, "height_m": 2, "fov_deg": 90}))
    pixels, depths = lens.project(np.array([[0.0, 8.0, 2.0], [1.0, 8.0, 2.0]]))
    assert lens.focal_px == pytest.approx(320)
    assert pixels[1, 0] - pixels[0, 0] == pytest.approx(lens.scale(depths)[0]) == pytest.approx(40)


def test_there_is_no_ground_above_the_horizon() -> None:
    lens = lens_of(scenario(camera={"pitch_deg": 0}))
    assert np.isnan(lens.ground(np.array([320.0, 200.0]))).all()
    assert not np.isnan(lens.ground(np.array([320.0, 260.0]))).any()


def test_a_moved_camera_looks_elsewhere() -> None:
    place = scenario()
    point = np.array([0.0, 12.0, 0.0])
    usual, moved = (lens_of(place, yaw_by_deg=turn).project(point)[0] for turn in (0.0, 10.0))
    assert moved[0] < usual[0]
