"""A fleet's authority, a device that it certified, and the receipts' key that the device certified."""

import base64
import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from edge_agent.contract import receipt_keys, receipts
from edge_agent.contract.identity import DeviceId

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DEVICE = DeviceId("17.07", "lebong-001")


class Paper:
    """A root and a device's identity that it certified."""

    def __init__(self, *, name: str = DEVICE.name, days: float = 60) -> None:
        self.at = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
        self.root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate("root", self.root_key.public_key(), days=7000)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.own = self._certificate(name, self.key.public_key(), days=days)

    def _certificate(self, name: str, key: ec.EllipticCurvePublicKey, *, days: float) -> x509.Certificate:
        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        return (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named("root"))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.at)
            .not_valid_after(self.at + datetime.timedelta(days=days))
            .sign(self.root_key, hashes.SHA256())
        )

    def certificate(self, *, after_days: float = 1, device: DeviceId = DEVICE, key=KEY) -> str:
        return receipt_keys.certify(
            receipt_keys.prove(key, device=device),
            device=device,
            identity=self.key,
            chain=[self.own],
            now=(self.at + datetime.timedelta(days=after_days)).timestamp(),
        )

    def trust(self, *, pages: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
        """A trust file with the one key, as the fleet writes it; `changes` to its entry."""
        entry = {
            "id": receipts.key_id(KEY.public_key()),
            "key": base64.b64encode(KEY.public_key().public_bytes_raw()).decode(),
            "device": DEVICE.source,
            "label": "Kantor Camat Amen",
            "until": None,
            "certificate": self.certificate(),
        }
        return {
            "format": "loket-trust-1",
            "issued_at": self.at.timestamp(),
            "pages": list(pages),
            "root": self.root.public_bytes(Encoding.PEM).decode(),
            "keys": [{**entry, **changes}],
        }

    def verify(self, certificate: str, *, after_days: float = 2, device: DeviceId = DEVICE):
        now = (self.at + datetime.timedelta(days=after_days)).timestamp()
        return receipt_keys.verify(certificate, device=device, root=self.root, now=now)
