"""Queue halls that another system runs: it is told which numbers our kiosks give, and its calls are ours."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from fleet.adapters import AdapterError, Away
from fleet.office import OfficeError, tickets
from fleet.office.regions import Office, Regions
from fleet.office.tickets import Ticket
from fleet.store.engine import translated, writing
from fleet.views.reading import reading
from loket import log
from loket.region.parts import Queue

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A queue of an office on a day (its date there)."""

    office: str
    queue: str
    day: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a number stands there: "waiting", "called", "serving", "done" or "no_show".

    `calls` is how often it was called so far; `counter` counts from 1, in the order of the region's folder.
    """

    number: str
    state: str
    counter: int = 1
    calls: int = 0


class HallSystem(Protocol):
    """Calls the numbers of a hall. Each of its methods may be called again and again to the same effect."""

    def take(self, line: Line, number: str, *, at: float) -> None:
        """A citizen took a number at one of our kiosks, at `at` (s since 1970). Raises Away, Declined."""
        ...

    def give_back(self, line: Line, number: str) -> None:
        """The citizen gave it back, so it is not to be called. Raises Away, Declined."""
        ...

    def numbers(self, line: Line) -> Sequence[Standing]:
        """How the numbers that it was told of stand now. Raises Away, Declined."""
        ...


class SimulatedHall:
    """A hall of our own making: one counter for each queue, where everybody comes and takes two minutes.

    `now` (s since 1970) and `away` are set by whoever tests with it. Threads may share it.
    """

    CALLED_AFTER_S = 5.0
    COMES_AFTER_S = 20.0
    TAKES_S = 120.0

    def __init__(self, *, now: float = 0.0) -> None:
        """Empty, at `now`."""
        self.now = now
        self.away = False
        self._taken: dict[Line, dict[str, float]] = {}
        self._lock = threading.Lock()

    def take(self, line: Line, number: str, *, at: float) -> None:
        """Somebody waits. Raises Away."""
        self._answer()
        with self._lock:
            self._taken.setdefault(line, {}).setdefault(number, at)

    def give_back(self, line: Line, number: str) -> None:
        """They do not. Raises Away."""
        self._answer()
        with self._lock:
            self._taken.get(line, {}).pop(number, None)

    def numbers(self, line: Line) -> Sequence[Standing]:
        """In the order in which they came. Raises Away."""
        self._answer()
        with self._lock:
            taken = sorted(self._taken.get(line, {}).items(), key=lambda one: one[1])
        found, free_at = [], 0.0
        for number, at in taken:
            called_at = max(at + self.CALLED_AFTER_S, free_at)
            free_at = called_at + self.TAKES_S
            found.append(self._standing(number, called_at=called_at, done_at=free_at))
        return found

    def _standing(self, number: str, *, called_at: float, done_at: float) -> Standing:
        if self.now < called_at:
            return Standing(number, "waiting")
        if self.now >= done_at:
            return Standing(number, "done", calls=1)
        came = self.now >= called_at + self.COMES_AFTER_S
        return Standing(number, "serving" if came else "called", calls=1)

    def _answer(self) -> None:
        if self.away:
            raise Away("hall (simulated): does not answer; it is asked again")


class Following:
    """Follows a hall that another system runs; each call is one round over the queues of today.

    What it calls goes through our own tables, so display, desks, kiosks and phones see it as if called here.
    """

    def __init__(
        self, engine: Engine, hall: HallSystem, *, name: str, regions: Regions, now: Callable[[], float]
    ) -> None:
        """`name` is who took the steps that come from there."""
        self._engine, self._hall, self._name = engine, hall, name
        self._regions, self._now = regions, now
        self._is_away = False

    def __call__(self) -> None:
        """Tell it what is new here, and take over what is new there. What fails is tried in the next round.

        Raises StoreError.
        """
        try:
            for office in self._regions.offices.values():
                for queue in office.queues:
                    self._follow(office, queue)
        except Away as error:
            if not self._is_away:
                _log.warning("outside_system_away", why=str(error))
            self._is_away = True
        except AdapterError as error:
            _log.error("hall_not_followed", why=str(error))
        else:
            self._is_away = False

    def _follow(self, office: Office, queue: Queue) -> None:
        day = self._regions.today(office.region.file.code, self._now()).isoformat()
        with reading(self._engine) as connection:
            ours = tickets.of_day(connection, office, queue, day=day)
        if all(one.state in {"done", "cancelled"} for one in ours):
            return
        line = Line(office=office.name, queue=queue.name, day=day)
        theirs = {one.number: one for one in self._hall.numbers(line)}
        for ticket in ours:
            there = theirs.get(ticket.number)
            if there is None and ticket.is_open:
                self._hall.take(line, ticket.number, at=ticket.taken_at)
            elif there is not None and ticket.state == "cancelled":
                self._hall.give_back(line, ticket.number)
            elif there is not None:
                self._take_over(office, queue, ticket, there)

    def _take_over(self, office: Office, queue: Queue, ticket: Ticket, there: Standing) -> None:
        if there.state == ticket.state and there.calls <= ticket.calls:
            return
        try:
            at = tickets.counter(
                office, queue=queue.name, number=there.counter, actor=self._name, now=self._now()
            )
            with translated(), writing(self._engine) as connection:
                tickets.follow(
                    connection, at, ticket.ticket, there.state, calls=there.calls, regions=self._regions
                )
        except OfficeError as error:
            _log.error("call_not_followed", queue=queue.name, number=ticket.number, why=str(error))
