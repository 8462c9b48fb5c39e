"""The commands that make a fleet: run as people run them, with their words and exit statuses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edge_agent.contract import topics
from fleet.settings import Fleet
from tests.fleet.conftest import Controller, Papers, eventually, free_ports, request_for

Ran = subprocess.CompletedProcess[str]


def fleet_command(*arguments: str, lang: str = "en") -> Ran:
    program = Path(sys.executable).with_name("fleet")
    env = {key: value for key, value in os.environ.items() if key != "LOKET_FLEET"}
    return subprocess.run(
        [str(program), *arguments],
        env={**env, "LOKET_LANG": lang}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def write_request(folder: Path, name: str) -> Path:
    path = folder / f"{name}.csr"
    path.write_bytes(request_for(name)[0].public_bytes(Encoding.PEM))
    return path


def add(fleet: Fleet, request: Path, name: str, *more: str, region: str = "17.07") -> Ran:
    return fleet_command(
        "device", "add", name, "--config", str(fleet.layout.settings), "--region", region,
        "--csr", str(request), "--certificate", str(request.with_suffix(".pem")), *more,
    )  # fmt: skip


def test_init_makes_a_fleet_and_says_what_next(tmp_path: Path) -> None:
    port = free_ports(1)[0] % 60_000 + 1_024
    arguments = ("init", "--data", str(tmp_path / "f"), "--region", "17.07", "--port-base", str(port))
    first = fleet_command(*arguments)
    assert first.returncode == 0, first.stderr
    assert f"fleet ingest --config {tmp_path}/f/fleet.toml" in first.stdout
    again = json.loads(fleet_command(*arguments, "--json").stdout)
    assert again["regions"] == ["17.07"]
    assert all(Path(again[key]).exists() for key in again if key != "regions")


def test_device_is_added_listed_shown_and_revoked(fleet: Fleet, tmp_path: Path) -> None:
    config = ("--config", str(fleet.layout.settings))
    done = add(
        fleet, write_request(tmp_path, "lebong-001"), "lebong-001", "--label", "Kantor Camat", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["broker_told"] is False
    certificate = x509.load_pem_x509_certificate((tmp_path / "lebong-001.pem").read_bytes())
    assert certificate.subject.rfc4514_string() == "CN=lebong-001"
    (listed,) = json.loads(fleet_command("device", "list", *config, "--json").stdout)
    shown = json.loads(fleet_command("device", "show", "lebong-001", *config, "--json").stdout)
    assert listed["name"] == shown["name"] == "lebong-001"
    assert shown["label"] == "Kantor Camat"
    assert "user lebong-001\n" in fleet.layout.broker_acl.read_text()
    assert fleet_command("device", "revoke", "lebong-001", *config).returncode == 0
    assert "user lebong-001\n" not in fleet.layout.broker_acl.read_text()
    missing = fleet_command("device", "revoke", "nobody", *config)
    assert (missing.returncode, 'no device "nobody"' in missing.stderr) == (1, True)


@pytest.mark.parametrize(
    ("name", "region", "expected"),
    [
        ("lebong-002", "17.07", (1, 'is for "lebong-001", not for "lebong-002"')),
        ("fleet-ingest", "17.07", (1, "the fleet's own")),
        ("lebong-001", "99.01", (1, 'region "99.01" is not served here (17.07)')),
        ("Lebong 1", "17.07", (2, "must be 1 to 63")),
        ("lebong-001", "Lebong", (2, "is not a code such as 17.07")),
    ],
)
def test_device_that_may_not_be_added(
    fleet: Fleet, tmp_path: Path, name: str, region: str, expected: tuple[int, str]
) -> None:
    done = add(fleet, write_request(tmp_path, "lebong-001"), name, region=region)
    status, said = expected
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "lebong-001.pem").exists()


def test_mistakes_are_one_line(tmp_path: Path) -> None:
    for noun in (["ingest"], ["refused"], ["device", "list"], ["broker", "reload"]):
        done = fleet_command(*noun, "--config", str(tmp_path / "none.toml"))
        assert done.returncode == 2, noun
        assert "no such file" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_northbound_reader_reads(controller: Controller) -> None:
    out = controller.folder / "board"
    done = fleet_command(
        "broker", "reader", "board", "--config", str(controller.layout.settings), "--out", str(out), "--json"
    )
    said = json.loads(done.stdout)
    reader = controller.speaker(Papers(Path(said["certificate"]), Path(said["key"])), topics.EVERY_NORTH)
    north = Papers(controller.layout.certificate("north"), controller.layout.key("north"))
    sender = controller.speaker(north)
    device, _ = controller.add_device()

    def heard() -> bool:
        sender.publish(topics.north(device, "a.b"), b"{}")
        return bool(reader.heard)

    eventually(heard, what="northbound")
    assert Path(said["key"]).stat().st_mode & 0o777 == 0o600


def test_refused_messages_are_listed(controller: Controller) -> None:
    device, papers = controller.add_device()
    controller.start_ingest()
    controller.speaker(papers).publish(topics.event(device, "a.b"), b"garbage")
    config = ("--config", str(controller.layout.settings))
    (row,) = eventually(lambda: json.loads(fleet_command("refused", *config, "--json").stdout))
    assert (row["topic"], row["bytes"], row["device"]) == (topics.event(device, "a.b"), 7, "lebong-001")
    assert "payload" not in row
