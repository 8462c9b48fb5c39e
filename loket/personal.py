"""Numbers that tell who somebody is: the NIK read by its rule, and NIK and telephone numbers found in text.

A NIK has sixteen digits, `PPRRSS DDMMYY XXXX`: where it was issued, the date of birth (for women 40 is added
to the day), and a serial number; it has no check digit. The number of a family card (KK) has the same form.

What is found in text is found by rule, so it errs to one side: sixteen digits that are no NIK may be one that
was mistyped, and are masked too.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MASK = "•"
NIK_DIGITS = 16


class Sex(StrEnum):
    """What the day of a NIK tells."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True)
class Nik:
    """A NIK. `district` (`17.07.01`) is where it was issued; it need not be a district that still exists."""

    digits: str
    district: str
    born: date
    sex: Sex
    serial: int


class NotANik(ValueError):
    """It cannot be a NIK; `why` says which part is wrong."""

    def __init__(self, why: "Wrong") -> None:
        """`why` is for the page, which says it in the reader's language."""
        super().__init__(why.value)
        self.why = why


class Wrong(StrEnum):
    """What is wrong with a NIK."""

    DIGITS = "not sixteen digits"
    DISTRICT = "its first six digits are no place"
    DATE = "its date of birth is no date"
    SERIAL = "its last four digits are none that are given"


def read_nik(typed: str, *, today: date) -> Nik:
    """The NIK that a person typed, with or without spaces and hyphens, in any script's digits.

    The year has two digits: it is the latest that does not lie after `today`. Raises NotANik.
    """
    bare = "".join(_digit(letter) or letter for letter in typed if letter not in _BETWEEN)
    if len(bare) != NIK_DIGITS or not (bare.isascii() and bare.isdecimal()):
        raise NotANik(Wrong.DIGITS)
    if any(bare[at : at + 2] == "00" for at in (0, 2, 4)) or bare[0] == "0":
        raise NotANik(Wrong.DISTRICT)
    if bare[12:] == "0000":
        raise NotANik(Wrong.SERIAL)
    born = _born(int(bare[6:8]), int(bare[8:10]), int(bare[10:12]), today=today)
    return Nik(
        digits=bare,
        district=f"{bare[:2]}.{bare[2:4]}.{bare[4:6]}",
        born=born,
        sex=Sex.FEMALE if int(bare[6:8]) > 40 else Sex.MALE,
        serial=int(bare[12:]),
    )


def _born(day: int, month: int, year: int, *, today: date) -> date:
    """The date of birth. Raises NotANik."""
    day = day - 40 if day > 40 else day
    for century in (2000, 1900):
        try:
            born = date(century + year, month, day)
        except ValueError:
            continue  # 29 February of a year that has none may be one of the other century
        if born <= today:
            return born
    raise NotANik(Wrong.DATE)


# -- in text -----------------------------------------------------------------------------------------------


class Sort(StrEnum):
    """What a number in a text is, or may be."""

    NIK = "nik"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a text, from `start` to before `end`."""

    sort: Sort
    start: int
    end: int


_BETWEEN = frozenset(" \t\u00a0-\u2010\u2011\u2012\u2013\u2014.,/()_")
_GAP_MOST = 3
_LONGEST = 20
_RUN = re.compile(rf"(?<![\d{MASK}])\d+")  # not the two digits that were left of a masked number
_DATE = re.compile(r"(\d{1,2}[-./ ]){2}(\d{2}){1,2}(?!\d)")


@dataclass(frozen=True, slots=True)
class _Group:
    """Digits that stand together, and what stands between them and those before."""

    digits: str
    start: int
    end: int
    gap: str


def find(text: str) -> list[Found]:
    """The numbers in `text` that are, or may be, a NIK or a telephone number, in their order.

    Digits of any script count, with up to three spaces, hyphens, dots or slashes between them. Numbers
    written in words are not found.
    """
    groups, found, at = _groups(text), list[Found](), 0
    while at < len(groups):
        taken = _taken(groups, at, text)
        if taken is None:
            at += 1
            continue
        sort, last = taken
        found.append(Found(sort=sort, start=_start(groups[at], text), end=groups[last].end))
        at = last + 1
    return found


def mask(text: str) -> str:
    """`text` with the digits of each number that `find` finds masked; of a telephone number, two remain."""
    letters = list(text)
    for each in find(text):
        places = [at for at in range(each.start, each.end) if _digit(letters[at])]
        kept = 2 if each.sort is Sort.PHONE else 0
        for at in places[: len(places) - kept]:
            letters[at] = MASK
    return "".join(letters)


def _groups(text: str) -> list[_Group]:
    plain = "".join(_digit(letter) or ("x" if letter.isdecimal() else letter) for letter in text)
    groups, before = list[_Group](), 0
    for match in _RUN.finditer(plain):
        groups.append(_Group(match.group(), match.start(), match.end(), plain[before : match.start()]))
        before = match.end()
    return groups


def _taken(groups: Sequence[_Group], at: int, text: str) -> tuple[Sort, int] | None:
    """What begins with the group `at`, and the last group of it; the longest, if several do."""
    best: tuple[Sort, int] | None = None
    for last, parts in _joined(groups, at):
        digits = "".join(part.digits for part in parts)
        if len(digits) == NIK_DIGITS or (len(parts) == 1 and len(digits) > NIK_DIGITS):
            best = Sort.NIK, last
        elif _is_phone(parts, plus=groups[at].gap.endswith("+"), text=text):
            best = Sort.PHONE, last
    return best


def _joined(groups: Sequence[_Group], at: int) -> Iterator[tuple[int, Sequence[_Group]]]:
    """The groups from `at` on that may be one number: the last one's place, and the groups."""
    yield at, groups[at : at + 1]
    length = len(groups[at].digits)
    for last in range(at + 1, len(groups)):
        gap = groups[last].gap
        length += len(groups[last].digits)
        if len(gap) > _GAP_MOST or not _BETWEEN.issuperset(gap) or length > _LONGEST:
            return
        yield last, groups[at : last + 1]


def _is_phone(parts: Sequence[_Group], *, plus: bool, text: str) -> bool:
    """Whether the groups are a telephone number of Indonesia, as people write one."""
    digits = "".join(part.digits for part in parts)
    if plus or digits.startswith("0062"):
        foreign = digits.removeprefix("00")
        return 9 <= len(foreign) <= 15 if not foreign.startswith("62") else 10 <= len(foreign) <= 15
    if _DATE.match(text, parts[0].start) or len(parts[0].digits) < 3:
        return False
    if digits.startswith("62"):
        return 11 <= len(digits) <= 15 and digits[2] in "23456789" and _whole(parts)
    if digits.startswith("0"):
        return digits[1] in "23456789" and (9 if digits[1] != "8" else 10) <= len(digits) <= 14
    return digits.startswith("8") and 9 <= len(digits) <= 12 and digits[1] != "0" and _whole(parts)


def _whole(parts: Sequence[_Group]) -> bool:
    """Whether it is not an amount of money: 8.500.000.000 has dots or commas between."""
    return not any("." in part.gap or "," in part.gap for part in parts[1:])


def _start(group: _Group, text: str) -> int:
    return group.start - 1 if group.start and text[group.start - 1] == "+" else group.start


def _digit(letter: str) -> str:
    """The digit 0 to 9 that a letter of any script is, or the empty string."""
    value = unicodedata.decimal(letter, None)
    return "" if value is None else str(value)
