"""The tracker's step, by property: numbers, starts and ends, order, time."""

import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_agent.vision.detector import Detections, nothing
from edge_agent.vision.tracker import Rules, State, Track, finish, overlaps, step
from tests.vision.conftest import detections

RULES = Rules(confirm_hits=2, miss_s=2.0, tentative_s=1.0)
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the tracker."""

side = st.floats(0, 1, width=32)
row = st.tuples(side, side, side, side, st.floats(0, 1, width=32), st.integers(0, 2)).map(
    lambda r: (min(r[0], r[2]), min(r[1], r[3]), max(r[0], r[2]), max(r[1], r[3]), r[4], r[5])
)
frames = st.lists(st.tuples(st.floats(0, 1.5), st.lists(row, max_size=8)), max_size=25)

Frames = list[tuple[float, list[tuple[float, float, float, float, float, int]]]]


def play(seen: Frames, rules: Rules = RULES) -> tuple[State, list[Track], list[Track], list[str]]:
    """Step through frames given as (seconds since the one before, rows)."""
    state, now = State(), 100.0
    starts: list[Track] = []
    ends: list[Track] = []
    order: list[str] = []
    for passed, rows in seen:
        now += passed
        state, (started, ended) = step(state, now, detections(*rows), rules=rules)
        starts += started
        ends += ended
        order += [f"end {t.number}" for t in ended] + [f"start {t.number}" for t in started]
    return state, starts, ends, order


@PATIENT
@given(frames)
def test_every_started_track_ends_exactly_once(seen: Frames) -> None:
    state, starts, ends, _ = play(seen)
    _, last = finish(state)
    numbers = [track.number for track in starts]
    assert numbers == sorted(set(numbers)) == list(range(1, len(numbers) + 1))
    assert sorted(track.number for track in ends + last) == numbers


@PATIENT
@given(frames)
def test_a_track_starts_before_it_ends_and_keeps_its_label(seen: Frames) -> None:
    state, starts, ends, order = play(seen)
    label = {track.number: track.label for track in starts}
    for track in ends + finish(state)[1]:
        assert track.label == label[track.number]
    for track in ends:
        assert order.index(f"start {track.number}") < order.index(f"end {track.number}")


@PATIENT
@given(frames)
def test_a_track_was_seen_often_and_surely_enough(seen: Frames) -> None:
    state, starts, ends, _ = play(seen)
    for track in starts + ends + finish(state)[1]:
        assert track.frames >= RULES.confirm_hits
        assert track.score >= np.float32(RULES.threshold)
        assert track.last_s >= track.first_s


@PATIENT
@given(frames, st.randoms(use_true_random=False))
def test_order_of_detections_does_not_matter(seen: Frames, chance: random.Random) -> None:
    shuffled = []
    for passed, rows in seen:
        mixed = list(rows)
        chance.shuffle(mixed)
        shuffled.append((passed, mixed))
    state_1, starts_1, ends_1, order_1 = play(seen)
    state_2, starts_2, ends_2, order_2 = play(shuffled)
    assert (starts_1, ends_1, order_1) == (starts_2, ends_2, order_2)
    assert finish(state_1)[1] == finish(state_2)[1]


@PATIENT
@given(frames)
def test_time_alone_ends_every_track(seen: Frames) -> None:
    state, _, _, _ = play(seen)
    open_tracks = finish(state)[1]
    state, (started, ended) = step(state, 1e6, nothing(), rules=RULES)
    assert not started
    assert ended == open_tracks
    assert len(state) == 0


@PATIENT
@given(frames)
def test_the_state_before_is_left_as_it_was(seen: Frames) -> None:
    state, _, _, _ = play(seen)
    before = state.box.copy(), state.last_s.copy(), state.number.copy()
    step(state, 1e6, detections((0, 0, 1, 1, 0.9, 0)), rules=RULES)
    assert all((a == b).all() for a, b in zip(before, (state.box, state.last_s, state.number), strict=True))


@PATIENT
@given(st.lists(row, max_size=6), st.lists(row, max_size=6))
def test_overlap_is_symmetric_and_one_with_itself(first: list[tuple], second: list[tuple]) -> None:
    a, b = detections(*first).boxes, detections(*second).boxes
    assert np.allclose(overlaps(a, b), overlaps(b, a).T)
    assert ((overlaps(a, b) >= 0) & (overlaps(a, b) <= 1 + 1e-5)).all()
    solid = a[(a[:, 2] - a[:, 0] > 1e-3) & (a[:, 3] - a[:, 1] > 1e-3)]
    assert np.allclose(np.diag(overlaps(solid, solid)), 1, atol=1e-3)


def person(x: float, score: float = 0.9, y: float = 0.5) -> tuple[float, float, float, float, float, int]:
    return (x, y, x + 0.1, y + 0.3, score, 0)


def test_a_walker_is_one_track_at_any_rate_of_frames() -> None:
    for period in (0.04, 0.1, 0.3):
        seen = [(period, [person(0.1 * period * n)]) for n in range(int(6 / period))]
        state, starts, ends, _ = play(seen)
        assert len(starts) == 1
        assert not ends
        (track,) = finish(state)[1]
        assert track.frames == len(seen)
        assert track.last_s - track.first_s == pytest.approx(period * (len(seen) - 1))


def test_subjects_are_the_believed_tracks_seen_or_not() -> None:
    seen = [(0.1, [person(0.02 * n), (0.7, 0.1, 0.8, 0.3, 0.9, 1)]) for n in range(20)]
    state, starts, _, _ = play(seen)
    now = max(track.last_s for track in finish(state)[1])
    assert [subject.number for subject in state.subjects(now)] == [track.number for track in starts]
    assert all(subject.seen for subject in state.subjects(now))
    assert {subject.label for subject in state.subjects(now)} == {0, 1}
    state, _ = step(state, now + 0.1, detections((0.7, 0.1, 0.8, 0.3, 0.9, 1)), rules=RULES)
    (walker,) = [subject for subject in state.subjects(now + 0.1) if subject.label == 0]
    assert not walker.seen
    assert walker.last_s == pytest.approx(now)
    assert walker.first_s == pytest.approx(100.1)
    assert walker.foot == pytest.approx((0.02 * 20 + 0.05, 0.8), abs=0.01)
    state, _ = step(state, now + 0.2, detections(person(0.2, y=0.1)), rules=RULES)
    assert len(state.subjects(now + 0.2)) == 2


def test_two_who_pass_each_other_keep_their_numbers() -> None:
    seen = [(0.1, [person(0.02 * n, y=0.1), person(0.9 - 0.02 * n, y=0.25)]) for n in range(45)]
    state, starts, ends, _ = play(seen)
    assert len(starts) == 2
    assert not ends
    tops = {track.number: round(track.box[1], 2) for track in finish(state)[1]}
    assert tops == {track.number: round(track.box[1], 2) for track in starts}


def test_a_short_gap_does_not_end_a_track_and_a_long_one_does() -> None:
    there = [(0.1, [person(0.5)])] * 5
    _, starts, ends, _ = play([*there, (1.8, [person(0.5)])])
    assert (len(starts), len(ends)) == (1, 0)
    _, starts, ends, _ = play([*there, (2.1, [])])
    assert (len(starts), len(ends)) == (1, 1)


def test_unsure_detections_continue_a_track_but_not_for_ever() -> None:
    sure, unsure = (0.1, [person(0.5)]), (0.1, [person(0.5, score=0.3)])
    assert play([unsure] * 50)[1] == []
    assert play([*[sure] * 3, *[unsure] * 30])[2] == []
    assert len(play([*[sure] * 3, *[unsure] * 45])[2]) == 1


def test_a_second_box_of_the_same_object_begins_no_track() -> None:
    whole, upper = (0.2, 0.1, 0.6, 0.9, 0.9, 0), (0.25, 0.12, 0.55, 0.5, 0.6, 0)
    assert len(play([(0.1, [whole, upper])] * 10)[1]) == 1
    other_label = (*upper[:5], 1)
    assert len(play([(0.1, [whole, other_label])] * 10)[1]) == 2


def test_scores_that_are_no_numbers_are_ignored() -> None:
    odd = detections(person(0.5, score=float("nan")), person(0.2))
    state = State()
    for n in range(5):
        state, _ = step(state, 100 + n * 0.1, odd, rules=RULES)
    assert len(state) == 1


@settings(PATIENT, max_examples=30)
@given(st.integers(1, 200))
def test_a_crowd_of_any_size_is_followed(people: int) -> None:
    places = [(i % 20, i // 20) for i in range(people)]
    rows = [(x / 20, y / 20, (x + 0.8) / 20, (y + 0.8) / 20, 0.9, 0) for x, y in places]
    _, starts, _, _ = play([(0.1, rows)] * 3)
    assert len(starts) == people


def test_detections_are_chosen_by_mask() -> None:
    chosen = detections(person(0.1), person(0.2))[np.array([False, True])]
    assert isinstance(chosen, Detections)
    assert chosen.boxes[0, 0] == np.float32(0.2)


def test_a_surer_second_box_that_trails_somebody_is_nobody_new() -> None:
    walking = [(0.2, [(0.40 + 0.02 * n, 0.1, 0.60 + 0.02 * n, 0.9, 0.8, 0)]) for n in range(4)]
    doubled = [(0.48, 0.2, 0.70, 0.9, 0.45, 0), (0.53, 0.1, 0.74, 0.9, 0.75, 0)]
    _, starts, _, _ = play([*walking, *[(0.2, doubled)] * 3])
    assert len(starts) == 1


def test_an_unsure_box_that_lies_better_waits_for_the_sure_one() -> None:
    standing = [(0.2, [(0.4, 0.1, 0.6, 0.9, 0.8, 0)])] * 4
    smeared = [(0.47, 0.1, 0.67, 0.9, 0.8, 0), (0.4, 0.1, 0.61, 0.9, 0.3, 0)]
    state, starts, _, _ = play([*standing, (0.2, smeared)])
    assert len(starts) == 1
    assert state.box[0] == pytest.approx([0.47, 0.1, 0.67, 0.9])
