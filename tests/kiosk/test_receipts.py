"""The receipts' key and the issuing: a key is kept, a receipt says what was committed, its QR reads back."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from edge_agent.contract import receipts
from edge_agent.contract.events import SubmissionCreated
from edge_agent.device import Device
from edge_agent.kiosk.receipts import qr
from edge_agent.kiosk.receipts.issuing import Issuer
from edge_agent.kiosk.receipts.keys import KeyUnusable, open_key
from edge_agent.receipt_key import private_path, public_path
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


def _opened_to(mode: int) -> Callable[[Path], None]:
    return lambda path: path.chmod(mode)


def _linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere.key"))
    path.symlink_to("elsewhere.key")


def _other_sort(path: Path) -> None:
    path.write_bytes(
        X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


@pytest.mark.parametrize(
    "spoil",
    [
        *map(_opened_to, (0o640, 0o604, 0o620, 0o666)),
        _linked,
        _other_sort,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"-----BEGIN NONSENSE-----\n"),
        lambda path: path.write_bytes(path.read_bytes()[:-60]),
    ],
)
def test_a_key_that_cannot_be_used_or_trusted_is_replaced(
    device: Device, spoil: Callable[[Path], None]
) -> None:
    first = open_key(device)
    path = private_path(device.data)
    spoil(path)
    second = open_key(device)
    assert second.private_bytes_raw() != first.private_bytes_raw()
    assert open_key(device).private_bytes_raw() == second.private_bytes_raw()
    assert path.lstat().st_mode & 0o777 == 0o600
    assert not path.is_symlink()
    public = json.loads(public_path(device.data).read_text())
    assert base64.b64decode(public["key"]) == second.public_key().public_bytes_raw()


def test_a_disk_that_refuses_is_told(device: Device) -> None:
    device.data.mkdir()
    (device.data / "receipts").write_text("a file in the folder's place")
    with pytest.raises(KeyUnusable):
        open_key(device)


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
