"""The certificate of a kiosk's receipt key: a JWS (RFC 7515) by the device's identity, with its certificates.

It says: this Ed25519 key signs receipts of this device. The device's certificate lasts weeks, a receipt
years: so the fleet checks the chain when the JWS arrives, and keeps the key with the JWS as its evidence.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import jwt
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.contract import BadSignature, Malformed
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.mistakes import first_mistake

TYPE = "loket-receipt-key+jws"
PROOF = b"loket receipt key v1\n"
"""Stands before what the receipt key signs to prove that the device holds it."""

_MOST_CHARACTERS = 8_000
_SKEW_S = 300.0
_ALGORITHM_OF = {EllipticCurvePrivateKey: "ES256", Ed25519PrivateKey: "EdDSA"}

IdentityKey = EllipticCurvePrivateKey | Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A receipt key's public half, and its signature over the device's name; both Base64."""

    key: str
    proof: str


class Claim(BaseModel):
    """What the certificate says. `issued_at` is s since 1970, UTC."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    device: str = Field(max_length=96)
    key: str = Field(max_length=64)
    proof: str = Field(max_length=128)
    issued_at: float = Field(ge=0)


@dataclass(frozen=True, slots=True)
class Certified:
    """A receipt key, proven to be the device's."""

    device: DeviceId
    key: Ed25519PublicKey
    issued_at: float
    serial: str


def prove(key: Ed25519PrivateKey, *, device: DeviceId) -> PublicKey:
    """The public half of `key`, with its proof for `device`."""
    return PublicKey(
        key=_text(key.public_key().public_bytes_raw()),
        proof=_text(key.sign(_to_prove(device))),
    )


def proven(public: PublicKey, *, device: DeviceId) -> Ed25519PublicKey:
    """The key, proven to be held by `device`. Raises Malformed, BadSignature."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.key, validate=True))
        key.verify(base64.b64decode(public.proof, validate=True), _to_prove(device))
    except InvalidSignature as error:
        raise BadSignature("the receipt key is not proven to be this device's") from error
    except (binascii.Error, ValueError) as error:
        raise Malformed("not an Ed25519 public key with its proof in Base64") from error
    return key


def certify(
    public: PublicKey,
    *,
    device: DeviceId,
    identity: IdentityKey,
    chain: Sequence[x509.Certificate],
    now: float,
) -> str:
    """The certificate of a receipt key. `chain` begins with the device's own; `now` is s since 1970, UTC."""
    claim = Claim(device=device.source, key=public.key, proof=public.proof, issued_at=now)
    algorithm = next(name for kind, name in _ALGORITHM_OF.items() if isinstance(identity, kind))
    return jwt.api_jws.encode(
        claim.model_dump_json().encode(), identity, algorithm=algorithm,
        headers={"typ": TYPE, "x5c": [_text(each.public_bytes(Encoding.DER)) for each in chain]},
    )  # fmt: skip


def verify(certificate: str, *, device: DeviceId, root: x509.Certificate, now: float) -> Certified:
    """What a certificate proves of `device`'s receipt key, judged with the fleet's `root`.

    The device's certificate must have been in force when it was signed, not `now`: it may have lain in an
    outbox for weeks. Raises Malformed, BadSignature.
    """
    if len(certificate) > _MOST_CHARACTERS:
        raise Malformed(f"{len(certificate)} characters, at most {_MOST_CHARACTERS}")
    own = _own_certificate(certificate)
    _check_issued(own, root=root, device=device)
    key = own.public_key()
    if not isinstance(key, EllipticCurvePublicKey | Ed25519PublicKey):
        raise BadSignature("the device's certificate has a key of another kind")
    algorithm = "ES256" if isinstance(key, EllipticCurvePublicKey) else "EdDSA"
    try:
        payload = jwt.api_jws.decode(certificate, key, algorithms=[algorithm])
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise BadSignature(f"not signed by the device's identity: {error}") from error
    try:
        claim = Claim.model_validate_json(payload)
    except ValidationError as error:
        raise Malformed(f"signed, but not a claim: {first_mistake(error)}") from error
    if claim.device != device.source:
        raise BadSignature(f"made for {claim.device}, not for {device.source}")
    _check_time(own, claim.issued_at, now=now)
    return Certified(
        device=device,
        key=proven(PublicKey(key=claim.key, proof=claim.proof), device=device),
        issued_at=claim.issued_at,
        serial=f"{own.serial_number:x}",
    )


def _own_certificate(certificate: str) -> x509.Certificate:
    try:
        header = jwt.api_jws.get_unverified_header(certificate)
        match header:
            case {"typ": str(kind), "x5c": [str(first), *_]} if kind == TYPE:
                return x509.load_der_x509_certificate(base64.b64decode(first, validate=True))
    except (jwt.PyJWTError, binascii.Error, ValueError, json.JSONDecodeError, RecursionError) as error:
        raise Malformed(f"not a JWS with a certificate: {type(error).__name__}") from error
    raise Malformed(f"not a JWS of the type {TYPE} with x5c")


def _check_issued(own: x509.Certificate, *, root: x509.Certificate, device: DeviceId) -> None:
    try:
        own.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError) as error:
        raise BadSignature("the device's certificate is not of this fleet's authority") from error
    names = [str(name.value) for name in own.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [device.name]:
        raise BadSignature(f"the certificate is not made out to {device.name}")


def _check_time(own: x509.Certificate, signed_at: float, *, now: float) -> None:
    if signed_at > now + _SKEW_S:
        raise BadSignature("signed in the future")
    try:
        at = datetime.fromtimestamp(signed_at, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise Malformed("signed at no time that there is") from error
    if not own.not_valid_before_utc <= at <= own.not_valid_after_utc:
        raise BadSignature("signed when the device's certificate was not in force")


def _to_prove(device: DeviceId) -> bytes:
    return PROOF + device.source.encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
