"""Whoever deals with cases outside: the port, what crosses it, and what of it is new."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from fleet.office.states import Sort


@dataclass(frozen=True, slots=True)
class Passed:
    """What is passed on of a case. A citizen's words are sealed: they go only where an officer sends them.

    `topic` is the permit's name where it is an application for one.
    """

    subject: str
    sort: Sort
    category: str | None
    topic: str | None
    agency: str | None
    place: str | None


@dataclass(frozen=True, slots=True)
class News:
    """A step that the other side took; `at` in s since 1970, UTC, `state` as our cases have it."""

    state: str
    at: float
    reason: str = ""


class Holder(Protocol):
    """Deals with cases of one sort. Passing one on twice is passing it on once."""

    def pass_on(self, case: Passed) -> str:
        """Hand a case over; returns the number by which the other side knows it.

        Raises Away, Declined.
        """
        ...

    def news(self, reference: str) -> Sequence[News]:
        """What became of it so far, the first state too, the oldest first. Raises Away, Declined."""
        ...


def fresh(told: Sequence[News], *, known: Sequence[str]) -> list[News]:
    """What of the news is not among the states that a case went through; both the oldest first.

    A state may come more than once, so each is counted against one of the known ones, in order.
    """
    rest: Iterator[str] = iter(known)
    for place, news in enumerate(told):
        if news.state not in rest:  # looks on from where the last one was found
            return list(told[place:])
    return []
