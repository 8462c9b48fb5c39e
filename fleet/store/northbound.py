"""How far each stream has been republished northbound."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from fleet.store.inserting import insert_into
from fleet.store.streams import Key
from fleet.store.tables import northbound, streams


@dataclass(frozen=True, slots=True)
class Backlog:
    """A stream with settled numbers that are not republished: after `seq`, up to `through`."""

    key: Key
    seq: int
    through: int


def backlog(connection: Connection, *, at_most: int) -> list[Backlog]:
    """Streams that have something to republish, those that were heard longest ago first."""
    sent = func.coalesce(northbound.c.through, 0)
    joined = and_(northbound.c.device == streams.c.device, northbound.c.incarnation == streams.c.incarnation)
    rows = connection.execute(
        select(streams.c.device, streams.c.incarnation, sent.label("sent"), streams.c.through)
        .join_from(streams, northbound, joined, isouter=True)
        .where(streams.c.through > sent)
        .order_by(streams.c.last_received_at)
        .limit(at_most)
    )
    return [Backlog(key=(row.device, row.incarnation), seq=row.sent, through=row.through) for row in rows]


def advance(connection: Connection, through: Mapping[Key, int]) -> None:
    """Record how far each stream has been republished."""
    if not through:
        return
    statement = insert_into(connection, northbound)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["device", "incarnation"], set_={"through": statement.excluded.through}
        ),
        [{"device": key[0], "incarnation": key[1], "through": seq} for key, seq in through.items()],
    )
