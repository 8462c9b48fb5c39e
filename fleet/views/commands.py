"""Commands to devices: giving one, and what became of it."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Select, insert, select

from edge_agent.contract.commands import TakeSnapshot
from fleet.access.secrets import Principal
from fleet.audit import Action, append
from fleet.store.devices import find as find_device
from fleet.store.tables import commands
from fleet.views import events

EXPIRES_AFTER_S = 120.0
"""How long a command waits for its device, unless its giver says otherwise."""


class NotGiven(Exception):
    """The command cannot be given; the message says why."""


@dataclass(frozen=True, slots=True)
class CommandView:
    """A command; times are s since 1970, UTC. `outcome` is done, failed, refused, or None: not known."""

    id: str
    device: str
    action: dict[str, str]
    issued_at: float
    expires_at: float
    issued_by: str
    published_at: float | None
    outcome: str | None
    reason: str | None


def give(
    connection: Connection,
    action: TakeSnapshot,
    *,
    device: str,
    by: Principal,
    now: float,
    expires_after_s: float = EXPIRES_AFTER_S,
) -> str:
    """Write a command down, and in the audit who gave it; the ingest signs and publishes it. Returns its id.

    Raises NotGiven for a device that is not enrolled or is revoked.
    """
    row = find_device(connection, device)
    if row is None:
        raise NotGiven(f'device "{device}" is not enrolled')
    if row.revoked_at is not None:
        raise NotGiven(f'device "{device}" is revoked')
    command = str(uuid4())
    connection.execute(
        insert(commands).values(
            id=command,
            device=device,
            action=action.model_dump_json(),
            issued_at=now,
            expires_at=now + expires_after_s,
            issued_by=by.name,
        )
    )
    subject = f"{device}: {action.do} {action.camera} ({command})"
    append(connection, Action.COMMAND_GIVEN, actor=by.name, subject=subject, now=now)
    return command


def newest(connection: Connection, *, device: str | None = None, limit: int = 50) -> list[CommandView]:
    """The latest commands, the newest first."""
    query = select(commands).order_by(commands.c.issued_at.desc()).limit(limit)
    if device is not None:
        query = query.where(commands.c.device == device)
    return _views(connection, query)


def find(connection: Connection, command: str) -> CommandView | None:
    """The command of that id."""
    found = _views(connection, select(commands).where(commands.c.id == command))
    return found[0] if found else None


def _views(connection: Connection, query: Select[Any]) -> list[CommandView]:
    rows = connection.execute(query).all()
    outcomes: dict[str, tuple[str, str]] = {}
    for device in {row.device for row in rows}:
        finished = events.recent_of(connection, ["device.command.finished"], limit=200, device=device)
        for event in reversed(finished):
            outcomes[event.data["command"]] = (event.data["outcome"], event.data.get("reason", ""))
    return [
        CommandView(
            id=row.id,
            device=row.device,
            action=json.loads(row.action),
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            issued_by=row.issued_by,
            published_at=row.published_at,
            outcome=outcomes[row.id][0] if row.id in outcomes else None,
            reason=outcomes[row.id][1] if row.id in outcomes else None,
        )
        for row in rows
    ]
