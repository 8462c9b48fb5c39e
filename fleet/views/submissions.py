"""What citizens filed, sealed: that it was filed, where and when; the words only by `fleet.intake`."""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from fleet.audit import Action, Entry, last_on
from fleet.store.tables import audit
from fleet.store.tables import events as table
from fleet.views import events

KIND = "kiosk.submission.created"
PART = "kiosk.submission.part"


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """A submission, without its words. Times are s since 1970, UTC."""

    position: int
    submission: str
    service: str
    device: str
    region: str
    time: float
    clock_trusted: bool
    received_at: float
    consent_version: str
    intake_key: str
    opened_by: str | None
    opened_at: float | None
    forgotten: bool = False


def newest(connection: Connection, *, before: int | None = None, limit: int = 50) -> list[SubmissionView]:
    """The latest submissions, the newest first; `before` a position, to page back."""
    found = events.stored_before(connection, before, which=events.Filter(kind=KIND), limit=limit)
    return _views(connection, found)


def find(connection: Connection, position: int) -> SubmissionView | None:
    """The submission stored at `position`."""
    event = events.find(connection, position)
    return _views(connection, [event])[0] if event is not None and event.kind == KIND else None


@dataclass(frozen=True, slots=True)
class Sealed:
    """The words of a submission, sealed (Base64; empty once forgotten), and the commitment to them."""

    sealed: str
    commitment: str | None


def filed_at(connection: Connection, position: int) -> Sealed | None:
    """The sealed words of the submission stored at `position`."""
    event = events.find(connection, position)
    if event is None or event.kind != KIND:
        return None
    return Sealed(sealed=str(event.data["sealed"]), commitment=event.data.get("commitment"))


def parts_of(connection: Connection, submission: str) -> list[str]:
    """The sealed parts of what was recorded with that submission, as they came, but for forgotten ones."""
    query = (
        select(table.c.data)
        .where(table.c.kind == PART, table.c.subject == submission)
        .order_by(table.c.position)
    )
    found = (json.loads(data) for (data,) in connection.execute(query))
    return [str(part["sealed"]) for part in found if part["submission"] == submission and part["sealed"]]


def position_of(connection: Connection, submission: str) -> int | None:
    """Where the submission with that UUID is stored."""
    query = (
        select(table.c.position, table.c.data)
        .where(table.c.kind == KIND, table.c.data.contains(submission, autoescape=True))
        .order_by(table.c.position)
    )
    for position, data in connection.execute(query):
        if json.loads(data)["submission"] == submission:
            return int(position)
    return None


def counts(connection: Connection) -> tuple[int, int]:
    """How many submissions there are, and how many of them nobody has opened."""
    total = connection.execute(select(func.count()).where(table.c.kind == KIND)).scalar_one()
    opened = connection.execute(
        select(func.count(func.distinct(audit.c.subject))).where(audit.c.action == Action.SUBMISSION_OPENED)
    ).scalar_one()
    return total, max(0, total - opened)


def _views(connection: Connection, found: list[events.Event]) -> list[SubmissionView]:
    opened = last_on(
        connection, Action.SUBMISSION_OPENED, subjects=[event.data["submission"] for event in found]
    )
    return [_view(event, opened.get(event.data["submission"])) for event in found]


def _view(event: events.Event, opened: Entry | None) -> SubmissionView:
    return SubmissionView(
        position=event.position,
        submission=event.data["submission"],
        service=event.data["service"],
        device=event.device,
        region=event.region,
        time=event.time,
        clock_trusted=event.clock_trusted,
        received_at=event.received_at,
        consent_version=event.data["consent_version"],
        intake_key=event.data["intake_key"],
        opened_by=opened.actor if opened else None,
        opened_at=opened.at if opened else None,
        forgotten=not event.data["sealed"],
    )
