"""The device itself: its identity and folders, from `device.toml`, which all three units read."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from edge_agent.contract.identity import DeviceId
from loket.settings import Section, load


def _beside_settings(value: object, info: ValidationInfo) -> object:
    folder = (info.context or {}).get("folder")
    return folder / value if isinstance(value, str) and folder is not None else value


SettingsPath = Annotated[Path, BeforeValidator(_beside_settings)]
"""A path; where it is relative, it starts from the settings file's folder."""


class Device(Section):
    """`device.toml`."""

    region: str = Field(description="Kemendagri region code, such as 17.07.")
    name: str = Field(description="The device's name: its certificate's common name, such as lebong-001.")
    data: SettingsPath = Field(default=Path("/var/lib/loket"), description="Outbox, inbox and snapshots.")
    run: SettingsPath = Field(default=Path("/run/loket"), description="Doorbells: gone after a reboot.")

    @model_validator(mode="after")
    def _names_a_device(self) -> "Device":
        _ = self.id
        return self

    @property
    def id(self) -> DeviceId:
        """The identity under which the device speaks."""
        return DeviceId(region=self.region, name=self.name)


def load_device(folder: Path) -> Device:
    """Read `device.toml` in a settings folder. Raises loket.settings.SettingsError."""
    return load(folder / "device.toml", Device)
