"""A real controller for tests: its data folder, a real Mosquitto under mutual TLS, and devices that speak."""

import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Condition
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key
from cryptography.x509.oid import NameOID
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.exc import OperationalError

from edge_agent.contract import signed, topics
from edge_agent.contract.envelope import envelope
from edge_agent.contract.events import EventData, Health
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.stored import Stored
from edge_agent.contract.streams import Stream
from fleet.enrolment import enrol
from fleet.identity.authority import Authority, Validity, load_authority
from fleet.identity.keys import write_private_key
from fleet.init import Plan, initialise
from fleet.layout import Layout
from fleet.settings import Fleet
from fleet.store.engine import open_store
from fleet.store.tables import events

REGION = "17.07"
INCARNATION = "0d1f7c1e-6a55-4b8e-9d39-2f5f2ad3a001"


def eventually(check: Callable[[], Any], *, within_s: float = 40.0, what: str = "") -> Any:
    """What `check` returns as soon as it is true; fails after `within_s`."""
    until = time.monotonic() + within_s
    while not (found := check()):
        if time.monotonic() > until:
            pytest.fail(f"not within {within_s} s: {what or check}")
        time.sleep(0.02)
    return found


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody uses now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@dataclass(frozen=True, slots=True)
class Papers:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


def request_for(name: str, *, key: Any = None) -> tuple[x509.CertificateSigningRequest, Any]:
    """A device's certificate request, and its key."""
    key = key or generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256()), key


def issue(authority: Authority, name: str, folder: Path, *, validity: Validity | None = None) -> Papers:
    """A client certificate of `authority` for `name`, without asking the fleet."""
    key = generate_private_key(SECP256R1())
    certificate = authority.issue_to_client(
        key.public_key(), name=name, validity=validity or Validity.days(1)
    )
    folder.mkdir(parents=True, exist_ok=True)
    papers = Papers(certificate=folder / f"{name}.pem", key=folder / f"{name}.key")
    papers.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    write_private_key(papers.key, key)
    return papers


def expired() -> Validity:
    """A time that is over."""
    now = datetime.now(UTC)
    return Validity(begin=now - timedelta(days=2), end=now - timedelta(days=1))


def health(seq: int, *, device: DeviceId, incarnation: str = INCARNATION, **changes: Any) -> bytes:
    """A small event of the telemetry stream, as a message."""
    return message(
        Health(unit="uplink", status="ok", metrics={"number": float(seq)}),
        seq=seq, device=device, incarnation=incarnation, **changes,
    )  # fmt: skip


def message(
    data: EventData, *, seq: int | None, device: DeviceId, incarnation: str = INCARNATION, **changes: Any
) -> bytes:
    """An event as a message; `changes` overrides its attributes."""
    attributes = {
        "stream": type(data).stream or Stream.TELEMETRY, "incarnation": incarnation, "seq": seq,
        "time": datetime.now(UTC), "clock_trusted": True,
    }  # fmt: skip
    return envelope(data, device=device, **{**attributes, **changes}).to_json()


