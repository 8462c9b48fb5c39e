"""Receipts' keys at the fleet: kept with evidence, refused without, ended with their device, and told."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from edge_agent.contract import receipt_keys, receipts
from edge_agent.contract.events import ReceiptKeyCertified
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.receipts import Receipt
from edge_agent.contract.streams import Stream
from fleet.enrolment import revoke
from fleet.init import Plan, initialise
from fleet.receipts import keys
from fleet.receipts.trust import to_text, trust
from fleet.store import devices
from fleet.store.devices import Certificate
from fleet.store.engine import open_store, writing
from fleet.store.events import Event
from fleet.store.migrate import migrate
from fleet.store.tables import refused
from loket_verify.checking import verify
from loket_verify.trust import load
from tests.contract.papers import DEVICE, KEY, Paper

PAPER = Paper()
NAME = receipts.key_id(KEY.public_key())
AT = PAPER.at.timestamp()
DAY = 86_400.0
PAGE = "https://layanan.example.go.id/periksa"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    """A database with the device, under the certificate of the papers."""
    engine = open_store(f"sqlite:///{tmp_path}/fleet.db")
    migrate(engine)
    enrolled(engine, PAPER)
    yield engine
    engine.dispose()


def enrolled(engine: Engine, paper: Paper, *, device: DeviceId = DEVICE, at: float = AT) -> None:
    certificate = Certificate(serial=f"{paper.own.serial_number:x}", expires_at=AT + 60 * DAY)
    with writing(engine) as connection:
        devices.enrol(connection, device, certificate=certificate, now=at, label="Kantor Camat Amen")


def arrives(engine: Engine, certificate: str, *, device: DeviceId = DEVICE, after_days: float = 2) -> None:
    """The event arrives, and the clerk deals with it."""
    at = AT + after_days * DAY
    event = Event(
        device=device, incarnation="0d1f7c1e-6a55-4b8e-9d39-2f5f2ad3a001", stream=Stream.SUBMISSIONS, seq=1,
        id="rk", kind=ReceiptKeyCertified.kind, subject=None, time=at, clock_trusted=True, received_at=at,
        data="",
    )  # fmt: skip
    deal = keys.deal_with(PAPER.root, refused_keep=100)
    with writing(engine) as connection:
        deal(connection, ReceiptKeyCertified(certificate=certificate), event, None, at)


def kept(engine: Engine) -> list[keys.ReceiptKey]:
    with engine.connect() as connection:
        return keys.every(connection)


def reasons(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(select(refused.c.reason)).scalars())


def test_a_certified_key_is_kept_with_its_evidence(store: Engine) -> None:
    certificate = PAPER.certificate()
    arrives(store, certificate)
    (key,) = kept(store)
    assert (key.key_id, key.device, key.region, key.label) == (
        NAME,
        "lebong-001",
        "17.07",
        "Kantor Camat Amen",
    )
    assert (key.certificate, key.ended_at) == (certificate, None)


def test_certified_again_it_is_the_same_key(store: Engine) -> None:
    arrives(store, PAPER.certificate(after_days=1))
    arrives(store, PAPER.certificate(after_days=3), after_days=4)
    (key,) = kept(store)
    assert key.certified_at == AT + 3 * DAY


@pytest.mark.parametrize(
    ("certificate", "reason"),
    [
        ("a.b.c", "not a JWS"),
        (Paper().certificate(), "not of this fleet's authority"),
        (PAPER.certificate(after_days=-1), "not in force"),
        (PAPER.certificate(after_days=9), "future"),
        (PAPER.certificate(device=DeviceId("17.07", "lebong-002")), "made for"),
    ],
)
def test_what_is_not_certified_is_kept_aside_with_the_reason(
    store: Engine, certificate: str, reason: str
) -> None:
    arrives(store, certificate)
    assert kept(store) == []
    (said,) = reasons(store)
    assert reason in said
    assert said.startswith("receipt key: ")


def test_an_earlier_certificate_of_the_device_does_not_certify(store: Engine) -> None:
    """A stolen card still has it."""
    other = Paper()
    other.root, other.root_key = PAPER.root, PAPER.root_key
    enrolled(store, other)
    arrives(store, PAPER.certificate())
    assert kept(store) == []
    assert "another certificate" in reasons(store)[0]


def test_a_key_is_one_devices(store: Engine) -> None:
    arrives(store, PAPER.certificate())
    other = Paper(name="lebong-002")
    device = DeviceId("17.07", "lebong-002")
    enrolled(store, other, device=device)
    deal = keys.deal_with(other.root, refused_keep=100)
    event = Event(
        device=device, incarnation="0d1f7c1e-6a55-4b8e-9d39-2f5f2ad3a002", stream=Stream.SUBMISSIONS, seq=1,
        id="rk", kind=ReceiptKeyCertified.kind, subject=None, time=AT, clock_trusted=True,
        received_at=AT + DAY, data="",
    )  # fmt: skip
    with writing(store) as connection:
        data = ReceiptKeyCertified(certificate=other.certificate(device=device))
        deal(connection, data, event, None, AT + 2 * DAY)
    assert [key.device for key in kept(store)] == ["lebong-001"]
    assert "another device has this key's name" in reasons(store)[0]


def test_a_device_that_is_put_out_ends_its_keys_and_certifies_none(store: Engine) -> None:
    arrives(store, PAPER.certificate())
    with writing(store) as connection:
        devices.revoke(connection, "lebong-001", now=AT + 5 * DAY)
        keys.end(connection, "lebong-001", now=AT + 5 * DAY)
        keys.end(connection, "lebong-001", now=AT + 9 * DAY)
    assert [key.ended_at for key in kept(store)] == [AT + 5 * DAY]
    arrives(store, PAPER.certificate(), after_days=10)
    assert [key.ended_at for key in kept(store)] == [AT + 5 * DAY]
    assert "put out" in reasons(store)[0]
    enrolled(store, PAPER, at=AT + 11 * DAY)
    arrives(store, PAPER.certificate(after_days=12), after_days=12)
    assert [key.ended_at for key in kept(store)] == [None]


def test_the_trust_file_verifies_a_receipt_years_later(store: Engine, tmp_path: Path) -> None:
    arrives(store, PAPER.certificate())
    with store.connect() as connection:
        document = trust(keys.every(connection), root=PAPER.root, pages=[PAGE], now=AT + 3_650 * DAY)
    path = tmp_path / "trust.json"
    path.write_text(to_text(document))
    receipt = Receipt(
        key_id=NAME, code="28T5CY0Y", filed_at=int(AT + 300 * DAY), clock_trusted=True,
        commitment="ab" * 32, consent_version="complaint-2",
    )  # fmt: skip
    signed = receipts.sign(receipt, key=KEY)
    verdict = verify(receipts.address(signed, page=PAGE), trust=load(path))
    assert verdict.key.device == DEVICE.source
    assert verdict.key.label == "Kantor Camat Amen"


def test_the_trust_file_holds_nothing_secret(store: Engine) -> None:
    arrives(store, PAPER.certificate())
    with store.connect() as connection:
        text = to_text(trust(keys.every(connection), root=PAPER.root, pages=[], now=AT))
    assert "PRIVATE" not in text
    assert set(json.loads(text)["keys"][0]) == {"id", "key", "device", "label", "until", "certificate"}


def test_the_command_writes_it_and_revoking_ends_keys(tmp_path: Path) -> None:
    fleet = initialise(Plan(data=tmp_path / "fleet"))
    engine = open_store(fleet.database_url)
    enrolled(engine, PAPER)
    arrives(engine, PAPER.certificate())
    revoke(fleet, engine, "lebong-001", by="test", now=AT + 5 * DAY)
    engine.dispose()
    out = tmp_path / "trust.json"
    done = subprocess.run(
        [sys.executable, "-m", "fleet.cli", "receipts", "trust", "--config", str(tmp_path / "fleet"),
         "--out", str(out), "--json"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["keys"], said["file"]) == (1, str(out))
    document = json.loads(out.read_text())
    assert document["keys"][0]["until"] == AT + 5 * DAY
    assert abs(document["issued_at"] - time.time()) < 60


def test_proof_and_certificate_name_the_same_device() -> None:
    public = receipt_keys.prove(KEY, device=DEVICE)
    assert (
        receipt_keys.proven(public, device=DEVICE).public_bytes_raw() == KEY.public_key().public_bytes_raw()
    )
