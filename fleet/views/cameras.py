"""The latest picture of each camera."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from fleet.store.tables import snapshots
from fleet.views import events

_READ = 1000
KINDS = ("vision.track.started", "vision.track.ended", "vision.alert.started", "vision.snapshot.taken")
"""The kinds of events that may have a picture. A start's box belongs to its picture; that of an end tells
where it ended, not where it was seen best."""


@dataclass(frozen=True, slots=True)
class CameraView:
    """A camera, with the latest event of it that has a picture which is here."""

    device: str
    camera: str
    event: events.Event
    sha256: str


def latest(connection: Connection, *, device: str | None = None) -> list[CameraView]:
    """Each camera's latest picture, by device and camera; only recent events are looked at."""
    newest_first = events.recent_of(connection, KINDS, limit=_READ, device=device)
    wanted = {event.data["snapshot"] for event in newest_first if event.data.get("snapshot")}
    here = present(connection, wanted)
    found: dict[tuple[str, str], CameraView] = {}
    for event in newest_first:
        key, sha256 = (event.device, event.data["camera"]), event.data.get("snapshot")
        if sha256 in here and key not in found:
            found[key] = CameraView(device=event.device, camera=key[1], event=event, sha256=sha256)
    return [found[key] for key in sorted(found)]


def present(connection: Connection, wanted: set[str]) -> set[str]:
    """Those of the pictures that have arrived."""
    ordered = sorted(wanted)
    here: set[str] = set()
    for start in range(0, len(ordered), 500):  # SQLite bounds the variables of one statement
        some = ordered[start : start + 500]
        query = select(snapshots.c.sha256).where(snapshots.c.sha256.in_(some))
        here.update(connection.execute(query).scalars())
    return here


def names(connection: Connection, *, device: str) -> list[str]:
    """The cameras that a device lately spoke of."""
    return sorted(
        {event.data["camera"] for event in events.recent_of(connection, KINDS, limit=_READ, device=device)}
    )
