"""The satisfaction survey SKM and its index IKM (PermenPANRB 14/2017), in exact rational arithmetic.

Nine elements, each judged from 1 to 4 and of equal weight. IKM is the mean of the elements' means times 25.
The weight that forms print, 0.11, would cap it at 99; here it is 1/9. It is rounded once, at the very end,
and the grade is read from the rounded value, because the printed ranges leave gaps between them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

ELEMENTS = (
    "persyaratan", "prosedur", "waktu", "biaya", "produk", "kompetensi", "perilaku", "sarana", "pengaduan",
)  # fmt: skip
"""The nine elements by name: applications swap the eighth and the ninth, so nothing here goes by number."""

_GRADES = ((Fraction("88.31"), "A"), (Fraction("76.61"), "B"), (Fraction("65.00"), "C"), (Fraction(0), "D"))
_CHI_SQUARE = Fraction("3.841")
_VARIANCE = Fraction("0.25")
_ERROR_SQUARED = Fraction("0.0025")


@dataclass(frozen=True, slots=True)
class Index:
    """What the answers come to.

    `required` is the sample that the population needs (None: the population is not known). `grade` and
    `rounded` are None below the sample: then nothing may be shown but `n` and `missing`.
    """

    n: int
    required: int | None
    exact: Fraction | None
    elements: Mapping[str, Fraction]

    @property
    def missing(self) -> int | None:
        """How many answers are still needed; None where the population is not known."""
        return None if self.required is None else max(0, self.required - self.n)

    @property
    def rounded(self) -> Fraction | None:
        """The index in hundredths, or None below the required sample."""
        return None if self.exact is None or self.missing != 0 else _hundredths(self.exact)

    @property
    def grade(self) -> str | None:
        """A to D, or None below the required sample."""
        return None if self.rounded is None else grade_of(self.rounded)


def required_sample(population: int) -> int:
    """How many answers a population needs (Krejcie and Morgan, as the regulation's table has it).

    Raises ValueError for a population below 1.
    """
    if population < 1:
        raise ValueError("a population is at least 1")
    top = _CHI_SQUARE * population * _VARIANCE
    return _half_up(top / (_ERROR_SQUARED * (population - 1) + _CHI_SQUARE * _VARIANCE))


def index(totals: Mapping[str, int], *, n: int, population: int) -> Index:
    """The index of `n` answers with these sums of scores by element; `population` 0: not known.

    Raises ValueError where an element is missing or a sum is impossible.
    """
    required = required_sample(population) if population > 0 else None
    if n == 0:
        return Index(n=0, required=required, exact=None, elements={})
    for element in ELEMENTS:
        if not n <= totals.get(element, 0) <= 4 * n:
            raise ValueError(f"{element}: the sum of {n} scores of 1 to 4 cannot be {totals.get(element)}")
    elements = {element: Fraction(totals[element], n) for element in ELEMENTS}
    exact = sum(elements.values(), Fraction(0)) * 25 / len(ELEMENTS)
    return Index(n=n, required=required, exact=exact, elements=elements)


def of_answers(answers: Iterable[Mapping[str, int]], *, population: int) -> Index:
    """The index of answers, each with its nine scores by element. Raises ValueError as `index`."""
    totals, n = dict.fromkeys(ELEMENTS, 0), 0
    for answer in answers:
        n += 1
        for element in ELEMENTS:
            score = answer[element]
            if not 1 <= score <= 4:
                raise ValueError(f"{element}: {score} is no score from 1 to 4")
            totals[element] += score
    return index(totals, n=n, population=population)


def grade_of(rounded: Fraction) -> str:
    """The grade of an index that was rounded to hundredths: A >= 88.31, B >= 76.61, C >= 65.00, else D."""
    return next(grade for least, grade in _GRADES if rounded >= least)


def _hundredths(value: Fraction) -> Fraction:
    return Fraction(_half_up(value * 100), 100)


def _half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()
