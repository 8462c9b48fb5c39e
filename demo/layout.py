"""Where a site keeps things, on which ports it listens, and the settings of its device."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from loket.files import private_folder, write_atomically

REGION = Path(__file__).resolve().parent / "region"
"""The region that the demo runs."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of a site under `root`, and its ports from `port_base` on."""

    root: Path
    port_base: int
    region: str = "17.07"
    device: str = "lebong-001"

    @property
    def web_port(self) -> int:
        """The console and the API (HTTP, loopback)."""
        return self.port_base

    @property
    def kiosk_port(self) -> int:
        """The kiosk's page (HTTP, loopback)."""
        return self.port_base + 1

    @property
    def broker_port(self) -> int:
        """The broker (MQTT, mutual TLS)."""
        return self.port_base + 2

    @property
    def devices_port(self) -> int:
        """What devices send pictures to (HTTPS, mutual TLS)."""
        return self.port_base + 3

    @property
    def fleet(self) -> Path:
        """The controller's folder."""
        return self.root / "fleet"

    @property
    def settings(self) -> Path:
        """The device's settings folder."""
        return self.root / self.device / "settings"

    @property
    def device_data(self) -> Path:
        """The device's outbox, inbox and pictures: what a stolen card would hold."""
        return self.root / self.device / "data"

    @property
    def logs(self) -> Path:
        """A log for each process."""
        return self.root / "logs"

    def write_device_settings(
        self,
        *,
        cameras: Sequence[str],
        model: str,
        models_folder: Path,
        labels: Sequence[str] = ("person",),
        uplink: Mapping[str, object] | None = None,
    ) -> None:
        """Write the four settings files of the device; `uplink` overrides settings of the uplink.

        `labels` are what to follow, by the model's labels.
        """
        folder = private_folder(self.settings)
        documents: dict[str, dict[str, object]] = {
            "device.toml": {
                "region": self.region,
                "name": self.device,
                "data": self.device_data,
                "run": self.root / self.device / "run",
            },
            "uplink.toml": {
                "broker_host": "127.0.0.1",
                "broker_port": self.broker_port,
                "fleet_url": f"https://127.0.0.1:{self.devices_port}",
                "ca": self.fleet / "pki" / "root.pem",
                "certificate": "device.pem",
                "key": "device.key",
                "statement_key": self.fleet / "keys" / "statements.pub",
                "health_every_s": 10,
                **(uplink or {}),
            },
            "kiosk.toml": {
                "port": self.kiosk_port,
                "intake_key": self.fleet / "keys" / "intake.pub",
                "region": REGION,
                "hall": "mpp",
                "receipt_page": f"http://127.0.0.1:{self.web_port}/periksa",
                "health_every_s": 10,
            },
            "vision.toml": {"model": model, "models_folder": models_folder, "health_every_s": 10},
        }
        for name, document in documents.items():
            write_atomically(folder / name, _toml(document).encode(), mode=0o600)
        with (folder / "vision.toml").open("a") as file:
            for number, source in enumerate(cameras, start=1):
                camera = {
                    "name": f"camera-{number}", "source": source, "labels": list(labels), "loop": True,
                    "snapshots.tracks": "both",
                }  # fmt: skip
                file.write(f"\n[[cameras]]\n{_toml(camera)}")


def _toml(document: Mapping[str, object]) -> str:
    """Keys with strings, numbers, paths and lists of them: in JSON and TOML they are written alike."""
    return "".join(
        f"{key} = {json.dumps(str(value) if isinstance(value, Path) else value)}\n"
        for key, value in document.items()
    )
