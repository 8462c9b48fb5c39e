"""systemd's notification socket: readiness, status and the watchdog (sd_notify(3))."""

import contextlib
import os
import socket


def notify(*lines: str) -> None:
    """Send `lines` ("READY=1", "WATCHDOG=1", "STATUS=...") to systemd; nothing if it did not start us.

    It never waits and never raises: a listener that does not listen must not stop a unit.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as channel,
    ):
        channel.sendto("\n".join(lines).encode(), address)
