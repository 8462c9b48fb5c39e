"""A case: told once when it has lasted, cleared once, whatever the looks say."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract.events import Tamper
from edge_agent.vision.tamper import case
from edge_agent.vision.tamper.case import Case, Ended, Fine, Started, Telling

SIGNS = st.none() | st.sampled_from(get_args(Tamper)[:2])


def played(signs: list[Tamper | None], *, every_s: float, after_s: float, clear_s: float) -> list[Telling]:
    state: Case = Fine()
    told: list[Telling] = []
    for number, sign in enumerate(signs):
        state, said = case.step(state, number * every_s, sign, after_s=after_s, clear_s=clear_s)
        told += said
    return told


@given(st.lists(SIGNS, max_size=80), st.floats(0.5, 20), st.floats(2, 60), st.floats(1, 60))
def test_beginnings_and_ends_alternate_and_none_is_early(
    signs: list[Tamper | None], every_s: float, after_s: float, clear_s: float
) -> None:
    told = played(signs, every_s=every_s, after_s=after_s, clear_s=clear_s)
    assert [type(one) for one in told] == [Started, Ended] * (len(told) // 2) + [Started] * (len(told) % 2)
    for one in told:
        if isinstance(one, Started):
            assert one.at_s - one.since_s >= after_s
            first = round(one.since_s / every_s)
            assert all(signs[first : round(one.at_s / every_s) + 1])
    for started, ended in zip(told[::2], told[1::2], strict=False):
        assert (started.tamper, started.since_s) == (ended.tamper, ended.since_s)
        assert ended.at_s > started.at_s


def test_a_moment_is_not_told() -> None:
    assert played([None, "covered", "covered", "covered", None] * 9, every_s=2, after_s=10, clear_s=5) == []


def test_a_moment_without_does_not_clear_it() -> None:
    signs: list[Tamper | None] = ["covered"] * 8 + [None, "covered"] * 8
    assert [type(one) for one in played(signs, every_s=2, after_s=10, clear_s=5)] == [Started]


def test_it_is_told_under_the_name_that_most_looks_gave() -> None:
    signs: list[Tamper | None] = ["defocused", "covered", "covered", "covered", "covered", "covered"]
    (told,) = played(signs, every_s=2, after_s=10, clear_s=5)
    assert told == Started("covered", 0, 10)


def test_two_looks_far_apart_are_no_proof() -> None:
    assert played(["covered", "covered"], every_s=600, after_s=10, clear_s=5) == []
