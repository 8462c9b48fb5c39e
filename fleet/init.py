"""What `fleet init` does: everything that a fleet needs in its data folder; what is there already stays."""

import os
import pwd
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from fleet.broker.acl import INGEST, NORTH
from fleet.broker.conf import settings_text
from fleet.broker.control import refresh
from fleet.identity import IdentityError
from fleet.identity.authority import Authority, Validity, create_authority, load_authority
from fleet.identity.keys import (
    write_certificate_key,
    write_intake_keys,
    write_private_key,
    write_statement_keys,
)
from fleet.layout import Layout
from fleet.settings import Fleet, load_fleet
from fleet.store.engine import open_store, writing
from fleet.store.migrate import migrate
from loket.files import private_folder, write_atomically

OWN_CERTIFICATE_DAYS = 397.0
"""For the fleet's own processes; `fleet init` renews what has less than a third of it left."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a new fleet shall be. An existing `fleet.toml` is not changed by it."""

    data: Path
    regions: Sequence[str] = ("17.07",)
    port_base: int = 8700
    host: str = "127.0.0.1"
    names: Sequence[str] = ()


def initialise(plan: Plan) -> Fleet:
    """Make the data folder ready and return its settings.

    `plan.names` are further DNS names and addresses under which devices reach the fleet. Raises
    SettingsError (an existing `fleet.toml` is wrong), IdentityError, StoreError, BrokerError, OSError.
    """
    layout = Layout(plan.data.absolute())
    for folder in (layout.folder, layout.pki, layout.readers, layout.keys, layout.broker):
        private_folder(folder)
    for folder in (layout.broker_persistence, layout.snapshots):
        private_folder(folder)
    if not layout.settings.exists():
        write_atomically(layout.settings, _settings_text(plan).encode())
    fleet = load_fleet(layout.settings)
    _make_identities(fleet, names=plan.names)
    owner = pwd.getpwuid(os.geteuid()).pw_name
    text = settings_text(fleet.broker, layout=layout, user=owner)
    write_atomically(layout.broker_settings, text.encode(), mode=0o600)
    engine = open_store(fleet.database_url)
    try:
        migrate(engine)
        with writing(engine) as connection:
            refresh(connection, layout=layout)
    finally:
        engine.dispose()
    return fleet


def _settings_text(plan: Plan) -> str:
    regions = ", ".join(f'"{region}"' for region in plan.regions)
    return f"""\
# The controller's settings; every key is described in docs/reference.
database = "sqlite:///fleet.db"
regions = [{regions}]

[web]
host = "127.0.0.1"
port = {plan.port_base}

[broker]
host = "{plan.host}"
port = {plan.port_base + 2}

[devices]
host = "{plan.host}"
port = {plan.port_base + 3}
"""


def _make_identities(fleet: Fleet, *, names: Sequence[str]) -> None:
    layout = fleet.layout
    authority = _root(layout)
    hosts = dict.fromkeys(
        ["localhost", "127.0.0.1", "::1", *names, fleet.broker.reachable_host, fleet.devices.host]
    )
    hosts.pop("0.0.0.0", None)  # noqa: S104
    if _needs_renewal(layout, "server", hosts=list(hosts)):
        key = write_certificate_key(layout.key("server"))
        certificate = authority.issue_to_server(key.public_key(), hosts=list(hosts), validity=_validity())
        _write(layout.certificate("server"), certificate)
    for file, name in (("ingest", INGEST), ("north", NORTH)):
        if _needs_renewal(layout, file):
            key = write_certificate_key(layout.key(file))
            _write(
                layout.certificate(file),
                authority.issue_to_client(key.public_key(), name=name, validity=_validity()),
            )
    # The public half is written last, so its absence tells that the pair is not complete.
    if not layout.statement_public_key.exists():
        write_statement_keys(private=layout.statement_key, public=layout.statement_public_key)
    if not layout.intake_public_key.exists():
        write_intake_keys(private=layout.intake_key, public=layout.intake_public_key)


def _root(layout: Layout) -> Authority:
    if layout.root_certificate.exists():
        return load_authority(certificate=layout.root_certificate, key=layout.root_key)
    authority = create_authority()
    write_private_key(layout.root_key, authority.key)
    _write(layout.root_certificate, authority.certificate)
    return authority


def _needs_renewal(layout: Layout, name: str, *, hosts: Sequence[str] = ()) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(layout.certificate(name).read_bytes())
        key = load_pem_private_key(layout.key(name).read_bytes(), password=None)
    except FileNotFoundError:
        return True
    except ValueError as error:
        raise IdentityError(f"{layout.certificate(name)}: cannot be read: {error} (remove it)") from error
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    if left < timedelta(days=OWN_CERTIFICATE_DAYS / 3) or key.public_key() != certificate.public_key():
        return True
    return bool(hosts) and not set(hosts) <= _hosts_of(certificate)


def _hosts_of(certificate: x509.Certificate) -> set[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = names.get_values_for_type(x509.IPAddress)
    return {*names.get_values_for_type(x509.DNSName), *(str(address) for address in addresses)}


def _validity() -> Validity:
    return Validity.days(OWN_CERTIFICATE_DAYS)


def _write(path: Path, certificate: x509.Certificate) -> None:
    write_atomically(path, certificate.public_bytes(Encoding.PEM))
