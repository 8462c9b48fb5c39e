"""By when the next step of a case is owed. Pure: the history and a calendar in, a time out.

Complaints by the clock of SP4N-LAPOR!, in working days: forwarded within 3, followed up within 5 (14 for a
violation, 60 where somebody must go and look), and closed when nobody has replied 10 days after the answer.
Permits by their standard of service, which does not run while the citizen is to repair something.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fleet.office.states import Sort
from loket.workdays import Calendar


class Pace(StrEnum):
    """How long a complaint may take to be followed up."""

    USUAL = "usual"
    VIOLATION = "violation"
    INSPECTION = "inspection"


FORWARD_DAYS = 3
FOLLOW_UP_DAYS = {Pace.USUAL: 5, Pace.VIOLATION: 14, Pace.INSPECTION: 60}
CLOSE_DAYS = 10
PERMIT_DAYS = 14
"""What a permit takes whose sheet is not in the region's folder."""


@dataclass(frozen=True, slots=True)
class Past:
    """A step that was taken: `state` since `at` (s since 1970)."""

    state: str
    at: float


def due(
    sort: Sort, past: Sequence[Past], *, calendar: Calendar, pace: Pace, permit_days: int = PERMIT_DAYS
) -> float | None:
    """When the next step is owed after `past` (the oldest first); None where nothing is.

    For an answered complaint it is when it closes by itself.
    """
    if not past:
        return None
    match sort:
        case Sort.COMPLAINT:
            return _complaint(past, calendar=calendar, pace=pace)
        case Sort.PERMIT:
            return _permit(past, calendar=calendar, days=permit_days)
        case _:
            return None


def _complaint(past: Sequence[Past], *, calendar: Calendar, pace: Pace) -> float | None:
    last = past[-1]
    match last.state:
        case "received":
            return calendar.due(last.at, FORWARD_DAYS)
        case "forwarded":
            # Passed on to another agency, the citizen's clock runs on: it began when it was forwarded first.
            return calendar.due(_begun(past), FOLLOW_UP_DAYS[pace])
        case "in_progress":
            reopened = any(step.state == "answered" for step in past)
            return calendar.due(last.at if reopened else _begun(past), FOLLOW_UP_DAYS[pace])
        case "answered":
            return calendar.due(last.at, CLOSE_DAYS)
        case _:
            return None


def _begun(past: Sequence[Past]) -> float:
    return next((step.at for step in past if step.state == "forwarded"), past[-1].at)


def _permit(past: Sequence[Past], *, calendar: Calendar, days: int) -> float | None:
    if past[-1].state not in {"awaiting_verification", "in_process"}:
        return None
    spent, runs_since = 0, past[0].at
    for before, after in itertools.pairwise(past):
        if before.state == "needs_repair":
            runs_since = after.at
        elif after.state == "needs_repair":
            spent += calendar.passed(runs_since, after.at)
    return calendar.due(runs_since, max(0, days - spent))
