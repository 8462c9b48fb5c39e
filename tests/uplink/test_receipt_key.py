"""The uplink certifies the receipts' key once, with the device's identity, and never anything else."""

import json
import os
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_agent.contract import receipt_keys
from edge_agent.contract.events import ReceiptKeyCertified
from edge_agent.contract.identity import DeviceId
from edge_agent.device import Device
from edge_agent.inbox.store import open_inbox
from edge_agent.kiosk.receipts.keys import open_key
from edge_agent.receipt_key import private_path, public_path
from edge_agent.testing.outbox import MemoryOutbox
from edge_agent.uplink.proof import TimeProof
from edge_agent.uplink.receipt_key import Certifier
from edge_agent.uplink.settings import UplinkSettings


class Bench:
    """A device with an identity and a kiosk's key, and the certifier on an outbox in memory."""

    def __init__(self, folder: Path, authority) -> None:
        self.device = Device(region="17.07", name="lebong-001", data=folder / "data", run=folder / "run")
        self.inbox = open_inbox(self.device)
        self.outbox = MemoryOutbox()
        self.authority = authority
        self.pair = authority.issue("lebong-001")

    def certifier(self) -> Certifier:
        certificate, key = self.pair
        own = x509.load_pem_x509_certificate(certificate.read_bytes())
        return Certifier(
            device=self.device,
            settings=UplinkSettings(
                broker_host="localhost",
                fleet_url="https://localhost:1",
                ca=self.authority.ca,
                certificate=certificate,
                key=key,
                statement_key=key,
            ),
            inbox=self.inbox,
            outbox=self.outbox,
            proof=TimeProof(self.inbox, certified_at=own.not_valid_before_utc.timestamp()),
        )

    def told(self) -> list[receipt_keys.Certified]:
        found = [row.data for row in self.outbox.rows if isinstance(row.data, ReceiptKeyCertified)]
        return [
            receipt_keys.verify(
                each.certificate,
                device=self.device.id,
                root=self.authority.certificate,
                now=time.time(),
            )
            for each in found
        ]


@pytest.fixture
def bench(tmp_path, authority):
    made = Bench(tmp_path, authority)
    yield made
    made.inbox.close()


def test_certifies_the_kiosks_key_with_the_devices_identity(bench) -> None:
    key = open_key(bench.device)
    assert bench.certifier().look()
    (certified,) = bench.told()
    assert certified.device == bench.device.id
    assert certified.key.public_bytes_raw() == key.public_key().public_bytes_raw()


def test_once_is_enough_also_after_a_restart(bench) -> None:
    open_key(bench.device)
    first = bench.certifier()
    assert [first.look(), first.look(), bench.certifier().look()] == [True, False, False]
    assert len(bench.told()) == 1


def test_another_certificate_certifies_it_again(bench) -> None:
    open_key(bench.device)
    bench.certifier().look()
    bench.pair = bench.authority.issue("lebong-001", stem="renewed")
    assert bench.certifier().look()
    first, second = bench.told()
    assert first.key.public_bytes_raw() == second.key.public_bytes_raw()
    assert first.serial != second.serial


def test_another_key_is_certified_too(bench) -> None:
    open_key(bench.device)
    certifier = bench.certifier()
    certifier.look()
    private_path(bench.device.data).unlink()
    open_key(bench.device)
    assert certifier.look()
    assert len({each.key.public_bytes_raw() for each in bench.told()}) == 2


def test_a_device_without_a_kiosk_has_nothing_to_certify(bench) -> None:
    certifier = bench.certifier()
    assert not certifier.look()
    assert certifier.trouble == ""


def test_another_devices_key_is_not_certified(bench, tmp_path) -> None:
    stolen = receipt_keys.prove(Ed25519PrivateKey.generate(), device=DeviceId("17.07", "lebong-002"))
    public = public_path(bench.device.data)
    public.parent.mkdir(parents=True)
    public.write_text(json.dumps({"key": stolen.key, "proof": stolen.proof}))
    certifier = bench.certifier()
    assert not certifier.look()
    assert "not proven to be this device's" in certifier.trouble
    assert bench.outbox.rows == []


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 4000, b'{"key": "x", "proof": "y"}', b"\xff\xfe"])
def test_what_is_no_key_is_told_and_passes_once_it_is_one(bench, content: bytes) -> None:
    open_key(bench.device)
    whole = public_path(bench.device.data).read_bytes()
    public_path(bench.device.data).write_bytes(content)
    certifier = bench.certifier()
    assert not certifier.look()
    assert certifier.trouble
    public_path(bench.device.data).write_bytes(whole)
    assert certifier.look()
    assert certifier.trouble == ""


def test_a_full_disk_leaves_it_for_later(bench) -> None:
    open_key(bench.device)
    certifier = bench.certifier()
    bench.outbox.full = True
    assert not certifier.look()
    assert "no room" in certifier.trouble
    bench.outbox.full = False
    assert certifier.look()
    assert len(bench.told()) == 1


def test_the_private_key_is_its_owners_alone(bench) -> None:
    open_key(bench.device)
    private, public = private_path(bench.device.data), public_path(bench.device.data)
    assert private.stat().st_mode & 0o777 == 0o600
    assert private.stat().st_uid == os.geteuid()
    assert b"PRIVATE" not in public.read_bytes()


def test_the_fleet_hears_of_the_kiosks_key(street, eventually) -> None:
    """Through the unit as it is wired: the kiosk makes its key while the uplink runs."""
    fleet = street.fleet()
    street.uplink()
    device = street.device
    key = open_key(device)
    told = eventually(lambda: fleet.events(ReceiptKeyCertified.kind))
    certified = receipt_keys.verify(
        told[0].data["certificate"], device=device.id, root=street.authority.certificate, now=time.time()
    )
    assert certified.key.public_bytes_raw() == key.public_key().public_bytes_raw()
