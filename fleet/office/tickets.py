"""Numbers in queues: taken at kiosks, called from counters, shown in halls, and told to kiosks."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Connection, Row, func, select, update

from edge_agent.contract.events import TicketTaken
from edge_agent.contract.notices import QueueState
from fleet.office import NotKnown, NotPossible, cases, notices
from fleet.office.cases import CLOCK, Move, New
from fleet.office.locking import alone
from fleet.office.queueing import Service, Waiting, in_order, may_be_missed, minutes_each
from fleet.office.regions import Office, Regions
from fleet.office.states import MACHINES, Sort
from fleet.store.tables import calls, devices, receipt_keys, tickets
from fleet.store.tables import cases as case_table
from loket.region.parts import Queue

WAITS = ("waiting", "transferred")
AT_COUNTER = ("called", "serving")
_OPEN_FOR_S = 45 * 60
"""A counter that has called nobody for so long is not counted as open."""
_KNOWN_DAYS = 30
_TOLD_MAX = 500


@dataclass(frozen=True, slots=True)
class Ticket:
    """A number in a queue. Times are s since 1970, UTC; `counter` counts from 1."""

    ticket: str
    office: str
    queue: str
    number: str
    day: str
    audible: bool
    taken_at: float
    state: str
    counter: int | None
    calls: int
    called_at: float | None

    @property
    def is_open(self) -> bool:
        """Whether its holder waits, or is at a counter."""
        return self.state in (*WAITS, *AT_COUNTER)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a number to a counter of its queue."""

    position: int
    office: str
    queue: str
    ticket: str
    number: str
    counter: int
    at: float


@dataclass(frozen=True, slots=True)
class QueueView:
    """How a queue stands on a day: who waits in order, who is at which counter, and what one takes."""

    queue: str
    waiting: Sequence[Ticket]
    at_counters: dict[int, Ticket]
    missed: Sequence[Ticket]
    done: int
    calling: str
    minutes_each: float


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter of a queue, from which an officer calls, and who does; `now` in s since 1970, UTC."""

    office: Office
    queue: Queue
    number: int
    actor: str
    now: float

    @property
    def day(self) -> str:
        """The date on the office's clocks."""
        zone = datetime.datetime.fromtimestamp(self.now, _zone(self.office))
        return zone.date().isoformat()


def counter(office: Office, *, queue: str, number: int, actor: str, now: float) -> Counter:
    """A counter of an office. Raises NotKnown."""
    found = office.queue(queue)
    if found is None:
        known = ", ".join(one.name for one in office.queues)
        raise NotKnown(f'office {office.name} has no queue "{queue[:64]}"; it has {known}')
    if not 1 <= number <= len(found.counters):
        raise NotKnown(f"queue {found.name} has {len(found.counters)} counters, not a {number}th")
    return Counter(office=office, queue=found, number=number, actor=actor, now=now)


def take(
    connection: Connection, said: TicketTaken, *, device: str, region: str, at: float, regions: Regions,
    now: float,
) -> bool:  # fmt: skip
    """A citizen took a number at `at`; False if it is known already, or its queue is not."""
    office = _office_of(regions, region, said.queue)
    if office is None:
        return False
    alone(connection)
    new = New(
        subject=said.ticket, sort=Sort.TICKET, service="ticket", region=region, created_at=at, device=device,
        topic=said.queue,
    )  # fmt: skip
    if not cases.open_case(connection, new, regions=regions, now=now):
        return False
    connection.execute(
        tickets.insert().values(
            ticket=said.ticket, office=office.name, queue=said.queue, number=said.number, day=said.day,
            audible=said.audible, taken_at=at, state="waiting",
        )
    )  # fmt: skip
    tell_queue(connection, office, said.queue, day=said.day, regions=regions, now=now)
    return True


def cancel(connection: Connection, ticket: str, *, regions: Regions, now: float) -> bool:
    """A citizen gave a number back; False where it is too late for that, or it is not known."""
    alone(connection)
    found = find(connection, ticket)
    if found is None or found.state not in (*WAITS, "called"):
        return False
    _step(connection, found, "cancelled", actor="citizen", regions=regions, now=now, ended_at=now)
    return True


