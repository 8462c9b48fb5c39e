"""Streams: how far each is settled, and what is missing in between."""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from fleet.store.tables import streams


@dataclass(frozen=True, slots=True)
class StreamView:
    """One stream of one database of a device.

    Everything up to `through` is settled: stored, evicted by the device, or refused. `gaps` are the inclusive
    ranges above it that have not arrived while later ones have. `last_received_at` is s since 1970, UTC.
    """

    device: str
    incarnation: str
    stream: str
    through: int
    gaps: list[tuple[int, int]]
    evicted_count: int
    refused_count: int
    last_received_at: float


def every(connection: Connection, *, device: str | None = None) -> list[StreamView]:
    """All streams, by device, the last heard first."""
    query = select(streams).order_by(streams.c.device, streams.c.last_received_at.desc())
    if device is not None:
        query = query.where(streams.c.device == device)
    return [
        StreamView(
            device=row.device,
            incarnation=row.incarnation,
            stream=row.stream,
            through=row.through,
            gaps=gaps(row.through, [(first, last) for first, last in json.loads(row.also)]),
            evicted_count=row.evicted_count,
            refused_count=row.refused_count,
            last_received_at=row.last_received_at,
        )
        for row in connection.execute(query)
    ]


def gaps(through: int, also: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What lies between `through` and the inclusive ranges `also` above it, as inclusive ranges."""
    found: list[tuple[int, int]] = []
    settled = through
    for first, last in sorted(also):
        if first > settled + 1:
            found.append((settled + 1, first - 1))
        settled = max(settled, last)
    return found
