"""Events as stored, filtered and paged by position."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from fleet.store.tables import events

LIMIT_MAX = 500
"""The most events in one page."""


@dataclass(frozen=True, slots=True)
class Event:
    """One stored event. `position` orders all events by their storing; times are s since 1970, UTC."""

    position: int
    device: str
    region: str
    incarnation: str
    stream: str
    seq: int
    id: str
    kind: str
    subject: str | None
    time: float
    clock_trusted: bool
    received_at: float
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events: all of those that are not None must fit.

    `kind` is one kind, or a group of them where it ends with a dot ("vision."); `since` and `until` bound the
    event's own time (s since 1970), `until` exclusive.
    """

    device: str | None = None
    region: str | None = None
    kind: str | None = None
    since: float | None = None
    until: float | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        made: list[ColumnElement[bool]] = []
        if self.device is not None:
            made.append(events.c.device == self.device)
        if self.region is not None:
            made.append(events.c.region == self.region)
        if self.kind is not None and self.kind.endswith("."):
            made.append(events.c.kind.startswith(self.kind, autoescape=True))
        elif self.kind is not None:
            made.append(events.c.kind == self.kind)
        if self.since is not None:
            made.append(events.c.time >= self.since)
        if self.until is not None:
            made.append(events.c.time < self.until)
        return made


def stored_after(connection: Connection, position: int, *, which: Filter, limit: int) -> list[Event]:
    """The events stored after `position`, the oldest first."""
    query = select(events).where(events.c.position > position, *which.conditions())
    return _read(connection, query.order_by(events.c.position).limit(min(limit, LIMIT_MAX)))


def stored_before(connection: Connection, position: int | None, *, which: Filter, limit: int) -> list[Event]:
    """The events stored before `position` (None: up to now), the newest first."""
    query = select(events).where(*which.conditions())
    if position is not None:
        query = query.where(events.c.position < position)
    return _read(connection, query.order_by(events.c.position.desc()).limit(min(limit, LIMIT_MAX)))


def newest_position(connection: Connection) -> int:
    """The position of the last event stored; 0 where there is none."""
    newest: int = connection.execute(select(func.coalesce(func.max(events.c.position), 0))).scalar_one()
    return newest


def find(connection: Connection, position: int) -> Event | None:
    """The event at `position`."""
    found = _read(connection, select(events).where(events.c.position == position))
    return found[0] if found else None


def recent_of(
    connection: Connection, kinds: Collection[str], *, limit: int, device: str | None = None
) -> list[Event]:
    """The latest events of `kinds`, the newest first."""
    query = select(events).where(events.c.kind.in_(kinds))
    if device is not None:
        query = query.where(events.c.device == device)
    return _read(connection, query.order_by(events.c.position.desc()).limit(limit))


def per_minute(connection: Connection, *, now: float, minutes: int = 60) -> list[int]:
    """How many events happened in each of the last `minutes` minutes, the oldest first.

    By the events' own time: those of a device whose clock was wrong count where it thought to be.
    """
    last = int(now // 60)
    first = last - minutes + 1
    minute = func.floor(events.c.time / 60)
    query = (
        select(minute, func.count())
        .where(events.c.time >= first * 60, events.c.time < (last + 1) * 60)
        .group_by(minute)
    )
    counts = {int(at): count for at, count in connection.execute(query)}
    return [counts.get(at, 0) for at in range(first, last + 1)]


def count_since(connection: Connection, since: float) -> int:
    """How many events happened at or after `since` (s since 1970)."""
    return connection.execute(select(func.count()).where(events.c.time >= since)).scalar_one()


def _read(connection: Connection, query: Any) -> list[Event]:
    return [Event(**{**row._mapping, "data": json.loads(row.data)}) for row in connection.execute(query)]
