"""Messages that were kept aside, with the reason; the newest only, so that garbage cannot fill the disk."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from fleet.store.tables import refused

PAYLOAD_BYTES = 64 * 1024
"""How much of a payload is kept, from its beginning."""


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message that was not accepted; `seq` is set where the refusal settles it. Time in s since 1970."""

    topic: str
    payload: bytes
    reason: str
    received_at: float
    device: str | None = None
    incarnation: str | None = None
    seq: int | None = None


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