class Speaker:
    """A bare MQTT client with somebody's certificate: it publishes, and keeps what it is told."""

    def __init__(self, controller: "Controller", papers: Papers, *, client_id: str = "x") -> None:
        """Prepare; `connect` connects."""
        self._controller = controller
        self.changed = Condition()
        self.answers: dict[int, int] = {}
        self.connected: str | None = None
        self.disconnected: str | None = None
        self.heard: list[tuple[str, bytes]] = []
        context = ssl.create_default_context(cafile=str(controller.layout.root_certificate))
        context.load_cert_chain(papers.certificate, papers.key)
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv5)
        self.client.tls_set_context(context)
        self.client.max_inflight_messages_set(1000)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._on_disconnect
        self.client.on_publish = self._on_publish
        self.client.on_message = self._on_message
        self.filters: list[str] = []

    def connect(self, *filters: str) -> "Speaker":
        """Connect, subscribe to `filters`, and wait until it stands. Raises OSError if it is refused."""
        self.filters = list(filters)
        self.client.connect("127.0.0.1", self._controller.fleet.broker.port, keepalive=10)
        self.client.loop_start()
        eventually(lambda: self.connected, what="connection")
        return self

    def close(self) -> None:
        """Leave."""
        self.client.disconnect()
        self.client.loop_stop()

    def publish(self, topic: str, payload: bytes, *, wait: bool = True, retain: bool = False) -> int:
        """Publish with QoS 1; returns the answer's reason code, or the number where it is not waited for."""
        number = self.client.publish(topic, payload, qos=1, retain=retain).mid
        if not wait:
            return number
        eventually(lambda: number in self.answers, what="PUBACK")
        return self.answers[number]

    def statements(self, device: DeviceId) -> list[Stored]:
        """The stored-acknowledgements heard so far, verified."""
        with self.changed:
            heard = list(self.heard)
        return self._verified(heard, device)

    def take_statements(self, device: DeviceId) -> list[Stored]:
        """The same, and what was heard is forgotten."""
        with self.changed:
            heard, self.heard = self.heard, []
        return self._verified(heard, device)

    def _verified(self, heard: list[tuple[str, bytes]], device: DeviceId) -> list[Stored]:
        key = load_pem_public_key(self._controller.layout.statement_public_key.read_bytes())
        return [
            signed.verify(payload, Stored, key=key, device=device)
            for topic, payload in heard
            if topic == topics.stored(device)
        ]

    def _on_connect(self, client: Client, _data: Any, _flags: Any, reason: Any, _p: Any) -> None:
        if self.filters:
            client.subscribe([(each, 1) for each in self.filters])
        self.connected = str(reason)

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _p: Any) -> None:
        self.disconnected = str(reason)

    def _on_publish(self, _client: Any, _data: Any, number: int, reason: Any, _p: Any) -> None:
        self.answers[number] = reason.value

    def _on_message(self, _client: Any, _data: Any, received: Any) -> None:
        with self.changed:
            self.heard.append((received.topic, received.payload))


@dataclass(slots=True)
class Controller:
    """A controller's folder, with its broker and ingest as child processes."""

    fleet: Fleet
    engine: Engine
    folder: Path
    broker: subprocess.Popen[bytes] | None = None
    ingest: subprocess.Popen[bytes] | None = None
    speakers: list[Speaker] = field(default_factory=list)

    @property
    def layout(self) -> Layout:
        """The paths."""
        return self.fleet.layout

    @property
    def authority(self) -> Authority:
        """The fleet's authority."""
        return load_authority(certificate=self.layout.root_certificate, key=self.layout.root_key)

    def start_broker(self) -> None:
        """Start Mosquitto and wait until it listens."""
        with (self.folder / "broker.log").open("ab") as log:
            self.broker = subprocess.Popen(["mosquitto", "-c", str(self.layout.broker_settings)], stderr=log)
        eventually(self._listens, what="broker listens")

    def stop_broker(self, how: int = signal.SIGTERM) -> None:
        """End Mosquitto."""
        self.broker = _end(self.broker, how)

    def start_ingest(self) -> None:
        """Start `fleet ingest` and wait until it is ready."""
        log = self.folder / "ingest.log"
        seen = log.read_text().count("ingest_ready") if log.exists() else 0
        command = [
            str(Path(sys.executable).with_name("fleet")),
            "ingest",
            "--config",
            str(self.layout.settings),
        ]
        with log.open("ab") as file:
            self.ingest = subprocess.Popen(command, stderr=file, env={**os.environ, "LOKET_LANG": "en"})
        eventually(
            lambda: log.read_text().count("ingest_ready") > seen or self.ingest.poll() is not None,
            within_s=60,
            what="ingest ready",
        )
        assert self.ingest.poll() is None, log.read_text()

    def stop_ingest(self, how: int = signal.SIGTERM) -> int | None:
        """End the ingest; returns its exit status."""
        process, self.ingest = self.ingest, None
        _end(process, how)
        return process.returncode if process else None

    def ingest_log(self) -> str:
        """What the ingest has logged."""
        return (self.folder / "ingest.log").read_text()

    def add_device(self, name: str = "lebong-001", *, region: str = REGION) -> tuple[DeviceId, Papers]:
        """Enrol a device; returns its id and its papers."""
        device = DeviceId(region=region, name=name)
        request, key = request_for(name)
        papers = Papers(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        file = self.folder / f"{name}.csr"
        file.write_bytes(request.public_bytes(Encoding.PEM))
        write_private_key(papers.key, key)
        done = enrol(
            self.fleet, self.engine, device,
            request=file, validity=Validity.days(1), by="test", now=time.time(),
        )  # fmt: skip
        papers.certificate.write_bytes(done.certificate)
        return device, papers

    def speaker(self, papers: Papers, *filters: str) -> Speaker:
        """A connected client with these papers."""
        speaker = Speaker(self, papers)
        self.speakers.append(speaker)
        return speaker.connect(*filters)

    def rows(self, table: Any = events) -> list[Any]:
        """All rows of a table."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(table)))

    def seqs(self, incarnation: str = INCARNATION) -> list[int]:
        """The stored numbers of a stream, in the order of storing."""
        return [row.seq for row in self.rows() if row.incarnation == incarnation]

    def close(self) -> None:
        """End everything that was started."""
        for speaker in self.speakers:
            speaker.close()
        self.stop_ingest(signal.SIGKILL)
        self.stop_broker(signal.SIGKILL)
        self.engine.dispose()

    def _listens(self) -> bool:
        assert self.broker is not None
        assert self.broker.poll() is None, (self.folder / "broker.log").read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.fleet.broker.port), 1):
            return True
        return False


def _end(process: subprocess.Popen[bytes] | None, how: int) -> None:
    if process is not None and process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def make_fleet(folder: Path, *, more: str = "") -> Fleet:
    """An initialised controller's folder on free ports; `more` is appended to its settings."""
    web, broker, devices = free_ports(3)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fleet.toml").write_text(
        f'regions = ["{REGION}"]\n[web]\nport = {web}\n'
        f"[broker]\nport = {broker}\n[devices]\nport = {devices}\n{more}"
    )
    return initialise(Plan(data=folder))


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """An initialised controller's folder; nothing runs."""
    return make_fleet(tmp_path / "fleet")


