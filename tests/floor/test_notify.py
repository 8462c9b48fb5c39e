"""systemd's notification socket, with a real socket at the other end."""

import socket
from pathlib import Path

import pytest

from loket.notify import notify


@pytest.mark.parametrize("abstract", [False, True])
def test_tells_systemd(abstract: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"\0{tmp_path}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", address.replace("\0", "@"))
        notify("READY=1", "STATUS=two cameras")
        assert systemd.recv(100) == b"READY=1\nSTATUS=two cameras"


def test_says_nothing_where_systemd_did_not_start_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")


def test_a_deaf_listener_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = tmp_path / "notify"
    monkeypatch.setenv("NOTIFY_SOCKET", str(address))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(address))
        for _ in range(1_000):
            notify("WATCHDOG=1")
    notify("nobody is there any more")