def call_next(connection: Connection, at: Counter, *, after: str | None, regions: Regions) -> Ticket | None:
    """Call who is next to a counter; None if nobody waits. Whoever is being served there is done.

    `after` is who was at the counter when the button was seen (None: nobody), so that a second press of it
    calls nobody. Raises NotPossible if that has changed, or who was called has not been dealt with.
    """
    _demand_called_here(at)
    alone(connection)
    current = _current(connection, at)
    if (current.ticket if current is not None else None) != after:
        raise NotPossible("somebody was called to this counter meanwhile; look at it again")
    if current is not None and current.state == "called":
        raise NotPossible(
            f"{current.number} was called and is not dealt with: say whether they came, then call the next"
        )
    if current is not None:
        _step(connection, current, "done", actor=at.actor, regions=regions, now=at.now, ended_at=at.now)
    for waiting in _waiting(connection, at.office.name, at.queue.name, day=at.day):
        if _claim(connection, waiting, at):
            _call(connection, waiting, at, regions=regions)
            return find(connection, waiting.ticket)
    return None


def call_again(connection: Connection, at: Counter, ticket: str, *, regions: Regions) -> Ticket:
    """Call somebody once more: who was called and has not come, or was given up and stands there now.

    Raises NotKnown, NotPossible.
    """
    found = _of_queue(connection, at, ticket)
    current = _current(connection, at)
    if found.state == "called" and found.counter == at.number:
        connection.execute(
            update(tickets)
            .where(tickets.c.ticket == ticket)
            .values(calls=tickets.c.calls + 1, called_at=at.now)
        )
        _announce(connection, found, at)
    elif found.state == "no_show":
        if current is not None:
            raise NotPossible(f"{current.number} is at this counter; finish with them first")
        if not _claim(connection, found, at):
            raise NotPossible(f"{found.number} was called elsewhere meanwhile; look at the queue again")
        _call(connection, found, at, regions=regions)
    else:
        raise NotPossible(f'{found.number} is "{found.state}": only who was called can be called again')
    return _found(connection, ticket)


def begin(connection: Connection, at: Counter, ticket: str, *, regions: Regions) -> Ticket:
    """Who was called has come. Raises NotKnown, NotPossible."""
    found = _here(connection, at, ticket)
    return _step(connection, found, "serving", actor=at.actor, regions=regions, now=at.now, serving_at=at.now)


def finish(connection: Connection, at: Counter, ticket: str, *, regions: Regions) -> Ticket:
    """Who was called is served. Raises NotKnown, NotPossible."""
    found = _here(connection, at, ticket)
    return _step(connection, found, "done", actor=at.actor, regions=regions, now=at.now, ended_at=at.now)


def miss(connection: Connection, at: Counter, ticket: str, *, regions: Regions) -> Ticket:
    """Who was called is not there. Raises NotKnown, NotPossible, also where they are to be waited for."""
    found = _here(connection, at, ticket)
    if not may_be_missed(audible=found.audible, calls=found.calls):
        raise NotPossible(f"{found.number} asked to be called by voice: call once more before giving them up")
    return _step(connection, found, "no_show", actor=at.actor, regions=regions, now=at.now, ended_at=at.now)


def transfer(connection: Connection, at: Counter, ticket: str, *, to: str, regions: Regions) -> Ticket:
    """Send who is at the counter to another queue of the office, where they keep their place by time.

    Raises NotKnown, NotPossible.
    """
    found = _here(connection, at, ticket)
    target = at.office.queue(to)
    if target is None or target.name == at.queue.name:
        raise NotPossible(f'office {at.office.name} has no other queue "{to[:64]}"')
    moved = _step(
        connection, found, "transferred", actor=at.actor, regions=regions, now=at.now, queue=target.name,
        agency=target.agency, reason=target.title.id, counter=None, calls=0,
    )  # fmt: skip
    tell_queue(connection, at.office, at.queue.name, day=found.day, regions=regions, now=at.now)
    return moved


def view(connection: Connection, office: Office, queue: Queue, *, day: str, now: float) -> QueueView:
    """How a queue stands on a day."""
    rows = of_day(connection, office, queue, day=day)
    last = _last_call(connection, office.name, queue.name, day=day)
    return QueueView(
        queue=queue.name,
        waiting=_ordered([one for one in rows if one.state in WAITS]),
        at_counters={one.counter: one for one in rows if one.state in AT_COUNTER and one.counter is not None},
        missed=sorted((one for one in rows if one.state == "no_show"), key=lambda one: one.taken_at),
        done=sum(one.state == "done" for one in rows),
        calling=last.number if last is not None else "",
        minutes_each=_minutes_each(connection, office.name, queue, day=day, now=now),
    )


