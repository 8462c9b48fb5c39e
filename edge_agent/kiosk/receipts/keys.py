"""The key that signs receipts: made by the kiosk, readable by the kiosk alone, and used for nothing else.

Its public half lies beside it for the uplink, which certifies it with the device's identity. With it lies a
signature by the key itself, so that a device can have no other's key certified as its own.
"""

import json
import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from edge_agent.contract.receipt_keys import PublicKey, prove
from edge_agent.device import Device
from edge_agent.kiosk import KioskError
from edge_agent.outbox.database import make_folder
from edge_agent.receipt_key import private_path, public_path
from loket.files import write_atomically


class KeyUnusable(KioskError):
    """The receipts' key cannot be read, made or trusted; the text says why and what to do."""


def open_key(device: Device) -> Ed25519PrivateKey:
    """The key of this kiosk's receipts, made on first use; its public half is put where the uplink reads it.

    A key that somebody else could have read or put there is refused. Raises KeyUnusable.
    """
    private, public = private_path(device.data), public_path(device.data)
    try:
        make_folder(private.parent)
        key = _read(private) if private.exists() else _make(private)
        _publish(key, device=device, path=public)
    except OSError as error:
        raise KeyUnusable(f"{error.filename or private}: {error.strerror}") from error
    return key


def _make(path: Path) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    write_atomically(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
    return key


def _read(path: Path) -> Ed25519PrivateKey:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise KeyUnusable(
            f"{path}: not a file of this user's alone (0600), so its key is not trusted; "
            "move it away, and the kiosk makes another"
        )
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{path}: not a key in PEM; move it away, and the kiosk makes another") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{path}: not an Ed25519 key; move it away, and the kiosk makes another")
    return key


def _publish(key: Ed25519PrivateKey, *, device: Device, path: Path) -> None:
    mine: PublicKey = prove(key, device=device.id)
    content = json.dumps({"key": mine.key, "proof": mine.proof}).encode()
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content, mode=0o640)
