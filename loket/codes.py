"""The short code by which a citizen follows a submission: seven symbols of its UUID and one to check them.

The code is *derived* from the submission's UUID, so a second click on "send" gives the same code, and it is
*kept* in the kiosk's register (`register.py`), because a UUID cannot be had back from 35 of its bits once
its row has left the outbox. Crockford's Base32 has no I, L, O or U to misread. The check symbol is a
weighted sum over GF(32) with weights 1, a, a^2, ...: every single wrong symbol and every swap of two symbols
is noticed (Crockford's own modulus 37 would need symbols that no keypad has).
"""

from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_BITS = 5 * (LENGTH - 1)
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_SEPARATORS = " -.\u2010\u2011\u2013\u2014\u00a0\t"


class NotACode(ValueError):
    """What was typed cannot be a code: a wrong length, a foreign symbol, or a slip that the check noticed."""


def code_of(submission: UUID) -> str:
    """The code of a submission, as it is kept: eight symbols without a separator."""
    number = submission.int >> (128 - _BITS)
    values = [number >> shift & 31 for shift in range(_BITS - 5, -1, -5)]
    return "".join(ALPHABET[value] for value in [*values, _check(values)])


def shown(code: str) -> str:
    """The code as a person reads it: K7QM-2XTD."""
    return f"{code[:4]}-{code[4:]}"


def read(typed: str) -> str:
    """The code that a person typed, whatever the case, with O for 0, I or L for 1, spaces and hyphens.

    Raises NotACode.
    """
    bare = _bare(typed)
    if len(bare) != LENGTH or any(symbol not in ALPHABET for symbol in bare):
        raise NotACode("not eight symbols of the code's alphabet")
    values = [ALPHABET.index(symbol) for symbol in bare]
    if _check(values[:-1]) != values[-1]:
        raise NotACode("the check symbol does not fit")
    return bare


def candidates(typed: str) -> tuple[str, ...]:
    """The codes that may be meant by what a person typed, the likeliest first, if one slip is forgiven.

    A slip is a wrong symbol, two neighbours swapped, one symbol too few or too many. What reads as a code is
    meant as it stands. The check symbol leaves about sixteen candidates of some three hundred, so whoever
    looks them up and finds more than one must not choose. Raises NotACode where one slip does not explain it.
    """
    bare = _bare(typed)
    if not LENGTH - 1 <= len(bare) <= LENGTH + 1:
        raise NotACode("not about eight symbols")
    values = [ALPHABET.find(symbol) for symbol in bare]
    if len(values) == LENGTH and _fits(values):
        return (bare,)
    if len(values) == LENGTH:
        found = [*_swapped(values), *_replaced(values)]
    elif len(values) < LENGTH:
        found = [[*values[:at], any_, *values[at:]] for at in range(LENGTH) for any_ in range(32)]
    else:
        found = [[*values[:at], *values[at + 1 :]] for at in range(LENGTH + 1)]
    meant = dict.fromkeys("".join(ALPHABET[value] for value in each) for each in found if _fits(each))
    if not meant:
        raise NotACode("not one slip away from a code")
    return tuple(meant)


_ALIKE = frozenset(
    frozenset(map(ALPHABET.index, pair))
    for pair in (
        "0D", "0Q", "09", "17", "1J", "2Z", "38", "3E", "4A", "5S", "68",
        "6B", "6G", "8B", "CG", "EF", "KX", "MN", "PR", "VW", "VY",
    )
)  # fmt: skip
"""Symbols that look or sound alike: meant one for the other more often than others."""


def _swapped(values: list[int]) -> list[list[int]]:
    return [
        [*values[:at], values[at + 1], values[at], *values[at + 2 :]]
        for at in range(LENGTH - 1)
        if values[at] != values[at + 1]
    ]


def _replaced(values: list[int]) -> list[list[int]]:
    """Every code that differs in one place, those first in which the two symbols look alike."""
    found = [(at, other) for at, value in enumerate(values) for other in range(32) if other != value]
    found.sort(key=lambda change: frozenset({values[change[0]], change[1]}) not in _ALIKE)
    return [[*values[:at], other, *values[at + 1 :]] for at, other in found]


def _fits(values: list[int]) -> bool:
    return min(values) >= 0 and _check(values[:-1]) == values[-1]


def _bare(typed: str) -> str:
    return typed.translate({ord(separator): None for separator in _SEPARATORS}).upper().translate(_READ_AS)


def _check(values: list[int]) -> int:
    total, weight = 0, 1
    for value in values:
        weight = _times(weight, 2)
        total ^= _times(weight, value)
    return total


def _times(left: int, right: int) -> int:
    """Product in GF(32) with the primitive polynomial x^5 + x^2 + 1."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 32:
            left ^= 0b100101
        right >>= 1
    return product
