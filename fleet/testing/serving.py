"""`fleet serve` as a real process on free ports, over a data folder of its own."""

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from fleet.access.roles import Role
from fleet.access.secrets import Principal, Use, issue
from fleet.init import Plan, initialise
from fleet.settings import Fleet, load_fleet
from fleet.store.engine import open_store, writing
from fleet.testing.seeds import Seeds

READY_WITHIN_S = 30.0
STOPPED_WITHIN_S = 15.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running fleet and its insides."""

    fleet: Fleet
    engine: Engine
    seeds: Seeds
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def url(self) -> str:
        """The console's address."""
        return f"http://127.0.0.1:{self.fleet.web.port}"

    @property
    def devices_url(self) -> str:
        """The devices' door."""
        return f"https://127.0.0.1:{self.fleet.devices.port}"

    def secret(self, use: Use, role: Role, *, name: str = "siti", lifetime_s: float = 600) -> str:
        """A token, a link's code or a session."""
        with writing(self.engine) as connection:
            return issue(
                connection, use=use, principal=Principal(name=name, role=role), now=time.time(),
                lifetime_s=lifetime_s,
            )  # fmt: skip

    def bearer(self, role: Role) -> dict[str, str]:
        """Headers of a client of the API."""
        return {"authorization": f"Bearer {self.secret(Use.TOKEN, role)}"}


def make(folder: Path, *, more: str = "") -> Fleet:
    """A data folder as `fleet init` makes it, with free ports; `more` is added to its settings."""
    folder.mkdir(parents=True, exist_ok=True)
    web, broker, devices = free_ports(3)
    (folder / "fleet.toml").write_text(
        f"[web]\nport = {web}\n[broker]\nport = {broker}\n[devices]\nport = {devices}\n{more}"
    )
    initialise(Plan(data=folder))
    return load_fleet(folder)


@contextmanager
def serving(folder: Path, *, more: str = "") -> Iterator[Served]:
    """Make the folder if it is not there, serve it for as long as the block lasts, and stop it.

    `more` is added to the settings of a folder that is made.
    """
    fleet = load_fleet(folder) if (folder / "fleet.toml").exists() else make(folder, more=more)
    engine = open_store(fleet.database_url)
    log = folder / "serve.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "fleet.cli", "serve", "--config", str(folder)],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    served = Served(fleet=fleet, engine=engine, seeds=Seeds(engine, fleet.layout), process=process, log=log)
    try:
        _await_ready(served)
        yield served
    finally:
        stop(process)
        engine.dispose()


def stop(process: "subprocess.Popen[bytes]") -> int:
    """Tell a process to stop and return its exit status; what does not stop in time is killed."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOPPED_WITHIN_S)
        raise


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _await_ready(served: Served) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if served.process.poll() is not None:
            raise RuntimeError(f"fleet serve ended: {served.log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{served.url}/healthz", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError("fleet serve was not ready in time")
