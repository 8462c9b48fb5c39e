"""The receipts' key and the issuing: a key is kept, a receipt says what was committed, its QR reads back."""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from numpy.typing import NDArray

from edge_agent.contract import receipts
from edge_agent.contract.events import SubmissionCreated
from edge_agent.device import Device
from edge_agent.kiosk.receipts import qr
from edge_agent.kiosk.receipts.issuing import Issued, Issuer
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


def issued(seed: int, *, page: str) -> Issued:
    """A receipt whose bytes are another for each seed."""
    return Issuer(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32), page=page).issue_receipt(
        created(commitment=f"{seed:02x}" * 32), code=CODE, reading=FixedClock().read()
    )


def photographed(address: str) -> NDArray[np.uint8]:
    """The code as a phone sees it: six dots a module, turned a little, out of focus, in a dull light."""
    rows = np.pad(np.array(qr.modules(address)), 8)
    sharp = np.kron(np.where(rows, 40, 200).astype(np.uint8), np.ones((6, 6), np.uint8))
    middle = (sharp.shape[1] / 2, sharp.shape[0] / 2)
    turned = cv2.warpAffine(
        sharp, cv2.getRotationMatrix2D(middle, 3, 1.0), sharp.shape[::-1], borderValue=(200,)
    )
    return cv2.GaussianBlur(turned, (0, 0), 1.2).astype(np.uint8)


@pytest.mark.parametrize("page", [PAGE, ""])
def test_another_reader_reads_the_qr_code_back_from_a_poor_picture(page: str) -> None:
    read = 0
    for seed in range(10):
        address = issued(seed, page=page).address
        text, *_ = cv2.QRCodeDetector().detectAndDecode(photographed(address))
        assert text in {address, ""}, "what is read is right"
        read += text == address
    assert read >= 9
    assert len(qr.modules(address)) <= 57  # six dots a module fit the 384 dots of a 58 mm printer


def test_the_svg_draws_the_same_modules() -> None:
    given = issued(1, page=PAGE)
    rows = qr.modules(given.address)
    assert given.qr.startswith("<svg")
    assert f'viewBox="0 0 {len(rows) + 8} {len(rows) + 8}"' in given.qr
    assert "script" not in given.qr
    drawn = np.zeros((len(rows) + 8, len(rows) + 8), dtype=bool)
    x = y = 0.0
    for command, argument in re.findall(r"([Mmh])([-\d. ]+)", given.qr.partition('stroke="#000"')[2]):
        if command == "h":
            drawn[int(y), int(x) : int(x) + int(argument)] = True
            x += int(argument)
        else:
            right, down = map(float, argument.split())
            x, y = (right, down) if command == "M" else (x + right, y + down)
    assert (drawn == np.pad(np.array(rows), 4)).all()
