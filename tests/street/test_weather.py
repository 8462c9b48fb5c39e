"""Rain and fog."""

import numpy as np
import pytest

from edge_agent.street.atmosphere import nearness
from edge_agent.street.atmosphere.weather import Weather
from edge_agent.street.shape import Picture
from tests.street.scenes import scenario

DEPTH = np.broadcast_to(np.linspace(60, 4, 240, dtype=np.float32)[:, None], (240, 320)).copy()
GREY = np.full((240, 320, 3), 90, np.uint8)


def through(
    rain: float = 0.0, fog: float = 0.0, *, frame: int = 0, level: float = 1.0, picture: Picture = GREY
) -> Picture:
    weather = Weather(scenario(weather={"rain": rain, "fog": fog}), seed=2)
    return weather.apply(picture.copy(), frame=frame, time_s=frame / 15, depth=DEPTH, level=level)


def test_fine_weather_leaves_the_picture_alone() -> None:
    assert Weather(scenario(), seed=2).apply(GREY, frame=0, time_s=0.0, depth=DEPTH, level=1.0) is GREY


def test_rain_is_another_in_every_picture_and_the_same_in_the_same() -> None:
    first, again, next_ = through(0.6), through(0.6), through(0.6, frame=1)
    assert np.array_equal(first, again)
    assert (first != next_).any(axis=2).mean() > 0.02


def test_more_rain_hides_more() -> None:
    some, much = (through(rain).astype(float).std() for rain in (0.15, 0.9))
    assert 0 < some < much


def test_rain_is_fainter_at_night() -> None:
    day, night = (through(0.6, level=level).astype(int) for level in (1.0, 0.0))
    assert day.max() > night.max()


def test_the_given_picture_is_not_painted_on() -> None:
    picture = GREY.copy()
    Weather(scenario(weather={"rain": 0.8}), seed=2).apply(
        picture, frame=3, time_s=0.2, depth=DEPTH, level=1.0
    )
    assert np.array_equal(picture, GREY)


def test_fog_takes_the_contrast_of_what_is_far() -> None:
    stripes = GREY.copy()
    stripes[:, ::2] = 30
    foggy = through(fog=0.7, picture=stripes).astype(float)
    far, near = foggy[:40].std(axis=1).mean(), foggy[-20:].std(axis=1).mean()
    assert far < 0.3 * near
    assert near > 0.5 * stripes[-20:].astype(float).std(axis=1).mean()


def test_fog_hides_people_by_their_own_distance() -> None:
    weather = Weather(scenario(weather={"fog": 0.7}), seed=2)
    near = nearness.coded(DEPTH)
    near[20:30, 100:110] = nearness.coded(5.0)
    black = np.zeros_like(GREY)
    seen = weather.apply(black, frame=0, time_s=0.0, depth=DEPTH, level=1.0, near=near)
    assert seen[25, 105].mean() < 0.5 * seen[25, 120].mean()


@pytest.mark.parametrize("size", [(64, 64), (98, 130), (480, 640)])
def test_rain_falls_on_pictures_of_any_size(size: tuple[int, int]) -> None:
    picture, depth = np.full((*size, 3), 60, np.uint8), np.full(size, 12.0, np.float32)
    wet = Weather(scenario(weather={"rain": 1.0, "fog": 1.0}), seed=2)
    assert wet.apply(picture, frame=5, time_s=0.3, depth=depth, level=0.5).shape == picture.shape
