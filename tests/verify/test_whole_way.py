"""The whole way of a receipt: given, its key certified and kept, and verified by anybody."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from nacl.public import PrivateKey

from edge_agent.contract.events import EventData, ReceiptKeyCertified
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream
from edge_agent.device import Device
from edge_agent.identity import create_identity
from edge_agent.inbox.store import open_inbox
from edge_agent.kiosk.receipts.issuing import Issuer
from edge_agent.kiosk.receipts.keys import open_key
from edge_agent.kiosk.sealing import IntakeKey, seal
from edge_agent.testing.clock import FixedClock
from edge_agent.testing.outbox import MemoryOutbox
from edge_agent.uplink.proof import TimeProof
from edge_agent.uplink.receipt_key import Certifier
from edge_agent.uplink.settings import UplinkSettings
from fleet.enrolment import enrol, revoke
from fleet.identity.authority import Validity
from fleet.init import Plan, initialise
from fleet.intake import Intake
from fleet.opening import open_document, open_submission
from fleet.receipts import keys
from fleet.receipts.trust import to_text, trust
from fleet.settings import Fleet
from fleet.store import events
from fleet.store.engine import open_store, writing
from fleet.store.events import Event
from loket import codes
from loket_verify.__main__ import main

DEVICE = DeviceId("17.07", "lebong-001")
SUBMISSION = "7d793037-a076-4f3c-8f1e-3f1d5a0c9b2e"
PAGE = "https://layanan.example.go.id/periksa"


def arrived(data: EventData, *, seq: int) -> Event:
    """An event of the device, as the fleet stores it."""
    return Event(
        device=DEVICE, incarnation="0d1f7c1e-6a55-4b8e-9d39-2f5f2ad3a001", stream=Stream.SUBMISSIONS,
        seq=seq, id=f"e{seq}", kind=data.kind, subject=SUBMISSION, time=time.time(), clock_trusted=True,
        received_at=time.time(), data=data.model_dump_json(),
    )  # fmt: skip


class Site:
    """A fleet and a device that it enrolled: with its own authority, keys and files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fleet: Fleet = initialise(Plan(data=folder / "fleet"))
        self.engine = open_store(self.fleet.database_url)
        self.device = Device(region="17.07", name="lebong-001", data=folder / "data", run=folder / "run")
        create_identity(name="lebong-001", key=folder / "device.key", request=folder / "device.csr")
        enrolled = enrol(
            self.fleet, self.engine, DEVICE, request=folder / "device.csr", validity=Validity.days(60),
            by="test", now=time.time(), label="Kantor Camat Amen",
        )  # fmt: skip
        (folder / "device.pem").write_bytes(enrolled.certificate)

    def certified(self) -> ReceiptKeyCertified:
        """What the device's uplink says of the kiosk's key."""
        inbox, outbox = open_inbox(self.device), MemoryOutbox()
        settings = UplinkSettings(
            broker_host="localhost", fleet_url="https://localhost:1",
            ca=self.fleet.layout.root_certificate, certificate=self.folder / "device.pem",
            key=self.folder / "device.key", statement_key=self.fleet.layout.statement_public_key,
        )  # fmt: skip
        proof = TimeProof(inbox, certified_at=0.0)
        assert Certifier(
            device=self.device, settings=settings, inbox=inbox, outbox=outbox, proof=proof
        ).look()
        inbox.close()
        data = outbox.rows[0].data
        assert isinstance(data, ReceiptKeyCertified)
        return data

    def store(self, data: EventData, *, seq: int) -> None:
        """The event arrives, and what is to be done about it is done."""
        event = arrived(data, seq=seq)
        with writing(self.engine) as connection:
            events.insert_once(connection, [event])
            root = keys.read_root(self.fleet.layout.root_certificate)
            keys.deal_with(root, refused_keep=10)(connection, data, event, None, time.time())

    def trust(self) -> Path:
        """The trust file, as of now."""
        with self.engine.connect() as connection:
            found = keys.every(connection)
        root = keys.read_root(self.fleet.layout.root_certificate)
        path = self.folder / "trust.json"
        path.write_text(to_text(trust(found, root=root, pages=[PAGE], now=time.time())))
        return path


@pytest.fixture
def site(tmp_path: Path):
    made = Site(tmp_path)
    yield made
    made.engine.dispose()


def test_a_receipt_goes_the_whole_way(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    key = IntakeKey.of(base64.b64decode(site.fleet.layout.intake_public_key.read_text()))
    issuer, clock = Issuer(open_key(site.device), page=PAGE), FixedClock(wall=datetime.now(UTC))
    created = issuer.name_key(
        seal(
            {"class": "pengaduan", "text": "Jembatan putus.", "contact": ""},
            submission=SUBMISSION, service="complaint", language="id", created_at=clock.wall,
            consent_version="complaint-2", key=key,
        )
    )  # fmt: skip
    issued = issuer.issue_receipt(created, code=codes.code_of(UUID(SUBMISSION)), reading=clock.read())

    site.store(created, seq=1)  # it may come before its key
    site.store(site.certified(), seq=2)
    with site.engine.connect() as connection:
        assert [each.key_id for each in keys.every(connection)] == [issuer.key_id]

    intake, by = Intake(site.fleet.layout.intake_key), "siti"
    assert open_submission(site.engine, intake, SUBMISSION, by=by, now=1.0).commitment_fits is True
    filed = site.folder / "filed.json"
    filed.write_bytes(open_document(site.engine, intake, SUBMISSION, by=by, now=1.0))

    asked = [issued.address, "--trust", str(site.trust()), "--document", str(filed), "--json"]
    capsys.readouterr()
    assert main(asked) == 0
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["code"] == codes.code_of(UUID(SUBMISSION))
    assert verdict["device"] == "/17.07/lebong-001"
    root = str(site.fleet.layout.root_certificate)
    assert main([*asked, "--root", root]) == 0
    filed.write_bytes(filed.read_bytes().replace(b"putus", b"bagus"))
    assert main(asked) == 1


def test_what_a_stolen_card_signs_after_it_was_revoked_is_refused(site: Site) -> None:
    issuer = Issuer(open_key(site.device), page=PAGE)
    site.store(site.certified(), seq=1)
    now = datetime.now(UTC)
    revoke(site.fleet, site.engine, "lebong-001", by="test", now=now.timestamp())
    path = str(site.trust())
    created = seal(
        {"text": "x"}, submission=SUBMISSION, service="complaint", language="id", created_at=now,
        consent_version="complaint-2", key=IntakeKey.of(bytes(PrivateKey.generate().public_key)),
    )  # fmt: skip
    for minutes, status in ((-1, 0), (1, 1)):
        reading = FixedClock(wall=now + timedelta(minutes=minutes)).read()
        address = issuer.issue_receipt(created, code="28T5CY0Y", reading=reading).address
        assert main([address, "--trust", path]) == status


def test_the_devices_identity_and_the_receipts_key_are_two(site: Site) -> None:
    key = open_key(site.device)
    identity = load_pem_private_key((site.folder / "device.key").read_bytes(), password=None)
    own = x509.load_pem_x509_certificate((site.folder / "device.pem").read_bytes())
    assert identity.public_key() == own.public_key()
    assert type(key) is not type(identity)
