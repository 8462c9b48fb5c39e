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
