"""NIK by its rule, against a calendar; numbers in text found and masked, and nothing else touched."""

import calendar
import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loket.personal import MASK, Found, NotANik, Sex, Sort, Wrong, find, mask, read_nik

TODAY = date(2026, 11, 23)
SEPARATORS = ["", " ", "-", ".", "\u2013", " - ", "/"]

born = st.dates(date(1926, 11, 24), TODAY)
part = st.integers(1, 99)
serials = st.integers(1, 9999)


def nik(day: date, *, female: bool = False, place: str = "170701", serial: int = 1) -> str:
    return f"{place}{day.day + 40 * female:02}{day.month:02}{day.year % 100:02}{serial:04}"


@given(born, st.booleans(), st.tuples(st.integers(11, 99), part, part), serials)
def test_reads_every_nik_that_can_be_given(
    day: date, female: bool, place: tuple[int, int, int], serial: int
) -> None:
    number = nik(day, female=female, place="".join(f"{each:02}" for each in place), serial=serial)
    read = read_nik(number, today=TODAY)
    assert read.born == day
    assert read.sex is (Sex.FEMALE if female else Sex.MALE)
    assert read.serial == serial
    assert read.district == ".".join(f"{each:02}" for each in place)


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_accepts_exactly_the_days_of_the_calendar(day: int, month: int, year: int) -> None:
    """The calendar's own table is the oracle: days 1-31 and 41-71 that their month has in either century."""
    bare = day - 40 if day > 40 else day
    real = 1 <= month <= 12 and any(
        1 <= bare <= calendar.monthrange(century + year, month)[1]
        and date(century + year, month, bare) <= TODAY
        for century in (1900, 2000)
    )
    number = f"170701{day:02}{month:02}{year:02}0001"
    if real:
        assert read_nik(number, today=TODAY).digits == number
    else:
        with pytest.raises(NotANik) as error:
            read_nik(number, today=TODAY)
        assert error.value.why is Wrong.DATE


def test_29_february_is_of_the_century_that_has_one() -> None:
    assert read_nik("1707012902000001", today=TODAY).born == date(2000, 2, 29)
    with pytest.raises(NotANik):
        read_nik("1707012902010001", today=TODAY)


def test_a_birth_that_would_lie_ahead_is_of_the_century_before() -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert read_nik(nik(tomorrow), today=TODAY).born == tomorrow.replace(year=1926)
    assert read_nik(nik(TODAY), today=TODAY).born == TODAY


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", Wrong.DIGITS),
        ("170701410390000", Wrong.DIGITS),
        ("17070141039000011", Wrong.DIGITS),
        ("17070141039000O1", Wrong.DIGITS),
        ("0007014103900001", Wrong.DISTRICT),
        ("1700014103900001", Wrong.DISTRICT),
        ("1707004103900001", Wrong.DISTRICT),
        ("0707014103900001", Wrong.DISTRICT),
        ("1707013203900001", Wrong.DATE),
        ("1707014003900001", Wrong.DATE),
        ("1707010003900001", Wrong.DATE),
        ("1707017203900001", Wrong.DATE),
        ("1707013104900001", Wrong.DATE),
        ("1707010113900001", Wrong.DATE),
        ("1707014103900000", Wrong.SERIAL),
    ],
)
def test_what_cannot_be_a_nik_is_told_apart(typed: str, why: Wrong) -> None:
    with pytest.raises(NotANik) as error:
        read_nik(typed, today=TODAY)
    assert error.value.why is why


@pytest.mark.parametrize(
    "typed",
    [
        "1707 0141 0390 0001",
        "170701-410390-0001",
        "17.07.01.41.03.90.0001",
        "１７０７０１４１０３９００００１",
    ],
)
def test_reads_it_as_people_write_it(typed: str) -> None:
    assert read_nik(typed, today=TODAY).digits == "1707014103900001"


