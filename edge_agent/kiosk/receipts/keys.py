"""The key that signs receipts: made by the kiosk, readable by the kiosk alone, and used for nothing else.

Its public half lies beside it for the uplink, which certifies it with the device's identity. With it lies a
signature by the key itself, so that a device can have no other's key certified as its own.

A key that cannot be used is replaced: what it has signed still verifies, for the fleet keeps its public half,
and a kiosk that does not start would help nobody.
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
from loket.log import get

log = get(__name__)


class KeyUnusable(KioskError):
    """The receipts' key cannot be read or made; the text says why."""


class _Untrusted(Exception):
    """What lies in the key's place is not to be used; the text says why."""


def open_key(device: Device) -> Ed25519PrivateKey:
    """The key of this kiosk's receipts, made on first use; its public half is put where the uplink reads it.

    A key that is damaged, or that somebody else could have read or put there, is replaced, which the log
    tells. Raises KeyUnusable where the disk does not let us.
    """
    private, public = private_path(device.data), public_path(device.data)
    try:
        make_folder(private.parent)
        key = _kept(private) or _make(private)
        _publish(key, device=device, path=public)
    except OSError as error:
        raise KeyUnusable(f"{error.filename or private}: {error.strerror}") from error
    return key


def _make(path: Path) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    write_atomically(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
    return key


def _kept(path: Path) -> Ed25519PrivateKey | None:
    """The key in its file; None where there is none, or none to be used."""
    try:
        return _read(path)
    except FileNotFoundError:
        return None
    except _Untrusted as error:
        log.error("receipt_key_replaced", file=str(path), reason=str(error))
        return None


def _read(path: Path) -> Ed25519PrivateKey:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise _Untrusted("not a file of this user's alone (0600): others may know it")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _Untrusted("not a key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _Untrusted("not an Ed25519 key")
    return key


def _publish(key: Ed25519PrivateKey, *, device: Device, path: Path) -> None:
    mine: PublicKey = prove(key, device=device.id)
    content = json.dumps({"key": mine.key, "proof": mine.proof}).encode()
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content, mode=0o640)
