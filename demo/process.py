"""A child process of the site: started, watched, stopped or killed, with its log in a file."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil


class ChildFailed(Exception):
    """A child ended when it should not have; the message ends with the last line that it logged."""


class Child:
    """One program under a name. It is told to end if we die, so that nothing is left behind."""

    def __init__(self, name: str, command: Sequence[str], *, log: Path, env: Mapping[str, str]) -> None:
        """Nothing is started yet; `log` is appended to."""
        self.name = name
        self._command = list(command)
        self._log = log
        self._env = {**os.environ, **env}
        self._process: subprocess.Popen[bytes] | None = None
        self._notices: socket.socket | None = None
        self._ready = False

    def start(self) -> None:
        """Start it in a session of its own, so that a terminal's Ctrl-C reaches us alone."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._listen()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", *self._command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**self._env, "NOTIFY_SOCKET": f"@{self._address}"},
                start_new_session=True,
            )

    @property
    def ready(self) -> bool:
        """Whether it has said READY=1, as it would to systemd, since it was started."""
        while not self._ready and self._notices is not None:
            try:
                self._ready = b"READY=1" in self._notices.recv(4096).split(b"\n")
            except BlockingIOError:
                break
        return self._ready

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def mistaken(self) -> bool:
        """Whether it ended with status 2: a person's mistake, which starting it again does not mend."""
        return self._process is not None and self._process.poll() == 2

    @property
    def pid(self) -> int:
        """Its process id. Raises ChildFailed if it is not running."""
        if self._process is None or not self.running:
            raise ChildFailed(f"{self.name} is not running")
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it is running."""
        if self._process is not None and self.running:
            self._process.send_signal(number)

    def stop(self, *, within_s: float = 10.0) -> int | None:
        """Ask it to end; after `within_s` make it. Its exit status, or None if it was never started."""
        self.signal(signal.SIGTERM)
        if self._process is None:
            return None
        self.forget()
        try:
            return self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int | None:
        """kill -9, and wait for its end."""
        self.signal(signal.SIGKILL)
        self.forget()
        return self._process.wait(10) if self._process is not None else None

    def forget(self) -> None:
        """Stop listening to what it tells of itself."""
        if self._notices is not None:
            self._notices.close()
            self._notices = None

    @property
    def _address(self) -> str:
        return f"loket-{os.getpid()}-{id(self):x}"

    def _listen(self) -> None:
        self.forget()
        self._ready = False
        self._notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._notices.bind("\0" + self._address)

    def rss_mb(self) -> float:
        """Resident memory in MB (10^6 bytes), its own children counted in; 0 if it is gone."""
        try:
            process = psutil.Process(self.pid)
            family = [process, *process.children(recursive=True)]
            return sum(member.memory_info().rss for member in family) / 1e6
        except (psutil.NoSuchProcess, ChildFailed):
            return 0.0

    def demand(self) -> None:
        """Raise ChildFailed, with the reason that its log gives, if it is not running."""
        if not self.running:
            status = self._process.returncode if self._process is not None else None
            raise ChildFailed(f"{self.name} ended with status {status}: {self.last_line()} (see {self._log})")

    def last_line(self) -> str:
        """The last line of its log that is not empty."""
        try:
            lines = self._log.read_text(errors="replace").strip().splitlines()
        except OSError:
            return "it logged nothing"
        return lines[-1] if lines else "it logged nothing"


def eventually(
    check: Callable[[], object], *, within_s: float, what: str, children: Sequence[Child] = ()
) -> None:
    """Wait until `check()` is true. Raises TimeoutError naming `what`, or ChildFailed at once."""
    deadline = time.monotonic() + within_s
    while True:
        for child in children:
            child.demand()
        if check():
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {within_s:.0f} s")
        time.sleep(0.05)
