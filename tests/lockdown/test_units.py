"""The session's unit files and script, as systemd and bash read them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.lockdown.stage import LOCKDOWN

SYSTEMD = LOCKDOWN.parents[1] / "systemd"
UNITS = ("loket-screen.service", "loket-screen-restart.service", "loket-screen-restart.path")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_finds_nothing_to_say(tmp_path: Path) -> None:
    for unit in UNITS:
        text = (SYSTEMD / unit).read_text()
        (tmp_path / unit).write_text(text.replace("/opt/loket/lockdown/session", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / unit) for unit in UNITS)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_the_session_runs_as_a_user_of_its_own_with_loopback_only() -> None:
    lines = (SYSTEMD / "loket-screen.service").read_text().splitlines()
    assert {
        "User=loket-screen",
        "IPAddressDeny=any",
        "IPAddressAllow=localhost",
        "NoNewPrivileges=true",
    } <= set(lines)
    assert not any("loket-citizens" in line for line in lines if line.startswith("SupplementaryGroups="))


def test_the_bell_is_the_same_file_for_both() -> None:
    path = (SYSTEMD / "loket-screen-restart.path").read_text()
    assert "PathChanged=/run/loket-bell/screen-restart" in path
    assert "/run/loket-bell " in (SYSTEMD / "loket.tmpfiles").read_text()
    assert "-/run/loket-bell" in (SYSTEMD / "edge-kiosk.service").read_text()


def test_the_script_is_bash_that_parses() -> None:
    subprocess.run(["bash", "-n", LOCKDOWN / "session"], check=True, timeout=20)


@pytest.mark.skipif(shutil.which("xkbcli") is None, reason="xkbcli is not installed")
def test_the_layout_compiles_and_has_no_modifier_for_shortcuts() -> None:
    done = subprocess.run(
        ["xkbcli", "compile-keymap", "--rules", "loket", "--layout", "loket"],
        env={**os.environ, "XKB_CONFIG_EXTRA_PATH": str(LOCKDOWN / "xkb")},
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    symbols = done.stdout.partition("xkb_symbols")[2]
    for absent in ("Shift_L", "Control_L", "Alt_L", "Super_L", "XF86Back", "Escape", "Print"):
        assert absent not in symbols
    for there in ("F13", "F16", "KP_Enter", "KP_Multiply", "BackSpace"):
        assert there in symbols
