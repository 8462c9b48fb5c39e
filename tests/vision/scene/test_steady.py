"""Counts are steady: however boxes tremble, flicker and change their tracks, one passage is one passage."""

import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.contract.events import LineCrossed, ZoneEntered, ZoneLeft
from edge_agent.vision.scene.edge import MARGIN, NEARER
from edge_agent.vision.subject import Subject
from tests.vision.scene.conftest import MISS_S, Play, play_of, subject

WIDTH = 0.06
CROSSING = {"kind": "crossing", "line": "door"}
ENTRY = {"kind": "entry", "zone": "hall"}
Seen = tuple[float, list[Subject]]


def played(seen: list[Seen], *rules: dict[str, object]) -> Play:
    play = play_of(*rules)
    for now_s, subjects in seen:
        play.step(now_s, subjects)
    play.finish(seen[-1][0] if seen else 0.0)
    return play


def crossings(play: Play) -> list[str]:
    return [event.direction for event in play.of(LineCrossed)]


def walk(xs: list[float], *, period_s: float = 0.1, track: int = 1) -> list[Seen]:
    """One who is seen at each of these places, one frame after the other."""
    return [(n * period_s, [subject(track, x, now_s=n * period_s)]) for n, x in enumerate(xs)]


def flickering(seen: list[Seen], *, chance: random.Random, gap_s: float) -> Iterator[Seen]:
    """The same with gaps: shorter ones, which the tracker bridges, and longer ones, which end tracks."""
    track, track_since_s, seen_s, last = 1, 0.0, 0.0, seen[0][1][0]
    hidden_until_s = 0.0
    for now_s, (one,) in seen:
        if now_s - hidden_until_s > 0.5 and chance.random() < 0.08:
            hidden_until_s = now_s + chance.uniform(0.0, gap_s)
        if now_s < hidden_until_s:
            believed = now_s - seen_s < MISS_S
            hidden = Subject(track, one.label, last.box, False, track_since_s, seen_s)
            yield now_s, [hidden] if believed else []
            continue
        if now_s - seen_s >= MISS_S:
            track, track_since_s = track + 1, now_s
        last, seen_s = Subject(track, one.label, one.box, True, track_since_s, now_s), now_s
        yield now_s, [last]


@settings(max_examples=40, deadline=None)
@given(
    trembling=st.lists(st.floats(-MARGIN * WIDTH * 0.95, MARGIN * WIDTH * 0.95), min_size=1, max_size=60),
    comes_from=st.sampled_from([-0.2, 0.2]),
    goes_to=st.sampled_from([-0.2, 0.2]),
)
def test_who_trembles_on_a_line_counts_once_for_a_passage_and_never_without(
    trembling: list[float], comes_from: float, goes_to: float
) -> None:
    comes = [0.5 + comes_from * (1 - n / 20) for n in range(20)]
    goes = [0.5 + goes_to * n / 20 for n in range(1, 21)]
    play = played(walk([*comes, *(0.5 + x for x in trembling), *goes]), CROSSING)
    passage = ["forward" if goes_to > 0 else "backward"] if comes_from * goes_to < 0 else []
    assert crossings(play) == passage


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.2, 0.8), min_size=2, max_size=8))
def test_passages_alternate_and_lead_where_one_stands(turns: list[float]) -> None:
    xs = [x0 + (x1 - x0) * n / 15 for x0, x1 in itertools.pairwise(turns) for n in range(16)]
    found = crossings(played(walk(xs), CROSSING))
    assert all(one != other for one, other in itertools.pairwise(found))
    if found and abs(turns[-1] - 0.5) > 0.1:
        assert found[-1] == ("forward" if turns[-1] > 0.5 else "backward")
    sides = [turn > 0.5 for turn in turns if abs(turn - 0.5) > 0.1]
    assert len(found) >= sum(a != b for a, b in itertools.pairwise(sides))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([1.0, 3.0]))
def test_counts_and_stays_do_not_change_with_flicker(seed: int, gap_s: float) -> None:
    chance = random.Random(seed)
    speed = chance.choice([-1, 1]) * chance.uniform(0.04, 0.1)
    whole = walk([0.5 + speed * (n * 0.1 - 4.5) for n in range(90)])
    steady = played(whole, CROSSING, ENTRY)
    broken = played(list(flickering(whole, chance=chance, gap_s=gap_s)), CROSSING, ENTRY)
    assert crossings(broken) == crossings(steady)
    assert len(broken.of(ZoneEntered)) == len(steady.of(ZoneEntered))
    assert len(broken.of(ZoneLeft)) == len(steady.of(ZoneLeft))
    for a, b in zip(broken.of(ZoneLeft), steady.of(ZoneLeft), strict=True):
        assert a.dwell_s == pytest.approx(b.dwell_s, abs=gap_s + 0.2)  # nobody saw the moments themselves


@settings(max_examples=30, deadline=None)
@given(st.floats(0.02, 0.5), st.floats(-0.12, 0.12).filter(lambda speed: abs(speed) > 0.06))
def test_times_do_not_depend_on_the_rate_of_frames(period_s: float, speed: float) -> None:
    xs = [0.5 + speed * (n * period_s - 5) for n in range(round(10 / period_s))]
    play = played(walk(xs, period_s=period_s), CROSSING, ENTRY)
    (crossed,) = [saying for saying in play.said if isinstance(saying.data, LineCrossed)]
    assert crossed.at_s == pytest.approx(5.0, abs=0.01)
    (left,) = play.of(ZoneLeft)
    assert left.dwell_s == pytest.approx(0.4 / abs(speed), abs=0.02)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_the_same_subjects_say_the_same(seed: int) -> None:
    chance = random.Random(seed)
    seen = [
        (
            n * 0.1,
            [
                subject(track, 0.5 + 0.3 * chance.uniform(-1, 1), now_s=n * 0.1, label=track % 2)
                for track in range(1, 6)
                if chance.random() < 0.8
            ],
        )
        for n in range(60)
    ]
    rules = (CROSSING, ENTRY, {"kind": "occupancy", "zone": "hall"}, {"kind": "queue", "zone": "hall"})
    assert played(seen, *rules).said == played(seen, *rules).said


