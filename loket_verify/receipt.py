"""A receipt: taken apart, and its signature checked. See docs/reference/receipts.md for each byte."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from loket_verify import NotGenuine

_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE32 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_HEAD, _SIGNATURE = 53, 64
_LATEST = 253_402_300_799  # the last second of the year 9999


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says; `filed_at` is s since 1970, UTC. `signed` and `signature` are its bytes."""

    key_id: str
    code: str
    filed_at: int
    clock_trusted: bool
    commitment: str
    consent_version: str
    signed: bytes
    signature: bytes

    def check(self, key: Ed25519PublicKey) -> None:
        """Raise NotGenuine unless `key` signed it."""
        try:
            key.verify(self.signature, b"loket receipt v1\n" + self.signed)
        except InvalidSignature as error:
            raise NotGenuine("the signature does not fit: it was altered, or is a forgery") from error

    def commits_to(self, document: bytes) -> bool:
        """Whether it was given for exactly this document (the opened submission, byte by byte)."""
        return hashlib.sha256(b"loket submission v1\n" + document).hexdigest() == self.commitment


def split(text: str) -> tuple[str | None, str]:
    """The address before the # (None if there is none) and the receipt's text."""
    page, mark, receipt = text.rpartition("#")
    return (page if mark else None), receipt


def read(text: str) -> Receipt:
    """The receipt in its text, not yet checked. Raises NotGenuine."""
    if not text or not _BASE32.issuperset(text):
        raise NotGenuine("not a receipt: something else than the capitals A-Z and the digits 2-7")
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error as error:
        raise NotGenuine("not a receipt: a piece is missing") from error
    if base64.b32encode(raw).decode().rstrip("=") != text:
        raise NotGenuine("not a receipt: its last letter is not as it was written")
    if len(raw) <= _HEAD + _SIGNATURE or len(raw) != _HEAD + raw[_HEAD - 1] + _SIGNATURE:
        raise NotGenuine("not a receipt: a piece is missing or too much")
    if raw[0] != 1 or raw[1] > 1:
        raise NotGenuine("not a receipt of a version that this program knows")
    symbols = int.from_bytes(raw[10:15], "big")
    filed_at = int.from_bytes(raw[15:20], "big")
    if filed_at > _LATEST:
        raise NotGenuine("not a receipt: its time is none")
    consent = raw[_HEAD:-_SIGNATURE]
    if not all(0x21 <= byte <= 0x7E for byte in consent):
        raise NotGenuine("not a receipt: the consent's version is not text")
    return Receipt(
        key_id=raw[2:10].hex(),
        code="".join(_SYMBOLS[symbols >> shift & 31] for shift in range(35, -1, -5)),
        filed_at=filed_at,
        clock_trusted=raw[1] == 1,
        commitment=raw[20:52].hex(),
        consent_version=consent.decode("ascii"),
        signed=raw[:-_SIGNATURE],
        signature=raw[-_SIGNATURE:],
    )
