"""A real Mosquitto with mutual TLS on a free port, a stand-in for the fleet, and the uplink as a process."""

import contextlib
import datetime
import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge_agent.clock import SystemClock
from edge_agent.contract import topics
from edge_agent.contract.envelope import Envelope, parse
from edge_agent.contract.events import Evicted, Presence
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.signed import sign
from edge_agent.contract.stored import Stored
from edge_agent.contract.streams import Stream
from edge_agent.device import Device
from edge_agent.outbox.limits import Limits
from edge_agent.outbox.store import SqliteOutbox, open_outbox

NAME = "lebong-001"
DEVICE = DeviceId("17.07", NAME)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(check: Callable[[], object], *, within_s: float = 20.0, every_s: float = 0.02) -> object:
    """Poll `check` until it is true; its value."""
    until = time.monotonic() + within_s
    while True:
        value = check()
        if value:
            return value
        assert time.monotonic() < until, f"not within {within_s} s"
        time.sleep(every_s)


class Authority:
    """A certificate authority in a folder."""

    def __init__(self, folder: Path, *, name: str = "Test Authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        self.certificate = (
            self._builder(self._name, self._key.public_key(), now - datetime.timedelta(days=1), 3650)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, since: datetime.datetime, days: float
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(since + datetime.timedelta(days=days))
        )

    def issue(
        self, common_name: str, *, stem: str | None = None, days: float = 30, age_days: float = 0.5
    ) -> tuple[Path, Path]:
        """A certificate and its key, as files."""
        key = ec.generate_private_key(ec.SECP256R1())
        since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=age_days)
        certificate = (
            self._builder(
                x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]),
                key.public_key(),
                since,
                days,
            )
            .add_extension(
                x509.SubjectAlternativeName(
                    [
                        x509.DNSName("localhost"),
                        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                    ]
                ),
                critical=False,
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        paths = self.folder / f"{stem or common_name}.pem", self.folder / f"{stem or common_name}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return paths


class Broker:
    """A Mosquitto of its own, without persistence: what it holds is gone when it is killed."""

    def __init__(
        self,
        folder: Path,
        authority: Authority,
        *,
        server: tuple[Path, Path] | None = None,
        address: str = "127.0.0.1",
    ) -> None:
        self.port = free_port()
        self._address = address
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        certificate, key = server or authority.issue("localhost", stem="server")
        acl = folder / "acl"
        acl.write_text(
            "user ingest\ntopic readwrite #\n\n"
            f"user {NAME}\ntopic write loket/v1/17.07/{NAME}/state\ntopic write loket/v1/17.07/{NAME}/evt/#\n"
            f"topic read loket/v1/17.07/{NAME}/stored\ntopic read loket/v1/17.07/{NAME}/cmd/+\n"
            f"topic read loket/v1/17.07/{NAME}/notice\n"
        )
        acl.chmod(0o600)
        self.config = folder / "mosquitto.conf"
        self.config.write_text(
            f"listener {self.port} {address}\ncafile {authority.ca}\ncertfile {certificate}\nkeyfile {key}\n"
            "require_certificate true\nuse_identity_as_username true\nallow_anonymous false\n"
            f"acl_file {acl}\npersistence false\nmax_inflight_messages 500\nmax_queued_messages 20000\n"
            f"user {'root' if os.geteuid() == 0 else ''}\n"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (folder / "mosquitto.log").open("ab")

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["mosquitto", "-c", str(self.config), "-v"], stdout=self._log, stderr=self._log
        )
        eventually(self._listens)

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((self._address, self.port), timeout=1):
            return True
        return False

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)
        self._process = None

    def log(self) -> str:
        return (self._folder / "mosquitto.log").read_text(errors="replace")

    def close(self) -> None:
        if self._process is not None:
            self.kill()
        self._log.close()


