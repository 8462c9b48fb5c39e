"""Messages that were kept aside, with the reason; the newest only, so that garbage cannot fill the disk."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from fleet.store.tables import refused

Payload = bytes

PAYLOAD_BYTES = 64 * 1024
"""How much of a payload is kept, from its beginning."""


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message that was not accepted; `seq` is set where the refusal settles it. Time in s since 1970."""

    topic: str
    payload: Payload
    reason: str
    received_at: float
    device: str | None = None
    incarnation: str | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A message kept aside: its size and SHA-256 are of the whole, `payload` is its beginning."""

    position: int
    topic: str
    device: str | None
    incarnation: str | None
    seq: int | None
    reason: str
    bytes: int
    sha256: str
    payload: Payload
    received_at: float


def keep_aside(connection: Connection, messages: Sequence[RefusedMessage], *, keep: int) -> None:
    """Add `messages`, and drop the oldest above `keep`."""
    if not messages:
        return
    rows = [
        {
            "topic": message.topic,
            "device": message.device,
            "incarnation": message.incarnation,
            "seq": message.seq,
            "reason": message.reason,
            "bytes": len(message.payload),
            "sha256": hashlib.sha256(message.payload).hexdigest(),
            "payload": message.payload[:PAYLOAD_BYTES],
            "received_at": message.received_at,
        }
        for message in messages[-keep:]
    ]
    connection.execute(insert(refused), rows)
    oldest_kept = (
        select(refused.c.position).order_by(refused.c.position.desc()).offset(keep - 1).limit(1)
    ).scalar_subquery()
    connection.execute(delete(refused).where(refused.c.position < oldest_kept))


def newest(connection: Connection, *, at_most: int, device: str | None = None) -> list[RefusedRow]:
    """The messages kept aside, the newest first; of one device if it is named."""
    statement = select(refused).order_by(refused.c.position.desc()).limit(at_most)
    if device is not None:
        statement = statement.where(refused.c.device == device)
    return [RefusedRow(**row._mapping) for row in connection.execute(statement)]


def find(connection: Connection, position: int) -> RefusedRow | None:
    """One message kept aside."""
    row = connection.execute(select(refused).where(refused.c.position == position)).first()
    return RefusedRow(**row._mapping) if row else None
