"""The usual view: what is another one, and what is only another light, a crowd, a lorry or noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.gate.luma import Cells
from edge_agent.vision.tamper import view
from edge_agent.vision.tamper.look import Look, sharpness
from edge_agent.vision.tamper.view import View

ROWS, COLUMNS = 54, 96


def scene(seed: int = 1) -> Cells:
    """A street of walls and windows: rectangles of different brightness."""
    random = np.random.default_rng(seed)
    cells = np.full((ROWS, COLUMNS), 110.0, np.float32)
    for _ in range(140):
        top, left = random.integers(0, ROWS - 4), random.integers(0, COLUMNS - 6)
        tall, wide = random.integers(3, 14), random.integers(3, 16)
        cells[top : top + tall, left : left + wide] = random.uniform(40, 190)
    return cells


def seen(cells: Cells, *, sharp: float = 5.0, noise: float = 1.0, seed: int = 0) -> Look:
    random = np.random.default_rng(seed)
    noisy = cells + random.normal(0, noise, cells.shape)
    return Look(np.clip(noisy, 0, 255).astype(np.float32), sharp)


def known(cells: Cells) -> View:
    usual = view.begin(seen(cells), 0.0)
    for number in range(1, 20):
        usual = view.learn(usual, seen(cells, seed=number), 2.0 * number, kept=1.0)
    return usual


USUAL = known(scene())


def wrong(cells: Cells, *, sharp: float = 5.0, noise: float = 1.0) -> view.Wrong | None:
    return view.compare(USUAL, seen(cells, sharp=sharp, noise=noise, seed=99)).wrong


def blurred(cells: Cells, times: int) -> Cells:
    for _ in range(times):
        padded = np.pad(cells, 1, mode="edge")
        cells = (
            sum(
                padded[row : row + ROWS, column : column + COLUMNS] for row in range(3) for column in range(3)
            ).astype(np.float32)
            / 9
        )  # type: ignore[union-attr]
    return cells


@given(st.floats(0.45, 1.3), st.floats(-25, 25))
def test_another_light_is_the_same_view(gain: float, offset: float) -> None:
    cells = np.clip((scene() - 100) * gain + 100 + offset, 16, 235)
    assert wrong(cells.astype(np.float32), sharp=5.0 * gain) is None


@given(st.integers(0, 3), st.integers(0, 40))
def test_a_lorry_before_more_than_half_of_the_picture_is_no_tampering(row: int, grey: int) -> None:
    cells = scene()
    cells[row * 4 : row * 4 + 42, 5:75] = 60 + grey
    assert wrong(cells) is None


@given(st.integers(0, 1000))
def test_a_crowd_is_no_tampering(seed: int) -> None:
    random, cells = np.random.default_rng(seed), scene()
    for _ in range(30):
        top, left = random.integers(10, ROWS - 14), random.integers(0, COLUMNS - 5)
        cells[top : top + 14, left : left + 5] = random.uniform(20, 220)
    assert wrong(cells) is None


def test_noise_at_night_is_no_tampering() -> None:
    assert wrong(scene() * 0.6, sharp=9.0, noise=5.0) is None


def test_the_same_edges_elsewhere_are_a_moved_camera() -> None:
    assert wrong(np.roll(scene(), (9, 21), axis=(0, 1))) == "moved"


def test_another_street_is_a_moved_camera() -> None:
    assert wrong(scene(seed=2)) == "moved"


@pytest.mark.parametrize(
    ("level", "kind"), [(17.0, "black"), (60.0, "covered"), (130.0, "covered"), (225.0, "blinded")]
)
def test_a_picture_without_edges_is_told_by_its_brightness(level: float, kind: str) -> None:
    assert wrong(np.full((ROWS, COLUMNS), level, np.float32), sharp=1.0) == kind


def test_a_cloth_that_leaves_a_corner_free_still_covers() -> None:
    cells = np.full((ROWS, COLUMNS), 50.0, np.float32)
    cells[40:, :18] = scene()[40:, :18]
    assert wrong(cells, sharp=1.5) == "covered"


@pytest.mark.parametrize("times", [8, 16, 40])
def test_a_blurred_view_is_out_of_focus_however_much(times: int) -> None:
    assert wrong(blurred(scene(), times), sharp=1.5, noise=0.3) == "defocused"


def test_a_soft_picture_of_sharp_pixels_is_in_focus() -> None:
    assert wrong(blurred(scene(), 1), sharp=4.5) is None


def test_what_was_never_a_view_is_judged_by_its_brightness_until_it_becomes_one() -> None:
    flat = known(np.full((ROWS, COLUMNS), 45.0, np.float32))
    assert view.compare(flat, seen(np.full((ROWS, COLUMNS), 45.0, np.float32))).wrong == "covered"
    assert view.compare(flat, seen(scene())).wrong is None


def test_a_slow_change_is_learned() -> None:
    usual, cells = USUAL, scene()
    for number in range(200):
        cells[:, : number // 3] = scene(seed=2)[:, : number // 3]
        look = seen(cells, seed=number)
        found = view.compare(usual, look)
        assert found.wrong is None
        usual = view.learn(usual, look, 40.0 + 20 * number, kept=found.kept)


def test_sharpness_is_the_step_between_pixels() -> None:
    stripes = np.tile(np.array([0, 10], np.uint8), (64, 32))
    assert sharpness(stripes) == pytest.approx(10)
    assert sharpness(np.zeros((0, 0), np.uint8)) == 0.0
    assert sharpness(np.full((9, 9), 7, np.uint8)) == 0.0
