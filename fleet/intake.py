"""Opening what citizens filed: libsodium sealed boxes, with the region's intake key."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox


class IntakeError(Exception):
    """A submission cannot be opened; the message names the cause and the next step."""


class KeyUnusable(IntakeError):
    """The intake key cannot be read: missing, no permission, or not a key."""


class NotOurs(IntakeError):
    """The submission is sealed to another key, or damaged."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a citizen filed, in the clear: for an officer's eyes, never for a log or a disk.

    What the kiosk did not say is None. `fields` holds the parts of the document that have no name here.
    """

    service: str | None
    category: str | None
    text: str | None
    contact: str | None
    language: str | None
    created_at: str | None
    consent_version: str | None
    fields: dict[str, str]


class Intake:
    """The region's intake key, read from its file for each opening: it may be there only when needed."""

    def __init__(self, key: Path) -> None:
        """`key` is a file with the base64 of the X25519 private key."""
        self._path = key

    def open(self, sealed: str) -> Opened:
        """Open the base64 of a sealed box. Raises KeyUnusable or NotOurs."""
        key = self._key()
        try:
            message = SealedBox(key).decrypt(base64.b64decode(sealed, validate=True))
            document = json.loads(message)
        except (CryptoError, binascii.Error) as error:
            raise NotOurs(
                f"sealed to another intake key than {self.fingerprint(key)[:16]}..., or damaged"
            ) from error
        except (ValueError, RecursionError) as error:
            raise NotOurs("opened, but not a JSON document") from error
        if not isinstance(document, dict):
            raise NotOurs("opened, but not a JSON object")
        return _opened(document)

    def _key(self) -> PrivateKey:
        try:
            return PrivateKey(base64.b64decode(self._path.read_text().strip(), validate=True))
        except OSError as error:
            raise KeyUnusable(f"{self._path}: {error.strerror}; run where the intake key is") from error
        except (ValueError, CryptoError) as error:
            raise KeyUnusable(f"{self._path}: not the base64 of an X25519 key") from error

    @staticmethod
    def fingerprint(key: PrivateKey) -> str:
        """SHA-256 (hexadecimal) of the public half: what a submission names as `intake_key`."""
        return hashlib.sha256(bytes(key.public_key)).hexdigest()


def _opened(document: dict[str, object]) -> Opened:
    named = {"service", "class", "text", "contact", "language", "created_at", "consent_version"}

    def part(name: str) -> str | None:
        value = document.get(name)
        return None if value is None else value if isinstance(value, str) else json.dumps(value)

    return Opened(
        service=part("service"),
        category=part("class"),
        text=part("text"),
        contact=part("contact"),
        language=part("language"),
        created_at=part("created_at"),
        consent_version=part("consent_version"),
        fields={name: part(name) or "" for name in document if name not in named},
    )
