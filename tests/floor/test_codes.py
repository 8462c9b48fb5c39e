"""Codes: derived from the UUID, read tolerantly, every slip noticed."""

import contextlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket import codes

uuids = st.uuids()
places = st.integers(0, codes.LENGTH - 1)


@given(uuids)
def test_reads_what_it_shows(submission: UUID) -> None:
    code = codes.code_of(submission)
    assert codes.read(codes.shown(code)) == code
    assert len(code) == 8
    assert codes.code_of(submission) == code


@given(uuids, st.data())
def test_reads_it_however_it_is_typed(submission: UUID, data: st.DataObject) -> None:
    code = codes.code_of(submission)
    alike = {"0": "0oO", "1": "1iIlL", "V": "vVuU"}
    typed = "".join(data.draw(st.sampled_from(alike.get(symbol, symbol + symbol.lower()))) for symbol in code)
    separators = data.draw(st.lists(st.sampled_from(["", " ", "-", "\u2013", ". "]), min_size=8, max_size=8))
    assert codes.read("".join(s + t for s, t in zip(separators, typed, strict=True))) == code


@given(uuids, places, st.sampled_from(codes.ALPHABET))
def test_notices_every_wrong_symbol(submission: UUID, place: int, symbol: str) -> None:
    code = codes.code_of(submission)
    if code[place] == symbol:
        return
    with pytest.raises(codes.NotACode):
        codes.read(code[:place] + symbol + code[place + 1 :])


@given(uuids, places, places)
def test_notices_every_swap(submission: UUID, one: int, other: int) -> None:
    symbols = list(codes.code_of(submission))
    if symbols[one] == symbols[other]:
        return
    symbols[one], symbols[other] = symbols[other], symbols[one]
    with pytest.raises(codes.NotACode):
        codes.read("".join(symbols))


@given(st.text(max_size=40))
def test_never_fails_otherwise_on_any_text(typed: str) -> None:
    with contextlib.suppress(codes.NotACode):
        assert len(codes.read(typed)) == 8


def test_the_code_of_a_known_uuid_stays_what_it_is() -> None:
    assert codes.code_of(UUID("12345678-1234-4234-8234-123456789abc")) == "28T5CY0Y"


# -- one slip forgiven -------------------------------------------------------------------------------------

symbols = st.sampled_from(codes.ALPHABET)


@given(uuids)
def test_a_code_is_meant_as_it_stands(submission: UUID) -> None:
    code = codes.code_of(submission)
    assert codes.candidates(codes.shown(code)) == (code,)


@given(uuids, places, symbols)
def test_forgives_a_wrong_symbol(submission: UUID, place: int, symbol: str) -> None:
    code = codes.code_of(submission)
    assert code in codes.candidates(code[:place] + symbol + code[place + 1 :])


@given(uuids, places, st.sampled_from("!#$%&*?@é😀"))
def test_forgives_a_foreign_symbol(submission: UUID, place: int, symbol: str) -> None:
    code = codes.code_of(submission)
    assert codes.candidates(code[:place] + symbol + code[place + 1 :]) == (code,)


@given(uuids, st.integers(0, codes.LENGTH - 2))
def test_forgives_two_neighbours_swapped(submission: UUID, place: int) -> None:
    code = codes.code_of(submission)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    found = codes.candidates(swapped)
    assert code in found
    if swapped != code:
        assert found.index(code) < codes.LENGTH - 1


@given(uuids, places)
def test_forgives_a_symbol_too_few(submission: UUID, place: int) -> None:
    code = codes.code_of(submission)
    assert code in codes.candidates(code[:place] + code[place + 1 :])


@given(uuids, st.integers(0, codes.LENGTH), symbols)
def test_forgives_a_symbol_too_many(submission: UUID, place: int, symbol: str) -> None:
    code = codes.code_of(submission)
    assert code in codes.candidates(code[:place] + symbol + code[place:])


@given(st.text(alphabet=codes.ALPHABET, min_size=7, max_size=9))
def test_every_candidate_is_a_code_and_they_are_few(typed: str) -> None:
    with contextlib.suppress(codes.NotACode):
        found = codes.candidates(typed)
        assert all(codes.read(code) == code for code in found)
        assert len(set(found)) == len(found) <= 16


@given(st.text(max_size=40))
def test_candidates_of_any_text_never_fail_otherwise(typed: str) -> None:
    with contextlib.suppress(codes.NotACode):
        assert codes.candidates(typed)


def test_two_slips_are_not_forgiven() -> None:
    with pytest.raises(codes.NotACode):
        codes.candidates("28T5C!?Y")
    assert "28T5CY0Y" not in codes.candidates("82T5CY0Z")


def test_what_looks_alike_comes_before_what_does_not() -> None:
    assert codes.candidates("28TSCY0Y").index("28T5CY0Y") <= 2
