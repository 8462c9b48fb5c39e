"""The clerk: follows the table of events, and opens, changes and answers what they are about.

Each event is dealt with in the transaction that moves the clerk's mark past it: once, also when it is killed.
"""

import time
from collections.abc import Callable, Mapping
from threading import Event as Flag

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, select

from edge_agent.contract.events import (
    KINDS,
    CodeAsked,
    EmergencyRaised,
    EventData,
    NoticesReceived,
    SubmissionCreated,
    SurveyAnswered,
    TicketCancelled,
    TicketTaken,
)
from fleet.office import OfficeError, cases, notices, surveys, tickets
from fleet.office.cases import New
from fleet.office.regions import Regions
from fleet.office.states import Sort, sort_of
from fleet.store import StoreError, Unstorable
from fleet.store.engine import translated, writing
from fleet.store.events import Event, after_position
from fleet.store.inserting import insert_into
from fleet.store.tables import marks
from loket import log
from loket.worker import Worker

_log = log.get(__name__)

NAME = "clerk"
_LOOK_EVERY_S = 1.0
"""For events that another process stored; whoever stores them in ours wakes the clerk."""
_CHORES_EVERY_S = 60.0
_RETRY_S = 5.0
_AT_ONCE = 200
_STOP_WITHIN_S = 10.0
_TOLD_AGAIN_S = 90 * 86_400.0

Deal = Callable[[Connection, EventData, Event, Regions, float], None]
"""What is done about an event: its data, the event, and s since 1970. It may only write to the database."""


class Clerk(Worker):
    """The clerk works as long as the block lasts, in a thread of its own."""

    def __init__(
        self,
        engine: Engine,
        *,
        regions: Regions,
        deals: Mapping[str, Deal],
        now: Callable[[], float],
    ) -> None:
        """`deals` by kind of event; `now` tells s since 1970."""
        super().__init__(name=NAME, stop_within_s=_STOP_WITHIN_S)
        self._engine, self._regions, self._deals, self._now = engine, regions, deals, now
        self._days: dict[str, str] = {}
        self._woken = Flag()

    def stop(self) -> None:
        """Ask it to end after the events at hand."""
        super().stop()
        self._woken.set()

    def wake(self) -> None:
        """Events were stored: look at once. Any thread may call it."""
        self._woken.set()

    def deal(self) -> int:
        """Deal with the next events; returns how many. Raises StoreError."""
        with translated(), self._engine.connect() as connection:
            if not after_position(connection, _mark(connection), kinds=list(self._deals), at_most=1):
                return 0
        with translated(), writing(self._engine) as connection:
            found = after_position(connection, _mark(connection), kinds=list(self._deals), at_most=_AT_ONCE)
            for position, event in found:
                try:
                    with connection.begin_nested():
                        self._deal(connection, event)
                except (Unstorable, OfficeError) as error:
                    _log.error("event_not_dealt_with", position=position, kind=event.kind, why=str(error))
            if found:
                _set_mark(connection, found[-1][0])
        return len(found)

    def chores(self) -> None:
        """Do what time alone asks for: close what nobody replied to, end yesterday's queues, begin today's.

        A day is told to kiosks when it begins, and again after a start: their folder may have changed.
        """
        with translated(), writing(self._engine) as connection:
            now = self._now()
            closed = cases.close_unanswered(connection, regions=self._regions, now=now)
            ended = tickets.close_days(connection, regions=self._regions, now=now)
            days = tickets.open_days(connection, self._days, regions=self._regions, now=now)
        self._days = days
        if closed or ended:
            _log.info("clerk_chores", cases_closed=closed, tickets_ended=ended)

    def work(self) -> None:
        """Deal with events and chores as they come."""
        chores_at = 0.0
        while not self.stopping.is_set():
            self._woken.clear()  # before the work: who wakes us during it is heard after it
            try:
                if time.monotonic() >= chores_at:
                    self.chores()
                    chores_at = time.monotonic() + _CHORES_EVERY_S
                while self.deal() and not self.stopping.is_set():
                    pass
            except StoreError as error:
                _log.error("clerk_waits", reason=str(error), retry_in_s=_RETRY_S)
                self.stopping.wait(_RETRY_S)
            else:
                self._woken.wait(_LOOK_EVERY_S)

    def _deal(self, connection: Connection, event: Event) -> None:
        try:
            data = KINDS[event.kind].model_validate_json(event.data)
        except ValidationError as error:
            _log.error("event_not_understood", kind=event.kind, mistakes=error.error_count())
            return
        with translated():
            self._deals[event.kind](connection, data, event, self._regions, self._now())


