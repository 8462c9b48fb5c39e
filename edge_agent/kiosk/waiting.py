"""Waiting: where a ticket stands in its queue, as far as the service centre has told."""

import math
from dataclasses import dataclass

from edge_agent.contract.notices import QueueState

ROUND_TO_MIN = 5
"""Estimates are told in steps of so many minutes, rounded up: nobody is to miss a call by our precision."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands. `ahead` is how many come before it, `minutes` an estimate; None: not known.

    `calling` is the number that was called last; empty: none, or not known.
    """

    ahead: int | None = None
    minutes: int | None = None
    calling: str = ""


def place_of(ticket: str, *, day: str, queue: QueueState | None, usual_minutes: float) -> Place:
    """The place of `ticket`, for `day`, in a queue as it was told; of another day it tells nothing.

    A queue that has not been measured takes `usual_minutes` each.
    """
    if queue is None or queue.day != day:
        return Place()
    if ticket not in queue.waiting:
        return Place(calling=queue.calling)
    ahead = queue.waiting.index(ticket)
    each = queue.minutes_each or usual_minutes
    return Place(
        ahead=ahead, minutes=math.ceil(ahead * each / ROUND_TO_MIN) * ROUND_TO_MIN, calling=queue.calling
    )
