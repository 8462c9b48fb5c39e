"""The set of settled numbers, against a plain set."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.ingest import settled as module
from fleet.ingest.settled import LIMIT, NOTHING, Settled

ranges = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 8)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=60,
)


def numbers_of(settled: Settled, *, up_to: int) -> set[int]:
    return {seq for seq in range(up_to + 1) if seq in settled}


def check_form(settled: Settled) -> None:
    edge = settled.through
    for first, last in settled.also:
        assert edge + 1 < first <= last, settled
        edge = last


@given(ranges)
def test_holds_exactly_what_was_added(added: list[tuple[int, int]]) -> None:
    settled, expected = NOTHING, set()
    for first, last in added:
        settled = settled.add(first, last)
        expected |= set(range(first, last + 1))
        check_form(settled)
        assert numbers_of(settled, up_to=80) == expected
    through = next(seq for seq in range(81) if seq + 1 not in expected)
    assert settled.through == through


@given(st.permutations(range(1, 40)))
def test_order_does_not_matter(order: list[int]) -> None:
    settled = NOTHING
    for seq in order:
        settled = settled.add(seq, seq)
    assert settled == Settled(through=39)


@given(ranges, st.integers(1, 4))
def test_stays_small_and_takes_nothing_back(added: list[tuple[int, int]], limit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LIMIT", limit)
        settled = NOTHING
        for first, last in added:
            before = numbers_of(settled, up_to=80)
            settled = settled.add(first, last)
            after = numbers_of(settled, up_to=80)
            check_form(settled)
            assert len(settled.also) <= limit
            assert before <= after
            assert after - before <= set(range(first, last + 1))
            assert after == before or set(range(first, last + 1)) <= after, "all of a range or none of it"


def test_sender_in_order_gets_through_a_full_set() -> None:
    settled = NOTHING
    for seq in range(3, 2 * LIMIT + 100, 2):
        settled = settled.add(seq, seq)
    assert len(settled.also) == LIMIT
    for seq in range(1, 2 * LIMIT + 100):
        settled = settled.add(seq, seq)
    assert settled == Settled(through=2 * LIMIT + 99)


def test_sender_at_random_converges() -> None:
    chance = random.Random(7)
    missing, settled, rounds = set(range(1, 6_000)), NOTHING, 0
    while missing:
        rounds += 1
        assert rounds < 20
        for seq in chance.sample(sorted(missing), len(missing)):
            settled = settled.add(seq, seq)
        missing = {seq for seq in missing if seq not in settled}
    assert settled == Settled(through=5_999)


@pytest.mark.parametrize(("first", "last"), [(0, 1), (5, 4), (-3, 2)])
def test_refuses_what_is_no_range(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="not a range"):
        NOTHING.add(first, last)
