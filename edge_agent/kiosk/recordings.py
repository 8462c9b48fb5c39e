"""What belongs to a submission and is too large for its event: a voice note, or the photo of a document.

It is cut into parts, each sealed like the submission and told before it, so that a submission never names
parts that were lost. Each part begins, inside the seal, with the SHA-256 of the whole, its number and their
count; the submission's own sealed document names that SHA-256, so the receipt commits to every byte, and
parts of a recording that was made again are told from the one that was sent.
"""

import base64
import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nacl.public import SealedBox

from edge_agent.clock import Reading
from edge_agent.contract.events import SubmissionPart
from edge_agent.kiosk import TooLarge
from edge_agent.kiosk.sealing import IntakeKey
from edge_agent.outbox.port import Outbox

Media = Literal["audio/webm", "image/jpeg"]

MOST_PARTS = 16
PART_BYTES = 44_900
"""Of the recording in one part: with its head and the seal it takes 59,976 of the 60,000 characters."""

MOST_BYTES = MOST_PARTS * PART_BYTES
"""Of one recording: a minute of Opus at 64 kbit/s takes 480,000."""

_HEAD = 32 + 2


@dataclass(frozen=True, slots=True)
class Attachment:
    """A recording, sealed in parts. `sha256` (hexadecimal) and `size` (bytes) are of the whole, unsealed."""

    media: Media
    sha256: str
    size: int
    parts: tuple[SubmissionPart, ...]

    def described(self) -> dict[str, str | int]:
        """What the submission's sealed document says of it."""
        return {"media": self.media, "bytes": self.size, "sha256": self.sha256}

    def append_to(self, outbox: Outbox, *, reading: Reading) -> None:
        """Commit every part durably; a second time changes nothing. To be done before the submission itself.

        Raises Full, OutboxError.
        """
        for part in self.parts:
            outbox.append(
                part,
                event_id=f"{part.submission}-{self.sha256[:16]}-{part.number}",
                subject=part.submission,
                reading=reading,
            )


def seal_recording(content: bytes, *, media: Media, submission: str, key: IntakeKey) -> Attachment:
    """`content`, sealed in parts to the intake key. Raises TooLarge; ValueError if it is empty."""
    if not content:
        raise ValueError("an empty recording")
    if len(content) > MOST_BYTES:
        raise TooLarge(f"{len(content)} bytes recorded, at most {MOST_BYTES}")
    digest = hashlib.sha256(content)
    chunks = list(_chunks(content))
    box = SealedBox(key.public)
    return Attachment(
        media=media,
        sha256=digest.hexdigest(),
        size=len(content),
        parts=tuple(
            SubmissionPart(
                submission=submission,
                number=number,
                of=len(chunks),
                media=media,
                sealed=base64.b64encode(
                    box.encrypt(digest.digest() + bytes([number, len(chunks)]) + chunk)
                ).decode(),
                intake_key=key.sha256,
            )
            for number, chunk in zip(itertools.count(1), chunks, strict=False)
        ),
    )


def _chunks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), PART_BYTES):
        yield content[start : start + PART_BYTES]
