"""The signed stored-acknowledgement of a stream, from what is committed of it."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_agent.contract.identity import DeviceId
from edge_agent.contract.signed import sign
from edge_agent.contract.stored import Stored
from fleet.ingest.ledger import StreamState


def stored_statement(
    device: DeviceId, state: StreamState, *, incarnation: str, key: Ed25519PrivateKey, now: float
) -> bytes:
    """What `device` may forget of the stream `incarnation`, signed at `now` (s since 1970)."""
    statement = Stored(
        device=device.source,
        issued_at=now,
        stream=state.stream,
        incarnation=incarnation,
        through=state.settled.through,
        also=list(state.settled.also),
        refused=list(state.refused),
    )
    return sign(statement, key=key)
