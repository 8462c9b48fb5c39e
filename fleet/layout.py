"""Where the fleet keeps what in its data folder; paths are built here and nowhere else."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """The data folder of a fleet. Keys are readable by their owner alone."""

    folder: Path

    @property
    def settings(self) -> Path:
        """`fleet.toml`."""
        return self.folder / "fleet.toml"

    @property
    def pki(self) -> Path:
        """The certificate authority and the fleet's own certificates."""
        return self.folder / "pki"

    @property
    def root_certificate(self) -> Path:
        """What proves our certificates: devices, browsers and the broker get a copy."""
        return self.pki / "root.pem"

    @property
    def root_key(self) -> Path:
        """The authority's key: whoever has it can be any device."""
        return self.pki / "root.key"

    def certificate(self, name: str) -> Path:
        """One of the fleet's own certificates: server, ingest or north."""
        return self.pki / f"{name}.pem"

    def key(self, name: str) -> Path:
        """The key of one of the fleet's own certificates."""
        return self.pki / f"{name}.key"

    @property
    def readers(self) -> Path:
        """Certificates of the systems that read northbound: one file each, `<name>.pem`."""
        return self.pki / "readers"

    @property
    def keys(self) -> Path:
        """Keys that are not certificates."""
        return self.folder / "keys"

    @property
    def statement_key(self) -> Path:
        """Ed25519 private key (PEM) that signs commands and stored-acknowledgements."""
        return self.keys / "statements.key"

    @property
    def statement_public_key(self) -> Path:
        """Its public half (PEM), which every device holds."""
        return self.keys / "statements.pub"

    @property
    def intake_key(self) -> Path:
        """X25519 private key (base64 of 32 bytes) that opens what citizens wrote."""
        return self.keys / "intake.key"

    @property
    def intake_public_key(self) -> Path:
        """Its public half (base64 of 32 bytes), to which kiosks seal."""
        return self.keys / "intake.pub"

    @property
    def broker(self) -> Path:
        """The broker's folder."""
        return self.folder / "broker"

    @property
    def broker_settings(self) -> Path:
        """`mosquitto -c` takes this."""
        return self.broker / "mosquitto.conf"

    @property
    def broker_acl(self) -> Path:
        """Who may read and write which topics."""
        return self.broker / "acl"

    @property
    def broker_persistence(self) -> Path:
        """Where the broker saves its queues."""
        return self.broker / "persistence"

    @property
    def broker_pid(self) -> Path:
        """The running broker's process id, written by itself."""
        return self.broker / "mosquitto.pid"

    @property
    def snapshots(self) -> Path:
        """Pictures, by their hash."""
        return self.folder / "snapshots"
