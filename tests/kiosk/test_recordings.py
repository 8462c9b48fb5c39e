"""Recordings: every byte comes back, every part fits an event, and nothing is to be read on the way."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.public import PrivateKey, SealedBox

from edge_agent.contract.envelope import envelope
from edge_agent.contract.identity import DeviceId
from edge_agent.kiosk import TooLarge
from edge_agent.kiosk.recordings import MOST_BYTES, MOST_PARTS, PART_BYTES, Attachment, seal_recording
from edge_agent.kiosk.sealing import IntakeKey
from edge_agent.outbox import Full
from edge_agent.testing.clock import FixedClock
from edge_agent.testing.outbox import MemoryOutbox

PRIVATE = PrivateKey.generate()
KEY = IntakeKey.of(bytes(PRIVATE.public_key))
SUBMISSION = "7d793037-a076-4f3c-8f1e-3f1d5a0c9b2e"


def sealed(content: bytes) -> Attachment:
    return seal_recording(content, media="audio/webm", submission=SUBMISSION, key=KEY)


def opened(attachment: Attachment) -> bytes:
    """The whole, by another hand than the fleet's."""
    clear = [SealedBox(PRIVATE).decrypt(base64.b64decode(part.sealed)) for part in attachment.parts]
    assert {each[:32].hex() for each in clear} == {attachment.sha256}
    assert [(each[32], each[33]) for each in clear] == [(part.number, part.of) for part in attachment.parts]
    return b"".join(each[34:] for each in clear)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3 * PART_BYTES), st.integers(0, 255))
def test_every_byte_comes_back(size: int, byte: int) -> None:
    content = bytes([byte]) * (size - 1) + b"!"
    attachment = sealed(content)
    assert opened(attachment) == content
    assert attachment.described() == {
        "media": "audio/webm",
        "bytes": size,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


@pytest.mark.parametrize(
    ("size", "parts"), [(1, 1), (PART_BYTES, 1), (PART_BYTES + 1, 2), (MOST_BYTES, MOST_PARTS)]
)
def test_each_part_fits_an_event(size: int, parts: int) -> None:
    attachment = sealed(b"\xff" * size)
    assert [(part.number, part.of) for part in attachment.parts] == [(n, parts) for n in range(1, parts + 1)]
    for part in attachment.parts:
        envelope(
            part,
            device=DeviceId(region="17.07.04", name="a" * 63),
            time=datetime.now(UTC),
            clock_trusted=True,
            subject=SUBMISSION,
            event_id="x" * 64,
        ).to_json()


def test_a_minute_of_good_sound_fits() -> None:
    assert MOST_BYTES >= 60 * 64_000 // 8


@pytest.mark.parametrize(("content", "error"), [(b"x" * (MOST_BYTES + 1), TooLarge), (b"", ValueError)])
def test_too_much_and_nothing_are_refused(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        sealed(content)


def test_nothing_of_it_is_to_be_read_in_the_events() -> None:
    content = b"KENARI-17-07 " * 5_000
    attachment = sealed(content)
    for part in attachment.parts:
        assert b"KENARI" not in base64.b64decode(part.sealed)
        assert attachment.sha256 not in part.model_dump_json()


def test_committing_twice_changes_nothing_and_another_recording_stands_beside() -> None:
    outbox, clock = MemoryOutbox(), FixedClock()
    first, second = sealed(b"a" * 2 * PART_BYTES), sealed(b"b" * 2 * PART_BYTES)
    first.append_to(outbox, reading=clock.read())
    sealed(b"a" * 2 * PART_BYTES).append_to(outbox, reading=clock.read())
    assert [row.data for row in outbox.rows] == list(first.parts)
    second.append_to(outbox, reading=clock.read())
    assert len(outbox.rows) == 4


def test_a_full_disk_is_told() -> None:
    outbox = MemoryOutbox()
    outbox.full = True
    with pytest.raises(Full):
        sealed(b"a").append_to(outbox, reading=FixedClock().read())
