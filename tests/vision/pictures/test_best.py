"""The best picture of a track: which is better, how many are held, and what a track's end tells."""

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.pictures import best
from edge_agent.vision.pictures.best import Kept
from edge_agent.vision.pictures.release import Press, Released
from edge_agent.vision.subject import Subject
from tests.vision.conftest import detections

SHARP = np.random.default_rng(1).integers(0, 256, (60, 60, 3), dtype=np.uint8)
SOFT = np.full((60, 60, 3), 90, np.uint8)
JPEG = Released(b"jpeg", heads=0, whole=False, masks=0)


def subject(*box: float, number: int = 1, seen: bool = True) -> Subject:
    left, top, right, bottom = box
    return Subject(number, 0, (left, top, right, bottom), seen, 0.0, 1.0)


MIDDLE = subject(0.3, 0.3, 0.5, 0.8)


def test_large_sure_sharp_and_whole_is_better() -> None:
    here = best.merit(MIDDLE, 0.8, SHARP)
    assert best.merit(subject(0.35, 0.4, 0.45, 0.6), 0.8, SHARP) < here
    assert best.merit(MIDDLE, 0.5, SHARP) < here
    assert best.merit(MIDDLE, 0.8, SOFT) < here
    assert best.merit(subject(0.0, 0.3, 0.2, 0.8), 0.8, SHARP) < here


def test_the_score_is_that_of_this_very_frame() -> None:
    found = detections((0.3, 0.3, 0.5, 0.8, 0.7, 0), (0.3, 0.3, 0.5, 0.8, 0.9, 1), (0, 0, 0.1, 0.1, 0.95, 0))
    assert best.score_of(MIDDLE, found) == pytest.approx(0.7)
    assert best.score_of(subject(0.3, 0.3, 0.5, 0.8, seen=False), found) == 0.0
    assert best.score_of(subject(0.6, 0.3, 0.8, 0.8), found) == 0.0


def test_only_what_is_clearly_better_takes_the_place() -> None:
    kept = {1: Kept(JPEG, 0.4)}
    assert best.better({1: 0.45}, kept) == []
    assert best.better({1: 0.6}, kept) == [1]


@given(
    st.lists(st.dictionaries(st.integers(1, 30), st.floats(0, 1), max_size=30), max_size=12),
)
def test_never_more_are_held_than_there_is_room_for_and_none_gets_worse(
    frames: list[dict[int, float]],
) -> None:
    kept: dict[int, Kept] = {}
    for merits in frames:
        chosen = best.better(merits, kept)
        after = best.with_room(kept | {number: Kept(JPEG, merits[number]) for number in chosen})
        assert len(after) <= best.MOST_KEPT
        for number in after:
            if number in kept:
                assert after[number].merit >= kept[number].merit
        kept = after


def test_boxes_at_the_edge_of_the_picture_have_a_merit() -> None:
    for box in ((0, 0, 1, 1), (0.999, 0.999, 1, 1), (0, 0, 0, 0), (0.5, 0.5, 0.5, 0.5)):
        assert best.merit(subject(*box), 0.9, SHARP) >= 0
    assert Press(longest_side=64).release(av.VideoFrame(64, 48, "yuv420p"), None).whole
