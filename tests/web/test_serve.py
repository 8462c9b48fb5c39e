"""How `fleet serve` starts, refuses to start, and stops."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from fleet.testing.serving import Served, make, serving, stop


def _serve(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "fleet.cli", "serve", "--config", str(folder)],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def _edit(folder: Path, old: str, new: str) -> None:
    path = folder / "fleet.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_keeps_the_console_on_this_machine(tmp_path: Path) -> None:
    make(tmp_path)
    for host in ("0.0.0.0", "192.0.2.1", "example.org", "::"):  # noqa: S104
        (tmp_path / "fleet.toml").write_text(f'[web]\nhost = "{host}"\n')

        done = _serve(tmp_path)

        assert done.returncode == 2
        assert f'web.host = "{host}"' in done.stderr
        assert "reverse proxy with TLS" in done.stderr
        assert "Traceback" not in done.stderr


def test_tells_a_taken_port(tmp_path: Path) -> None:
    fleet = make(tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", fleet.devices.port))
        other.listen()

        done = _serve(tmp_path)

    assert done.returncode == 1
    assert f"127.0.0.1:{fleet.devices.port} cannot be listened on" in done.stderr
    assert "devices.port in fleet.toml" in done.stderr


def test_tells_a_database_that_nobody_made(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "fleet.db").unlink()

    done = _serve(tmp_path)

    assert done.returncode == 1
    assert "fleet init" in done.stderr
    assert "Traceback" not in done.stderr


def test_tells_a_missing_certificate_and_an_unknown_setting(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "pki" / "server.pem").unlink()
    done = _serve(tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "run: fleet init" in done.stderr

    _edit(tmp_path, "[web]\n", "[web]\nprot = 1\n")
    done = _serve(tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert 'did you mean "port"?' in done.stderr


def test_stops_cleanly_and_says_so(tmp_path: Path) -> None:
    with serving(tmp_path / "fleet") as served:
        assert stop(served.process) == 0
        log = served.log.read_text()
    assert '"event": "serving"' in log
    assert '"event": "stopped"' in log
    assert "Traceback" not in log


def test_keeps_the_process_that_was_started(served: Served) -> None:
    command = Path(f"/proc/{served.process.pid}/cmdline").read_bytes().split(b"\0")

    assert b"fleet.web" in command


def test_tells_systemd_when_it_is_ready(tmp_path: Path) -> None:
    fleet = make(tmp_path / "fleet")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        address = str(tmp_path / "notify")
        channel.bind(address)
        channel.settimeout(20)
        process = subprocess.Popen(
            [sys.executable, "-m", "fleet.cli", "serve", "--config", str(fleet.data)],
            env={**os.environ, "NOTIFY_SOCKET": address}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert channel.recv(100) == b"READY=1"
            with socket.create_connection(("127.0.0.1", fleet.web.port), timeout=5):
                pass
        finally:
            assert stop(process) == 0
