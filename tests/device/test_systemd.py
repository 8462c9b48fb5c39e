"""The unit files, as systemd reads them."""

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "edge_agent" / "systemd"
UNITS = ("vision", "kiosk", "uplink")

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_nothing_to_say(tmp_path, unit):
    text = (FOLDER / f"edge-{unit}.service").read_text()
    assert f"ExecStart=/opt/loket/bin/edge-{unit} --config" in text
    file = tmp_path / f"edge-{unit}.service"
    file.write_text(text.replace(f"/opt/loket/bin/edge-{unit}", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_has_its_own_user_and_a_watchdog(unit):
    lines = (FOLDER / f"edge-{unit}.service").read_text().splitlines()
    assert f"User=loket-{unit}" in lines
    assert "Type=notify" in lines
    assert any(line.startswith("WatchdogSec=") for line in lines)


def test_only_the_kiosk_and_the_uplink_enter_the_citizens_folder():
    groups = {
        unit: "loket-citizens" in line
        for unit in UNITS
        for line in (FOLDER / f"edge-{unit}.service").read_text().splitlines()
        if line.startswith("SupplementaryGroups=")
    }
    assert groups == {"vision": False, "kiosk": True, "uplink": True}
