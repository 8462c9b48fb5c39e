"""Exposure and sharpness, and what is said of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from edge_agent.vision.inspection.exposure import Exposure, judge
from edge_agent.vision.inspection.verdict import BLURRED, advice
from tests.vision.footage import picture

STREET = np.asarray(picture(3).to_ndarray(format="gray"))


def told(exposure: Exposure | None = None, **more: object) -> str:
    given = {
        "width": 1280, "height": 720, "frame_rate": 10.0, "arrival_rate": 10.0, "key_distance_s": 2.0,
        "longest_wait_s": 4.0, "damaged": 0,
    }  # fmt: skip
    return "\n".join(advice(exposure or judge(STREET), **{**given, **more}))  # type: ignore[arg-type]


def blurred(luma: np.ndarray, reach: int) -> np.ndarray:
    rows = sum(np.roll(luma.astype(float), n, axis=0) for n in range(-reach, reach + 1)) / (2 * reach + 1)
    both = sum(np.roll(rows, n, axis=1) for n in range(-reach, reach + 1)) / (2 * reach + 1)
    return np.asarray(both).astype(np.uint8)


def test_a_usual_picture_is_well() -> None:
    assert told() == ""


def test_blur_makes_it_less_sharp_step_by_step() -> None:
    sharpness = [judge(blurred(STREET, reach)).sharpness for reach in range(6)]
    assert sharpness == sorted(sharpness, reverse=True)
    assert sharpness[0] > 3 * BLURRED
    assert sharpness[-1] < BLURRED
    assert "blurred" in told(judge(blurred(STREET, 5)))


@pytest.mark.parametrize(
    ("luma", "word"),
    [
        (np.full((240, 320), 18, np.uint8), "almost black"),
        (np.full((240, 320), 234, np.uint8), "almost white"),
        (np.where(np.arange(320) < 160, 16, STREET).astype(np.uint8), "is black"),
        (np.where(np.arange(320) < 160, 235, STREET).astype(np.uint8), "is white"),
    ],
)
def test_wrong_exposure_is_told_with_a_cure(luma: np.ndarray, word: str) -> None:
    said = told(judge(luma))
    assert word in said
    assert "; " in said


@pytest.mark.parametrize(
    ("measured", "word"),
    [
        ({"width": 160, "height": 120}, "too small"),
        ({"frame_rate": 1.0, "arrival_rate": 1.0}, "few"),
        ({"arrival_rate": 6.0}, "only 6.0 of 10.0"),
        ({"key_distance_s": 10.0}, "key frames are 10.0 s apart"),
        ({"damaged": 3}, "3 pictures came damaged"),
        ({"note": "is cut short"}, "is cut short"),
    ],
)
def test_what_else_is_wrong_is_told(measured: dict[str, object], word: str) -> None:
    assert word in told(**measured)
    assert len(told(**measured).splitlines()) == 1


def test_a_camera_whose_pictures_stand_alone_needs_no_key_frames() -> None:
    assert told(key_distance_s=None) == ""


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=900)))
def test_any_picture_is_judged_in_shares(luma: np.ndarray) -> None:
    exposure = judge(luma)
    assert 0 <= exposure.mean <= 1
    assert 0 <= exposure.dark <= 1
    assert 0 <= exposure.bright <= 1
    assert exposure.sharpness >= 0


@given(st.integers(16, 235))
def test_brighter_pictures_have_greater_means(level: int) -> None:
    assert judge(np.full((9, 9), level, np.uint8)).mean == pytest.approx((level - 16) / 219, abs=1e-4)