def of_day(connection: Connection, office: Office, queue: Queue, *, day: str) -> list[Ticket]:
    """Every number of a queue on a day."""
    rows = connection.execute(
        select(tickets).where(
            tickets.c.office == office.name, tickets.c.queue == queue.name, tickets.c.day == day
        )
    )
    return [_ticket(row) for row in rows]


def follow(
    connection: Connection, at: Counter, ticket: str, state: str, *, calls: int, regions: Regions
) -> None:
    """Take over that another system called a number to this counter `calls` times, and has it at `state`.

    A call that is over by then is not announced. What does not follow from how it stands here is let be.
    Raises NotKnown.
    """
    alone(connection)
    found = _found(connection, ticket)
    waits = found.state in (*WAITS, "no_show")
    if waits and state in (*AT_COUNTER, "done") and _claim(connection, found, at):
        said = at.queue.counters[at.number - 1].id
        _step(
            connection, found, "called", actor=at.actor, regions=regions, now=at.now, reason=said,
            announce=at if state in AT_COUNTER else None, calls=calls,
        )  # fmt: skip
    elif found.state == "called" and state == "called" and calls > found.calls:
        connection.execute(
            update(tickets).where(tickets.c.ticket == ticket).values(calls=calls, called_at=at.now)
        )
        _announce(connection, found, at)
    found = _found(connection, ticket)
    if found.state != state and MACHINES[Sort.TICKET].may(found.state, state) and state != "called":
        when: dict[str, Any] = {"serving_at": at.now} if state == "serving" else {"ended_at": at.now}
        _step(connection, found, state, actor=at.actor, regions=regions, now=at.now, **when)


def calls_after(
    connection: Connection, office: str, position: int, *, day: str, limit: int = 20
) -> list[Call]:
    """The calls of an office on a day after a position, the oldest first."""
    rows = connection.execute(
        select(calls)
        .where(calls.c.office == office, calls.c.position > position, calls.c.day == day)
        .order_by(calls.c.position)
        .limit(limit)
    )
    return [_called(row) for row in rows]


def latest_calls(connection: Connection, office: str, *, day: str, limit: int = 6) -> list[Call]:
    """The last call of each number of an office on a day, the newest first."""
    newest = (
        select(func.max(calls.c.position).label("position"))
        .where(calls.c.office == office, calls.c.day == day)
        .group_by(calls.c.ticket)
        .subquery()
    )
    rows = connection.execute(
        select(calls)
        .join(newest, newest.c.position == calls.c.position)
        .order_by(calls.c.position.desc())
        .limit(limit)
    )
    return [_called(row) for row in rows]


def newest_call(connection: Connection) -> int:
    """The position of the newest call of all; 0: none."""
    return connection.execute(select(func.max(calls.c.position))).scalar() or 0


def find_call(connection: Connection, position: int) -> Call | None:
    """The call at a position."""
    row = connection.execute(select(calls).where(calls.c.position == position)).first()
    return _called(row) if row is not None else None


def find(connection: Connection, ticket: str) -> Ticket | None:
    """The ticket of that UUID."""
    row = connection.execute(select(tickets).where(tickets.c.ticket == ticket)).first()
    return _ticket(row) if row is not None else None


def close_days(connection: Connection, *, regions: Regions, now: float, at_most: int = 200) -> int:
    """End the tickets of days that are over: who waited waits no more. Returns how many."""
    alone(connection)
    count = 0
    for office in regions.offices.values():
        today = regions.today(office.region.file.code, now).isoformat()
        rows = connection.execute(
            select(tickets)
            .where(
                tickets.c.office == office.name,
                tickets.c.day < today,
                tickets.c.state.in_([*WAITS, *AT_COUNTER]),
            )
            .limit(at_most)
        ).all()
        for row in rows:
            ticket = _ticket(row)
            ended = "done" if ticket.state in {"serving"} else "no_show"
            _step(connection, ticket, ended, actor=CLOCK, regions=regions, now=now, ended_at=now)
            count += 1
    return count


def tell_queue(
    connection: Connection, office: Office, queue: str, *, day: str, regions: Regions, now: float
) -> None:
    """Have the kiosks of an office told how a queue stands today."""
    found = office.queue(queue)
    if found is None or day != regions.today(office.region.file.code, now).isoformat():
        return
    state = _state(connection, office, found, day=day, now=now)
    for device in _kiosks(connection, office, now=now):
        notices.tell(connection, state, device=device, now=now)


