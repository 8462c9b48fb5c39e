"""The device's key pair, and `edge-agent` around it."""

import json
import stat
import subprocess
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from edge_agent.cli import app
from edge_agent.clock import SystemClock
from edge_agent.contract.events import Health
from edge_agent.contract.streams import Stream
from edge_agent.device import load_device
from edge_agent.outbox.store import open_outbox


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "device.toml").write_text(
        'region = "17.07"\nname = "lebong-001"\ndata = "data"\nrun = "run"\n'
    )
    return tmp_path


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_makes_a_key_that_stays_private_and_a_request_for_the_devices_name(folder):
    done = invoke("identity", "create", "--config", folder, "--json")
    assert done.exit_code == 0
    paths = json.loads(done.stdout)
    key = serialization.load_pem_private_key((folder / "device.key").read_bytes(), None)
    request = x509.load_pem_x509_csr((folder / "device.csr").read_bytes())
    assert paths == {
        "name": "lebong-001", "key": str(folder / "device.key"), "csr": str(folder / "device.csr")
    }  # fmt: skip
    assert stat.S_IMODE((folder / "device.key").stat().st_mode) == 0o600
    assert request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "lebong-001"
    assert request.is_signature_valid
    assert request.public_key() == key.public_key()


def test_never_overwrites_an_identity(folder):
    assert invoke("identity", "create", "--config", folder).exit_code == 0
    before = (folder / "device.key").read_bytes()
    again = invoke("identity", "create", "--config", folder)
    assert again.exit_code == 2
    assert "this device has an identity" in again.output
    assert (folder / "device.key").read_bytes() == before


@pytest.mark.parametrize("noun", [["identity", "create"], ["outbox", "status"]])
def test_a_folder_without_settings_is_a_mistake(tmp_path, noun):
    done = invoke(*noun, "--config", tmp_path)
    assert done.exit_code == 2
    assert "device.toml: no such file" in done.output


def test_tells_what_waits(folder):
    empty = invoke("outbox", "status", "--config", folder, "--json")
    assert json.loads(empty.stdout) == {"streams": {}, "snapshots": 0}
    outbox = open_outbox(load_device(folder), streams=[Stream.TELEMETRY], clock=SystemClock())
    outbox.append(Health(unit="vision", status="ok"))
    outbox.append(Health(unit="vision", status="ok"))
    outbox.close()
    found = json.loads(invoke("outbox", "status", "--config", folder, "--json").stdout)
    assert found["streams"]["telemetry"]["rows"] == 2
    assert found["streams"]["telemetry"]["unsent"] == 2
    assert "telemetry: 2 wait" in invoke("outbox", "status", "--config", folder).stdout


def test_help_imports_nothing_heavy():
    program = (
        "import sys, edge_agent.cli; "
        "heavy = {'numpy', 'av', 'cv2', 'ai_edge_litert', 'starlette', 'paho'} & set(sys.modules); "
        "sys.exit(f'imports {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