def test_a_box_that_is_wrong_for_a_frame_is_no_passage() -> None:
    xs = [0.4] * 20 + [0.6] + [0.4] * 20 + [0.6, 0.6] + [0.4] * 20
    assert crossings(played(walk(xs), CROSSING)) == []


def test_who_walks_round_the_end_of_a_line_did_not_cross_it() -> None:
    seen = [(n * 0.1, [subject(1, 0.3 + 0.01 * n, 0.95, now_s=n * 0.1)]) for n in range(40)]
    assert crossings(played(seen, CROSSING)) == []


def test_one_who_is_gone_right_behind_the_line_has_crossed_it() -> None:
    assert crossings(played(walk([0.4, 0.43, 0.46, 0.49, 0.53, 0.56]), CROSSING)) == ["forward"]
    assert crossings(played(walk([0.4, 0.43, 0.46, 0.49, 0.503]), CROSSING)) == []


def test_two_tracks_that_follow_each_other_near_by_are_one_visit_but_not_far_apart() -> None:
    def broken(x: float, y: float = 0.6, *, label: int = 0, height: float = 0.24) -> int:
        first = walk([0.32 + 0.005 * n for n in range(20)])
        empty: list[Seen] = [(2.0 + n * 0.1, []) for n in range(23)]
        later = [
            (at_s, [subject(2, x, y, now_s=at_s, first_s=4.3, label=label, height=height)])
            for at_s in (4.3 + n * 0.1 for n in range(20))
        ]
        return len(played([*first, *empty, *later], ENTRY).of(ZoneEntered))

    assert broken(0.44) == 1
    assert broken(0.53) == 1
    assert broken(0.67, 0.85) == 2
    assert broken(0.44, label=1) == 2
    assert broken(0.44, height=0.1) == 2


def test_who_left_over_the_border_is_not_taken_for_the_next_who_comes() -> None:
    edge = {"zones": [{"name": "hall", "corners": [[0.0, 0.3], [0.4, 0.3], [0.4, 0.9], [0.0, 0.9]]}]}
    play = play_of(ENTRY, **edge)
    for n in range(14):
        play.step(n * 0.1, [subject(1, 0.3 - 0.02 * n, now_s=n * 0.1)])
    for n in range(14, 22):
        play.step(n * 0.1)
    for n in range(22, 40):
        play.step(n * 0.1, [subject(2, 0.04 + 0.01 * (n - 22), now_s=n * 0.1, first_s=2.2)])
    assert len(play.of(ZoneEntered)) == 2
    (left,) = play.of(ZoneLeft)
    assert left.dwell_s == pytest.approx(1.3, abs=0.11)


def test_two_at_once_are_two_although_the_tracker_exchanges_them() -> None:
    play = play_of(ENTRY, {"kind": "occupancy", "zone": "hall", "every_s": 0.5})
    for n in range(60):
        first, second = (1, 2) if n < 30 else (2, 1)
        now_s = n * 0.1
        play.step(now_s, [subject(first, 0.45, now_s=now_s), subject(second, 0.55, now_s=now_s)])
    assert len(play.of(ZoneEntered)) == 2
    assert play.of(ZoneLeft) == []


def test_one_who_was_taken_for_another_and_is_seen_again_has_only_come() -> None:
    play = play_of(ENTRY)
    for n in range(20):
        play.step(n * 0.1, [subject(1, 0.45, now_s=n * 0.1)])
    hidden = Subject(1, 0, subject(1, 0.45, now_s=0).box, False, 0.0, 1.9)
    for n in range(20, 30):  # the track that begins beside takes over the visit of the one that is hidden
        play.step(n * 0.1, [hidden, subject(2, 0.47, now_s=n * 0.1, first_s=2.0)])
    assert len(play.of(ZoneEntered)) == 1
    for n in range(30, 60):
        at_s = n * 0.1
        play.step(at_s, [subject(1, 0.42, now_s=at_s), subject(2, 0.47, now_s=at_s, first_s=2.0)])
    play.finish(6.0)
    assert sorted(left.dwell_s for left in play.of(ZoneLeft)) == pytest.approx([2.9, 5.9], abs=0.11)


def test_who_stood_at_the_line_from_the_beginning_and_then_walks_on_has_crossed_it() -> None:
    near = 0.5 - NEARER * WIDTH / 2
    assert crossings(played(walk([near] * 20 + [near + 0.01 * n for n in range(20)]), CROSSING)) == [
        "forward"
    ]
    assert crossings(played(walk([near] * 5 + [near + 0.01 * n for n in range(20)]), CROSSING)) == []
    assert crossings(played(walk([near] * 20 + [near - 0.01 * n for n in range(20)]), CROSSING)) == []


def test_who_comes_into_view_close_to_the_line_and_walks_over_it_has_crossed_it() -> None:
    near = 0.5 - 2 * NEARER * WIDTH
    assert crossings(played(walk([near + 0.01 * n for n in range(20)]), CROSSING)) == ["forward"]
    assert crossings(played(walk([near - 0.01 * n for n in range(20)]), CROSSING)) == []
