"""A site: the broker, the two processes of the fleet and the three of a device, started and stopped."""

import json
import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo.layout import REGION, Layout
from demo.process import Child, eventually
from loket.files import write_atomically

UNITS = ("edge-vision", "edge-kiosk", "edge-uplink")
"""The device's processes: the entry points that its systemd units start."""

PORT_OWNERS = ("console", "kiosk", "broker", "devices")


class SiteFailed(Exception):
    """The site cannot be set up or started; the message names the thing, the cause and the next step."""


class Site:
    """One region's broker and controller and one device, under one folder."""

    def __init__(
        self,
        layout: Layout,
        *,
        env: Mapping[str, str] | None = None,
        device_env: Mapping[str, str] | None = None,
    ) -> None:
        """Nothing is written or started yet.

        `env` is added to the environment of every process, `device_env` to that of the device's.
        """
        self.layout = layout
        self.env = {"LOKET_FLEET": str(layout.fleet / "fleet.toml"), **(env or {})}
        settings = ["--config", str(layout.settings)]
        commands: dict[str, Sequence[str]] = {
            "broker": [_mosquitto(), "-c", str(layout.fleet / "broker" / "mosquitto.conf")],
            "fleet-ingest": [_tool("fleet"), "ingest"],
            "fleet-serve": [_tool("fleet"), "serve"],
            **{unit: [_tool(unit), *settings] for unit in UNITS},
        }
        self.children = {
            name: Child(
                name,
                command,
                log=layout.logs / f"{name}.log",
                env={**self.env, **(device_env or {})} if name in UNITS else self.env,
            )
            for name, command in commands.items()
        }

    def prepare(self) -> None:
        """Make what is not there yet: the controller's folder, the device's key and certificate."""
        layout = self.layout
        layout.root.mkdir(parents=True, exist_ok=True)
        ports = ["--port-base", str(layout.port_base)]
        self.run("fleet", "init", "--data", str(layout.fleet), "--region", layout.region, *ports)
        settings = layout.fleet / "fleet.toml"
        if "[office]" not in (text := settings.read_text()):
            write_atomically(settings, f'{text}\n[office]\nfolders = ["{REGION}"]\n'.encode(), mode=0o600)
        if not (layout.settings / "device.key").exists():
            self.run("edge-agent", "identity", "create", "--config", str(layout.settings))
        if not (layout.settings / "device.pem").exists():
            self.run(
                "fleet", "device", "add", layout.device, "--region", layout.region,
                "--csr", str(layout.settings / "device.csr"),
                "--certificate", str(layout.settings / "device.pem"),
            )  # fmt: skip

    def start(self, tell: Callable[[str], None] = lambda _: None) -> None:
        """Start every process and wait until each is at work; `tell` hears of each step."""
        self._demand_free_ports()
        for name in ("broker", "fleet-ingest", "fleet-serve", "edge-uplink", "edge-kiosk", "edge-vision"):
            tell(name)
            self.start_one(name)

    def start_one(self, name: str) -> None:
        """Start one process, by its name in `children`, and wait until it is at work."""
        self.children[name].start()
        self._await(name)

    def stop(self, tell: Callable[[str], None] = lambda _: None, *, drain_s: float = 30.0) -> bool:
        """Stop what speaks, let the uplink say the rest, then stop the others; whether all was said."""
        for name in ("edge-vision", "edge-kiosk"):
            tell(name)
            self.children[name].stop()
        drained = self.drain(within_s=drain_s)
        for name in ("edge-uplink", "fleet-serve", "fleet-ingest", "broker"):
            tell(name)
            self.children[name].stop()
        return drained

    def drain(self, *, within_s: float) -> bool:
        """Wait until the device's outbox is empty: the fleet has acknowledged everything as stored."""
        if not self.children["edge-uplink"].running or not self.children["fleet-ingest"].running:
            return not self.waiting()
        try:
            eventually(lambda: not self.waiting(), within_s=within_s, what="outbox empty")
        except TimeoutError:
            return False
        return True

    def waiting(self) -> int:
        """How many rows of the device's outbox the fleet has not acknowledged."""
        status = self.run("edge-agent", "outbox", "status", "--config", str(self.layout.settings), "--json")
        return sum(stream["rows"] for stream in json.loads(status)["streams"].values())

    def fleet(self, *arguments: str) -> Any:
        """Run a `fleet` command with --json and return its object."""
        return json.loads(self.run("fleet", *arguments, "--json"))

    def run(self, program: str, *arguments: str, within_s: float = 60.0) -> str:
        """Run one of our commands to its end and return what it printed. Raises SiteFailed."""
        done = subprocess.run(
            [_tool(program), *arguments], env={**os.environ, **self.env}, capture_output=True, text=True,
            timeout=within_s, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise SiteFailed(f"{program} {' '.join(arguments[:2])}: {said[-1] if said else 'failed'}")
        return done.stdout

    def _await(self, name: str) -> None:
        child = self.children[name]
        if name == "broker":  # the only one of them that does not always tell
            eventually(lambda: listens(self.layout.broker_port), within_s=30, what=name, children=[child])
        else:
            eventually(lambda: child.ready, within_s=30, what=f"{name} ready", children=[child])

    def _demand_free_ports(self) -> None:
        for offset, owner in enumerate(PORT_OWNERS):
            port = self.layout.port_base + offset
            if listens(port):
                raise SiteFailed(
                    f"port {port} (for the {owner}) is in use; stop its user, or choose another --port-base"
                )


@contextmanager
def running(site: Site, *, tell: Callable[[str], None] = lambda _: None) -> Iterator[Site]:
    """A prepared site for as long as the block lasts; everything is stopped however it ends."""
    try:
        site.start(tell)
        yield site
    finally:
        site.stop()


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _mosquitto() -> str:
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise SiteFailed("mosquitto is not installed; run scripts/setup, or: apt-get install mosquitto")
    return found


def listens(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port_base() -> int:
    """The first of four ports in a row on which nobody listens. Raises SiteFailed."""
    for base in random.sample(range(20_000, 30_000, 10), 100):
        if not any(listens(base + offset) for offset in range(len(PORT_OWNERS))):
            return base
    raise SiteFailed("no four free ports in a row between 20000 and 30000; stop what uses them")
