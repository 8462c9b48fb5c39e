"""`kiosk.toml`: the settings of the kiosk unit."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from edge_agent.device import SettingsPath
from loket.settings import Section, load

Language = Literal["id", "en"]
Line = Annotated[str, Field(max_length=200)]


class HelpText(Section):
    """What a citizen is told to do where the kiosk cannot serve them, by language."""

    id: Line = Field(default="Silakan hubungi petugas di meja layanan.", description="In Indonesian.")
    en: Line = Field(default="Please ask the staff at the service desk.", description="In English.")


class VoiceSettings(Section):
    """`[voice]`: how the pages are spoken."""

    program: str = Field(default="espeak-ng", description="The program that speaks; empty: no voice.")
    words_per_minute: int = Field(default=150, ge=80, le=300, description="How fast it speaks.")
    recordings: SettingsPath | None = Field(
        default=None, description="Folder of recordings by a person, which are played where there is one."
    )


class CameraSettings(Section):
    """`[camera]`: the camera that the browser may use."""

    documents: bool = Field(
        default=False, description="Whether citizens may add the photo of a document to what they file."
    )
    name: str = Field(
        default="",
        max_length=100,
        description="A part of the camera's name, where there are several; empty: one that looks away.",
    )


class ScreenSettings(Section):
    """`[screen]`: how the screen is watched."""

    wayland: Path = Field(default=Path("/run/loket-screen/wayland-0"), description="The compositor's socket.")
    panel: Literal["drm", "none"] = Field(
        default="drm", description="Who tells whether the panel is on: the display driver, or nobody."
    )
    drm: Path = Field(
        default=Path("/sys/class/drm"), description="Where the display driver tells of connectors."
    )
    connector: str = Field(default="HDMI-A-1", description="The display driver's name of the connector.")
    every_s: float = Field(default=10, ge=1, le=20, description="How often the screen is looked at.")
    restart_file: Path = Field(
        default=Path("/run/loket-bell/screen-restart"),
        description="Written to have the browser restarted; systemd watches it.",
    )


class KioskSettings(Section):
    """`kiosk.toml`."""

    host: str = Field(default="127.0.0.1", description="The loopback address to listen on; no other.")
    port: int = Field(default=8701, ge=0, le=65535, description="The TCP port; 0: any free one.")
    intake_key: SettingsPath = Field(description="File: Base64 of the region's X25519 public key.")
    region: SettingsPath = Field(
        description="Folder of the region: its agencies, services, queues and words."
    )
    hall: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9_-]{0,62})?$")] = Field(
        default="", description="The region's name of the office whose queue numbers are given; empty: none."
    )
    series: Annotated[str, Field(pattern=r"^[A-Z]?$")] = Field(
        default="", description="A second letter in this kiosk's numbers, where a hall has several kiosks."
    )
    receipt_page: Annotated[str, Field(pattern=r"^((https://|http://127\.0\.0\.1[:/])[^#\s]{1,200})?$")] = (
        Field(
            default="",
            description=(
                "The page that a phone opens by a receipt's QR code, such as https://example.id/periksa; "
                "empty: the code holds the receipt alone."
            ),
        )
    )
    office: Annotated[str, Field(min_length=1, max_length=80)] = Field(
        default="Loket Layanan Publik", description="The office's name, at the top of every page."
    )
    default_language: Language = Field(default="id", description="The language that a visit starts in.")
    languages: list[Language] = Field(default=["id", "en"], min_length=1, description="Those to choose from.")
    help: HelpText = Field(default=HelpText(), description="Whom to turn to, by language.")
    emergency_number: Annotated[str, Field(pattern=r"^[0-9 +-]{0,20}$")] = Field(
        default="", description="Shown on the first page; empty where none is active (112 is not everywhere)."
    )
    session_timeout_s: float = Field(
        default=180, ge=60, le=3600, description="A visit without a touch ends after this."
    )
    warning_s: float = Field(default=30, ge=20, description="The page warns this long before.")
    sessions_max: int = Field(default=32, ge=1, le=1000, description="Visits at the same time.")
    voice: VoiceSettings = Field(default=VoiceSettings(), description="How the pages are spoken.")
    camera: CameraSettings = Field(
        default=CameraSettings(), description="The camera that the browser may use."
    )
    screen: ScreenSettings | None = Field(
        default=None,
        description="How the screen is watched; without it nobody watches, and it stays unknown.",
    )
    health_every_s: float = Field(default=60, ge=1, description="How often the unit reports how it fares.")

    @field_validator("host")
    @classmethod
    def _is_loopback(cls, host: str) -> str:
        try:
            loopback = ip_address(host).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise ValueError("the kiosk serves its own screen only: use 127.0.0.1 or ::1")
        return host

    @model_validator(mode="after")
    def _fits_together(self) -> "KioskSettings":
        if self.default_language not in self.languages:
            raise ValueError(f'default_language "{self.default_language}" is not in languages')
        if self.warning_s * 2 > self.session_timeout_s:
            raise ValueError("warning_s must be at most half of session_timeout_s")
        return self


def load_kiosk(folder: Path) -> KioskSettings:
    """Read `kiosk.toml` in a settings folder. Raises loket.settings.SettingsError."""
    return load(folder / "kiosk.toml", KioskSettings)
