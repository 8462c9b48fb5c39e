"""What the detector's places learn from a picture: pure functions, tested without the training stack."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.street_sim.anchors import FULL, HEIGHT, LEAST_HEIGHT_PX, LEVELS, WIDTH, Field, lesson

FIELD = Field(FULL)
PLACES = FIELD.anchors_px
SIZE = np.array([WIDTH, HEIGHT, WIDTH, HEIGHT], np.float32)


@st.composite
def boxes(draw: st.DrawFn) -> np.ndarray:
    width, height = draw(st.floats(4, WIDTH)), draw(st.floats(LEAST_HEIGHT_PX + 0.5, HEIGHT))
    left, top = draw(st.floats(0, WIDTH - width)), draw(st.floats(0, HEIGHT - height))
    return np.array([[left, top, left + width, top + height]], np.float32) / SIZE


def one(box: np.ndarray, *, visibility: float = 1.0, label: int = 0):
    return lesson(box, np.array([label], np.int32), np.array([visibility], np.float32), field=FIELD)


def test_places_cover_the_picture_in_the_order_of_the_heads() -> None:
    assert len(PLACES) == sum(
        (WIDTH // level.stride_px) * (HEIGHT // level.stride_px) * level.split**2 for level in LEVELS
    )
    assert len(np.unique(PLACES, axis=0)) == len(PLACES)
    first = PLACES[:4, :2].tolist()  # the four places of the first cell: rows, then columns
    assert first == [[2, 2], [2, 6], [6, 2], [6, 6]]
    assert PLACES[4, :2].tolist() == [2, 10]
    shares = FIELD.anchors()[:, :2]
    assert ((shares > 0) & (shares < 1)).all()


@given(boxes(), st.integers(0, 1))
def test_an_object_by_itself_is_learned_by_places_inside_it_around_its_centre(
    box: np.ndarray, label: int
) -> None:
    learned = one(box, label=label)
    assert len(learned.places)
    assert set(learned.labels) == {label}
    assert np.allclose(learned.boxes, box * SIZE)
    centre = ((box[0, :2] + box[0, 2:]) / 2 * SIZE[:2])[::-1]
    step = max(level.step_px for level in LEVELS)
    assert (np.abs(PLACES[learned.places, :2] - centre) <= 1.5 * step + 1e-3).all()
    assert not set(learned.places) & set(learned.silent)


@given(boxes())
def test_who_is_hardly_visible_is_neither_learned_nor_denied(box: np.ndarray) -> None:
    learned = one(box, visibility=0.15)
    assert not len(learned.places)
    assert len(learned.silent)


@given(boxes())
def test_who_is_hidden_is_not_there(box: np.ndarray) -> None:
    learned = one(box, visibility=0.01)
    assert not len(learned.places)
    assert not len(learned.silent)


@given(st.lists(boxes(), min_size=2, max_size=12))
def test_a_place_learns_one_object_only(each: list[np.ndarray]) -> None:
    every = np.concatenate(each)
    learned = lesson(every, np.zeros(len(every), np.int32), np.ones(len(every), np.float32), field=FIELD)
    assert len(set(learned.places)) == len(learned.places)
    assert not set(learned.places) & set(learned.silent)
    inside = PLACES[learned.places, :2][:, ::-1]
    slack = 0.5 * max(level.step_px for level in LEVELS)
    assert (inside >= learned.boxes[:, :2] - slack).all()
    assert (inside <= learned.boxes[:, 2:] + slack).all()
