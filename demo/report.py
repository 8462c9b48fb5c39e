"""What a run did, counted at both ends: in the device's own outbox and in the fleet's database."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from edge_agent.clock import SystemClock
from edge_agent.contract.streams import Stream
from edge_agent.outbox.limits import Limits
from edge_agent.outbox.store import stream_path
from edge_agent.outbox.stream import StreamFile
from fleet.store.tables import events, refused


@dataclass(frozen=True, slots=True)
class Count:
    """The state of a device's record at one moment: all since its card was made.

    `published` rows were acknowledged by the broker; `waiting` rows are in the outbox still; `position` is
    that of the fleet's newest row.
    """

    created: int
    published: int
    stored: int
    waiting: int
    evicted: int
    lost: int
    duplicates: int
    position: int


def count(engine: Engine, *, data: Path, device: str) -> Count:
    """Count what the device in the data folder `data` made, and what the fleet's database has of it.

    `lost` rows are in neither, and neither a tombstone nor the fleet's list of refused messages accounts for
    them; `duplicates` are stored rows that repeat an event, by the id that its producer gave it.
    """
    created = published = waiting = evicted = lost = 0
    for stream in Stream:
        path = stream_path(data, stream)
        if not path.exists():
            continue
        with closing(StreamFile(path, stream=stream, limits=Limits(), clock=SystemClock())) as file:
            status = file.status()
            here = {row.seq for row in file.peek(after=0, limit=status.newest_seq + 1)}
        created += status.appended
        published += status.appended - status.unsent - status.evicted
        waiting += status.rows
        evicted += status.evicted
        there = _accounted(engine, device=device, incarnation=status.incarnation)
        lost += status.newest_seq - len((here | there) & set(range(1, status.newest_seq + 1)))
    rows, distinct, position = stored_rows(engine, device=device)
    return Count(
        created=created, published=published, stored=rows, waiting=waiting, evicted=evicted, lost=lost,
        duplicates=rows - distinct, position=position,
    )  # fmt: skip


def report(
    engine: Engine, *, device: str, start: Count, end: Count, rss_mb: dict[str, float]
) -> dict[str, Any]:
    """The run between two counts as one JSON object; `lost`, `duplicates` and `waiting` are totals."""
    metrics = newest_metrics(engine, device=device, unit="vision", after=start.position)
    delays = _latencies_ms(engine, device=device, after=start.position)
    return {
        "frames": int(metrics.get("frames_total", 0)),
        "inferences": int(metrics.get("inferences_total", 0)),
        "created": end.created - start.created,
        "published": end.published - start.published,
        "stored": end.stored - start.stored,
        "waiting": end.waiting,
        "evicted": end.evicted - start.evicted,
        "lost": end.lost,
        "duplicates": end.duplicates,
        "latency_p50_ms": quantile(delays, 0.50),
        "latency_p95_ms": quantile(delays, 0.95),
        "rss_mb": {name: round(value, 1) for name, value in rss_mb.items()},
    }


def quantile(ascending: Sequence[float], share: float) -> float | None:
    """The value below which `share` of the sorted values lie (nearest rank); None if there are none."""
    if not ascending:
        return None
    return round(ascending[min(len(ascending) - 1, int(share * len(ascending)))], 1)


def stored_rows(engine: Engine, *, device: str) -> tuple[int, int, int]:
    """How many rows of the device are stored, how many distinct events they are, and the newest position."""
    query = select(
        func.count(),
        func.count(func.distinct(events.c.id)),
        func.coalesce(func.max(events.c.position), 0),
    ).where(events.c.device == device)
    with engine.connect() as connection:
        rows, distinct, position = connection.execute(query).one()
    return rows, distinct, position


def _accounted(engine: Engine, *, device: str, incarnation: str) -> set[int]:
    """The seqs of one incarnation that the fleet stored, refused, or knows to have been evicted."""
    stored = select(events.c.seq, events.c.kind, events.c.data).where(
        events.c.device == device, events.c.incarnation == incarnation
    )
    kept_aside = select(refused.c.seq).where(
        refused.c.device == device, refused.c.incarnation == incarnation, refused.c.seq.is_not(None)
    )
    with engine.connect() as connection:
        seqs = set(connection.execute(kept_aside).scalars())
        for seq, kind, text in connection.execute(stored):
            seqs.add(seq)
            if kind == "outbox.evicted":
                tombstone = json.loads(text)
                seqs.update(range(tombstone["first"], tombstone["last"] + 1))
    return seqs


def newest_metrics(engine: Engine, *, device: str, unit: str, after: int) -> dict[str, float]:
    """The metrics of a unit's newest health event that was stored after position `after`."""
    query = (
        select(events.c.data)
        .where(events.c.device == device, events.c.kind == "device.health", events.c.position > after)
        .order_by(events.c.position.desc())
    )
    with engine.connect() as connection:
        for (text,) in connection.execute(query):
            health = json.loads(text)
            if health["unit"] == unit:
                metrics: dict[str, float] = health["metrics"]
                return metrics
    return {}


def _latencies_ms(engine: Engine, *, device: str, after: int) -> list[float]:
    """For each track event, ascending: from its frame's capture to its arrival in the fleet's batch."""
    query = select((events.c.received_at - events.c.time) * 1000).where(
        events.c.device == device, events.c.kind.like("vision.track.%"), events.c.position > after
    )
    with engine.connect() as connection:
        return sorted(connection.execute(query).scalars())
