"""Sealing: a submission becomes a libsodium sealed box that only the region's intake key opens."""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from nacl.exceptions import CryptoError
from nacl.public import PublicKey, SealedBox

from edge_agent.contract.events import SubmissionCreated
from edge_agent.contract.receipts import SALT_BYTES, commitment
from edge_agent.kiosk import TooLarge
from loket.settings import SettingsError

MOST_SEALED_CHARACTERS = 60_000
"""The limit of `SubmissionCreated.sealed`."""


@dataclass(frozen=True, slots=True)
class IntakeKey:
    """The public X25519 key of the region's intake; `sha256` (hex) names it."""

    public: PublicKey
    sha256: str

    @classmethod
    def of(cls, raw: bytes) -> "IntakeKey":
        """The key of 32 bytes. Raises ValueError if it is not one that can be sealed to."""
        if len(raw) != PublicKey.SIZE:
            raise ValueError(f"{len(raw)} bytes, not {PublicKey.SIZE}")
        public = PublicKey(raw)
        try:
            SealedBox(public).encrypt(b"")  # a point of low order is refused here, not on a citizen's words
        except (CryptoError, RuntimeError) as error:
            raise ValueError("not a usable X25519 key") from error
        return cls(public=public, sha256=hashlib.sha256(raw).hexdigest())


def read_intake_key(path: Path) -> IntakeKey:
    """The intake key in a file of Base64 text. Raises SettingsError with the cause and the next step."""
    cure = "put the fleet's keys/intake.pub there (kiosk.toml: intake_key)"
    try:
        text = path.read_bytes()[:4096]
    except OSError as error:
        raise SettingsError(f"{path}: the intake key cannot be read: {error.strerror}; {cure}") from error
    try:
        return IntakeKey.of(base64.b64decode(text.strip(), validate=True))
    except (binascii.Error, ValueError) as error:
        raise SettingsError(f"{path}: not an intake key (Base64 of 32 bytes): {error}; {cure}") from error


@dataclass(frozen=True, slots=True)
class Routing:
    """What stands outside the seal, so that a submission finds its way; see `SubmissionCreated`."""

    category: str | None = None
    topic: str | None = None
    agency: str | None = None
    identity: Literal["named", "confidential", "anonymous"] | None = None
    place: str | None = None


def seal(
    answers: Mapping[str, str],
    *,
    submission: str,
    service: str,
    language: str,
    created_at: datetime,
    consent_version: str,
    key: IntakeKey,
    routing: Routing | None = None,
    recordings: Sequence[Mapping[str, str | int]] = (),
    parts: int = 0,
) -> SubmissionCreated:
    """The event of a submission whose words only the intake key's holder can read.

    `answers` by question name; an empty one is sealed as null. The event also carries the commitment to what
    is sealed: a random salt is sealed with it, so that nobody can try words against it. `recordings`
    describe what is sealed in `parts` beside it. Raises TooLarge.
    """
    document = {
        "salt": secrets.token_hex(SALT_BYTES),
        "service": service,
        **{question: text or None for question, text in answers.items()},
        **({"recordings": [dict(each) for each in recordings]} if recordings else {}),
        "language": language,
        "created_at": created_at.astimezone(UTC).isoformat(timespec="seconds"),
        "consent_version": consent_version,
    }
    clear = json.dumps(document, ensure_ascii=False).encode()
    sealed = base64.b64encode(SealedBox(key.public).encrypt(clear)).decode()
    if len(sealed) > MOST_SEALED_CHARACTERS:
        raise TooLarge(f"{len(sealed)} characters sealed, at most {MOST_SEALED_CHARACTERS}")
    way = routing or Routing()
    return SubmissionCreated(
        submission=submission,
        service=service,
        sealed=sealed,
        intake_key=key.sha256,
        consent_version=consent_version,
        commitment=commitment(clear),
        category=way.category,
        topic=way.topic,
        agency=way.agency,
        identity=way.identity,
        place=way.place,
        parts=parts,
    )