class FakeFleet:
    """Stores each event once and acknowledges, as the ingest does; nothing of it survives `close`."""

    def __init__(
        self,
        port: int,
        authority: Authority,
        statements: Ed25519PrivateKey,
        *,
        device: DeviceId = DEVICE,
        acknowledges: bool = True,
    ) -> None:
        self.device = device
        self.acknowledges = acknowledges
        self.refuses: Callable[[Envelope], bool] = lambda _: False
        self.skew_s = 0.0
        self.stored: dict[tuple[str, int], Envelope] = {}
        self.order: dict[str, list[int]] = {}
        self.duplicates = 0
        self.presences: list[Presence] = []
        self._statements = statements
        self._streams: dict[str, Stream] = {}
        self._settled: dict[str, set[int]] = {}
        self._through: dict[str, int] = {}
        self._refused: dict[str, list[int]] = {}
        self._dirty: set[str] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        certificate, key = authority.issue("ingest")
        self._arguments = (port, authority.ca, certificate, key)
        self.client = self._connect()
        self._thread = threading.Thread(target=self._acknowledge, name="fake-fleet")
        self._thread.start()

    def _connect(self) -> mqtt.Client:
        port, ca, certificate, key = self._arguments
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="ingest", protocol=mqtt.MQTTv5)
        client.tls_set(str(ca), str(certificate), str(key))
        client.max_inflight_messages_set(0)
        client.reconnect_delay_set(0.1, 0.2)
        client.on_message = self._on_message
        client.on_connect = lambda c, *_: c.subscribe(
            [(topics.EVERY_EVENT, SubscribeOptions(qos=1)), (topics.EVERY_STATE, SubscribeOptions(qos=1))]
        )
        subscribed = threading.Event()
        client.on_subscribe = lambda *_: subscribed.set()
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3600
        client.connect("127.0.0.1", port, clean_start=False, properties=properties)
        client.loop_start()
        assert subscribed.wait(10)
        return client

    def _on_message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        event = parse(message.payload)
        assert topics.device_of(message.topic) == event.device
        if isinstance(data := event.typed(), Presence):
            with self._lock:
                self.presences.append(data)
            return
        assert topics.kind_of(message.topic) == event.kind
        assert event.incarnation
        assert event.seq
        assert event.stream
        with self._lock:
            incarnation, seq = event.incarnation, event.seq
            self._streams[incarnation] = event.stream
            settled = self._settled.setdefault(incarnation, set())
            self._dirty.add(incarnation)
            if seq in settled:
                self.duplicates += 1
                return
            settled.add(seq)
            if self.refuses(event):
                self._refused.setdefault(incarnation, []).append(seq)
                return
            self.stored[incarnation, seq] = event
            self.order.setdefault(incarnation, []).append(seq)
            if isinstance(data, Evicted):
                settled.update(range(data.first, data.last + 1))

    def _acknowledge(self) -> None:
        while not self._stopping.wait(0.02):
            if not self.acknowledges:
                continue
            with self._lock:
                dirty, self._dirty = self._dirty, set()
                statements = [self._statement(incarnation) for incarnation in dirty]
            for statement in statements:
                self.say(sign(statement, key=self._statements))

    def _statement(self, incarnation: str) -> Stored:
        settled = self._settled[incarnation]
        through = self._through.get(incarnation, 0)
        while through + 1 in settled:
            through += 1
        self._through[incarnation] = through
        also: list[tuple[int, int]] = []
        for seq in sorted(seq for seq in settled if seq > through):
            if also and also[-1][1] == seq - 1:
                also[-1] = (also[-1][0], seq)
            else:
                also.append((seq, seq))
        return Stored(
            device=self.device.source,
            issued_at=time.time() + self.skew_s,
            stream=self._streams[incarnation],
            incarnation=incarnation,
            through=through,
            also=also[:512],
            refused=self._refused.get(incarnation, [])[-512:],
        )

    def say(self, payload: bytes, *, topic: str | None = None) -> None:
        """Publish to the device."""
        self.client.publish(topic or topics.stored(self.device), payload, qos=1)

    def count(self, kind: str | None = None) -> int:
        with self._lock:
            return sum(kind is None or event.kind == kind for event in self.stored.values())

    def seqs(self, stream: Stream) -> list[int]:
        """The seqs of a stream in the order in which they were stored."""
        with self._lock:
            return [
                seq
                for incarnation, order in self.order.items()
                if self._streams[incarnation] is stream
                for seq in order
            ]

    def events(self, kind: str) -> list[Envelope]:
        with self._lock:
            return [event for event in self.stored.values() if event.kind == kind]

    def close(self) -> None:
        self._stopping.set()
        self._thread.join(10)
        self.client.disconnect()
        self.client.loop_stop()


