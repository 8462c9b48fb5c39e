"""Whether a picture lives: noise, skipped blocks, a street at rest and one that is frozen."""

import numpy as np
import pytest

from edge_agent.vision.gate.luma import Cells
from edge_agent.vision.tamper import still
from edge_agent.vision.tamper.look import Look
from edge_agent.vision.tamper.still import Still

SHAPE = (54, 96)
WALL = np.random.default_rng(4).uniform(30, 200, SHAPE).astype(np.float32)


def picture(number: int, *, noise: float = 0.6) -> Cells:
    random = np.random.default_rng(number)
    # Cells are means of sixteen bytes: sixteenths of a grey level.
    return (np.round((WALL + random.normal(0, noise, SHAPE)) * 16) / 16).astype(np.float32)


def after(pictures: list[Cells], *, alone: bool = True) -> list[bool | None]:
    known, said = Still(), []
    for cells in pictures:
        known, stands = still.compare(known, Look(cells, 5.0, alone=alone))
        said.append(stands)
    return said


LIVE = [picture(number) for number in range(30)]


def test_a_street_at_rest_lives() -> None:
    assert not any(after(LIVE))


def test_the_same_picture_again_and_again_is_frozen() -> None:
    said = after(LIVE + [LIVE[-1]] * 10)
    assert not any(said[:30])
    assert said[-6:] == [True] * 6


def test_a_frozen_picture_that_an_encoder_makes_tremble_is_frozen() -> None:
    random = np.random.default_rng(1)
    trembling = [
        np.where(random.random(SHAPE) < 0.15, LIVE[-1], picture(100 + number)).astype(np.float32)
        for number in range(14)
    ]
    before = LIVE[-1]
    for number, cells in enumerate(trembling):  # a seventh of the cells is as it was each time
        trembling[number] = before = np.where(random.random(SHAPE) < 0.15, before, cells).astype(np.float32)
    assert after(LIVE + trembling)[-1] is True


def test_skipped_blocks_say_nothing() -> None:
    assert after([LIVE[0]] * 40, alone=False) == [None] * 40


def test_a_test_picture_that_never_lived_is_not_judged() -> None:
    assert not any(after([WALL] * 80))


def test_who_passes_shows_that_it_lives() -> None:
    moving = []
    for number in range(20):
        cells = LIVE[-1].copy()
        cells[10:30, 4 * number : 4 * number + 6] += 60
        moving.append(cells)
    assert not any(after(LIVE + moving))


def test_lights_out_is_no_frozen_picture() -> None:
    dark = np.full(SHAPE, 16.0, np.float32)
    assert not any(after(LIVE + [dark] * 40))


@pytest.mark.parametrize("shape", [(27, 48), (54, 95)])
def test_another_size_begins_anew(shape: tuple[int, int]) -> None:
    assert after([*LIVE, np.zeros(shape, np.float32)])[-1] is False
