"""The tracker on scripted scenes whose truth is known: crossings, occlusions, flicker, crowds, odd clocks."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_agent.vision.detector import Detections
from edge_agent.vision.tracker import Rules, State, motion, step
from edge_agent.vision.tracker.pairing import pairs
from tests.vision.conftest import detections

RULES = Rules(confirm_hits=2, miss_s=2.0, tentative_s=1.0)
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the tracker."""
WIDE, TALL = 0.06, 0.2

Row = tuple[float, float, float, float, float, int]
Walk = Callable[[float], tuple[float, float]]
"""Where somebody's foot is by the time."""


def standing(at: tuple[float, float], *, score: float = 0.9, label: int = 0) -> Row:
    """The box over a foot point."""
    x, y = at
    return (x - WIDE / 2, y - TALL, x + WIDE / 2, y, score, label)


def told(
    walks: Mapping[str, Walk],
    *,
    lasts_s: float,
    period_s: float = 0.1,
    score: Callable[[str, float], float] = lambda _, __: 0.9,
    jitter: float = 0.004,
    seed: int = 1,
) -> dict[str, set[int]]:
    """Follow `walks`, and which numbers each had: those of the subjects whose feet are nearest.

    `score` says how surely somebody is seen at a time; below the floor of a detector, not at all.
    """
    rng = np.random.default_rng(seed)
    state, numbers = State(), {who: set[int]() for who in walks}
    for frame in range(int(lasts_s / period_s)):
        now = frame * period_s
        rows = []
        for who, walk in walks.items():
            if score(who, now) >= 0.1:
                x, y = walk(now)
                dx, dy = rng.normal(0, jitter, 2)
                rows.append(standing((x + dx, y + dy), score=score(who, now)))
        state, _ = step(state, now, detections(*rows), rules=RULES)
        feet = {who: np.array(walk(now)) for who, walk in walks.items()}
        for subject in (one for one in state.subjects(now) if one.seen):
            apart = {who: float(np.abs(subject.foot - foot).max()) for who, foot in feet.items()}
            nearest, *others = sorted(apart, key=lambda who: apart[who])
            if not others or apart[others[0]] > WIDE:  # else nobody could tell whose it is
                numbers[nearest].add(subject.number)
    return numbers


@pytest.mark.parametrize("period_s", [0.1, 0.2])
@pytest.mark.parametrize("seed", range(3))
def test_two_who_cross_and_hide_one_another_keep_their_numbers(period_s: float, seed: int) -> None:
    walks: dict[str, Walk] = {
        "right": lambda t: (0.1 + 0.1 * t, 0.70),
        "left": lambda t: (0.9 - 0.1 * t, 0.68),
    }
    hidden = 0.3  # the one behind is not seen for so long before and after they meet
    numbers = told(
        walks,
        lasts_s=8.0,
        period_s=period_s,
        score=lambda who, t: 0.0 if who == "left" and abs(t - 4.0) < hidden else 0.9,
        seed=seed,
    )
    assert [len(some) for some in numbers.values()] == [1, 1]
    assert numbers["right"].isdisjoint(numbers["left"])


@pytest.mark.parametrize("hidden_s", [0.5, 1.0, 1.5])
def test_who_walks_on_behind_a_pillar_comes_out_as_the_same(hidden_s: float) -> None:
    speed = 0.06
    numbers = told(
        {"walker": lambda t: (0.1 + speed * t, 0.7)},
        lasts_s=8.0,
        score=lambda _, t: 0.0 if 3.0 <= t < 3.0 + hidden_s else 0.9,
    )
    assert len(numbers["walker"]) == 1


def test_who_is_seen_by_half_stays_the_same_with_others_near() -> None:
    walks: dict[str, Walk] = {
        "walker": lambda t: (0.1 + 0.08 * t, 0.7),
        "one who waits": lambda _: (0.5, 0.74),
        "another": lambda _: (0.62, 0.74),
    }
    numbers = told(walks, lasts_s=9.0, score=lambda who, t: 0.25 if who == "walker" and 4 < t < 6.5 else 0.9)
    assert [len(some) for some in numbers.values()] == [1, 1, 1]
    assert len(set.union(*numbers.values())) == 3


def test_a_subject_out_of_sight_goes_on_as_it_went() -> None:
    state = State()
    for frame in range(30):
        state, _ = step(state, frame * 0.1, detections(standing((0.1 + 0.01 * frame, 0.7))), rules=RULES)
    for frame in range(30, 38):
        state, _ = step(state, frame * 0.1, detections(), rules=RULES)
        (subject,) = state.subjects(frame * 0.1)
        assert not subject.seen
        assert subject.foot[0] == pytest.approx(0.1 + 0.01 * frame, abs=0.01)
        assert subject.box[2] - subject.box[0] == pytest.approx(WIDE, abs=0.01)


def test_flicker_makes_no_new_number() -> None:
    chance = np.random.default_rng(5)
    blinks = chance.random(1000) < 0.4
    numbers = told(
        {"walker": lambda t: (0.1 + 0.02 * t, 0.7)},
        lasts_s=30.0,
        score=lambda _, t: 0.0 if blinks[round(t * 10)] else 0.9,
    )
    assert len(numbers["walker"]) == 1


@settings(PATIENT, max_examples=25)
@given(st.lists(st.floats(0.02, 0.45), min_size=30, max_size=60))
def test_frames_may_come_as_raggedly_as_they_like(gaps: list[float]) -> None:
    state, starts = State(), 0
    for now in itertools.accumulate(gaps):
        x = 0.1 + 0.03 * now
        state, (started, ended) = step(state, now, detections(standing((x, 0.7))), rules=RULES)
        starts += len(started)
        assert not ended
    assert starts == 1
    (subject,) = state.subjects(sum(gaps))
    assert subject.foot[0] == pytest.approx(0.1 + 0.03 * sum(gaps), abs=0.01)


