"""Where the receipts' key lies on a device: the kiosk's private half, and the public one for the uplink."""

from pathlib import Path


def private_path(data: Path) -> Path:
    """The private key (PEM, 0600), in a device's data folder."""
    return data / "receipts" / "receipt.key"


def public_path(data: Path) -> Path:
    """The public key with its proof (JSON), in a device's data folder."""
    return data / "receipts" / "receipt.pub"
