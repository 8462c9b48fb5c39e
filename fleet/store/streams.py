"""How far each stream is settled."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, exists, select, tuple_

from edge_agent.contract.streams import Stream
from fleet.store.inserting import insert_into
from fleet.store.tables import devices, events, refused, streams

Key = tuple[str, str]
"""The device's name and the incarnation."""

REFUSED_TOLD = 512
"""How many refused numbers of a stream an acknowledgement lists, the newest."""


@dataclass(frozen=True, slots=True)
class StreamRow:
    """A stream: settled up to `through` and in the inclusive ranges `also`; `refused` are the newest ones."""

    key: Key
    region: str
    stream: Stream
    through: int
    also: tuple[tuple[int, int], ...]
    refused: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StreamChange:
    """What a batch did to a stream."""

    key: Key
    stream: Stream
    through: int
    also: tuple[tuple[int, int], ...]
    evicted: int
    refused: int
    received_at: float


def load(connection: Connection, keys: Sequence[Key]) -> list[StreamRow]:
    """The streams among `keys` that are known."""
    if not keys:
        return []
    columns = tuple_(streams.c.device, streams.c.incarnation)
    return _rows(connection, select(*_COLUMNS).where(columns.in_(keys)))


def heard_since(connection: Connection, since: float, *, at_most: int) -> list[StreamRow]:
    """The streams of devices in good standing that were heard since then (s since 1970), the latest first."""
    statement = (
        select(*_COLUMNS)
        .where(streams.c.last_received_at >= since, devices.c.revoked_at.is_(None))
        .order_by(streams.c.last_received_at.desc())
        .limit(at_most)
    )
    return _rows(connection, statement)


def save(connection: Connection, changes: Iterable[StreamChange]) -> None:
    """Write what changed."""
    rows = [
        {
            "device": change.key[0],
            "incarnation": change.key[1],
            "stream": change.stream.value,
            "through": change.through,
            "also": json.dumps(change.also, separators=(",", ":")),
            "evicted_count": change.evicted,
            "refused_count": change.refused,
            "last_received_at": change.received_at,
        }
        for change in changes
    ]
    if not rows:
        return
    statement = insert_into(connection, streams)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["device", "incarnation"],
            set_={
                "through": new.through,
                "also": new.also,
                "evicted_count": streams.c.evicted_count + new.evicted_count,
                "refused_count": streams.c.refused_count + new.refused_count,
                "last_received_at": new.last_received_at,
            },
        ),
        rows,
    )


_COLUMNS = (
    streams.c.device,
    streams.c.incarnation,
    streams.c.stream,
    streams.c.through,
    streams.c.also,
    streams.c.refused_count,
    devices.c.region,
)


def _rows(connection: Connection, statement: Select[Any]) -> list[StreamRow]:
    found = connection.execute(statement.join_from(streams, devices)).all()
    return [
        StreamRow(
            key=(row.device, row.incarnation),
            region=row.region,
            stream=Stream(row.stream),
            through=row.through,
            also=tuple((first, last) for first, last in json.loads(row.also)),
            refused=_refused(connection, row.device, row.incarnation) if row.refused_count else (),
        )
        for row in found
    ]


def _refused(connection: Connection, device: str, incarnation: str) -> tuple[int, ...]:
    accepted_later = exists().where(
        events.c.device == device, events.c.incarnation == incarnation, events.c.seq == refused.c.seq
    )
    rows = connection.execute(
        select(refused.c.seq)
        .where(refused.c.device == device, refused.c.incarnation == incarnation, ~accepted_later)
        .order_by(refused.c.position.desc())
        .limit(REFUSED_TOLD)
    )
    return tuple(reversed([row.seq for row in rows]))
