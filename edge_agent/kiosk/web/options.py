"""Options in pages: never more than nine keys on one, what is suggested first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST = 9
"""The keys 1 to 9 choose."""
PER_PAGE = 8
"""Where there are more, the ninth key shows the next page."""

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Page(Generic[Thing]):
    """What is shown of many: page `number` of `count`, from 0. `suggested`: all on it are suggestions."""

    shown: tuple[Thing, ...]
    number: int
    count: int
    suggested: bool = False


def page_of(
    things: Sequence[Thing],
    *,
    name: Callable[[Thing], str],
    first: Sequence[str] = (),
    chosen: str = "",
    number: int | None = None,
) -> Page[Thing]:
    """Page `number` (counted around) of `things`; without one, that of the thing `chosen`, else the first.

    Those whose names are in `first` make up the first page, in that order.
    """
    named = {name(thing): thing for thing in things}
    suggested = [named[wanted] for wanted in first if wanted in named]
    rest = [thing for thing in things if thing not in suggested]
    size = MOST if not suggested and len(rest) <= MOST else PER_PAGE
    pages = [suggested] if suggested else []
    pages += [rest[at : at + size] for at in range(0, len(rest), size)]
    pages = pages or [[]]
    at_chosen = (
        at for at, page in enumerate(pages) if chosen and any(name(thing) == chosen for thing in page)
    )
    at = next(at_chosen, 0) if number is None else number % len(pages)
    return Page(tuple(pages[at]), at, len(pages), suggested=bool(suggested) and at == 0)
