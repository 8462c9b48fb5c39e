"""What a page that lives shows: the same values for its first rendering and for each that follows."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection, select

from fleet.store.tables import devices as table
from fleet.views import cameras, commands, devices, events, refused, streams, submissions

Scene = dict[str, Any]
_DAY_S = 86_400
LATEST = 12


def overview(connection: Connection, *, now: float) -> Scene:
    """The region in tiles, pictures and lists."""
    found = devices.every(connection, now=now)
    filed, unopened = submissions.counts(connection)
    latest = events.stored_before(connection, None, which=events.Filter(), limit=LATEST)
    return {
        "devices": found,
        "by_state": devices.by_state(found),
        "day": events.count_since(connection, now - _DAY_S),
        "per_minute": events.per_minute(connection, now=now),
        "filed": filed,
        "unopened": unopened,
        "refused_kept": refused.kept(connection),
        "cameras": cameras.latest(connection),
        "events": latest,
        "pictures": pictures(connection, latest),
    }


def device(connection: Connection, name: str, *, now: float) -> Scene | None:
    """One device, or None if it is not enrolled."""
    found = devices.find(connection, name, now=now)
    if found is None:
        return None
    latest = events.stored_before(connection, None, which=events.Filter(device=name), limit=LATEST)
    return {
        "device": found,
        "streams": streams.every(connection, device=name),
        "cameras": cameras.latest(connection, device=name),
        "camera_names": cameras.names(connection, device=name),
        "commands": commands.newest(connection, device=name, limit=5),
        "events": latest,
        "pictures": pictures(connection, latest),
    }


def event_list(connection: Connection, *, which: events.Filter, before: int | None, limit: int) -> Scene:
    """Events that fit, the newest first; `older` is where the next page begins."""
    found = events.stored_before(connection, before, which=which, limit=limit)
    return {
        "events": found,
        "pictures": pictures(connection, found),
        "older": found[-1].position if len(found) == limit else None,
    }


def submission_list(connection: Connection, *, before: int | None, limit: int) -> Scene:
    """Submissions, the newest first."""
    found = submissions.newest(connection, before=before, limit=limit)
    return {"submissions": found, "older": found[-1].position if len(found) == limit else None}


def pictures(connection: Connection, found: list[events.Event]) -> set[str]:
    """Those pictures of the events that have arrived."""
    return cameras.present(
        connection, {event.data["snapshot"] for event in found if event.data.get("snapshot")}
    )


def device_names(connection: Connection) -> list[str]:
    """All devices' names."""
    return list(connection.execute(select(table.c.name).order_by(table.c.name)).scalars())


def event_filter(query: Mapping[str, str]) -> events.Filter:
    """The filter that a form sent; what is empty filters nothing."""
    return events.Filter(device=query.get("device") or None, kind=query.get("kind") or None)


def event_query(which: events.Filter, **more: str) -> str:
    """The filter as a query string."""
    parts = {"device": which.device, "kind": which.kind, **more}
    return urlencode({name: value for name, value in parts.items() if value})
