"""The controller's settings: `fleet.toml`, in the data folder that `fleet init` makes."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from edge_agent.contract.identity import DeviceId
from fleet.layout import Layout
from loket.settings import Section, load

Port = Annotated[int, Field(ge=1, le=65535)]
ServiceName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


def _region(value: str) -> str:
    DeviceId(region=value, name="any")
    return value


Region = Annotated[str, AfterValidator(_region)]
"""A Kemendagri region code such as 17.07."""


def _beside_settings(value: object, info: ValidationInfo) -> object:
    folder = (info.context or {}).get("folder")
    return folder / value if isinstance(value, str) and folder is not None else value


def _each_beside_settings(value: object, info: ValidationInfo) -> object:
    return [_beside_settings(one, info) for one in value] if isinstance(value, list) else value


class Web(Section):
    """`[web]`: the console and the API, on plain HTTP; put a reverse proxy before it for other machines."""

    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: Port = Field(default=8700, description="The console's and the API's TCP port.")
    public_host: str = Field(
        default="",
        pattern=r"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$",
        description="The name under which a reverse proxy serves it to other machines, without a port.",
    )


class Office(Section):
    """`[office]`: what the command centre knows of the regions' offices."""

    folders: Annotated[list[Path], BeforeValidator(_each_beside_settings)] = Field(
        default=[], description="Folders of regions, as kiosks have them: agencies, queues, holidays."
    )
    complaints: Literal["own", "simulator"] = Field(
        default="own", description="Who deals with complaints: this command centre, or a LAPOR! simulator."
    )
    permits: Literal["own", "simulator"] = Field(
        default="own",
        description="Who deals with applications for permits: this command centre, or a PTSP simulator.",
    )
    halls: Literal["own", "simulator"] = Field(
        default="own",
        description="Who calls the numbers of queues: this command centre's desks, or a simulated hall.",
    )


class Devices(Section):
    """`[devices]`: HTTPS with mutual TLS, where devices put snapshots."""

    host: str = Field(default="127.0.0.1", description="The address to listen on, reachable for devices.")
    port: Port = Field(default=8703, description="The TCP port for snapshots.")


class Pictures(Section):
    """`[pictures]`: what devices put."""

    keep_days: float = Field(
        default=30,
        gt=0,
        le=3650,
        description="Days after which a picture is deleted; its event stays, with the picture's hash.",
    )


class Broker(Section):
    """`[broker]`: where Mosquitto listens, with mutual TLS."""

    host: str = Field(default="127.0.0.1", description="The address to listen on, reachable for devices.")
    port: Port = Field(default=8702, description="The MQTT port.")

    @property
    def reachable_host(self) -> str:
        """The host by which processes on this machine reach it."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104


class Ingest(Section):
    """`[ingest]`: how events are stored."""

    batch_max: int = Field(default=500, ge=1, le=10_000, description="Messages in one transaction, at most.")
    batch_wait_ms: int = Field(default=20, ge=0, le=5_000, description="How long a batch may wait to fill.")
    receive_max: int = Field(
        default=2_000,
        ge=10,
        le=65_535,
        description="Messages that the broker may send before one is acknowledged.",
    )
    refused_keep: int = Field(
        default=1_000, ge=1, le=100_000, description="Refused messages kept aside; at most 64 KiB of each."
    )
    acknowledge_again_h: float = Field(
        default=24, ge=0, description="On connecting, streams heard in this time are acknowledged once more."
    )
    northbound: bool = Field(default=True, description="Whether stored events are republished.")


def _page(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.fragment or parts.query:
        raise ValueError("not the address of a page, such as https://layanan.example/periksa")
    return value


class Receipts(Section):
    """`[receipts]`: what is told to whoever verifies a kiosk's receipt."""

    pages: list[Annotated[str, AfterValidator(_page)]] = Field(
        default=[],
        max_length=20,
        description="The pages that receipts' QR codes lead to, also those of before: a receipt that leads "
        "elsewhere is refused.",
    )


class Words(Section):
    """`[words]`: how long what citizens wrote is kept, by service."""

    keep_days: dict[ServiceName, Annotated[float, Field(gt=0, le=36_500)]] = Field(
        default={"complaint": 730, "aspiration": 1825},
        description="Days for which a service's words are kept once its case is closed.",
    )
    otherwise_days: float = Field(
        default=730, gt=0, le=36_500, description="The same, for services that are not named."
    )

    def days(self, service: str) -> float:
        """How long the words of that service are kept, days."""
        return self.keep_days.get(service, self.otherwise_days)


class Fleet(Section):
    """`fleet.toml`."""

    data: Annotated[Path, BeforeValidator(_beside_settings)] = Field(
        default="",  # the validator makes it the file's folder
        validate_default=True,
        description="The data folder; where it is relative, it starts from the settings file's folder.",
    )
    database: str = Field(
        default="sqlite:///fleet.db",
        description="SQLAlchemy URL; a relative SQLite path starts from the data folder.",
    )
    regions: list[Region] = Field(default=["17.07"], min_length=1, description="Regions that we serve.")
    web: Web = Web()
    devices: Devices = Devices()
    pictures: Pictures = Pictures()
    broker: Broker = Broker()
    ingest: Ingest = Ingest()
    office: Office = Office()
    receipts: Receipts = Receipts()
    words: Words = Words()

    @property
    def layout(self) -> Layout:
        """The paths in the data folder."""
        return Layout(self.data)

    @property
    def database_url(self) -> str:
        """The database's URL, with a SQLite path made absolute."""
        prefix, path = "sqlite:///", self.database.removeprefix("sqlite:///")
        if not self.database.startswith(prefix) or not path or path.startswith((":memory:", "file:")):
            return self.database
        return prefix + str((self.data / path).absolute())


def load_fleet(path: Path) -> Fleet:
    """Read `path`, a `fleet.toml` or the folder that holds one. Raises loket.settings.SettingsError."""
    return load(path / "fleet.toml" if path.is_dir() else path, Fleet)
