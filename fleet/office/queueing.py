"""How a queue stands and who is next. Pure."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

LATELY = 10
"""So many services make up what one takes."""
AWAITED_CALLS = 2
"""Who asked to be called by voice is called so often before they are not there."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits: a ticket's UUID, its number, and when it was taken (s since 1970)."""

    ticket: str
    number: str
    taken_at: float


@dataclass(frozen=True, slots=True)
class Service:
    """One that was served: from the call to the end, both s since 1970, at counter `counter`."""

    counter: int
    called_at: float
    ended_at: float


def in_order(waiting: Sequence[Waiting]) -> list[Waiting]:
    """Who is next: by when the number was taken, so one that was transferred keeps its place.

    Equal times (a kiosk whose clock stands still) go by the number, as it counts.
    """
    return sorted(waiting, key=lambda one: (one.taken_at, _counted(one.number), one.ticket))


def minutes_each(lately: Sequence[Service], *, counters_open: int, usual_minutes: float) -> float:
    """How many minutes pass between two calls, by all open counters together.

    The median of the last services, for one that lasted an hour says nothing of the next; below three of
    them, what is usual. Without an open counter it is as if one were.
    """
    newest = sorted(lately, key=lambda one: one.ended_at)[-LATELY:]
    if len(newest) < 3:
        each = usual_minutes
    else:
        each = statistics.median(max(0.0, one.ended_at - one.called_at) for one in newest) / 60
    return each / max(1, counters_open)


def wait_minutes(ahead: int, each: float) -> float:
    """How long somebody waits before whom so many wait."""
    return (ahead + 1) * each


def may_be_missed(*, audible: bool, calls: int) -> bool:
    """Whether a ticket that was called may be given up as not there."""
    return not audible or calls >= AWAITED_CALLS


def _counted(number: str) -> int:
    return int("".join(sign for sign in number if sign.isdigit()) or 0)
