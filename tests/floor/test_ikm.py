"""IKM: exact, rounded once, and no grade below the sample."""

import random
from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket.ikm import ELEMENTS, grade_of, index, of_answers, required_sample

# Krejcie and Morgan's table as the regulation prints it.
TABLE = {
    10: 10, 15: 14, 20: 19, 25: 24, 30: 28, 40: 36, 50: 44, 60: 52, 75: 63, 100: 80, 150: 108, 200: 132,
    300: 169, 400: 196, 500: 217, 1000: 278, 2000: 322, 5000: 357, 10000: 370, 100000: 383,
}  # fmt: skip
scores = st.fixed_dictionaries({element: st.integers(1, 4) for element in ELEMENTS})


@pytest.mark.parametrize(("population", "sample"), TABLE.items())
def test_the_sample_is_the_printed_tables(population, sample):
    # 100 000 prints as 384 in some editions and 383 by the formula.
    assert required_sample(population) == sample


def test_nobody_is_no_population():
    with pytest.raises(ValueError, match="population"):
        required_sample(0)


def oracle(totals, n):
    """The same in decimals of 60 places, by way of weights: another road to the same number."""
    getcontext().prec = 60
    weighted = sum((Decimal(total) / Decimal(n) / Decimal(9) for total in totals.values()), Decimal(0))
    return (weighted * 25).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def surveys_agree(count, seed):
    chance = random.Random(seed)
    answered, worst = 0, None
    while answered < count:
        n = chance.randint(1, 400)
        answered += n
        answers = [dict(zip(ELEMENTS, chance.choices((1, 2, 3, 4), k=9), strict=True)) for _ in range(n)]
        found = of_answers(answers, population=1)
        # Integers alone, no fraction at all: 25 * sum / (9 n), in hundredths, half up.
        total = sum(sum(answer.values()) for answer in answers)
        hundredths = (2 * 2500 * total + 9 * n) // (2 * 9 * n)
        assert found.exact == Fraction(25 * total, 9 * n)
        assert found.rounded == Fraction(hundredths, 100)
        totals = {element: sum(answer[element] for answer in answers) for element in ELEMENTS}
        # Decimals that do not end are rounded in their 60th place: a tie that is none is 10^-50 away.
        worst = max(worst or 0, abs(Fraction(oracle(totals, n)) - found.rounded))
    assert worst == 0


def test_a_hundred_thousand_random_surveys_agree_with_two_oracles():
    surveys_agree(100_000, seed=5)


@given(st.lists(scores, min_size=1, max_size=30))
def test_it_lies_between_25_and_100_and_knows_its_elements(answers):
    found = of_answers(answers, population=10)
    assert 25 <= found.exact <= 100
    assert set(found.elements) == set(ELEMENTS)
    assert found.n == len(answers)


def test_all_fours_are_a_hundred():
    answers = [dict.fromkeys(ELEMENTS, 4)] * 10
    found = of_answers(answers, population=10)
    assert found.rounded == 100
    assert found.grade == "A"


def test_below_the_sample_there_is_neither_grade_nor_figure():
    answers = [dict.fromkeys(ELEMENTS, 4)] * 9
    found = of_answers(answers, population=10)
    assert (found.n, found.required, found.missing) == (9, 10, 1)
    assert found.grade is None
    assert found.rounded is None


def test_without_a_population_nobody_can_tell_whether_it_is_enough():
    found = of_answers([dict.fromkeys(ELEMENTS, 4)] * 1000, population=0)
    assert found.required is None
    assert found.missing is None
    assert found.grade is None


@pytest.mark.parametrize(
    ("rounded", "grade"),
    [
        ("88.31", "A"),
        ("88.30", "B"),
        ("76.61", "B"),
        ("76.60", "C"),
        ("65.00", "C"),
        ("64.99", "D"),
        ("25", "D"),
    ],
)
def test_grades_begin_where_the_regulation_says(rounded, grade):
    assert grade_of(Fraction(rounded)) == grade


def test_a_grade_is_read_from_the_rounded_figure():
    # 88.305 is between the printed ranges; half up it is 88.31.
    n, total = 2000, 2000 * 9 * 88305 // 25000
    exact = Fraction(25 * total, 9 * n)
    assert Fraction("88.30") <= exact < Fraction("88.31")
    totals = dict.fromkeys(ELEMENTS, total // 9)
    totals["waktu"] += total - sum(totals.values())
    found = index(totals, n=n, population=1)
    assert found.grade == grade_of(found.rounded)


def test_impossible_sums_are_refused():
    with pytest.raises(ValueError, match="persyaratan"):
        index(dict.fromkeys(ELEMENTS, 5), n=1, population=1)
    with pytest.raises(ValueError, match="waktu"):
        of_answers([dict.fromkeys(ELEMENTS, 4) | {"waktu": 5}], population=1)
