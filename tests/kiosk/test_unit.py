"""The unit as a process: how it starts, stops, and says why it cannot."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.kiosk.unit import RunningKiosk, Visitor


def failure(kiosk: RunningKiosk) -> tuple[int, str]:
    """The exit status and the message of a start that must fail."""
    done = subprocess.run(
        [sys.executable, "-m", "edge_agent.kiosk", "--config", str(kiosk.config)],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_says_what_is_wrong_with_a_setting(tmp_path: Path) -> None:
    status, message = failure(RunningKiosk(tmp_path, sesion_timeout_s=90))
    assert status == 2
    assert 'sesion_timeout_s: unknown key (did you mean "session_timeout_s"?)' in message
    assert "Traceback" not in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("content", [b"", b"%%%", base64.b64encode(b"short"), base64.b64encode(bytes(32))])
def test_says_what_is_wrong_with_the_key(tmp_path: Path, content: bytes) -> None:
    kiosk = RunningKiosk(tmp_path)
    (kiosk.config / "intake.pub").write_bytes(content)
    status, message = failure(kiosk)
    assert status == 2
    assert "intake.pub: not an intake key" in message
    assert len(message.splitlines()) == 1


def test_says_that_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, message = failure(RunningKiosk(tmp_path, port=port))
    assert status == 2
    assert f"127.0.0.1:{port} cannot be listened on" in message


def test_says_that_settings_are_missing(tmp_path: Path) -> None:
    kiosk = RunningKiosk(tmp_path)
    (kiosk.config / "device.toml").unlink()
    status, message = failure(kiosk)
    assert status == 2
    assert "device.toml: no such file" in message


def test_says_that_its_register_is_damaged(tmp_path: Path) -> None:
    kiosk = RunningKiosk(tmp_path)
    (kiosk.data / "kiosk.db").write_bytes(b"not a database" * 1000)
    status, message = failure(kiosk)
    assert status == 2
    assert "kiosk.db" in message
    assert len(message.splitlines()) <= 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_cleanly_and_reports_a_last_time(tmp_path: Path, number: signal.Signals) -> None:
    kiosk = RunningKiosk(tmp_path, health_every_s=3600).start()
    try:
        with Visitor(kiosk) as visitor:
            visitor.write("belum dikirim")
            assert kiosk.process is not None
            kiosk.process.send_signal(number)
            assert kiosk.process.wait(timeout=10) == 0
    finally:
        kiosk.stop()
    assert [line["event"] for line in kiosk.log_lines()][-1] == "stopped"
    assert len(kiosk.rows("machine/telemetry")) == 2
    assert kiosk.rows() == []


def test_a_kill_after_the_page_said_saved_loses_nothing(tmp_path: Path) -> None:
    kiosk = RunningKiosk(tmp_path).start()
    try:
        with Visitor(kiosk) as visitor:
            visitor.write("selamat").consent()
            kiosk.kill()
            code = visitor.code
    finally:
        kiosk.kill()
    assert [kiosk.open_sealed(data)["text"] for _, data in kiosk.rows()] == ["selamat"]
    with kiosk, Visitor(kiosk) as later:
        later.press("track").press("next", code=code)
        assert "Tersimpan di kiosk" in later.text


def test_feeds_the_watchdog(kiosk: RunningKiosk) -> None:
    before, deadline = kiosk.fed, time.monotonic() + 10
    while kiosk.fed < before + 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_health_answers_while_submissions_are_accepted(kiosk: RunningKiosk) -> None:
    answer = httpx.get(f"{kiosk.url}/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path) -> None:
    """On a real small disk: what is filed before stays, then the first page says what to do."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here")
    try:
        with RunningKiosk(tmp_path / "kiosk", data=disk / "data") as kiosk, Visitor(kiosk) as visitor:
            visitor.write("sebelum penuh").consent()
            assert visitor.path == "/tersimpan"
            with Visitor(kiosk) as second:
                second.write("di tengah")
                (disk / "filler").write_bytes(bytes(free_bytes(disk) - 1024 * 1024))
                second.consent()
                assert second.path == "/pengaduan/periksa"
                assert "BELUM tersimpan" in second.text
                assert "Coba lagi" in second.text
                assert "di tengah" in second.text
                with Visitor(kiosk) as third:
                    assert "belum dapat menerima kiriman" in third.text
                    assert "Sampaikan pengaduan" not in third.text
                    third.press("complaint")
                    assert third.path == "/"
                    third.press("track")
                    assert third.path == "/lacak"
                assert httpx.get(f"{kiosk.url}/healthz").status_code == 503
                assert len(kiosk.rows()) == 1
                (disk / "filler").unlink()
                deadline = time.monotonic() + 20
                while httpx.get(f"{kiosk.url}/healthz").status_code != 200:
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
                second.consent()
                assert second.path == "/tersimpan"
            assert [kiosk.open_sealed(data)["text"] for _, data in kiosk.rows()] == [
                "sebelum penuh",
                "di tengah",
            ]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def free_bytes(folder: Path) -> int:
    """What an ordinary user may still write there."""
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize
