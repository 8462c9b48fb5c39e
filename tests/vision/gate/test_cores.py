"""The gate's small pure cores, each against what it promises: opening, keeping, times, sizes, audits."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.vision.gate import audit, decision, sizes, unrest
from edge_agent.vision.gate.audit import Audits, Estimate
from edge_agent.vision.gate.capture import CaptureClock
from edge_agent.vision.gate.decision import Closed, Gate, Open
from edge_agent.vision.gate.gops import Gops
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.report import gate_faults, gate_metrics
from edge_agent.vision.gate.sizes import Sizes
from edge_agent.vision.gate.tally import Tally
from edge_agent.vision.gate.unrest import Unrest

# Decision.


@given(st.lists(st.tuples(st.floats(0.05, 3), st.floats(0, 5), st.booleans()), max_size=60), st.floats(1, 10))
def test_nothing_opens_the_gate_but_motion_or_a_subject_and_it_closes_only_after_the_hold(
    told: list[tuple[float, float, bool]], hold_s: float
) -> None:
    gate: Gate = Closed()
    now, reason_s, subject_s = 0.0, -math.inf, None
    for passed_s, strength, subject in told:
        now += passed_s
        subject_s = now if subject else subject_s
        was_open = isinstance(gate, Open)
        gate = decision.step(gate, now, strength=strength, subject_s=subject_s, hold_s=hold_s)
        if subject or gate.level >= (decision.STAYS_AT if was_open else decision.OPENS_AT):
            reason_s = now
        assert isinstance(gate, Open) == (now < reason_s + hold_s)


def looked(gate: Gate, now_s: float, strength: float) -> Gate:
    return decision.step(gate, now_s, strength=strength, subject_s=None, hold_s=4)


@given(st.floats(1.02, 100), st.floats(1.8, 30))
def test_one_look_at_a_key_frame_opens_the_gate(strength: float, apart_s: float) -> None:
    gate = looked(Closed(), 0.0, 0.3)
    assert isinstance(looked(gate, apart_s, strength), Open)


@given(st.floats(1.02, 3.5), st.floats(0.02, 0.12))
def test_of_many_looks_a_second_a_weak_one_opens_nothing_and_all_of_them_do(
    strength: float, apart_s: float
) -> None:
    gate: Gate = Closed()
    for number in range(10):
        gate = looked(gate, number * apart_s, 0.3)
    gate = looked(gate, 10 * apart_s, strength)
    assert isinstance(gate, Closed)
    assert isinstance(looked(gate, 10.1 * apart_s + 0.09, 100.0), Open)
    for number in range(11, 11 + round(4 / apart_s)):
        gate = looked(gate, number * apart_s, strength)
    assert isinstance(gate, Open)


def test_what_keeps_it_open_is_weaker_than_what_opens_it() -> None:
    between = (decision.OPENS_AT + decision.STAYS_AT) / 2
    shut, opened = looked(Closed(), 0.0, between), looked(Closed(), 0.0, 2.0)
    for number in range(1, 300):
        shut, opened = looked(shut, number / 10, between), looked(opened, number / 10, between)
        assert isinstance(shut, Closed)
        assert isinstance(opened, Open)


def test_a_gust_now_and_then_does_not_hold_it_open() -> None:
    gate = looked(Closed(), 0.0, 2.0)
    for number in range(1, 100):
        gate = looked(gate, number / 10, 2.5 if number % 15 == 0 else 0.5)
    assert isinstance(gate, Closed)


def test_time_alone_is_no_look() -> None:
    gate = looked(Closed(), 0.0, 2.0)
    assert decision.step(gate, 1.0, strength=None, subject_s=None, hold_s=4) == gate
    assert isinstance(decision.step(gate, 4.1, strength=None, subject_s=None, hold_s=4), Closed)


# Unrest.


@given(st.integers(0, 1000), st.floats(0.2, 2), st.floats(0.02, 0.3), st.floats(0.1, 2))
def test_what_is_usual_is_under_the_limit_which_is_bounded(
    seed: int, usual: float, varies: float, apart_s: float
) -> None:
    rng, known = np.random.default_rng(seed), Unrest()
    for _ in range(round(300 / apart_s)):
        known = unrest.learn(known, max(0.0, rng.normal(usual, varies * usual)), apart_s, weather=True)
    assert 1 <= known.limit <= unrest.MOST
    assert known.limit == unrest.MOST or known.limit > usual * (1 + 2 * varies)
    assert known.limit < max(1.01, usual * (1 + 10 * varies))


def test_a_passer_by_whom_the_detector_overlooks_changes_little() -> None:
    known = Unrest()
    for number in range(600):
        known = unrest.learn(known, 8.0 if 300 <= number < 350 else 0.4, 0.1, weather=True)
    assert known.limit < 1.8


def test_unrest_ends_by_itself_and_only_what_is_weather_adds_to_it() -> None:
    known = Unrest(mean=1.2, spread=0.2)
    for _ in range(300):
        known = unrest.learn(known, 1.9, 0.1, weather=False)
    assert known.limit <= Unrest(mean=1.2, spread=0.2).limit
    for _ in range(300):
        known = unrest.learn(known, 0.4, 2.0, weather=False)
    assert known.limit == 1


# Groups of pictures.


@dataclass(frozen=True)
class Piece:
    number: int
    size: int
    is_keyframe: bool


pieces = st.lists(st.tuples(st.integers(1, 400), st.booleans()), max_size=80)


@given(pieces)
def test_what_is_kept_is_the_end_of_the_stream_from_a_key_frame_and_bounded(
    told: list[tuple[int, bool]],
) -> None:
    gops: Gops[Piece] = Gops(most_bytes=1000)
    stream: list[Piece] = []
    for number, (size, key) in enumerate(told):
        stream.append(Piece(number, size, key))
        gops.add(stream[-1])
        kept = [*gops.before, *gops.current]
        assert sum(piece.size for piece in kept) == gops.size <= 1000
        if not kept:
            continue
        assert kept == stream[-len(kept) :]
        assert kept[0].is_keyframe
        assert gops.current[0].is_keyframe
        keys = [piece.number for piece in stream if piece.is_keyframe]
        assert gops.current[0].number == keys[-1]
        assert not gops.before or gops.before[0].number == keys[-2]


def test_with_room_the_group_before_is_always_kept() -> None:
    gops: Gops[Piece] = Gops()
    for number in range(100):
        gops.add(Piece(number, 1000, number % 20 == 0))
    assert [piece.number for piece in gops.before] == list(range(60, 80))
    assert [piece.number for piece in gops.current] == list(range(80, 100))


# Capture times.


@given(
    st.floats(-1e5, 1e5),
    st.lists(st.floats(0, 2), min_size=3, max_size=200),
)
def test_a_frame_was_never_taken_after_it_came_and_jitter_is_taken_out(
    offset_s: float, jitter_s: list[float]
) -> None:
    clock = CaptureClock()
    jitter_s[0] = 0.0
    for number, late_s in enumerate(jitter_s[:45]):
        media_s = number / 10
        arrived_s = offset_s + media_s + late_s
        captured_s = clock.arrived(media_s, arrived_s)
        assert captured_s <= arrived_s + 1e-6
        assert captured_s == pytest.approx(offset_s + media_s, abs=1e-6)


def test_a_burst_after_a_stall_has_its_true_times() -> None:
    clock = CaptureClock()
    for number in range(100):
        clock.arrived(number / 10, 1000 + number / 10)
    stalled = [clock.arrived(number / 10, 1013.0) for number in range(100, 130)]
    assert stalled == pytest.approx([1000 + number / 10 for number in range(100, 130)])


def test_drift_is_followed_and_a_jump_begins_anew() -> None:
    clock = CaptureClock()
    for number in range(36_000):  # an hour, the camera's clock 100 ppm slow
        arrived_s = number / 10 * 1.0001
        assert arrived_s - clock.arrived(number / 10, arrived_s) < 0.01
    after = clock.arrived(86_400.0, 3700.0)  # somebody set the camera's clock
    assert after == 3700.0
    assert clock.arrived(86_400.1, 3700.1) == pytest.approx(3700.1)
    assert clock.of(86_400.1, 3700.2) == pytest.approx(3700.1)


def test_without_times_a_frame_was_taken_when_it_came() -> None:
    clock = CaptureClock()
    assert clock.arrived(None, 5.0) == 5.0
    assert clock.of(None, 6.0) == 6.0
    assert clock.of(1.0, 6.0) == 6.0


# Sizes.


def heard(known: Sizes, packets: list[int], *, moved: bool) -> Sizes:
    """A group of pictures, and its trial."""
    loud = False
    for size in packets:
        known, here = sizes.hear(known, size)
        loud |= here
    return sizes.judge(known, loud=loud, moved=moved)


def stream(seed: int, *, growth: float, rain: float = 0.0) -> Sizes:
    """After 200 groups, in every tenth of which something moves and packets grow by `growth`."""
    rng, known = np.random.default_rng(seed), Sizes()
    for group in range(200):
        moved = group % 10 == 5
        factor = growth if moved else (growth if rng.random() < rain else 1.0)
        packets = [int(rng.normal(1500, 100) * (factor if place > 8 else 1)) for place in range(19)]
        known = heard(known, packets, moved=moved)
    return known


@pytest.mark.parametrize("seed", range(5))
def test_with_a_variable_bit_rate_sizes_prove_useful(seed: int) -> None:
    assert stream(seed, growth=4.0).useful


@pytest.mark.parametrize("seed", range(5))
def test_with_a_constant_bit_rate_or_in_gusts_they_do_not(seed: int) -> None:
    assert not stream(seed, growth=1.0).useful
    assert not stream(seed, growth=4.0, rain=0.3).useful


def test_a_new_stream_is_not_believed_yet() -> None:
    known = Sizes()
    for _ in range(5):
        known = heard(known, [1500] * 19, moved=False)
    assert not known.useful


# Audits.


def exactly_at_most(k: int, n: int, share: Fraction) -> Fraction:
    """The binomial distribution, in exact arithmetic."""
    return sum((math.comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k + 1)), start=Fraction(0))


@given(st.integers(1, 150).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
@settings(max_examples=12, deadline=None)
def test_bounds_are_those_of_the_exact_binomial(case: tuple[int, int]) -> None:
    audits, misses = case
    estimate = Estimate(audits, misses)
    assert 0 <= estimate.at_least <= estimate.share <= estimate.at_most <= 1
    if misses < audits:
        chance = exactly_at_most(misses, audits, Fraction(estimate.at_most))
        assert float(chance) == pytest.approx(0.05, abs=1e-6)
    if misses > 0:
        chance = 1 - exactly_at_most(misses - 1, audits, Fraction(estimate.at_least))
        assert float(chance) == pytest.approx(0.05, abs=1e-6)


def test_nothing_audited_bounds_nothing() -> None:
    assert (Estimate(0, 0).share, Estimate(0, 0).at_most, Estimate(0, 0).at_least) == (0.0, 1.0, 0.0)


def test_every_skipped_moment_is_audited_as_likely_as_any_other() -> None:
    rng = np.random.default_rng(4)
    lengths = [2.0, 0.5, 2.0, 1.0] * 5000
    picks = [(length, audit.pick(length, per_hour=360, chance=rng.random)) for length in lengths]
    made = [(length, place) for length, place in picks if place is not None]
    assert len(made) == pytest.approx(sum(lengths) / 3600 * 360, rel=0.1)
    assert all(0 <= place < length for length, place in made)
    shares = np.array([place / length for length, place in made])
    assert np.histogram(shares, 4)[0] == pytest.approx(len(made) / 4, rel=0.2)


def test_old_audits_are_forgotten_but_counted() -> None:
    audits = Audits(remembered=10)
    for number in range(30):
        audits.note(missed=number < 10)
    assert (audits.total, audits.missed) == (30, 10)
    assert audits.estimate == Estimate(10, 0)


def test_a_gate_that_surely_misses_is_a_fault_with_a_cure() -> None:
    interest = Interest()
    for number in range(200):
        interest.audited(float(number), missed=number % 200 == 0)
    assert gate_faults("gate", interest) == []  # one in two hundred proves little
    for number in range(20):
        interest.audited(float(number), missed=True)
    (told,) = gate_faults("gate", interest)
    assert told.startswith("camera gate: its gate misses subjects")
    assert "sensitivity" in told


def test_metrics_are_of_all_cameras_together() -> None:
    one, other = Tally(), Tally()
    one.pass_time(30, is_open=True)
    other.pass_time(90, is_open=False)
    seen = Interest()
    seen.audited(1.0, missed=False)
    metrics = gate_metrics([(one, seen), (other, Interest())])
    assert metrics["gate_open_ratio"] == 0.25
    assert metrics["gate_audits_total"] == 1
    assert metrics["gate_missed_ratio"] == 0
    assert metrics["gate_missed_ratio_at_most"] == 0.95
    assert gate_metrics([])["gate_open_ratio"] == 0