@given(st.text(max_size=60))
def test_reading_any_text_never_fails_otherwise(text: str) -> None:
    with contextlib.suppress(NotANik):
        assert len(read_nik(text, today=TODAY).digits) == 16


# -- in text -----------------------------------------------------------------------------------------------

words = st.text(st.characters(categories=["Lu", "Ll", "Zs", "Po"], exclude_characters=MASK), max_size=30)
phones = st.one_of(
    st.tuples(st.sampled_from(["08", "+628", "628", "00628"]), st.integers(10**8, 10**10 - 1)).map(
        lambda parts: f"{parts[0]}{parts[1]}"
    ),
    st.tuples(st.sampled_from(["0736", "0738", "021"]), st.integers(10**6, 10**8 - 1)).map(
        lambda parts: f"{parts[0]}{parts[1]}"
    ),
)


@st.composite
def spaced(draw: st.DrawFn, numbers: st.SearchStrategy[str], *, first: int = 4) -> str:
    """A number cut into groups with one sort of separator between."""
    number, separator = draw(numbers), draw(st.sampled_from(SEPARATORS))
    head = first + number.startswith("+")
    cuts = sorted(draw(st.sets(st.integers(head, len(number) - 2), max_size=3)))
    groups = [number[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
    return separator.join(groups)


niks = st.builds(nik, born, female=st.booleans(), serial=serials)


@given(words, spaced(niks, first=2), words)
def test_finds_a_nik_among_words_and_leaves_none_of_it(before: str, number: str, after: str) -> None:
    text = f"{before} x{number}x {after}"
    masked = mask(text)
    assert not any(letter.isdigit() for letter in masked)
    assert [each.sort for each in find(text)] == [Sort.NIK]


@given(words, spaced(phones), words)
def test_finds_a_phone_number_and_leaves_its_last_two_digits(before: str, number: str, after: str) -> None:
    if "." in number and number.startswith(("62", "8")):
        return  # could be an amount of money
    masked = mask(f"{before}: {number}; {after}")
    assert sum(letter.isdigit() for letter in masked) == 2


@given(st.text(st.characters(categories=["Nd", "Zs", "Pd", "Po", "Ll"]), max_size=80))
@example("0812-3456-7808 12345678901234")
@example("1707014103900001 1707014103900001")
@example("\u0661" * 16)
def test_masking_hides_all_that_is_found_and_touches_nothing_else(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert find(masked) == []
    assert mask(masked) == masked
    hidden = {at for each in find(text) for at in range(each.start, each.end)}
    assert all(text[at] == masked[at] for at in range(len(text)) if at not in hidden)
    assert all(masked[at] in (text[at], MASK) for at in range(len(text)))


@pytest.mark.parametrize(
    "text",
    [
        "Jalan rusak sejak 02-11-2026 14.30, lubang 30 cm.",
        "Biayanya Rp 85.000.000.000, katanya Rp 1.250.000.",
        "RT 003/RW 005 no. 12, kode pos 39119",
        "Antre dari jam 08.00 sampai 12.30 tgl 03/11/26 08.00",
        "Sudah 3 x lapor, 112 tidak diangkat, 2025 dan 2026",
        "K7QM-2XTD",
        "",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("NIK saya 1707014103900001, hp 0812-3456-7890.", "NIK saya ••••••••••••••••, hp ••••-••••-••90."),
        ("WA +62 812 3456 7890 ya", "WA +•• ••• •••• ••90 ya"),
        ("WA812 3456 7890", "WA••• •••• ••90"),
        ("kantor (0738) 21234", "kantor (••••) •••34"),
        ("KK 1707 0112 0690 0009", "KK •••• •••• •••• ••••"),
        ("17070141039000010812345678", "••••••••••••••••••••••••••"),
        ("typo 1707019903900001", "typo ••••••••••••••••"),
    ],
)
def test_masks_as_people_write(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_tells_where_it_stands() -> None:
    assert find("hp: +6281234567890!") == [Found(sort=Sort.PHONE, start=4, end=18)]