def _submission(c: Connection, data: EventData, event: Event, regions: Regions, now: float) -> None:
    if not isinstance(data, SubmissionCreated):
        return
    new = New(
        subject=data.submission, sort=sort_of(data.service), service=data.service,
        region=event.device.region, created_at=_happened(event), device=event.device.name,
        category=data.category, topic=data.topic, agency=data.agency, identity=data.identity,
        place=data.place,
    )  # fmt: skip
    cases.open_case(c, new, regions=regions, now=now)


def _ticket(c: Connection, data: EventData, event: Event, regions: Regions, now: float) -> None:
    if not isinstance(data, TicketTaken):
        return
    at, device = _happened(event), event.device
    if not tickets.take(
        c, data, device=device.name, region=device.region, at=at, regions=regions, now=now
    ) and not tickets.find(c, data.ticket):
        _log.warning("ticket_of_no_queue", device=device.name, queue=data.queue)


def _cancelled(c: Connection, data: EventData, _event: Event, regions: Regions, now: float) -> None:
    if isinstance(data, TicketCancelled):
        tickets.cancel(c, data.ticket, regions=regions, now=now)


def _survey(c: Connection, data: EventData, event: Event, _regions: Regions, _now: float) -> None:
    if isinstance(data, SurveyAnswered):
        surveys.keep(c, data, device=event.device.name, region=event.device.region)


def _emergency(c: Connection, data: EventData, event: Event, regions: Regions, now: float) -> None:
    if not isinstance(data, EmergencyRaised):
        return
    new = New(
        subject=data.emergency, sort=Sort.EMERGENCY, service="emergency", region=event.device.region,
        created_at=_happened(event), device=event.device.name, topic=data.sort,
    )  # fmt: skip
    if cases.open_case(c, new, regions=regions, now=now):
        _log.warning("emergency_raised", device=event.device.name, sort=data.sort)


def _asked(c: Connection, data: EventData, event: Event, _regions: Regions, now: float) -> None:
    if isinstance(data, CodeAsked):
        answer = cases.answer_to(c, data.code, inquiry=data.inquiry)
        notices.tell(c, answer, device=event.device.name, now=now)


def _received(c: Connection, data: EventData, event: Event, regions: Regions, now: float) -> None:
    if not isinstance(data, NoticesReceived):
        return
    device = event.device.name
    mark = notices.Mark(through=data.through, incarnation=event.incarnation, seq=event.seq)
    if notices.received(c, mark, device=device, now=now):
        told = cases.tell_again(c, device=device, since=now - _TOLD_AGAIN_S, now=now)
        tickets.tell_queues(c, device, regions=regions, now=now)
        _log.warning("device_lost_its_notices", device=device, told_again=told)


def greet(c: Connection, _data: EventData, event: Event, regions: Regions, now: float) -> None:
    """Have a kiosk that shows itself told how its queues stand, before it gives a number."""
    tickets.tell_queues(c, event.device.name, regions=regions, now=now)


def in_turn(*deals: Deal) -> Deal:
    """Several deals about one event, in this order."""

    def deal(c: Connection, data: EventData, event: Event, regions: Regions, now: float) -> None:
        for each in deals:
            each(c, data, event, regions, now)

    return deal


DEALS: Mapping[str, Deal] = {
    SubmissionCreated.kind: _submission,
    TicketTaken.kind: _ticket,
    TicketCancelled.kind: _cancelled,
    SurveyAnswered.kind: _survey,
    EmergencyRaised.kind: _emergency,
    CodeAsked.kind: _asked,
    NoticesReceived.kind: _received,
}
"""What this room does about events, by kind."""


def _happened(event: Event) -> float:
    """When it happened: what the device says if its clock was trusted, and never after it arrived."""
    return min(event.time, event.received_at) if event.clock_trusted else event.received_at


def _mark(connection: Connection) -> int:
    return connection.execute(select(marks.c.position).where(marks.c.name == NAME)).scalar() or 0


def _set_mark(connection: Connection, position: int) -> None:
    statement = insert_into(connection, marks).values(name=NAME, position=position)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"position": position}))
