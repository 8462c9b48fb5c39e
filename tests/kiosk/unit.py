"""The kiosk unit as a process with its real outbox, and a visitor who fills in its forms over HTTP."""

import base64
import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType

import httpx
from nacl.public import PrivateKey, SealedBox

from edge_agent.device import load_device
from edge_agent.inbox.store import Inbox, open_inbox

START_S = 60.0
REGION = Path(__file__).resolve().parents[2] / "demo" / "region"
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loading authorities for each client takes its time


class Systemd:
    """The end of the notification socket that systemd holds: takes every message, notes what it says."""

    def __init__(self, address: Path) -> None:
        self.ready = threading.Event()
        self.watchdog = 0
        self._over = threading.Event()
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._channel.bind(str(address))
        self._channel.settimeout(0.1)
        self._thread = threading.Thread(target=self._listen, name="systemd")
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._over.set()
        self._thread.join()
        self._channel.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                lines = self._channel.recv(4096).decode().split("\n")
                self.watchdog += lines.count("WATCHDOG=1")
                if "READY=1" in lines:
                    self.ready.set()


class RunningKiosk:
    """`edge-kiosk` in a folder of its own. A context manager: it must end with exit status 0."""

    def __init__(self, root: Path, *, data: Path | None = None, **settings: object) -> None:
        self.root = root
        self.config = root / "etc"
        self.temp = root / "temp"
        self.data = data or root / "data"
        self.log = root / "kiosk.log"
        for folder in (self.config, self.temp, self.data):
            folder.mkdir(parents=True, exist_ok=True)
        self.intake = PrivateKey.generate()
        (self.config / "intake.pub").write_bytes(base64.b64encode(bytes(self.intake.public_key)) + b"\n")
        (self.config / "device.toml").write_text(
            f'region = "17.07"\nname = "lebong-001"\ndata = "{self.data}"\nrun = "{root / "run"}"\n'
        )
        settings = {
            "port": 0, "intake_key": "intake.pub", "health_every_s": 1,
            "region": str(REGION), "hall": "mpp", **settings,
        }  # fmt: skip
        (self.config / "kiosk.toml").write_text(
            "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
        )
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._systemd: Systemd | None = None

    def start(self) -> "RunningKiosk":
        """Start the unit and wait until it has told systemd that it is ready."""
        address = self.root / f"notify-{time.monotonic_ns()}"
        self._systemd = Systemd(address)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "edge_agent.kiosk", "--config", str(self.config)],
                stderr=log, stdout=log,
                env={**os.environ, "NOTIFY_SOCKET": str(address), "TMPDIR": str(self.temp)},
            )  # fmt: skip
        if not self._systemd.ready.wait(START_S):
            self.stop()
            raise AssertionError(f"not ready in {START_S} s: {self.log.read_text()}")
        ready = [line for line in self.log_lines() if line.get("event") == "ready"]
        self.port = ready[-1]["port"]
        return self

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=10)
        finally:
            self.kill()

    def kill(self) -> None:
        """SIGKILL, if it still runs."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
        if self._systemd is not None:
            self._systemd.close()
            self._systemd = None

    def __enter__(self) -> "RunningKiosk":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        status = self.stop()
        if kind is None:
            assert status == 0, self.log.read_text()

    @property
    def fed(self) -> int:
        """How often it has fed the watchdog."""
        return self._systemd.watchdog if self._systemd else 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log_lines(self) -> list[dict[str, object]]:
        """The log's lines; each must be JSON, but the one that LiteRT writes by itself."""
        deadline = time.monotonic() + 5
        while "{" not in (text := self.log.read_text()) and time.monotonic() < deadline:
            time.sleep(0.01)
        return [json.loads(line) for line in text.splitlines() if not line.startswith("INFO: Created")]

    def inbox(self) -> Inbox:
        """The device's inbox, as the uplink has it; close it."""
        return open_inbox(load_device(self.config))

    def rows(self, stream: str = "citizens/submissions") -> list[tuple[str, dict[str, object]]]:
        """The outbox's rows of a stream: event id and data."""
        path = self.data / "outbox" / f"{stream}.db"
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return [
                (event_id, json.loads(data))
                for event_id, data in database.execute("SELECT event_id, data FROM rows ORDER BY seq")
            ]
        finally:
            database.close()

    def open_sealed(self, data: dict[str, object]) -> dict[str, object]:
        """What the region's intake reads in a submission."""
        return json.loads(SealedBox(self.intake).decrypt(base64.b64decode(str(data["sealed"]))))


class Visitor:
    """A browser without scripts: it keeps its cookie, follows redirects and presses buttons."""

    def __init__(self, kiosk: RunningKiosk | None = None, *, client: httpx.Client | None = None) -> None:
        self.client = client or httpx.Client(
            base_url=kiosk.url if kiosk else "", follow_redirects=True, timeout=20, verify=_NO_TLS
        )
        self.page: httpx.Response = self.client.get("/")

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    @property
    def path(self) -> str:
        """Where the visitor is."""
        return self.page.url.path

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.text

    @property
    def csrf(self) -> str:
        found = re.search(r'data-csrf="([^"]*)"', self.page.text)
        return found.group(1) if found else ""

    def go(self, path: str) -> "Visitor":
        """Open an address."""
        self.page = self.client.get(path)
        return self

    def press(self, button: str, /, path: str | None = None, **fields: str) -> "Visitor":
        """Send the page's form by the button of this value."""
        self.page = self.client.post(path or self.path, data={"csrf": self.csrf, "go": button, **fields})
        return self

    def write(
        self,
        text: str = "Lampu jalan padam.",
        *,
        contact: str = "",
        kind: str = "pengaduan",
        name: str = "Warga",
    ) -> "Visitor":
        """From the first page to the review of the answers; without a contact, anonymously."""
        self.press("complaint", path="/").press("next", **{"class": kind}).press("next", text=text)
        self.press("next", topic="penerangan").press("next", place="17.07.10")
        if not contact:
            return self.press("next", identity="anonymous")
        return self.press("next", identity="named").press("next", name=name).press("next", contact=contact)

    def consent(self) -> "Visitor":
        """Agree and send."""
        return self.press("next", consent="complaint-2")

    @property
    def code(self) -> str:
        """The code on the page."""
        found = re.search(r'id="code">([0-9A-Z-]+)<', self.page.text)
        assert found, self.page.text
        return found.group(1)
