"""Events, each stored once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream
from fleet.store.inserting import insert_into
from fleet.store.tables import events


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the fleet keeps it; times are s since 1970, UTC, `data` is JSON."""

    device: DeviceId
    incarnation: str
    stream: Stream
    seq: int
    id: str
    kind: str
    subject: str | None
    time: float
    clock_trusted: bool
    received_at: float
    data: str


def insert_once(connection: Connection, new: Sequence[Event]) -> int:
    """Store those that are not there yet, by (device, incarnation, seq); returns how many that were."""
    if not new:
        return 0
    statement = insert_into(connection, events).on_conflict_do_nothing(
        index_elements=["device", "incarnation", "seq"]
    )
    rows = [
        {
            "device": event.device.name,
            "region": event.device.region,
            "incarnation": event.incarnation,
            "stream": event.stream.value,
            "seq": event.seq,
            "id": event.id,
            "kind": event.kind,
            "subject": event.subject,
            "time": event.time,
            "clock_trusted": event.clock_trusted,
            "received_at": event.received_at,
            "data": event.data,
        }
        for event in new
    ]
    return len(connection.execute(statement.returning(events.c.position), rows).all())


def after(
    connection: Connection, *, device: str, incarnation: str, seq: int, through: int, at_most: int
) -> list[Event]:
    """The stored events of one stream with `seq` < their seq <= `through`, in order."""
    where = (
        events.c.device == device,
        events.c.incarnation == incarnation,
        events.c.seq > seq,
        events.c.seq <= through,
    )
    rows = connection.execute(select(events).where(*where).order_by(events.c.seq).limit(at_most))
    return [_event(row) for row in rows]


def after_position(
    connection: Connection, position: int, *, kinds: Sequence[str], at_most: int
) -> list[tuple[int, Event]]:
    """The events of some kinds that were stored after a position, in that order, each with its position."""
    rows = connection.execute(
        select(events)
        .where(events.c.position > position, events.c.kind.in_(kinds))
        .order_by(events.c.position)
        .limit(at_most)
    )
    return [(row.position, _event(row)) for row in rows]


def _event(row: Row[Any]) -> Event:
    return Event(
        device=DeviceId(region=row.region, name=row.device),
        incarnation=row.incarnation,
        stream=Stream(row.stream),
        seq=row.seq,
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        time=row.time,
        clock_trusted=row.clock_trusted,
        received_at=row.received_at,
        data=row.data,
    )
