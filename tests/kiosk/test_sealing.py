"""Sealing: only the intake key opens it, and it fits an event whatever was written."""

import base64
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.public import PrivateKey, SealedBox

from edge_agent.contract.envelope import envelope
from edge_agent.contract.events import SubmissionCreated
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.receipts import commitment
from edge_agent.kiosk import TooLarge
from edge_agent.kiosk.sealing import MOST_SEALED_CHARACTERS, IntakeKey, read_intake_key, seal
from edge_agent.kiosk.services.complaint import MOST_CHARACTERS
from edge_agent.kiosk.words import clean
from loket.settings import SettingsError

PRIVATE = PrivateKey.generate()
KEY = IntakeKey.of(bytes(PRIVATE.public_key))


def sealed(text: str, contact: str = "") -> SubmissionCreated:
    return seal(
        {"class": "aspirasi", "text": text, "contact": contact},
        submission=str(uuid4()),
        service="complaint",
        language="id",
        created_at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
        consent_version="complaint-1",
        key=KEY,
    )


def opened(created: SubmissionCreated) -> dict[str, object]:
    return json.loads(SealedBox(PRIVATE).decrypt(base64.b64decode(created.sealed)))


def test_the_intake_reads_what_was_written() -> None:
    created = sealed("Jalan rusak 😀", "0812-3456-7890")
    document = opened(created)
    assert re.fullmatch(r"[0-9a-f]{32}", str(document.pop("salt")))
    assert document == {
        "service": "complaint",
        "class": "aspirasi",
        "text": "Jalan rusak 😀",
        "contact": "0812-3456-7890",
        "language": "id",
        "created_at": "2026-03-02T08:00:00+00:00",
        "consent_version": "complaint-1",
    }


def test_no_contact_is_null() -> None:
    assert opened(sealed("a"))["contact"] is None


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_any_text_comes_back(text: str) -> None:
    text = clean(text, lines=True)
    assert opened(sealed(text))["text"] == (text or None)


@pytest.mark.parametrize("character", ["a", "\n", '"', "é", "あ", "😀", "\u2028"])
def test_the_longest_text_fits_an_event(character: str) -> None:
    created = sealed(character * MOST_CHARACTERS, "x" * 120)
    assert len(created.sealed) < MOST_SEALED_CHARACTERS
    envelope(
        created,
        device=DeviceId(region="17.07.04", name="a" * 63),
        time=datetime.now(UTC),
        clock_trusted=True,
    ).to_json()


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(TooLarge):
        sealed("😀" * 12_000)


def test_sealing_twice_tells_nothing() -> None:
    assert sealed("sama").sealed != sealed("sama").sealed
    assert sealed("sama").commitment != sealed("sama").commitment


def test_commits_to_the_very_bytes_that_are_sealed() -> None:
    created = sealed("Jalan rusak")
    document = SealedBox(PRIVATE).decrypt(base64.b64decode(created.sealed))
    assert created.commitment == commitment(document)
    assert created.commitment != commitment(document.replace(b"rusak", b"bagus"))


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "0 bytes"),
        (b"not base64 at all!", "not an intake key"),
        (base64.b64encode(b"x" * 31), "31 bytes"),
        (base64.b64encode(bytes(32)), "not a usable X25519 key"),
        (b"-----BEGIN PUBLIC KEY-----\n", "not an intake key"),
    ],
)
def test_a_wrong_key_file_is_told(tmp_path: Path, content: bytes, cause: str) -> None:
    path = tmp_path / "intake.pub"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=cause) as error:
        read_intake_key(path)
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)


def test_a_missing_key_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        read_intake_key(tmp_path / "none")
