"""A one-stop office (PTSP) of our own making: most applications it approves, some once they are repaired."""

from collections.abc import Sequence
from uuid import UUID

from fleet.adapters import Declined
from fleet.adapters.holder import Passed
from fleet.adapters.simulated import SimulatedHolder, Stage
from fleet.office.states import Sort

NAME = "PTSP (simulated)"
_BEGIN = Stage(0, "awaiting_verification")
_APPROVED = (_BEGIN, Stage(1, "in_process"), Stage(5, "approved"))
_REPAIRED = (
    _BEGIN,
    Stage(1, "needs_repair", "Salinan KTP tidak terbaca; mohon dilengkapi."),
    Stage(3, "awaiting_verification"),
    Stage(4, "in_process"),
    Stage(7, "approved"),
)
_REJECTED = (
    _BEGIN,
    Stage(1, "in_process"),
    Stage(4, "rejected", "Lokasi tidak sesuai dengan rencana tata ruang."),
)
COURSES = (_APPROVED, _APPROVED, _REPAIRED, _REJECTED)
"""How it may go; the application's UUID, modulo their number, tells which."""


def simulated_ptsp(*, now: float = 0.0) -> SimulatedHolder:
    """One that has no application yet."""
    return SimulatedHolder(NAME, _course, now=now)


def _course(application: Passed) -> Sequence[Stage]:
    if application.sort is not Sort.PERMIT:
        raise Declined(f"{NAME}: a {application.sort} is no application for a permit")
    return COURSES[UUID(application.subject).int % len(COURSES)]