def tell_queues(connection: Connection, device: str, *, regions: Regions, now: float) -> None:
    """Have one kiosk told how the queues of its office stand: it has lost what it knew, or just came."""
    for office in _offices_of(connection, device, regions=regions, now=now):
        day = regions.today(office.region.file.code, now).isoformat()
        for queue in office.queues:
            state = _state(connection, office, queue, day=day, now=now)
            notices.tell(connection, state, device=device, now=now)


def open_days(
    connection: Connection, known: Mapping[str, str], *, regions: Regions, now: float
) -> dict[str, str]:
    """Have kiosks told how their queues stand on a day that has begun; returns the day of each office.

    `known` is what this returned last.
    """
    days = {}
    for office in regions.offices.values():
        days[office.name] = day = regions.today(office.region.file.code, now).isoformat()
        if known.get(office.name) != day:
            for queue in office.queues:
                tell_queue(connection, office, queue.name, day=day, regions=regions, now=now)
    return days


def _call(connection: Connection, ticket: Ticket, at: Counter, *, regions: Regions) -> None:
    said = at.queue.counters[at.number - 1].id
    _step(connection, ticket, "called", actor=at.actor, regions=regions, now=at.now, reason=said, announce=at)


def _step(
    connection: Connection,
    ticket: Ticket,
    after: str,
    *,
    actor: str,
    regions: Regions,
    now: float,
    agency: str | None = None,
    reason: str = "",
    announce: Counter | None = None,
    **columns: object,
) -> Ticket:
    """Take a ticket one step on: its case, its row, the hall, and what kiosks are told of its queue."""
    move = Move(after=after, actor=actor, reason=reason, agency=agency)
    cases.take_step(connection, ticket.ticket, move, regions=regions, now=now)
    connection.execute(
        update(tickets).where(tickets.c.ticket == ticket.ticket).values(state=after, **columns)
    )
    if announce is not None:
        _announce(connection, ticket, announce)
    moved = _found(connection, ticket.ticket)
    office = regions.office(moved.office)
    if office is not None:
        tell_queue(connection, office, moved.queue, day=moved.day, regions=regions, now=now)
    return moved


def _claim(connection: Connection, ticket: Ticket, at: Counter) -> bool:
    """Take a ticket for a counter unless another one was quicker: the row itself decides."""
    done = connection.execute(
        update(tickets)
        .where(
            tickets.c.ticket == ticket.ticket,
            tickets.c.state == ticket.state,
            tickets.c.calls == ticket.calls,
        )
        .values(counter=at.number, calls=tickets.c.calls + 1, called_at=at.now, ended_at=None)
    )
    return done.rowcount == 1


def _announce(connection: Connection, ticket: Ticket, at: Counter) -> None:
    connection.execute(
        calls.insert().values(
            office=at.office.name, queue=at.queue.name, day=ticket.day, ticket=ticket.ticket,
            number=ticket.number, counter=at.number, at=at.now,
        )
    )  # fmt: skip


def _current(connection: Connection, at: Counter) -> Ticket | None:
    row = connection.execute(
        select(tickets).where(
            tickets.c.office == at.office.name,
            tickets.c.queue == at.queue.name,
            tickets.c.day == at.day,
            tickets.c.counter == at.number,
            tickets.c.state.in_(AT_COUNTER),
        )
    ).first()
    return _ticket(row) if row is not None else None


def _here(connection: Connection, at: Counter, ticket: str) -> Ticket:
    found = _of_queue(connection, at, ticket)
    if found.state not in AT_COUNTER or found.counter != at.number:
        raise NotPossible(f"{found.number} is not at this counter now; look at it again")
    return found


def _demand_called_here(at: Counter) -> None:
    if not at.office.calls_here:
        raise NotPossible(
            "another system calls the numbers of this hall: call from there (fleet.toml: [office] halls)"
        )


def _of_queue(connection: Connection, at: Counter, ticket: str) -> Ticket:
    _demand_called_here(at)
    alone(connection)
    found = find(connection, ticket)
    if found is None or (found.office, found.queue) != (at.office.name, at.queue.name):
        raise NotKnown(f'queue {at.queue.name} has no ticket "{ticket[:64]}"')
    return found


def _found(connection: Connection, ticket: str) -> Ticket:
    found = find(connection, ticket)
    if found is None:
        raise NotKnown(f'no ticket "{ticket[:64]}"')
    return found


def _waiting(connection: Connection, office: str, queue: str, *, day: str) -> list[Ticket]:
    rows = connection.execute(
        select(tickets).where(
            tickets.c.office == office,
            tickets.c.queue == queue,
            tickets.c.day == day,
            tickets.c.state.in_(WAITS),
        )
    )
    return _ordered([_ticket(row) for row in rows])


