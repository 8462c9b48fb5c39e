"""`uplink.toml`: where the fleet is, and how the device proves who it is."""

from pathlib import Path
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import Field, field_validator

from edge_agent.device import SettingsPath
from loket.settings import Section, SettingsError, load


class UplinkSettings(Section):
    """`uplink.toml`."""

    broker_host: str = Field(description="The broker's name, as its certificate says it.")
    broker_port: int = Field(default=8883, ge=1, le=65535, description="The broker's TLS port.")
    fleet_url: str = Field(description="Where snapshots are put, such as https://fleet.example:8703.")
    ca: SettingsPath = Field(description="The fleet's authority (PEM): who may call itself broker or fleet.")
    certificate: SettingsPath = Field(description="The device's certificate (PEM).")
    key: SettingsPath = Field(description="The device's private key (PEM); it never leaves the device.")
    statement_key: SettingsPath = Field(
        description="The fleet's public key (Ed25519, PEM) that proves commands and acknowledgements."
    )
    resend_after_s: float = Field(default=30, gt=0, description="When an unacknowledged event goes again.")
    window: int = Field(default=500, ge=1, le=10_000, description="Events that may wait for the fleet.")
    keepalive_s: int = Field(
        default=30, ge=5, le=3600, description="Silence after which to ask: still there?"
    )
    session_expiry_s: int = Field(
        default=604_800, ge=60, description="How long the broker keeps our session while we are away."
    )
    connect_timeout_s: float = Field(
        default=10, gt=0, description="How long one attempt to connect may take."
    )
    reconnect_min_s: float = Field(default=1, gt=0, description="The first wait before connecting again.")
    reconnect_max_s: float = Field(default=60, gt=0, description="The longest wait before connecting again.")
    health_every_s: float = Field(default=60, gt=0, description="How often the uplink reports its health.")

    @field_validator("fleet_url")
    @classmethod
    def _is_https(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError("not an address such as https://fleet.example:8703")
        return url.rstrip("/")


def load_uplink(folder: Path) -> UplinkSettings:
    """Read `uplink.toml` in a settings folder. Raises SettingsError."""
    return load(folder / "uplink.toml", UplinkSettings)


def read_statement_key(path: Path) -> Ed25519PublicKey:
    """The fleet's public key. Raises SettingsError."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"statement_key {path}: {error.strerror}; copy it from the fleet") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SettingsError(f"statement_key {path}: not a public key in PEM: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise SettingsError(f"statement_key {path}: not an Ed25519 key; copy it from the fleet")
    return key
