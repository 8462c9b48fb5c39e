"""The fleet in numbers."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from fleet.store.tables import events as table
from fleet.store.tables import ingest, snapshots
from fleet.views import devices, refused, submissions
from fleet.views.liveness import State


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of what is stored, exact.

    `identities` are the distinct (device, incarnation, seq), `event_ids` the distinct ids that producers
    gave: both equal `events` unless something was stored twice. `refused_kept` is how many refused
    messages are kept aside now, `refused_total` how many there ever were.
    """

    events: int
    identities: int
    event_ids: int
    kinds: dict[str, int]
    newest_position: int
    submissions: int
    submissions_unopened: int
    devices: dict[State, int]
    snapshots: int
    snapshot_bytes: int
    refused_kept: int
    refused_total: int
    duplicates_total: int


def of(connection: Connection, *, now: float) -> Summary:
    """Count everything; reads the whole of the events' index, so not for every second."""
    identity = select(table.c.device, table.c.incarnation, table.c.seq).distinct().subquery()
    ids = select(table.c.device, table.c.id).distinct().subquery()
    total, newest = connection.execute(
        select(func.count(), func.coalesce(func.max(table.c.position), 0)).select_from(table)
    ).one()
    kinds = connection.execute(select(table.c.kind, func.count().label("events")).group_by(table.c.kind))
    filed, unopened = submissions.counts(connection)
    pictures, picture_bytes = pictures_kept(connection)
    counters = connection.execute(
        select(
            func.coalesce(func.sum(ingest.c.refused_total), 0),
            func.coalesce(func.sum(ingest.c.duplicate_total), 0),
        )
    ).one()
    return Summary(
        events=total,
        identities=connection.execute(select(func.count()).select_from(identity)).scalar_one(),
        event_ids=connection.execute(select(func.count()).select_from(ids)).scalar_one(),
        kinds={row.kind: row.events for row in kinds},
        newest_position=newest,
        submissions=filed,
        submissions_unopened=unopened,
        devices=devices.by_state(devices.every(connection, now=now)),
        snapshots=pictures,
        snapshot_bytes=picture_bytes,
        refused_kept=refused.kept(connection),
        refused_total=int(counters[0]),
        duplicates_total=int(counters[1]),
    )


def pictures_kept(connection: Connection) -> tuple[int, int]:
    """How many pictures are kept, and their bytes."""
    count, size = connection.execute(
        select(func.count(), func.coalesce(func.sum(snapshots.c.bytes), 0)).select_from(snapshots)
    ).one()
    return count, int(size)
