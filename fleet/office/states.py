"""The states of each sort of case, and which step may follow which. Pure.

Complaints go as in LAPOR!, aspirations the way of a Musrenbang, permits that of a one-stop office (PTSP).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Sort(StrEnum):
    """What a case is."""

    COMPLAINT = "complaint"
    ASPIRATION = "aspiration"
    PERMIT = "permit"
    TICKET = "ticket"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Machine:
    """The states of a sort: where it begins, and what may follow. A state that nothing follows is the end."""

    first: str
    follows: Mapping[str, tuple[str, ...]]
    explained: frozenset[str] = frozenset({"rejected"})
    """States that must not be reached without a reason that everybody may read."""

    def may(self, before: str, after: str) -> bool:
        """Whether a step leads from `before` to `after`."""
        return after in self.follows.get(before, ())

    def is_over(self, state: str) -> bool:
        """Whether nothing follows."""
        return not self.follows.get(state)

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order in which it is written here."""
        return tuple(self.follows)


MACHINES: Mapping[Sort, Machine] = {
    Sort.COMPLAINT: Machine(
        first="received",
        follows={
            "received": ("forwarded", "rejected"),
            "forwarded": ("in_progress", "answered", "forwarded", "rejected"),
            "in_progress": ("answered", "forwarded", "rejected"),
            "answered": ("closed", "in_progress"),
            "closed": (),
            "rejected": (),
        },
        explained=frozenset({"answered", "rejected"}),
    ),
    Sort.ASPIRATION: Machine(
        first="proposed",
        follows={
            "proposed": ("village_verified", "rejected"),
            "village_verified": ("district_verified", "rejected"),
            "district_verified": ("agency_verified", "rejected"),
            "agency_verified": ("in_plan", "rejected"),
            "in_plan": ("budgeted", "rejected"),
            "budgeted": ("in_work", "rejected"),
            "in_work": ("done", "rejected"),
            "done": (),
            "rejected": (),
        },
    ),
    Sort.PERMIT: Machine(
        first="awaiting_verification",
        follows={
            "awaiting_verification": ("in_process", "needs_repair", "rejected"),
            "in_process": ("approved", "needs_repair", "rejected"),
            "needs_repair": ("awaiting_verification", "rejected"),
            "approved": (),
            "rejected": (),
        },
        explained=frozenset({"needs_repair", "rejected"}),
    ),
    Sort.TICKET: Machine(
        first="waiting",
        follows={
            "waiting": ("called", "transferred", "cancelled", "no_show"),
            "transferred": ("called", "transferred", "cancelled", "no_show"),
            "called": ("serving", "done", "no_show", "transferred", "cancelled"),
            "serving": ("done", "transferred"),
            "no_show": ("called",),
            "done": (),
            "cancelled": (),
        },
        explained=frozenset(),
    ),
    Sort.EMERGENCY: Machine(
        first="raised",
        follows={"raised": ("acknowledged", "closed"), "acknowledged": ("closed",), "closed": ()},
        explained=frozenset({"closed"}),
    ),
}

APPROVED = ("in_plan", "budgeted", "in_work")
"""Aspirations in these states were promised and are not done: the list that a mayor needs."""


def sort_of(service: str) -> Sort:
    """How a submission of a kiosk's service is dealt with: what has no path of its own is a complaint's."""
    return Sort(service) if service in {Sort.ASPIRATION, Sort.PERMIT} else Sort.COMPLAINT


def why_not(sort: Sort, *, before: str, after: str, reason: str) -> str | None:
    """Why a step cannot be taken, or None where it can."""
    machine = MACHINES[sort]
    if after not in machine.follows:
        return f'"{after}" is no state of a {sort}; it has {", ".join(machine.states)}'
    if not machine.may(before, after):
        then = ", ".join(machine.follows[before]) or "nothing: it is over"
        return f'a {sort} that is "{before}" cannot become "{after}"; what may follow is {then}'
    if after in machine.explained and not reason.strip():
        return f'"{after}" needs a reason that the citizen can read'
    return None
