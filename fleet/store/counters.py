"""What the ingest counts, for the metrics of another process."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from fleet.store.inserting import insert_into
from fleet.store.tables import ingest

_NAME = "mqtt"


@dataclass(frozen=True, slots=True)
class Counters:
    """Totals since the database was made; times in s since 1970."""

    started_at: float | None = None
    stored_total: int = 0
    duplicate_total: int = 0
    refused_total: int = 0
    batch_total: int = 0
    last_batch_at: float | None = None
    last_batch_size: int = 0


def read(connection: Connection) -> Counters:
    """The counters as they stand."""
    row = connection.execute(select(ingest).where(ingest.c.name == _NAME)).first()
    if row is None:
        return Counters()
    return Counters(**{field: row._mapping[field] for field in Counters.__slots__})


def started(connection: Connection, *, at: float) -> None:
    """Record that the ingest has started."""
    statement = insert_into(connection, ingest).values(name=_NAME, started_at=at)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"started_at": at}))


def count_batch(
    connection: Connection, *, stored: int, duplicates: int, refused: int, size: int, at: float
) -> None:
    """Add a batch of `size` messages."""
    old = ingest.c
    statement = insert_into(connection, ingest).values(
        name=_NAME,
        stored_total=stored,
        duplicate_total=duplicates,
        refused_total=refused,
        batch_total=1,
        last_batch_at=at,
        last_batch_size=size,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "stored_total": old.stored_total + stored,
                "duplicate_total": old.duplicate_total + duplicates,
                "refused_total": old.refused_total + refused,
                "batch_total": old.batch_total + 1,
                "last_batch_at": at,
                "last_batch_size": size,
            },
        )
    )
