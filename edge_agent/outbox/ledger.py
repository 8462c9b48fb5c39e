"""What is done to a stream's rows inside one transaction: plain functions of a database."""

import json
import sqlite3
from typing import Literal
from uuid import uuid4

from edge_agent.clock import Reading
from edge_agent.contract.events import Evicted
from edge_agent.outbox.row import Row, row_of

Reason = Literal["disk_pressure", "retention"]

_OVERHEAD_BYTES = 300  # a row's envelope and its share of the index


def size_of(row: Row) -> int:
    """How many bytes a row counts for, about."""
    return len(row.data) + _OVERHEAD_BYTES


def insert(database: sqlite3.Connection, row: Row, *, keeps_id: bool) -> int:
    """Append a row; its seq."""
    cursor = database.execute(
        "INSERT INTO rows (event_id, kind, time, clock_trusted, subject, data, bytes, keeps_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.event_id, row.kind, row.time, row.clock_trusted, row.subject, row.data, size_of(row),
            keeps_id,
        ),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def evict(
    database: sqlite3.Connection, *, most_rows: int, most_bytes: int, reason: Reason, reading: Reading
) -> int:
    """Replace the oldest rows by a tombstone at the end; how many rows left (data and tombstones).

    A tombstone among them is covered by the new one, which takes over its range and its count.
    """
    chunk: list[tuple[int, str, str]] = []
    size = 0
    for seq, kind, data, row_size in database.execute(
        "SELECT seq, kind, data, bytes FROM rows ORDER BY seq LIMIT ?", (most_rows,)
    ):
        chunk.append((seq, kind, data))
        size += row_size
        if size >= most_bytes:
            break
    old = [Evicted.model_validate(json.loads(data)) for _, kind, data in chunk if kind == Evicted.kind]
    lost = len(chunk) - len(old)
    if not lost and len(old) < 2:
        return 0
    last = chunk[-1][0]
    tombstone = Evicted(
        first=min([chunk[0][0], *(each.first for each in old)]),
        last=last,
        count=lost + sum(each.count for each in old),
        reason=reason,
    )
    database.execute("DELETE FROM rows WHERE seq <= ?", (last,))
    count(database, "evicted", lost)
    insert(database, row_of(tombstone, event_id=str(uuid4()), subject=None, reading=reading), keeps_id=False)
    return len(chunk)


def evictable(database: sqlite3.Connection) -> bool:
    """Whether `evict` would find anything: more than a tombstone."""
    oldest = [kind for (kind,) in database.execute("SELECT kind FROM rows ORDER BY seq LIMIT 2")]
    return bool(oldest) and oldest != [Evicted.kind]


def held(database: sqlite3.Connection) -> tuple[int, int]:
    """How many rows there are, and their bytes."""
    values = dict(database.execute("SELECT name, value FROM counters WHERE name IN ('rows', 'bytes')"))
    return values["rows"], values["bytes"]


def newest(database: sqlite3.Connection) -> int:
    """The highest seq that was ever given; 0 if none was."""
    found = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'rows'").fetchone()
    return int(found[0]) if found else 0


def count(database: sqlite3.Connection, name: str, more: int) -> None:
    """Add to a counter."""
    if more:
        database.execute("UPDATE counters SET value = value + ? WHERE name = ?", (more, name))


def renew(database: sqlite3.Connection) -> None:
    """Give the file a new incarnation and number its rows from 1."""
    database.execute("UPDATE meta SET incarnation = ?", (str(uuid4()),))
    database.execute("DELETE FROM remembered")
    database.execute("DELETE FROM rows WHERE kind = ?", (Evicted.kind,))  # they speak of the old numbers
    for seq, old in enumerate(
        [old for (old,) in database.execute("SELECT seq FROM rows ORDER BY seq")], start=1
    ):
        database.execute("UPDATE rows SET seq = ?, sent_at = NULL WHERE seq = ?", (seq, old))
    database.execute("UPDATE sqlite_sequence SET seq = (SELECT count(*) FROM rows) WHERE name = 'rows'")