class Uplink:
    """`edge-uplink` as a process."""

    def __init__(self, folder: Path, *, environment: dict[str, str] | None = None) -> None:
        self._log = (folder / "uplink.log").open("ab")
        self.log_path = folder / "uplink.log"
        self._from = len(self.log())
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge_agent.uplink.app", "--config", str(folder)],
            stderr=self._log,
            stdout=self._log,
            env=os.environ | (environment or {}),
        )

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def log_contains(self, text: str) -> None:
        since = self._from
        eventually(lambda: text in self.log()[since:])

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self._log.close()

    def stop(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(15)
        finally:
            self._log.close()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self._log.close()


class Street:
    """All of it, and a device's settings folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "config"
        self.folder.mkdir()
        self._stack = contextlib.ExitStack()
        self.authority = Authority(folder / "pki")
        self.statements = Ed25519PrivateKey.generate()
        public = folder / "statements.pub"
        public.write_bytes(
            self.statements.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        certificate, key = self.authority.issue(NAME)
        self.settings: dict[str, object] = {
            "broker_host": "127.0.0.1",
            "broker_port": 0,
            "fleet_url": f"https://127.0.0.1:{free_port()}",
            "ca": str(self.authority.ca),
            "certificate": str(certificate),
            "key": str(key),
            "statement_key": str(public),
            "resend_after_s": 2.0,
            "reconnect_min_s": 0.1,
            "reconnect_max_s": 0.3,
        }
        (self.folder / "device.toml").write_text(
            f'region = "17.07"\nname = "{NAME}"\ndata = "{folder}/data"\nrun = "{folder}/run"\n'
        )
        self.device = Device(region="17.07", name=NAME, data=folder / "data", run=folder / "run")
        self._root = folder
        self.broker = self._broker(folder / "broker")

    def _broker(self, folder: Path, **options: object) -> Broker:
        broker = Broker(folder, self.authority, **options)  # type: ignore[arg-type]
        self._stack.callback(broker.close)
        broker.start()
        self.settings["broker_port"] = broker.port
        return broker

    def serve_with(self, server: tuple[Path, Path], *, address: str = "127.0.0.1") -> None:
        """Another broker, with this certificate, for the device to go to."""
        self._broker(self._root / "another broker", server=server, address=address)

    def plain_port(self) -> int:
        """A port on which somebody answers, but not in TLS."""
        listener = socket.create_server(("127.0.0.1", 0))
        self._stack.callback(listener.close)
        stopping = threading.Event()

        def answer() -> None:
            listener.settimeout(0.1)
            while not stopping.is_set():
                with contextlib.suppress(OSError):
                    peer, _ = listener.accept()
                    with peer:
                        peer.sendall(b"220 hello\r\n" * 10)
                        peer.settimeout(1)
                        peer.recv(1024)

        thread = threading.Thread(target=answer, name="plain")
        thread.start()
        self._stack.callback(thread.join, 10)
        self._stack.callback(stopping.set)
        return int(listener.getsockname()[1])

    def lock_key(self) -> None:
        """Put a password on the device's key."""
        path = Path(str(self.settings["key"]))
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(b"password"),
            )
        )

    def fleet(self, **options: object) -> FakeFleet:
        fleet = FakeFleet(self.broker.port, self.authority, self.statements, **options)  # type: ignore[arg-type]
        self._stack.callback(fleet.close)
        return fleet

    def write_settings(self) -> None:
        if not (self.folder / "device.toml").exists():
            return
        lines = [
            f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}"
            for name, value in self.settings.items()
        ]
        (self.folder / "uplink.toml").write_text("\n".join(lines) + "\n")

    def uplink(self, **options: object) -> Uplink:
        self.write_settings()
        self.current = Uplink(self.folder, **options)  # type: ignore[arg-type]
        self._stack.callback(self.current.close)
        return self.current

    def outbox(self, limits: Limits | None = None) -> SqliteOutbox:
        outbox = open_outbox(self.device, streams=tuple(Stream), clock=SystemClock(), limits=limits)
        self._stack.callback(outbox.close)
        return outbox

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    if shutil.which("mosquitto") is None:
        pytest.skip("mosquitto is not installed")
    made = Street(tmp_path)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture(name="eventually")
def _eventually() -> Callable[..., object]:
    return eventually
