"""The receipts' key and the issuing: a key is kept, a receipt says what was committed, its QR reads back."""

from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from edge_agent.contract import receipts
from edge_agent.contract.events import SubmissionCreated
from edge_agent.device import Device
from edge_agent.kiosk.receipts import qr
from edge_agent.kiosk.receipts.issuing import Issuer
from edge_agent.kiosk.receipts.keys import KeyUnusable, open_key
from edge_agent.receipt_key import private_path
from edge_agent.testing.clock import FixedClock
from loket import codes

SUBMISSION = "12345678-1234-4234-8234-123456789abc"
CODE = codes.code_of(UUID(SUBMISSION))
PAGE = "https://layanan.example.go.id/periksa"


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(region="17.07", name="lebong-001", data=tmp_path / "data", run=tmp_path / "run")


def created(**changes: object) -> SubmissionCreated:
    return SubmissionCreated(
        submission=SUBMISSION,
        service="complaint",
        sealed="c2VhbGVk",
        intake_key="ab" * 32,
        consent_version="complaint-1",
        commitment="cd" * 32,
    ).model_copy(update=changes)


def test_the_key_is_made_once_and_kept(device: Device) -> None:
    first = open_key(device)
    assert open_key(device).private_bytes_raw() == first.private_bytes_raw()
    assert private_path(device.data).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_that_others_could_have_read_is_refused(device: Device, mode: int) -> None:
    open_key(device)
    private_path(device.data).chmod(mode)
    with pytest.raises(KeyUnusable, match="0600"):
        open_key(device)


def test_a_link_in_the_place_of_the_key_is_refused(device: Device, tmp_path: Path) -> None:
    open_key(device)
    path = private_path(device.data)
    path.rename(tmp_path / "elsewhere.key")
    path.symlink_to(tmp_path / "elsewhere.key")
    with pytest.raises(KeyUnusable):
        open_key(device)


def test_what_is_no_key_is_refused_and_never_overwritten(device: Device) -> None:
    open_key(device)
    private_path(device.data).write_bytes(b"-----BEGIN NONSENSE-----\n")
    with pytest.raises(KeyUnusable, match="move it away"):
        open_key(device)
    assert private_path(device.data).read_bytes() == b"-----BEGIN NONSENSE-----\n"


def test_a_receipt_says_what_was_committed(device: Device) -> None:
    key, clock = open_key(device), FixedClock(trusted=False)
    issuer = Issuer(key, page=PAGE)
    named = issuer.name_key(created())
    assert named.receipt_key == receipts.key_id(key.public_key())
    issued = issuer.issue_receipt(named, code=CODE, reading=clock.read())
    page, _, text = issued.address.partition("#")
    assert page == PAGE
    proven = receipts.verify(receipts.from_text(text), key=key.public_key())
    assert proven == issued.receipt
    assert proven.code == CODE
    assert proven.commitment == "cd" * 32
    assert proven.filed_at == int(clock.wall.timestamp())
    assert not proven.clock_trusted


def test_nothing_is_issued_for_what_is_not_committed_to() -> None:
    issuer = Issuer(Ed25519PrivateKey.generate())
    with pytest.raises(ValueError, match="nothing is committed to"):
        issuer.issue_receipt(created(commitment=None), code=CODE, reading=FixedClock().read())


def test_another_sort_of_key_is_refused(device: Device) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    open_key(device)
    other = X25519PrivateKey.generate()
    private_path(device.data).write_bytes(
        other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    with pytest.raises(KeyUnusable, match="Ed25519"):
        open_key(device)


@pytest.mark.parametrize("page", [PAGE, ""])
def test_another_reader_reads_the_qr_code_back(page: str) -> None:
    issued = Issuer(Ed25519PrivateKey.generate(), page=page).issue_receipt(
        created(), code=CODE, reading=FixedClock().read()
    )
    rows = np.pad(np.array(qr.modules(issued.address)), 4)
    picture = np.kron(np.where(rows, 0, 255).astype(np.uint8), np.ones((6, 6), np.uint8))
    text, *_ = cv2.QRCodeDetector().detectAndDecode(picture)
    assert text == issued.address
    assert len(rows) <= 57 + 8  # seven dots a module fit a receipt printer's 58 mm with room to spare


def test_the_svg_draws_the_same_modules() -> None:
    issued = Issuer(Ed25519PrivateKey.generate()).issue_receipt(
        created(), code=CODE, reading=FixedClock().read()
    )
    size = len(qr.modules(issued.address)) + 8
    assert issued.qr.startswith("<svg")
    assert f'viewBox="0 0 {size} {size}"' in issued.qr
    assert "script" not in issued.qr
