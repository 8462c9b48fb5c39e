"""`fleet init`: everything is there, secrets are private, and a second run changes nothing."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from fleet import init
from fleet.identity.authority import Validity, load_authority
from fleet.init import Plan, initialise
from fleet.settings import Fleet, load_fleet
from loket.settings import SettingsError


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("fleet.db")
    }


def test_second_run_changes_nothing(fleet: Fleet) -> None:
    before = content_of(fleet.data)
    initialise(Plan(data=fleet.data, regions=["99"], port_base=1000))
    assert content_of(fleet.data) == before


def test_secrets_are_for_their_owner_alone(fleet: Fleet) -> None:
    secrets = [*fleet.layout.pki.glob("*.key"), *fleet.layout.keys.glob("*.key")]
    assert len(secrets) == 6
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}
    assert fleet.data.stat().st_mode & 0o777 == 0o700


def test_intake_key_is_32_bytes(fleet: Fleet) -> None:
    for path in (fleet.layout.intake_key, fleet.layout.intake_public_key):
        assert len(base64.b64decode(path.read_text(), validate=False)) == 32


def test_renews_certificate_that_is_about_to_end(fleet: Fleet) -> None:
    authority = load_authority(certificate=fleet.layout.root_certificate, key=fleet.layout.root_key)
    path = fleet.layout.certificate("ingest")
    key = load_pem_private_key(fleet.layout.key("ingest").read_bytes(), password=None)
    now = datetime.now(UTC)
    soon = authority.issue_to_client(
        key.public_key(),
        name="fleet-ingest",
        validity=Validity(begin=now - timedelta(days=300), end=now + timedelta(days=100)),
    )
    path.write_bytes(soon.public_bytes(Encoding.PEM))
    initialise(Plan(data=fleet.data))
    left = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc - now
    assert left > timedelta(days=init.OWN_CERTIFICATE_DAYS - 1)


def test_server_certificate_takes_a_further_name(fleet: Fleet) -> None:
    initialise(Plan(data=fleet.data, names=["loket.example", "10.1.2.3"]))
    certificate = x509.load_pem_x509_certificate(fleet.layout.certificate("server").read_bytes())
    assert {"loket.example", "10.1.2.3", "127.0.0.1", "localhost"} <= init._hosts_of(certificate)


def test_new_fleet_has_the_ports_and_regions_of_its_plan(tmp_path: Path) -> None:
    fleet = initialise(Plan(data=tmp_path / "f", regions=["17.07", "17.02"], port_base=9100))
    assert fleet == load_fleet(tmp_path / "f")
    assert (fleet.web.port, fleet.broker.port, fleet.devices.port) == (9100, 9102, 9103)
    assert fleet.regions == ["17.07", "17.02"]
    assert fleet.database_url == f"sqlite:///{tmp_path}/f/fleet.db"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[ingest]\nbatchmax = 1\n", 'did you mean "batch_max"'),
        ('regions = ["Lebong"]\n', "not a code such as 17.07"),
        ("[broker]\nport = 70000\n", "less than or equal to 65535"),
    ],
)
def test_mistake_in_settings_is_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "fleet.toml").write_text(text)
    with pytest.raises(SettingsError, match=said):
        load_fleet(tmp_path / "fleet.toml")
