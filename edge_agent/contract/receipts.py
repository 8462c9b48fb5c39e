"""A receipt: the kiosk's signed statement of what was filed (a commitment), when, under which consent.

It is small enough for a QR code and names nobody. All numbers are big-endian:

| Bytes | What |
|---|---|
| 1 | version, 1 |
| 1 | flags: bit 0 is set where the kiosk's clock was trusted; the others are 0 |
| 8 | key id: the first bytes of the SHA-256 of the public key |
| 5 | the code, five bits a symbol |
| 5 | when, whole s since 1970, UTC |
| 32 | commitment: SHA-256 of `COMMITMENT` and the document that was sealed, which holds a random salt |
| 1 + n | length and ASCII of the consent's version, 1 to 32 bytes |
| 64 | Ed25519 (RFC 8032) signature over `STATEMENT` and all of the above |

As text it is Base32 (RFC 4648) without padding, in capitals, which a QR code packs tightly. Nothing of it
may be read tolerantly: every bit is either signed or refused.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from edge_agent.contract import BadSignature, Malformed
from loket import codes

VERSION = 1
STATEMENT = b"loket receipt v1\n"
"""Stands before what is signed, so that a signature of the key can mean nothing else."""

COMMITMENT = b"loket submission v1\n"
"""Stands before the document that is committed to."""

SALT_BYTES = 16

_TRUSTED = 0x01
_HEAD = 1 + 1 + 8 + 5 + 5 + 32 + 1
_SIGNATURE = 64
_CONSENT = re.compile(r"[\x21-\x7e]{1,32}")
_LATEST = 253_402_300_799  # the last second of the year 9999


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says. Raises ValueError where a part is not of its form.

    `key_id` and `commitment` are hexadecimal; `filed_at` is s since 1970, UTC; `code` has no hyphen.
    """

    key_id: str
    code: str
    filed_at: int
    clock_trusted: bool
    commitment: str
    consent_version: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-f]{16}", self.key_id) or not re.fullmatch(
            r"[0-9a-f]{64}", self.commitment
        ):
            raise ValueError("key_id takes 16 and commitment 64 hexadecimal digits")
        if codes.read(self.code) != self.code:
            raise ValueError("the code is not as it is kept")
        if not 0 <= self.filed_at <= _LATEST:
            raise ValueError(f"filed_at is not between 0 and {_LATEST}")
        if not _CONSENT.fullmatch(self.consent_version):
            raise ValueError("consent_version takes 1 to 32 visible characters of ASCII")


def commitment(document: bytes) -> str:
    """The commitment (hexadecimal) to a document that holds its own random salt."""
    return hashlib.sha256(COMMITMENT + document).hexdigest()


def key_id(key: Ed25519PublicKey) -> str:
    """The name of a key: 16 hexadecimal digits."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def sign(receipt: Receipt, *, key: Ed25519PrivateKey) -> bytes:
    """The receipt with its signature. Raises ValueError if it names another key."""
    if receipt.key_id != key_id(key.public_key()):
        raise ValueError("the receipt names another key")
    body = _body(receipt)
    return body + key.sign(STATEMENT + body)


def read(signed: bytes) -> Receipt:
    """What a receipt says, *unproven*: to find the key that proves it. Raises Malformed."""
    if len(signed) < _HEAD + 1 + _SIGNATURE or signed[0] != VERSION:
        raise Malformed("not a receipt of a version that is known here")
    if signed[1] & ~_TRUSTED:
        raise Malformed("a flag that is not known here")
    length = signed[_HEAD - 1]
    if len(signed) != _HEAD + length + _SIGNATURE:
        raise Malformed(f"{len(signed)} bytes, not {_HEAD + length + _SIGNATURE}")
    symbols = int.from_bytes(signed[10:15], "big")
    try:
        return Receipt(
            key_id=signed[2:10].hex(),
            code="".join(codes.ALPHABET[symbols >> shift & 31] for shift in range(35, -1, -5)),
            filed_at=int.from_bytes(signed[15:20], "big"),
            clock_trusted=bool(signed[1] & _TRUSTED),
            commitment=signed[20:52].hex(),
            consent_version=signed[_HEAD : _HEAD + length].decode("ascii"),
        )
    except ValueError as error:
        raise Malformed(f"not a receipt: {error}") from error


def verify(signed: bytes, *, key: Ed25519PublicKey) -> Receipt:
    """What a receipt says, proven to be signed by `key`. Raises Malformed, BadSignature."""
    receipt = read(signed)
    if receipt.key_id != key_id(key):
        raise BadSignature(f"signed by the key {receipt.key_id}, not by {key_id(key)}")
    try:
        key.verify(signed[-_SIGNATURE:], STATEMENT + signed[:-_SIGNATURE])
    except InvalidSignature as error:
        raise BadSignature("the signature does not fit") from error
    return receipt


def to_text(signed: bytes) -> str:
    """The receipt as text: Base32 in capitals, without padding."""
    return base64.b32encode(signed).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """The receipt in a text, in its one spelling. Raises Malformed."""
    try:
        signed = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError) as error:
        raise Malformed("not Base32 in capitals") from error
    if to_text(signed) != text:
        raise Malformed("not Base32 as it is written")
    return signed


def address(signed: bytes, *, page: str) -> str:
    """What the QR code says: `page` with the receipt after a #, which no browser sends to anybody.

    Without a page it is the receipt's text alone.
    """
    return f"{page}#{to_text(signed)}" if page else to_text(signed)


def _body(receipt: Receipt) -> bytes:
    symbols = 0
    for symbol in receipt.code:
        symbols = symbols << 5 | codes.ALPHABET.index(symbol)
    consent = receipt.consent_version.encode("ascii")
    return b"".join(
        (
            bytes([VERSION, _TRUSTED if receipt.clock_trusted else 0]),
            bytes.fromhex(receipt.key_id),
            symbols.to_bytes(5, "big"),
            receipt.filed_at.to_bytes(5, "big"),
            bytes.fromhex(receipt.commitment),
            bytes([len(consent)]),
            consent,
        )
    )
