"""Words: cleaned at the door."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.kiosk.words import clean


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text, lines=True)
    assert clean(once, lines=True) == once


@given(st.text(alphabet=st.characters()))
def test_keeps_no_control_character(text: str) -> None:
    cleaned = clean(text, lines=True)
    assert all(character == "\n" or unicodedata.category(character) != "Cc" for character in cleaned)
    assert "\n" not in clean(text, lines=False)
    cleaned.encode()


def test_keeps_what_people_write() -> None:
    text = "Jalan rusak 😀👨‍👩‍👧 di Muara Aman\nمرحبا — «ñ»"
    assert clean(text, lines=True) == text


def test_drops_what_shows_other_than_it_reads() -> None:
    assert clean("a\u202eb\u2066c\x00\x1b[31m\x7f\ufeffd\r\ne", lines=True) == "abc[31md\ne"
