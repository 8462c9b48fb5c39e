"""What a run did, counted at both ends: by the device's own outbox and by the fleet's database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, func, select

from fleet.store.tables import events


@dataclass(frozen=True, slots=True)
class DeviceCount:
    """The device's side, summed over its streams; all since its card was made."""

    created: int
    published: int
    evicted: int

    @classmethod
    def of(cls, streams: Sequence[dict[str, Any]]) -> "DeviceCount":
        """The sum of the rows that `edge-agent outbox status` prints."""
        return cls(
            created=sum(stream["created"] for stream in streams),
            published=sum(stream["published"] for stream in streams),
            evicted=sum(stream["evicted"] for stream in streams),
        )


@dataclass(frozen=True, slots=True)
class FleetCount:
    """The fleet's side for one device; `position` is the newest row's."""

    stored: int
    distinct: int
    position: int

    @classmethod
    def of(cls, engine: Engine, *, device: str) -> "FleetCount":
        """Count the stored rows, and the distinct events among them by the id that their producer gave."""
        query = select(
            func.count(),
            func.count(func.distinct(events.c.id)),
            func.coalesce(func.max(events.c.position), 0),
        ).where(events.c.device == device)
        with engine.connect() as connection:
            stored, distinct, position = connection.execute(query).one()
        return cls(stored=stored, distinct=distinct, position=position)


@dataclass(frozen=True, slots=True)
class Start:
    """Both counts when a run began."""

    device: DeviceCount
    fleet: FleetCount


def vision_totals(engine: Engine, *, device: str, after: int) -> dict[str, float]:
    """The metrics of the newest health event of the device's vision unit stored after position `after`."""
    query = (
        select(events.c.data)
        .where(events.c.device == device, events.c.kind == "device.health", events.c.position > after)
        .order_by(events.c.position.desc())
    )
    with engine.connect() as connection:
        for (text,) in connection.execute(query):
            health = json.loads(text)
            if health["unit"] == "vision":
                metrics: dict[str, float] = health["metrics"]
                return metrics
    return {}


def latencies_ms(engine: Engine, *, device: str, after: int) -> list[float]:
    """From a frame's capture to the fleet's storing of what it showed, ascending, for each track event."""
    query = select((events.c.received_at - events.c.time) * 1000).where(
        events.c.device == device, events.c.kind.like("vision.track.%"), events.c.position > after
    )
    with engine.connect() as connection:
        return sorted(connection.execute(query).scalars())


def quantile(ascending: Sequence[float], share: float) -> float | None:
    """The value below which `share` of the sorted values lie (nearest rank); None if there are none."""
    if not ascending:
        return None
    return round(ascending[min(len(ascending) - 1, int(share * len(ascending)))], 1)


def report(
    engine: Engine, *, device: str, start: Start, end: DeviceCount, rss_mb: dict[str, float]
) -> dict[str, Any]:
    """The run as one JSON object.

    `lost` is what the device made and neither the fleet stored nor a tombstone accounts for; `duplicates` is
    how many stored rows repeat an event. Both are totals since the card was made: a loss stays visible.
    """
    fleet = FleetCount.of(engine, device=device)
    metrics = vision_totals(engine, device=device, after=start.fleet.position)
    delays = latencies_ms(engine, device=device, after=start.fleet.position)
    return {
        "frames": int(metrics.get("frames_total", 0)),
        "inferences": int(metrics.get("inferences_total", 0)),
        "created": end.created - start.device.created,
        "published": end.published - start.device.published,
        "stored": fleet.stored - start.fleet.stored,
        "evicted": end.evicted - start.device.evicted,
        "lost": end.created - end.evicted - fleet.distinct,
        "duplicates": fleet.stored - fleet.distinct,
        "latency_p50_ms": quantile(delays, 0.50),
        "latency_p95_ms": quantile(delays, 0.95),
        "rss_mb": {name: round(value, 1) for name, value in rss_mb.items()},
    }
