"""Notices over a real broker: from what a device files to what it is told, signed, to it alone."""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from edge_agent.contract import receipt_keys, signed, topics
from edge_agent.contract.events import (
    CodeAsked,
    EventData,
    NoticesReceived,
    ReceiptKeyCertified,
    TicketTaken,
)
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.notices import Answer, Notice, QueueState, Status
from fleet.office import permits, tickets
from fleet.office.permits import Application
from fleet.office.regions import load_regions
from fleet.store.engine import open_store, writing
from fleet.store.tables import cases
from fleet.store.tables import notices as notice_table
from tests.fleet.conftest import Controller, Papers, Speaker, eventually, make_fleet, message

REGION_FOLDER = Path(__file__).parents[2] / "demo" / "region"
REGIONS = load_regions([REGION_FOLDER])


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Controller]:
    fleet = make_fleet(
        tmp_path / "fleet", more=f'[office]\nfolders = ["{REGION_FOLDER}"]\npermits = "simulator"\n'
    )
    controller = Controller(fleet, open_store(fleet.database_url), tmp_path)
    try:
        controller.start_broker()
        controller.start_ingest()
        yield controller
    finally:
        controller.close()


def told(town: Controller, speaker: Speaker, device: DeviceId) -> list[Notice]:
    key = load_pem_public_key(town.layout.statement_public_key.read_bytes())
    with speaker.changed:
        heard = list(speaker.heard)
    return [
        signed.verify(payload, Notice, key=key, device=device)
        for topic, payload in heard
        if topic == topics.notice(device)
    ]


def certified(device: DeviceId, papers: Papers) -> str:
    """The kiosk's receipt key as its uplink certifies it at the first start."""
    identity = load_pem_private_key(papers.key.read_bytes(), password=None)
    assert isinstance(identity, EllipticCurvePrivateKey)
    return receipt_keys.certify(
        receipt_keys.prove(Ed25519PrivateKey.generate(), device=device),
        device=device,
        identity=identity,
        chain=x509.load_pem_x509_certificates(papers.certificate.read_bytes()),
        now=time.time(),
    )


def test_a_number_that_is_called_is_told_to_the_kiosk_that_gave_it_and_to_no_other(town: Controller) -> None:
    device, papers = town.add_device()
    other, other_papers = town.add_device("lebong-002")
    kiosk = town.speaker(papers, topics.notice(device))
    eavesdropper = town.speaker(other_papers, topics.notice(device), topics.notice(other))
    seqs = iter(range(1, 100))

    def say(data: EventData) -> None:
        payload = message(data, seq=next(seqs), device=device, incarnation=str(uuid4()))
        assert kiosk.publish(topics.event(device, data.kind), payload) == 0

    day = REGIONS.today("17.07", time.time()).isoformat()
    say(ReceiptKeyCertified(certificate=certified(device, papers)))

    def queues() -> dict[str, QueueState]:
        said = [one.body for one in told(town, kiosk, device)]
        return {one.queue: one for one in said if isinstance(one, QueueState)}

    eventually(lambda: len(queues()) == 3, within_s=20, what="its queues are told before its first number")
    assert {(one.day, one.calling, len(one.waiting)) for one in queues().values()} == {(day, "", 0)}
    ticket = str(uuid4())
    say(TicketTaken(ticket=ticket, queue="umum", number="C1", day=day))
    eventually(lambda: queues()["umum"].waiting == [ticket], within_s=20)
    eventually(lambda: {type(one.body) for one in told(town, kiosk, device)} == {Status, QueueState})
    with writing(town.engine) as connection:
        at = tickets.counter(REGIONS.offices["mpp"], queue="umum", number=1, actor="siti", now=time.time())
        assert tickets.call_next(connection, at, after=None, regions=REGIONS)
    pressed = time.monotonic()
    eventually(
        lambda: any(
            isinstance(one.body, Status) and one.body.step.state == "called"
            for one in told(town, kiosk, device)
        ),
        within_s=20,
    )
    print(f"told after {time.monotonic() - pressed:.2f} s")
    eventually(
        lambda: [
            one.body.calling for one in told(town, kiosk, device) if isinstance(one.body, QueueState)
        ][-1] == "C1"
    )  # fmt: skip

    inquiry = str(uuid4())
    say(CodeAsked(inquiry=inquiry, code="00000000"))
    eventually(lambda: any(isinstance(one.body, Answer) for one in told(town, kiosk, device)))
    last = max(one.number for one in told(town, kiosk, device))
    say(NoticesReceived(through=last))
    eventually(lambda: town.rows(notice_table) == [])
    assert eavesdropper.heard == []


def test_an_ingest_that_was_killed_does_what_it_had_not_done(town: Controller) -> None:
    device, papers = town.add_device()
    kiosk = town.speaker(papers, topics.notice(device))
    day = REGIONS.today("17.07", time.time()).isoformat()
    town.stop_ingest(9)
    payload = message(
        TicketTaken(ticket=str(uuid4()), queue="umum", number="C1", day=day),
        seq=1, device=device, incarnation=str(uuid4()),
    )  # fmt: skip
    kiosk.publish(topics.event(device, TicketTaken.kind), payload)
    assert told(town, kiosk, device) == []
    application = Application(subject=str(uuid4()), region="17.07", permit="nib")
    with writing(town.engine) as connection:
        permits.register(connection, application, by="siti", regions=REGIONS, now=time.time())
    town.start_ingest()
    eventually(lambda: {one.number for one in told(town, kiosk, device)} == {1, 2})
    eventually(
        lambda: [row.holder_reference for row in town.rows(cases) if row.sort == "permit"] != [""],
        what="it is passed on to who deals with permits",
    )


def test_an_access_list_of_an_older_release_is_renewed(town: Controller) -> None:
    device, papers = town.add_device()
    town.stop_ingest()
    old = town.layout.broker_acl.read_text()
    town.layout.broker_acl.write_text(
        "\n".join(line for line in old.splitlines() if "notice" not in line) + "\n"
    )
    town.layout.broker_acl.chmod(0o600)
    town.start_ingest()
    assert town.layout.broker_acl.read_text() == old
    assert "topic read loket/v1/17.07/lebong-001/notice" in old
    kiosk = town.speaker(papers, topics.notice(device))
    payload = message(
        CodeAsked(inquiry=str(uuid4()), code="00000000"), seq=1, device=device, incarnation=str(uuid4())
    )
    kiosk.publish(topics.event(device, CodeAsked.kind), payload)
    eventually(lambda: told(town, kiosk, device))
    written = town.layout.broker_acl.stat().st_mtime_ns
    town.stop_ingest()
    town.start_ingest()
    assert town.layout.broker_acl.stat().st_mtime_ns == written, "the broker is not disturbed without cause"
