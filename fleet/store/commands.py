"""Commands that wait to be published."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from edge_agent.contract.identity import DeviceId
from fleet.store.tables import commands, devices


@dataclass(frozen=True, slots=True)
class PendingCommand:
    """A command that was given but not yet published; `action` is JSON, times in s since 1970."""

    id: str
    device: DeviceId
    action: str
    issued_at: float
    expires_at: float


def pending(connection: Connection, *, now: float, at_most: int) -> list[PendingCommand]:
    """The oldest commands that are neither published nor expired, for devices in good standing."""
    rows = connection.execute(
        select(commands, devices.c.region)
        .join_from(commands, devices)
        .where(commands.c.published_at.is_(None), commands.c.expires_at > now, devices.c.revoked_at.is_(None))
        .order_by(commands.c.issued_at)
        .limit(at_most)
    )
    return [
        PendingCommand(
            id=row.id,
            device=DeviceId(region=row.region, name=row.device),
            action=row.action,
            issued_at=row.issued_at,
            expires_at=row.expires_at,
        )
        for row in rows
    ]


def published(connection: Connection, command_id: str, *, at: float) -> None:
    """Record that the broker has a command."""
    connection.execute(update(commands).where(commands.c.id == command_id).values(published_at=at))
