"""The trust file: which keys sign receipts, each with the evidence that a device certified it."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import NameOID

from loket_verify import NotGenuine, TrustUnusable

_FORMAT = "loket-trust-1"
_MOST_BYTES = 64 * 1024 * 1024
_ANY = (
    ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError, InvalidSignature,
    UnsupportedAlgorithm,
)  # fmt: skip
"""What reading a stranger's certificate may raise; each means that it does not stand."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key that signs receipts of `device`. `until` (s since 1970): the device was put out then."""

    id: str
    public: Ed25519PublicKey
    device: str
    label: str
    until: float | None


@dataclass(frozen=True, slots=True)
class Trust:
    """The trust file, read; keys are proven as they are asked for."""

    pages: frozenset[str]
    issued_at: float
    root: x509.Certificate
    _keys: dict[str, dict[str, Any]]

    def key(self, key_id: str) -> Key:
        """The key of that name, proven to be certified. Raises NotGenuine, TrustUnusable."""
        entry = self._keys.get(key_id)
        if entry is None:
            raise NotGenuine(
                f"signed by the key {key_id}, which the trust file does not know: "
                "a forgery, or a kiosk younger than the file"
            )
        try:
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(entry["key"], validate=True))
            if hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16] != key_id:
                raise ValueError("the key is not the one that is named")
            _check_certificate(entry["certificate"], entry=entry, root=self.root)
            until = entry["until"]
            return Key(
                id=key_id,
                public=public,
                device=str(entry["device"]),
                label=str(entry["label"]),
                until=None if until is None else float(until),
            )
        except _ANY as error:
            raise TrustUnusable(f"key {key_id}: its certificate does not stand ({error})") from error


def load(path: Path, *, root: Path | None = None) -> Trust:
    """Read a trust file; `root` (PEM) takes the place of the file's own authority. Raises TrustUnusable."""
    try:
        content = path.read_bytes()[: _MOST_BYTES + 1]
        document = json.loads(content)
        if len(content) > _MOST_BYTES or document["format"] != _FORMAT:
            raise ValueError(f"not a file of the format {_FORMAT}")
        keys = {str(entry["id"]): entry for entry in document["keys"]}
        if len(keys) != len(document["keys"]):
            raise ValueError("a key stands there twice")
        pem = root.read_bytes() if root is not None else str(document["root"]).encode()
        return Trust(
            pages=frozenset(str(page) for page in document["pages"]),
            issued_at=float(document["issued_at"]),
            root=x509.load_pem_x509_certificate(pem),
            _keys=keys,
        )
    except OSError as error:
        raise TrustUnusable(f"{error.filename or path}: {error.strerror}") from error
    except _ANY as error:
        raise TrustUnusable(f"{path}: not a trust file: {type(error).__name__}: {error}") from error


def _check_certificate(jws: str, *, entry: dict[str, Any], root: x509.Certificate) -> None:
    """Raise one of `_ANY` unless a device of `root` certified the entry's key while its certificate held."""
    head, payload, signature = jws.split(".")
    header, claim = json.loads(_decoded(head)), json.loads(_decoded(payload))
    own = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0], validate=True))
    own.verify_directly_issued_by(root)
    _check_jws(own, f"{head}.{payload}".encode(), _decoded(signature), algorithm=header["alg"])
    name = own.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    if header["typ"] != "loket-receipt-key+jws" or claim["device"] != entry["device"]:
        raise ValueError("made for something else")
    if claim["key"] != entry["key"] or str(claim["device"]).rpartition("/")[2] != name:
        raise ValueError("made for another key or device")
    at = datetime.fromtimestamp(float(claim["issued_at"]), UTC)
    if not own.not_valid_before_utc <= at <= own.not_valid_after_utc:
        raise ValueError("made when the device's certificate was not in force")
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(claim["key"], validate=True))
    proof = base64.b64decode(claim["proof"], validate=True)
    public.verify(proof, b"loket receipt key v1\n" + claim["device"].encode())


def _check_jws(own: x509.Certificate, signed: bytes, signature: bytes, *, algorithm: str) -> None:
    key = own.public_key()
    if algorithm == "ES256" and isinstance(key, EllipticCurvePublicKey) and len(signature) == 64:
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        key.verify(encode_dss_signature(r, s), signed, ECDSA(hashes.SHA256()))
    elif algorithm == "EdDSA" and isinstance(key, Ed25519PublicKey):
        key.verify(signature, signed)
    else:
        raise ValueError("signed in another way")


def _decoded(part: str) -> bytes:
    """The bytes of Base64url without padding."""
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not Base64url") from error
