"""systemd's notification socket: readiness, status and the watchdog (sd_notify(3))."""

import os
import socket


def notify(*lines: str) -> None:
    """Send `lines` ("READY=1", "WATCHDOG=1", "STATUS=...") to systemd; nothing if it did not start us."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto("\n".join(lines).encode(), address)
