"""Options in pages: everything is reached, nothing twice, and nine keys always suffice."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.kiosk.web.options import MOST, Page, page_of

NAMES = st.lists(st.text("abcdef", min_size=1, max_size=3), max_size=40, unique=True)


def pages(names: list[str], first: list[str]) -> list[Page[str]]:
    """Every page, from the first on, as the key for more shows them."""
    one = page_of(names, name=str, first=first, number=0)
    return [page_of(names, name=str, first=first, number=number) for number in range(one.count)]


@given(NAMES, st.lists(st.text("abcdef", max_size=3), max_size=3, unique=True))
def test_everything_is_shown_once(names: list[str], first: list[str]) -> None:
    shown = [name for page in pages(names, first) for name in page.shown]
    assert sorted(shown) == sorted(names)


@given(NAMES, st.lists(st.text("abcdef", max_size=3), max_size=3, unique=True))
def test_nine_keys_suffice(names: list[str], first: list[str]) -> None:
    for page in pages(names, first):
        assert len(page.shown) + (page.count > 1) <= MOST


@given(NAMES, st.lists(st.text("abcdef", max_size=3), max_size=3, unique=True))
def test_what_is_suggested_stands_first_in_its_order(names: list[str], first: list[str]) -> None:
    known = [name for name in first if name in names]
    page = page_of(names, name=str, first=first, number=0)
    assert page.suggested is bool(known)
    if known:
        assert list(page.shown) == known


@given(NAMES.filter(bool), st.data())
def test_what_was_chosen_is_on_the_page_shown(names: list[str], data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(names))
    assert chosen in page_of(names, name=str, chosen=chosen).shown


@given(NAMES, st.integers(0, 100))
def test_pages_are_counted_around(names: list[str], number: int) -> None:
    page = page_of(names, name=str, number=number)
    assert page.number == number % page.count
    assert page == page_of(names, name=str, number=number + page.count)
