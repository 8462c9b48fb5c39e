"""Opening what citizens filed: libsodium sealed boxes, with the region's intake key."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from loket import personal

_MEDIA = frozenset({"audio/webm", "image/jpeg"})
_SHA256 = re.compile(r"[0-9a-f]{64}")


class IntakeError(Exception):
    """A submission cannot be opened; the message names the cause and the next step."""


class KeyUnusable(IntakeError):
    """The intake key cannot be read: missing, no permission, or not a key."""


class NotOurs(IntakeError):
    """The submission is sealed to another key, or damaged."""


class NotWhole(IntakeError):
    """Parts of a recording are not there (yet)."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What belongs to a submission beside its words. `size` (bytes) and `sha256` are of the whole."""

    media: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What a citizen filed, in the clear: for an officer's eyes, never for a log or a disk.

    What the kiosk did not say is None. `fields` holds the parts of the document that have no name here.
    `commitment_fits` says whether it is, byte by byte, what the citizen's receipt was given for; None where
    none was. Where it is `masked`, digits of NIK and telephone numbers in what was written are not shown.
    """

    service: str | None
    category: str | None
    text: str | None
    contact: str | None
    language: str | None
    created_at: str | None
    consent_version: str | None
    fields: dict[str, str]
    recordings: tuple[Recording, ...] = ()
    commitment_fits: bool | None = None
    masked: bool = False

    def for_staff(self) -> "Opened":
        """As somebody sees it who need not know who wrote it: `contact` alone stays, for it is to be used."""
        return replace(
            self,
            text=None if self.text is None else personal.mask(self.text),
            fields={name: personal.mask(value) for name, value in self.fields.items()},
            masked=True,
        )


class Intake:
    """The region's intake key, read from its file for each opening: it may be there only when needed."""

    def __init__(self, key: Path) -> None:
        """`key` is a file with the base64 of the X25519 private key."""
        self._path = key

    def open(self, sealed: str) -> Opened:
        """Open the base64 of a sealed box. Raises KeyUnusable or NotOurs."""
        return read_document(self.document(sealed))

    def document(self, sealed: str) -> bytes:
        """The document in the base64 of a sealed box, as the kiosk wrote it. Raises KeyUnusable, NotOurs."""
        return self._unseal(sealed, key=self._key())

    def open_recording(self, recording: Recording, parts: Iterable[str]) -> bytes:
        """The whole recording, from the sealed parts (Base64) that have come, in any order and among others.

        Every byte is what the submission's document names. Raises KeyUnusable, NotOurs, NotWhole.
        """
        key, digest = self._key(), bytes.fromhex(recording.sha256)
        chunks, count = dict[int, bytes](), 0
        for sealed in parts:
            try:
                message = self._unseal(sealed, key=key)
            except NotOurs:
                continue  # somebody else's: what is ours must come to the whole without it
            if message[: len(digest)] == digest and len(message) > len(digest) + 2:
                number, count = message[len(digest)], message[len(digest) + 1]
                chunks[number] = message[len(digest) + 2 :]
        missing = [str(number) for number in range(1, count + 1) if number not in chunks]
        if not chunks or missing:
            raise NotWhole(
                f"recording: part {', '.join(missing) or '1'} of {count or '?'} has not come yet; "
                "look again once the device has sent it"
            )
        whole = b"".join(chunks[number] for number in range(1, count + 1))
        if hashlib.sha256(whole).digest() != digest or len(whole) != recording.size:
            raise NotOurs("recording: not the one that was filed")
        return whole

    def _unseal(self, sealed: str, *, key: PrivateKey) -> bytes:
        try:
            return SealedBox(key).decrypt(base64.b64decode(sealed, validate=True))
        except (CryptoError, binascii.Error, ValueError, TypeError) as error:
            raise NotOurs(
                f"sealed to another intake key than {self.fingerprint(key)[:16]}..., or damaged"
            ) from error

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


def read_document(message: bytes) -> Opened:
    """What an opened document says. Raises NotOurs."""
    try:
        document = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise NotOurs("opened, but not a JSON document") from error
    if not isinstance(document, dict):
        raise NotOurs("opened, but not a JSON object")
    return _opened(document)


def _opened(document: dict[str, object]) -> Opened:
    named = {
        "service", "class", "text", "contact", "language", "created_at", "consent_version",
        "recordings", "salt",
    }  # fmt: skip

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
        recordings=_recordings(document.get("recordings")),
    )


def _recordings(said: object) -> tuple[Recording, ...]:
    found = map(_recording, said) if isinstance(said, list) else ()
    return tuple(recording for recording in found if recording is not None)


def _recording(said: object) -> Recording | None:
    match said:
        case {"media": str(media), "bytes": int(size), "sha256": str(sha256)} if (
            media in _MEDIA and _SHA256.fullmatch(sha256)
        ):
            return Recording(media=media, size=size, sha256=sha256)
        case _:
            return None
