"""Complaints and whoever deals with them: our own command centre, or LAPOR! outside."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from fleet.adapters import Away, Declined
from fleet.office import cases
from fleet.office.states import Sort
from fleet.views.reading import reading
from loket.codes import shown


@dataclass(frozen=True, slots=True)
class Passed:
    """What is passed on of a complaint. Its words are sealed: they go only where an officer sends them."""

    subject: str
    category: str | None
    topic: str | None
    agency: str | None
    place: str | None


@dataclass(frozen=True, slots=True)
class News:
    """A step that the other side took; `at` in s since 1970, UTC, `state` as our complaints have it."""

    state: str
    at: float
    reason: str = ""


class ComplaintSystem(Protocol):
    """Deals with complaints. Passing one on twice is passing it on once."""

    def pass_on(self, complaint: Passed) -> str:
        """Hand a complaint over; returns the number by which the other side knows it.

        Raises Away, Declined.
        """
        ...

    def news(self, reference: str) -> Sequence[News]:
        """What became of it so far, the oldest first. Raises Away, Declined."""
        ...


class OwnComplaints:
    """This command centre itself: what is passed on is in the inbox, and goes by its code."""

    def __init__(self, engine: Engine) -> None:
        """`engine` is our own database."""
        self._engine = engine

    def pass_on(self, complaint: Passed) -> str:
        """The code of the complaint, which is here already. Raises Declined if it is not."""
        with reading(self._engine) as connection:
            found = cases.find(connection, complaint.subject)
        if found is None or found.sort is not Sort.COMPLAINT:
            raise Declined(f"command centre: no complaint {complaint.subject[:36]} is in the inbox")
        return shown(found.code)

    def news(self, reference: str) -> Sequence[News]:
        """Its steps. Raises Declined for a reference that is none."""
        with reading(self._engine) as connection:
            found = [
                case
                for case in cases.by_code(connection, reference.replace("-", ""))
                if case.sort is Sort.COMPLAINT
            ]
            if not found:
                raise Declined(f'command centre: no complaint goes by "{reference[:16]}"')
            steps = cases.steps_of(connection, found[0].subject)
        return [News(state=step.state, at=step.at, reason=step.reason) for step in steps]


class SimulatedLapor:
    """A LAPOR! of our own making: it forwards a day after it receives, and answers three days later.

    `now` (s since 1970) and `away` are set by whoever tests with it. Threads may share it.
    """

    def __init__(self, *, now: float = 0.0) -> None:
        """Empty, at `now`."""
        self.now = now
        self.away = False
        self._numbers: dict[str, int] = {}
        self._received_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def pass_on(self, complaint: Passed) -> str:
        """A tracking number of seven digits, the same for the same complaint. Raises Away, Declined."""
        self._answer()
        if complaint.category not in {None, "pengaduan", "aspirasi", "permintaan_informasi"}:
            raise Declined(f'LAPOR! (simulated): class "{complaint.category}" is none of its own')
        with self._lock:
            number = self._numbers.setdefault(complaint.subject, 1_000_001 + len(self._numbers))
            self._received_at.setdefault(str(number), self.now)
        return str(number)

    def news(self, reference: str) -> Sequence[News]:
        """What it has done by `now`. Raises Away, Declined."""
        self._answer()
        with self._lock:
            received_at = self._received_at.get(reference)
        if received_at is None:
            raise Declined(f'LAPOR! (simulated): no report has the number "{reference[:16]}"')
        day = 86_400.0
        all_of_it = (
            News("received", received_at),
            News("forwarded", received_at + day),
            News("answered", received_at + 4 * day, reason="Laporan telah ditindaklanjuti."),
        )
        return [one for one in all_of_it if one.at <= self.now]

    def _answer(self) -> None:
        if self.away:
            raise Away("LAPOR! (simulated): does not answer; it is asked again")