odd = st.sampled_from([float("nan"), float("inf"), float("-inf"), -1.0, 0.0, 0.5, 1.0, 1e30])


@settings(PATIENT, max_examples=40)
@given(st.lists(st.lists(st.tuples(odd, odd, odd, odd, odd), max_size=5), max_size=8))
def test_no_number_that_is_none_gets_into_the_state(frames: list[list[tuple[float, ...]]]) -> None:
    state = State()
    sound = standing((0.5, 0.7))
    for place, rows in enumerate(frames):
        found = detections(sound, *[(a, b, c, d, score, 0) for a, b, c, d, score in rows])
        state, _ = step(state, place * 0.1, found, rules=RULES)
        assert np.isfinite(state.table).all()
        assert np.isfinite(state.predicted(place * 0.1 + 0.5)).all()
        for subject in state.subjects(place * 0.1 + 0.5):
            assert all(0.0 <= edge <= 1.0 for edge in subject.box) or subject.seen


def crowd(count: int, frames: int, *, seed: int = 3) -> Iterator[Detections]:
    """So many people who walk about in a small place, all of them in each other's way."""
    rng = np.random.default_rng(seed)
    at, speed = rng.uniform(0.2, 0.8, (count, 2)), rng.normal(0, 0.003, (count, 2))
    for _ in range(frames):
        at = np.clip(at + speed, 0.1, 0.9)
        yield detections(*[standing((x, y)) for x, y in at + rng.normal(0, 0.002, at.shape)])


def test_the_same_frames_give_the_same_tracks() -> None:
    tables = []
    for _ in range(2):
        state = State()
        for place, found in enumerate(crowd(40, 30)):
            state, _ = step(state, place * 0.1, found, rules=RULES)
        tables.append(state.table.tobytes())
    assert tables[0] == tables[1]


def test_a_step_with_200_boxes_takes_bounded_time() -> None:
    def took(count: int) -> float:
        state, times = State(), []
        for place, found in enumerate(crowd(count, 15)):
            before = time.process_time()
            state, _ = step(state, place * 0.1, found, rules=RULES)
            times.append(time.process_time() - before)
        return float(np.median(times))

    took(20)
    assert took(200) < 150 * took(20)  # all pairs are a hundred times as many


def test_what_is_beyond_the_limit_costs_nothing_and_is_the_least_sure() -> None:
    rules = Rules(confirm_hits=1, most=10)
    rows = [standing((0.05 + 0.9 * place / 400, 0.5), score=0.5 + place / 1000) for place in range(400)]
    state = State()
    for frame in range(5):
        state, _ = step(state, frame * 0.1, detections(*rows), rules=rules)
    assert len(state) <= 2 * rules.most
    assert {round(row[4], 3) for row in rows[-10:]} >= {round(float(s), 3) for s in state.table[2]}


@settings(PATIENT, max_examples=200)
@given(
    st.integers(1, 5).flatmap(
        lambda n: st.lists(
            st.lists(st.sampled_from([0.0, 0.2, 0.35, 0.5, 0.51, 0.7, 0.9]), min_size=n, max_size=n),
            min_size=1,
            max_size=5,
        )
    )
)
def test_pairs_are_the_best_of_all_assignments(rows: list[list[float]]) -> None:
    likeness, least = np.array(rows), 0.3

    def worth(chosen: list[tuple[int, int]]) -> float:
        return sum(likeness[r, c] - least for r, c in chosen)

    def every(row: int, free: frozenset[int]) -> Iterator[list[tuple[int, int]]]:
        if row == len(likeness):
            yield []
            return
        yield from every(row + 1, free)
        for column in free:
            if likeness[row, column] >= least:
                for others in every(row + 1, free - {column}):
                    yield [(row, column), *others]

    found = [(int(r), int(c)) for r, c in zip(*pairs(likeness, least=least), strict=True)]
    assert len({r for r, _ in found}) == len({c for _, c in found}) == len(found)
    assert all(likeness[r, c] >= least for r, c in found)
    best = max(worth(chosen) for chosen in every(0, frozenset(range(likeness.shape[1]))))
    assert worth(found) == pytest.approx(best)


@PATIENT
@given(st.lists(st.floats(0.03, 0.5), min_size=3, max_size=30))
def test_the_filter_is_the_one_of_the_books(gaps: list[float]) -> None:
    """The shared, scaled spread gives what a Kalman filter of matrices gives for one coordinate."""
    x, p = np.array([0.0, 0.0]), np.diag([1.0, float(motion.BORN[2, 0])])
    place, speed = np.zeros((4, 1)), np.zeros((2, 1))
    spread = motion.BORN.copy()
    for number, gap in enumerate(gaps):
        seen = 0.05 * number
        move = np.array([[1.0, gap], [0.0, 1.0]])
        x, p = move @ x, move @ (p + np.diag([0.0, motion.AGILITY * gap])) @ move.T
        gain = p[:, 0] / (p[0, 0] + 1.0)
        x, p = x + gain * (seen - x[0]), p - np.outer(gain, p[0])
        passed = np.array([gap])
        expected = motion.ahead(place, speed, passed)
        motion.correct(
            place, speed, spread,
            passed_s=passed, expected=expected, found=np.full((4, 1), seen), noise=np.ones(1),
        )  # fmt: skip
        assert place[:, 0] == pytest.approx([x[0]] * 4)
        assert speed[:, 0] == pytest.approx([x[1]] * 2)
        assert spread[:, 0] == pytest.approx([p[0, 0], p[0, 1], p[1, 1]])
