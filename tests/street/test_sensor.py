"""The camera's own blur, shaking and noise."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.street.camera.sensor import Sensor
from edge_agent.street.shape import Picture
from tests.street.scenes import scenario

GREY = np.full((240, 320, 3), 120, np.uint8)


def camera(**settings: float) -> Sensor:
    return Sensor(scenario(sensor={"blur_px": 0.0, **settings}), seed=9)


def noise(sensor: Sensor, frame: int, *, gain: float = 1.0, infrared: bool = False) -> Picture:
    return sensor.expose(GREY, frame=frame, gain=gain, infrared=infrared).astype(float) - GREY


@pytest.mark.parametrize("infrared", [False, True])
@pytest.mark.parametrize(("level", "gain"), [(1.0, 1.0), (1.0, 3.5), (4.0, 2.0)])
def test_noise_is_as_strong_as_stated(level: float, gain: float, *, infrared: bool) -> None:
    sensor = camera(noise=level)
    seen = noise(sensor, 7, gain=gain, infrared=infrared)
    assert seen.std() == pytest.approx(np.hypot(sensor.sigma(gain), 12**-0.5), rel=0.05)
    assert abs(seen.mean()) < 0.1


def test_a_camera_may_have_no_noise_at_all() -> None:
    assert np.array_equal(noise(camera(noise=0.0), 1, gain=3.0), np.zeros_like(GREY))


def test_noise_is_independent_from_picture_to_picture() -> None:
    sensor = camera()
    first, second, third = (noise(sensor, frame).ravel() for frame in (10, 11, 4000))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.02
    assert abs(np.corrcoef(first, third)[0, 1]) < 0.02


def test_a_picture_has_the_same_noise_whenever_it_is_asked_for() -> None:
    forwards, backwards = camera(), camera()
    first = [noise(forwards, frame) for frame in (0, 1, 2)]
    second = [noise(backwards, frame) for frame in (2, 1, 0)]
    assert all(np.array_equal(a, b) for a, b in zip(first, reversed(second), strict=True))


def test_noise_has_colour_by_day_and_none_in_infrared() -> None:
    day, night = noise(camera(), 3), noise(camera(), 3, infrared=True)
    assert 0.3 < np.corrcoef(day[..., 0].ravel(), day[..., 1].ravel())[0, 1] < 0.95
    assert np.array_equal(night[..., 0], night[..., 2])


def test_blur_softens() -> None:
    chance = np.random.default_rng(1)
    sharp = chance.integers(0, 255, GREY.shape, dtype=np.uint8)
    deviations = [
        camera(blur_px=blur, noise=0.0).expose(sharp, frame=0, gain=1.0, infrared=False).std()
        for blur in (0.0, 0.6, 3.0)
    ]
    assert deviations[0] == sharp.std()
    assert deviations[0] > deviations[1] > 2 * deviations[2]


def test_shaking_moves_the_picture_by_what_it_says() -> None:
    sensor = camera(shake_px=8.0, noise=0.0)
    picture = cv2.GaussianBlur(
        np.random.default_rng(2).integers(0, 255, GREY.shape, dtype=np.uint8), (0, 0), 2
    )
    for frame in range(12):
        right, down = sensor.shake(frame)
        shaken = sensor.expose(picture, frame=frame, gain=1.0, infrared=False)
        assert np.array_equal(
            shaken[40:200, 40:280], picture[40 - down : 200 - down, 40 - right : 280 - right]
        )
    assert len({sensor.shake(frame) for frame in range(12)}) > 4


@settings(deadline=None)
@given(frame=st.integers(0, 10**7), shake_px=st.floats(0.0, 20.0))
def test_shaking_has_bounds_and_is_smooth(frame: int, shake_px: float) -> None:
    sensor = Sensor(scenario(sensor={"shake_px": shake_px}, fps=30), seed=4)
    here, after = sensor.shake(frame), sensor.shake(frame + 1)
    assert max(map(abs, here)) <= round(shake_px)
    assert max(abs(a - b) for a, b in zip(here, after, strict=True)) <= 0.7 * shake_px + 1


@pytest.mark.parametrize("size", [(64, 64), (66, 130), (240, 320)])
def test_pictures_of_any_size_are_exposed(size: tuple[int, int]) -> None:
    sensor = camera(shake_px=20.0, blur_px=5.0, noise=6.0)
    picture = np.full((*size, 3), 100, np.uint8)
    assert sensor.expose(picture, frame=3, gain=4.0, infrared=False).shape == picture.shape
    assert (picture == 100).all()
