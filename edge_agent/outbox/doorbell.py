"""A doorbell: a Unix datagram that says "there is something for you", so that nobody polls."""

import contextlib
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

_LONGEST_ADDRESS = 107  # sun_path of unix(7), less its closing zero


def bell_of(run: Path, unit: str) -> Path:
    """Where the doorbell of `unit` ("uplink", "vision", "kiosk") hangs in the folder `run`."""
    return run / f"{unit}.sock"


def ring(path: Path) -> None:
    """Ring the doorbell at `path`. Never waits and never raises: who is not there looks when it comes."""
    with (
        contextlib.suppress(OSError),
        _address(path) as address,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as channel,
    ):
        channel.sendto(b"\0", address)


class Doorbell:
    """The receiving end. It is a context manager."""

    def __init__(self, channel: socket.socket, path: Path) -> None:
        self._channel = channel
        self._path = path

    @classmethod
    def listen(cls, path: Path) -> "Doorbell":
        """Hang a doorbell at `path`, in place of one that a former process left. Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            with _address(path) as address:
                channel.bind(address)
            path.chmod(0o660)
        except BaseException:
            channel.close()
            raise
        return cls(channel, path)

    def fileno(self) -> int:
        """For select(2)."""
        return self._channel.fileno()

    def answer(self) -> bool:
        """Take all rings so far; whether there were any."""
        rung = False
        with contextlib.suppress(BlockingIOError):
            while self._channel.recv(16):
                rung = True
        return rung

    def wait(self, timeout_s: float) -> bool:
        """Wait for a ring at most `timeout_s`; whether there was one."""
        ready, _, _ = select.select([self._channel], [], [], max(0.0, timeout_s))
        return bool(ready) and self.answer()

    def close(self) -> None:
        """Take the doorbell down."""
        self._channel.close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> "Doorbell":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@contextlib.contextmanager
def _address(path: Path) -> Iterator[str]:
    """An address for `path` that fits sun_path, however long the path is."""
    if len(os.fsencode(path)) <= _LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
