"""What the gate takes for motion, on synthetic cells: a person always, light, rain, leaves and noise not."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_agent.vision.gate import background
from edge_agent.vision.gate.background import Background, Look
from edge_agent.vision.gate.luma import Cells, Grid, cells_of

ROWS, COLUMNS = 54, 96


def still(seed: int = 0) -> Cells:
    """A street in daylight."""
    return np.random.default_rng(seed).uniform(40, 200, (ROWS, COLUMNS)).astype(np.float32)


def noisy(cells: Cells, rng: np.random.Generator, *, noise: float = 1.0) -> Cells:
    return (cells + rng.normal(0, noise, cells.shape)).astype(np.float32)


def settled(cells: Cells, rng: np.random.Generator, *, noise: float = 1.0, looks: int = 60) -> Background:
    """A background that has seen two minutes of it."""
    known = background.begin(noisy(cells, rng, noise=noise), 0.0)
    for number in range(1, looks):
        known, _ = background.look(known, noisy(cells, rng, noise=noise), 2.0 * number, teach=True)
    return known


def looked(known: Background, cells: Cells, *, teach: bool = True) -> Look:
    """One more look, two seconds on."""
    return background.look(known, cells, known.looked_s + 2.0, teach=teach)[1]


@given(st.integers(0, 1000), st.floats(0.2, 4.0))
@settings(max_examples=10, deadline=None)
def test_noise_is_no_motion(seed: int, noise: float) -> None:
    rng, street = np.random.default_rng(seed), still(seed)
    known = settled(street, rng, noise=noise)
    assert looked(known, noisy(street, rng, noise=noise)).strength < 1


@cache
def calm() -> Background:
    """The street, known for two minutes."""
    return settled(still(), np.random.default_rng(1))


@given(st.integers(0, ROWS - 4), st.integers(0, COLUMNS - 2), st.sampled_from([-1.0, 1.0]))
@settings(max_examples=100, deadline=None)
def test_a_small_person_anywhere_is_motion(top: int, left: int, sign: float) -> None:
    rng, street, known = np.random.default_rng(2), still(), calm()
    street[top : top + 3, left] += 20 * sign  # 24 pixels high and 8 wide of 768
    assert looked(known, noisy(street, rng)).strength >= 1


@given(st.floats(0.6, 1.6), st.floats(-25, 25))
@settings(max_examples=12, deadline=None)
def test_light_that_changes_everywhere_alike_is_no_motion_and_hides_none(gain: float, offset: float) -> None:
    rng = np.random.default_rng(2)
    street = np.random.default_rng(3).uniform(50, 120, (ROWS, COLUMNS)).astype(np.float32)
    known = settled(street, rng)
    changed = (street * gain + offset).astype(np.float32)
    found_gain, found_offset = background.light_change(known.fine.mean, noisy(changed, rng))
    for grey in (50, 120):
        assert found_gain * grey + found_offset == pytest.approx(gain * grey + offset, abs=2.5)
    assert looked(known, noisy(changed, rng)).strength < 1
    changed[20:26, 40:42] += 30
    assert looked(known, noisy(changed, rng)).strength >= 1


@given(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1))
@settings(max_examples=30, deadline=None)
def test_a_single_cell_is_no_motion(row: int, column: int) -> None:
    rng, street, known = np.random.default_rng(2), still(), calm()
    street[row, column] += 15  # a drop, a moth, a dead pixel
    assert looked(known, noisy(street, rng)).strength < 1


def leaves(street: Cells, rng: np.random.Generator, *, swing: float) -> Cells:
    """The street with a tree in the wind, whose every cell goes its own way."""
    swaying = noisy(street, rng)
    swaying[10:30, 20:44] += rng.uniform(-swing, swing, (20, 24)).astype(np.float32)
    return swaying


def test_a_tree_in_the_wind_is_learned_and_a_person_before_it_is_still_seen() -> None:
    rng, street = np.random.default_rng(5), still(5)
    known = settled(street, rng)
    strengths = []
    for _number in range(180):  # six minutes
        known, found = background.look(known, leaves(street, rng, swing=18), known.looked_s + 2.0, teach=True)
        strengths.append(found.strength)
    assert strengths[0] >= 1  # wind that begins is motion
    assert sum(strength >= 1 for strength in strengths[60:]) <= 1
    before = leaves(street, rng, swing=18)
    before[14:24, 30:34] -= 45
    assert looked(known, before).strength >= 1


def test_what_moves_while_a_subject_is_there_is_never_learned() -> None:
    rng, street = np.random.default_rng(6), still(6)
    known = settled(street, rng)
    calm = known
    for number in range(300):
        busy = noisy(street, rng)
        left = 10 + 4 * (number % 20)
        busy[20:30, left : left + 4] -= 40
        known, found = background.look(known, busy, known.looked_s + 0.2, teach=False)
        assert found.strength >= 1
    assert np.abs(known.fine.spread - calm.fine.spread).max() < 1.0
    assert np.abs(known.fine.mean - calm.fine.mean).max() < 4.0


def test_what_came_and_stays_is_taken_in_after_a_while_if_it_is_no_subject() -> None:
    rng, street = np.random.default_rng(7), still(7)
    known = settled(street, rng)
    street[20:28, 40:50] += 50  # a parked car, nobody's subject
    strengths = []
    for _ in range(120):
        known, found = background.look(known, noisy(street, rng), known.looked_s + 1.0, teach=True)
        strengths.append(found.strength)
    assert min(strengths[:5]) >= 1
    assert max(strengths[-10:]) < 1


def test_where_something_stood_whoever_comes_after_it_is_still_seen() -> None:
    rng, street = np.random.default_rng(7), still(7)
    known, parked = settled(street, rng), street.copy()
    parked[20:28, 40:50] += 50
    for _ in range(60):
        known, _found = background.look(known, noisy(parked, rng), known.looked_s + 1.0, teach=True)
    for _ in range(60):  # it leaves
        known, _found = background.look(known, noisy(street, rng), known.looked_s + 1.0, teach=True)
    street[21:27, 42:45] -= 50
    assert looked(known, noisy(street, rng)).strength >= 1


def test_rain_on_the_whole_picture_becomes_no_news_and_a_person_in_it_does() -> None:
    rng, street = np.random.default_rng(10), still(10)
    known = settled(street, rng)

    def rainy() -> Cells:
        wet, drops = noisy(street, rng), rng.integers(0, (ROWS - 3, COLUMNS), (60, 2))
        for row, column in drops:  # streaks, three cells long
            wet[row : row + 3, column] += rng.uniform(5, 25)
        return wet

    strengths = []
    for _ in range(240):
        known, found = background.look(known, rainy(), known.looked_s + 0.5, teach=True)
        strengths.append(found.strength)
    assert np.mean(np.array(strengths[:20]) >= 1) > 0.5  # it is motion at first
    assert np.mean(np.array(strengths[-100:]) >= 1) < 0.08
    before = rainy()
    before[20:28, 40:43] -= 45
    assert looked(known, before).strength >= 1


def test_another_picture_is_motion_once_and_then_the_background() -> None:
    rng = np.random.default_rng(8)
    day, infrared = still(8), still(9)
    known = settled(day, rng)
    known, found = background.look(known, noisy(infrared, rng), known.looked_s + 2.0, teach=True)
    assert found.upheaval
    assert found.strength >= 1
    for _ in range(5):
        known, found = background.look(known, noisy(infrared, rng), known.looked_s + 2.0, teach=True)
        assert not found.upheaval
        assert found.strength < 1


def test_sensitivity_scales_the_limits() -> None:
    rng, street, known = np.random.default_rng(2), still(), calm()
    street[10:13, 10] += 10
    dim = noisy(street, rng)
    strengths = [
        background.look(known, dim, known.looked_s + 2.0, teach=True, eagerness=eagerness)[1].strength
        for eagerness in (0.5, 1.0, 2.0)
    ]
    assert strengths == sorted(strengths)
    assert strengths[0] < 1 <= strengths[2]


@given(st.integers(1, 200), st.integers(1, 300))
@settings(max_examples=60, deadline=None)
def test_cells_are_the_means_of_their_samples(height: int, width: int) -> None:
    luma: NDArray[np.uint8] = np.random.default_rng(width).integers(0, 256, (height, width), np.uint8)
    grid, cells = Grid.of(width, height), cells_of(luma)
    assert cells.shape == (grid.rows, grid.columns)
    side = grid.step * grid.samples
    assert height - grid.rows * side < side
    assert width - grid.columns * side < side
    for row, column in {(0, 0), (grid.rows - 1, grid.columns - 1)}:
        top, left = row * side, column * side
        samples = luma[top : top + side : grid.step, left : left + side : grid.step]
        assert cells[row, column] == pytest.approx(samples.mean(), abs=0.01)


def test_squares_are_means_of_four_by_four_each_half_over_the_next() -> None:
    cells = np.random.default_rng(1).uniform(0, 255, (11, 14)).astype(np.float32)
    found = background.squares(cells)
    expected = [[cells[y : y + 4, x : x + 4].mean() for x in range(0, 11, 2)] for y in range(0, 7, 2)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 255))
@settings(max_examples=40, deadline=None)
def test_a_picture_of_any_size_and_of_one_grey_can_be_looked_at(rows: int, columns: int, grey: int) -> None:
    flat = np.full((rows, columns), grey, np.float32)
    known = background.begin(flat, 0.0)
    known, found = background.look(known, flat, 2.0, teach=True)
    assert found.strength == 0
    assert not found.upheaval
