"""Signed statements of the fleet: JWS compact serialisation (RFC 7515) with Ed25519 (RFC 8037).

A captured broker must neither command a device nor make it forget what was not stored, so commands and
stored-acknowledgements carry the fleet's signature over the very bytes that were received.
"""

from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ValidationError

from edge_agent.contract import MAX_MESSAGE_BYTES, BadSignature, Malformed
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.mistakes import first_mistake

CONTENT_TYPE = "application/jose"
_CLOCK_SKEW_S = 30.0


def sign(statement: BaseModel, *, key: Ed25519PrivateKey) -> bytes:
    """The statement as a signed message."""
    token: str = jwt.api_jws.encode(
        statement.model_dump_json(exclude_none=True).encode(), key, algorithm="EdDSA",
        headers={"typ": type(statement).__name__},
    )  # fmt: skip
    return token.encode()


def verify(message: bytes, model: type["Statement"], *, key: Ed25519PublicKey, device: DeviceId) -> Any:
    """The statement in `message`, proven to be the fleet's, of this kind, and for `device`.

    Raises BadSignature (forged, another kind, another device) or Malformed (signed, but not a `model`).
    Whether it is still in force is the reader's question: see `Statement.in_force`.
    """
    if len(message) > MAX_MESSAGE_BYTES:
        raise BadSignature(f"{len(message)} bytes, at most {MAX_MESSAGE_BYTES}")
    try:
        complete = jwt.api_jws.decode_complete(message, key, algorithms=["EdDSA"])
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise BadSignature(f"not signed by the fleet's key: {error}") from error
    if complete["header"].get("typ") != model.__name__:
        raise BadSignature(f"signed as something else than {model.__name__}")
    try:
        statement = model.model_validate_json(complete["payload"])
    except ValidationError as error:
        raise Malformed(f"signed, but not a {model.__name__}: {first_mistake(error)}") from error
    if statement.device != device.source:
        raise BadSignature(f"meant for {statement.device}, not for {device.source}")
    return statement


class Statement(BaseModel):
    """What the fleet signs for one device; `issued_at` and `expires_at` are seconds since 1970, UTC."""

    device: str
    issued_at: float
    expires_at: float | None = None

    def in_force(self, now: float) -> bool:
        """Whether `now` (s since 1970) lies before its expiry, and it was not issued in the future."""
        return self.issued_at - _CLOCK_SKEW_S <= now and (self.expires_at is None or now <= self.expires_at)