@pytest.fixture
def engine(fleet: Fleet) -> Iterator[Engine]:
    """Its database."""
    engine = open_store(fleet.database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL of our own; skipped where there is none."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL is not installed")
    # PostgreSQL does not run as root, and only root may enter pytest's own folders.
    user = "postgres" if os.geteuid() == 0 else None
    data, port = Path(tempfile.mkdtemp(prefix="loket-postgres-")), free_ports(1)[0]
    if user:
        shutil.chown(data, user)
    subprocess.run(
        [str(programs[-1]), "-D", str(data), "-U", "loket", "-A", "trust", "--no-sync"],
        check=True, capture_output=True, user=user, cwd="/", timeout=60,
    )  # fmt: skip
    options = ["-p", str(port), "-k", str(data), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    process = subprocess.Popen(
        [str(programs[-1].with_name("postgres")), "-D", str(data), *options],
        stderr=subprocess.DEVNULL, user=user, cwd="/",
    )  # fmt: skip

    def answers() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    try:
        eventually(answers, within_s=90, what="PostgreSQL listens")
        yield f"postgresql+psycopg://loket@127.0.0.1:{port}"
    finally:
        _end(process, signal.SIGINT)
        shutil.rmtree(data)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of either kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/any.db"
    else:
        server, name = request.getfixturevalue("postgres"), f"test_{uuid4().hex}"
        eventually(lambda: _make_database(server, name), within_s=90, what="PostgreSQL answers")
        url = f"{server}/{name}"
    engine = open_store(url)
    yield engine
    engine.dispose()


def _make_database(server: str, name: str) -> bool:
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError:
        return False  # it is starting up
    finally:
        engine.dispose()
    return True


@pytest.fixture
def controller(fleet: Fleet, engine: Engine, tmp_path: Path) -> Iterator[Controller]:
    """A controller whose broker runs; the ingest is started by the test."""
    made = Controller(fleet=fleet, engine=engine, folder=tmp_path)
    try:
        made.start_broker()
        yield made
    finally:
        made.close()
