"""Certifying the key of the kiosk's receipts with the device's identity, once for each certificate of it.

The kiosk puts the public half beside the private one, which only the kiosk can read; so neither unit holds
both keys.
"""

import json
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from edge_agent.contract import ContractError
from edge_agent.contract.events import ReceiptKeyCertified
from edge_agent.contract.receipt_keys import IdentityKey, PublicKey, certify, proven
from edge_agent.contract.receipts import key_id
from edge_agent.device import Device
from edge_agent.inbox.store import Inbox, InboxError
from edge_agent.outbox import OutboxError
from edge_agent.outbox.port import Outbox
from edge_agent.receipt_key import public_path
from edge_agent.uplink.proof import TimeProof
from edge_agent.uplink.settings import UplinkSettings
from loket import log as logs
from loket.settings import SettingsError

log = logs.get(__name__)

CERTIFIED_FLAG = "receipts.certified"
"""In the inbox: the receipt key and the device certificate for which this was done."""

_MOST_BYTES = 4_096


class Certifier:
    """Looks whether the kiosk's receipt key has to be certified, and does it."""

    def __init__(
        self, *, device: Device, settings: UplinkSettings, inbox: Inbox, outbox: Outbox, proof: TimeProof
    ) -> None:
        """Raises SettingsError where the device's own key or certificate cannot be used."""
        self.trouble = ""
        self._device = device
        self._inbox = inbox
        self._outbox = outbox
        self._proof = proof
        self._path = public_path(device.data)
        self._identity = _identity(settings.key)
        self._chain = _chain(settings.certificate)
        self._done: bytes | None = None

    def look(self) -> bool:
        """Certify the kiosk's key if that is due; whether it was done. Trouble is kept in `trouble`."""
        try:
            content = self._path.read_bytes()[:_MOST_BYTES]
        except FileNotFoundError:
            return False  # a device without a kiosk, or one that has not started yet
        except OSError as error:
            return self._fail(f"{self._path}: {error.strerror}")
        if content == self._done:
            return False
        try:
            done = self._certify(content)
        except (ContractError, OutboxError, InboxError) as error:
            return self._fail(f"{self._path}: {error}")
        self._done = content
        self.trouble = ""
        return done

    def _certify(self, content: bytes) -> bool:
        public = _public(content)
        key = proven(public, device=self._device.id)
        serial = f"{self._chain[0].serial_number:x}"
        mark = f"{key_id(key)}:{serial}"
        if self._inbox.flag(CERTIFIED_FLAG) == mark:
            return False
        certificate = certify(
            public,
            device=self._device.id,
            identity=self._identity,
            chain=self._chain,
            now=self._proof.now(),
        )
        # A crash before the flag is set only has it certified again, under the same id.
        self._outbox.append(ReceiptKeyCertified(certificate=certificate), event_id=f"rk-{mark}"[:64])
        self._inbox.set_flag(CERTIFIED_FLAG, mark)
        log.info("receipt_key_certified", key=key_id(key))
        return True

    def _fail(self, trouble: str) -> bool:
        if trouble != self.trouble:
            log.error("receipt_key_not_certified", cause=trouble)
        self.trouble = trouble
        return False


def _public(content: bytes) -> PublicKey:
    try:
        match json.loads(content):
            case {"key": str(key), "proof": str(proof)}:
                return PublicKey(key=key, proof=proof)
    except (ValueError, RecursionError):
        pass
    raise ContractError("not a receipt key; restart the kiosk unit, which writes it again")


def _identity(path: Path) -> IdentityKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsError(f"key {path}: cannot be read: {error}") from error
    if not isinstance(key, EllipticCurvePrivateKey | Ed25519PrivateKey):
        raise SettingsError(f"key {path}: neither EC nor Ed25519; enrol the device again")
    return key


def _chain(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"certificate {path}: cannot be read: {error}") from error
