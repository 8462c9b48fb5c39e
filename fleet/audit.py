"""The record of what operators did: appended to, never changed."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from fleet.store.tables import audit


class Action(StrEnum):
    """What can be done that must be known later."""

    DEVICE_ENROLLED = "device.enrolled"
    DEVICE_REVOKED = "device.revoked"
    SUBMISSION_OPENED = "submission.opened"
    SUBMISSION_UNMASKED = "submission.unmasked"
    SUBMISSION_FORGOTTEN = "submission.forgotten"
    RECORDING_OPENED = "recording.opened"
    CASE_STEPPED = "case.stepped"
    COMMAND_GIVEN = "command.given"
    SIGNED_IN = "signed.in"
    SIGNED_OUT = "signed.out"
    LINK_MADE = "link.made"
    TOKEN_MADE = "token.made"  # noqa: S105
    TOKEN_REVOKED = "token.revoked"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Entry:
    """One act; `at` is s since 1970, UTC."""

    position: int
    at: float
    actor: str
    action: str
    subject: str


def append(connection: Connection, action: Action, *, actor: str, subject: str, now: float) -> None:
    """Record that `actor` did `action` to `subject`; it stands when the caller's transaction commits."""
    connection.execute(insert(audit).values(at=now, actor=actor, action=action, subject=subject))


def newest(connection: Connection, *, before: int | None = None, limit: int = 100) -> list[Entry]:
    """The latest entries, the newest first; `before` a position, to page back."""
    query = select(audit).order_by(audit.c.position.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.position < before)
    return [Entry(**row._mapping) for row in connection.execute(query)]


def last_on(connection: Connection, action: Action, *, subjects: Collection[str]) -> dict[str, Entry]:
    """The latest entry of `action` on each of `subjects` that has one."""
    query = (
        select(audit)
        .where(audit.c.action == action, audit.c.subject.in_(subjects))
        .order_by(audit.c.position)
    )
    return {row.subject: Entry(**row._mapping) for row in connection.execute(query)}