def _ordered(found: Sequence[Ticket]) -> list[Ticket]:
    by_ticket = {one.ticket: one for one in found}
    ordered = in_order([Waiting(one.ticket, one.number, one.taken_at) for one in found])
    return [by_ticket[one.ticket] for one in ordered]


def _last_call(connection: Connection, office: str, queue: str, *, day: str) -> Call | None:
    row = connection.execute(
        select(calls)
        .where(calls.c.office == office, calls.c.queue == queue, calls.c.day == day)
        .order_by(calls.c.position.desc())
        .limit(1)
    ).first()
    return _called(row) if row is not None else None


def _minutes_each(connection: Connection, office: str, queue: Queue, *, day: str, now: float) -> float:
    rows = connection.execute(
        select(tickets.c.counter, tickets.c.called_at, tickets.c.ended_at)
        .where(
            tickets.c.office == office, tickets.c.queue == queue.name, tickets.c.day == day,
            tickets.c.state == "done", tickets.c.counter.is_not(None), tickets.c.called_at.is_not(None),
        )
        .order_by(tickets.c.ended_at.desc())
        .limit(50)
    )  # fmt: skip
    lately = [Service(row.counter, row.called_at, row.ended_at) for row in rows]
    counters = connection.execute(
        select(func.count(func.distinct(calls.c.counter))).where(
            calls.c.office == office, calls.c.queue == queue.name, calls.c.day == day,
            calls.c.at > now - _OPEN_FOR_S,
        )
    ).scalar_one()  # fmt: skip
    return minutes_each(lately, counters_open=counters, usual_minutes=queue.usual_minutes)


def _state(connection: Connection, office: Office, queue: Queue, *, day: str, now: float) -> QueueState:
    """How a queue stands, as it is told."""
    seen = view(connection, office, queue, day=day, now=now)
    return QueueState(
        queue=queue.name,
        day=day,
        calling=seen.calling[:8],
        waiting=[one.ticket for one in seen.waiting][:_TOLD_MAX],
        minutes_each=seen.minutes_each,
    )


def _kiosks(connection: Connection, office: Office, *, now: float) -> list[str]:
    """The devices whose citizens wait in an office: those that issued its numbers lately.

    A kiosk that has issued none at all may stand in any office of its region, so it is one of them too.
    """
    lately = _issuers(now)
    here = select(lately.c.device).where(lately.c.office == office.name)
    new = (
        select(receipt_keys.c.device)
        .join_from(receipt_keys, devices, receipt_keys.c.device == devices.c.name)
        .where(
            devices.c.region == office.region.file.code,
            receipt_keys.c.ended_at.is_(None),
            receipt_keys.c.device.not_in(select(lately.c.device)),
        )
    )
    return sorted(row.device for row in connection.execute(here.union(new)))


def _offices_of(connection: Connection, device: str, *, regions: Regions, now: float) -> list[Office]:
    """The other way round: the offices in which a device's citizens wait."""
    return [office for office in regions.offices.values() if device in _kiosks(connection, office, now=now)]


def _issuers(now: float) -> CTE:
    """Which devices issued numbers of which offices lately."""
    return (
        select(case_table.c.device, tickets.c.office)
        .distinct()
        .join_from(case_table, tickets, tickets.c.ticket == case_table.c.subject)
        .where(tickets.c.taken_at > now - _KNOWN_DAYS * 86_400, case_table.c.device.is_not(None))
        .cte("issuers")
    )


def _office_of(regions: Regions, region: str, queue: str) -> Office | None:
    return next(
        (
            office
            for office in regions.offices.values()
            if office.region.file.code == region and office.queue(queue) is not None
        ),
        None,
    )


def _zone(office: Office) -> datetime.tzinfo:
    return Regions((office.region,)).calendar(office.region.file.code).zone


def _ticket(row: Row[tuple[object, ...]]) -> Ticket:
    found = row._mapping
    return Ticket(
        **{
            name: found[name]
            for name in (
                "ticket", "office", "queue", "number", "day", "audible", "taken_at", "state", "counter",
                "calls", "called_at",
            )
        }
    )  # fmt: skip


def _called(row: Row[tuple[object, ...]]) -> Call:
    found = row._mapping
    return Call(
        **{name: found[name] for name in ("position", "office", "queue", "ticket", "number", "counter", "at")}
    )
