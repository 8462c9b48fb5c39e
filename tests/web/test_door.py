"""The devices' door over real mutual TLS, with certificates of the real authority and of a false one."""

import asyncio
import hashlib
import json
import socket
import ssl
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import select, update
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from fleet.identity.authority import Authority, Validity, create_authority, load_authority
from fleet.snapshots.door import Door
from fleet.snapshots.peer import PEER
from fleet.snapshots.store import MAX_BYTES, SnapshotStore
from fleet.store.engine import writing
from fleet.store.tables import devices, snapshots
from fleet.testing.serving import Served

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def authority(served: Served) -> Authority:
    """The fleet's authority."""
    layout = served.fleet.layout
    return load_authority(certificate=layout.root_certificate, key=layout.root_key)


@pytest.fixture(scope="module", autouse=True)
def enrolled(served: Served) -> None:
    """Two devices that may put pictures."""
    served.seeds.device("door-1")
    served.seeds.device("door-2")


class Device:
    """A client with a certificate."""

    def __init__(self, served: Served, folder: Path, *, name: str, by: Authority, validity: Validity) -> None:
        """Make a key and have it certified."""
        key = generate_private_key(SECP256R1())
        certificate = by.issue_to_client(key.public_key(), name=name, validity=validity)
        pem = folder / f"{time.monotonic_ns()}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        self.tls = ssl.create_default_context(cafile=str(served.fleet.layout.root_certificate))
        self.tls.load_cert_chain(pem)
        self._served = served

    def put(self, device: str, content: bytes, *, sha256: str | None = None) -> httpx.Response:
        """Put a picture under its hash, or another."""
        path = f"/snapshots/{device}/{sha256 or hashlib.sha256(content).hexdigest()}"
        with httpx.Client(base_url=self._served.devices_url, verify=self.tls) as client:
            return client.put(path, content=content, headers={"content-type": "image/jpeg"})


@pytest.fixture
def device(served: Served, tmp_path: Path, authority: Authority) -> Device:
    """The device door-1, in good standing."""
    return Device(served, tmp_path, name="door-1", by=authority, validity=Validity.days(1))


def _logged(served: Served, event: str) -> list[dict[str, str]]:
    lines = [json.loads(line) for line in served.log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


def _await_log(served: Served, why: str) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        refused = [*_logged(served, "device_refused"), *_logged(served, "snapshot_refused")]
        if any(why in line["why"] for line in refused):
            return
        time.sleep(0.05)
    raise AssertionError(f"no log line says: {why}\n{served.log.read_text()}")


def test_keeps_a_picture_once(served: Served, device: Device, jpeg: bytes) -> None:
    sha256 = hashlib.sha256(jpeg).hexdigest()

    assert device.put("door-1", jpeg).status_code == 201
    assert device.put("door-1", jpeg).status_code == 200

    assert SnapshotStore(served.fleet.layout.snapshots).path(sha256).read_bytes() == jpeg
    with served.engine.connect() as connection:
        rows = connection.execute(select(snapshots).where(snapshots.c.sha256 == sha256)).all()
    assert [(row.device, row.bytes) for row in rows] == [("door-1", len(jpeg))]


def test_refuses_the_path_of_another_device(served: Served, device: Device, jpeg: bytes) -> None:
    assert device.put("door-2", jpeg + b"\0").status_code == 403
    assert device.put("nobody", jpeg + b"\0").status_code == 403
    _await_log(served, "the certificate is of another device")


def test_refuses_a_device_that_is_not_enrolled(
    served: Served, tmp_path: Path, authority: Authority, jpeg: bytes
) -> None:
    stranger = Device(served, tmp_path, name="stranger", by=authority, validity=Validity.days(1))

    assert stranger.put("stranger", jpeg).status_code == 403
    _await_log(served, "the device is not enrolled")


def test_refuses_a_revoked_device(served: Served, tmp_path: Path, authority: Authority, jpeg: bytes) -> None:
    served.seeds.device("door-revoked")
    revoked = Device(served, tmp_path, name="door-revoked", by=authority, validity=Validity.days(1))
    assert revoked.put("door-revoked", jpeg + b"\1").status_code == 201
    with writing(served.engine) as connection:
        connection.execute(
            update(devices).where(devices.c.name == "door-revoked").values(revoked_at=time.time())
        )

    assert revoked.put("door-revoked", jpeg + b"\2").status_code == 403
    _await_log(served, "revoked")


def test_refuses_a_certificate_of_another_authority(served: Served, tmp_path: Path, jpeg: bytes) -> None:
    false = Device(served, tmp_path, name="door-1", by=create_authority(), validity=Validity.days(1))

    with pytest.raises((httpx.TransportError, ssl.SSLError)):
        false.put("door-1", jpeg)
    _await_log(served, "certificate: ")


def test_refuses_an_expired_certificate(
    served: Served, tmp_path: Path, authority: Authority, jpeg: bytes
) -> None:
    now = datetime.now(UTC)
    expired = Device(
        served, tmp_path, name="door-1", by=authority, validity=Validity(begin=now - 2 * HOUR, end=now - HOUR)
    )

    with pytest.raises((httpx.TransportError, ssl.SSLError)):
        expired.put("door-1", jpeg)
    _await_log(served, "certificate has expired")


def test_refuses_whoever_has_no_certificate(served: Served, jpeg: bytes) -> None:
    tls = ssl.create_default_context(cafile=str(served.fleet.layout.root_certificate))
    with (
        httpx.Client(base_url=served.devices_url, verify=tls) as client,
        pytest.raises((httpx.TransportError, ssl.SSLError)),
    ):
        client.put(f"/snapshots/door-1/{hashlib.sha256(jpeg).hexdigest()}", content=jpeg)
    _await_log(served, "PEER_DID_NOT_RETURN_A_CERTIFICATE")


def test_speaks_no_tls_older_than_1_2(served: Served, device: Device) -> None:
    def handshake(version: ssl.TLSVersion) -> str | None:
        address = ("127.0.0.1", served.fleet.devices.port)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            device.tls.minimum_version = device.tls.maximum_version = version
        device.tls.set_ciphers("DEFAULT:@SECLEVEL=0")
        with (
            socket.create_connection(address, timeout=5) as plain,
            device.tls.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
        ):
            return secured.version()

    assert handshake(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises((ssl.SSLError, OSError)):
        handshake(ssl.TLSVersion.TLSv1_1)
    _await_log(served, "UNSUPPORTED_PROTOCOL")


@pytest.mark.parametrize("declared", [True, False])
def test_refuses_more_than_it_takes_and_stays_reachable(
    device: Device, served: Served, declared: bool
) -> None:
    big = b"\xff\xd8\xff" + b"\0" * (3 * MAX_BYTES)
    path = f"/snapshots/door-1/{hashlib.sha256(big).hexdigest()}"

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(big), 65_536):
            yield big[start : start + 65_536]

    with httpx.Client(base_url=served.devices_url, verify=device.tls) as client:
        answer = client.put(path, content=big if declared else pieces())
        assert answer.status_code == 413
        assert client.put(path.replace("door-1", "door-2"), content=b"x").status_code == 403


def test_takes_a_picture_of_exactly_the_limit(device: Device) -> None:
    assert device.put("door-1", b"\xff\xd8\xff".ljust(MAX_BYTES, b"\0")).status_code == 201
    assert device.put("door-1", b"\xff\xd8\xff".ljust(MAX_BYTES + 1, b"\0")).status_code == 413


def test_refuses_what_is_not_what_its_name_says(served: Served, device: Device, jpeg: bytes) -> None:
    assert device.put("door-1", b"<html>").status_code == 422
    assert device.put("door-1", b"").status_code == 422
    assert device.put("door-1", jpeg, sha256="0" * 64).status_code == 422
    assert device.put("door-1", jpeg, sha256="..%2f..%2ffleet.toml").status_code in {404, 422}
    assert device.put("door-1", jpeg, sha256="A" * 64).status_code == 422
    assert not SnapshotStore(served.fleet.layout.snapshots).has("0" * 64)


def test_serves_nothing_else(served: Served, device: Device) -> None:
    with httpx.Client(base_url=served.devices_url, verify=device.tls) as client:
        assert client.get("/").status_code == 404
        assert client.get("/metrics").status_code == 404
        assert client.get(f"/snapshots/door-1/{'0' * 64}").status_code == 405


def _proven(app: Starlette, name: str) -> Starlette:
    """The application as behind a TLS connection on which `name` was proven."""

    async def with_peer(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {PEER: name}}, receive, send)

    return with_peer  # type: ignore[return-value]


def test_says_507_when_the_disk_is_reserved_and_keeps_nothing(
    served: Served, tmp_path: Path, jpeg: bytes
) -> None:
    store = SnapshotStore(tmp_path, reserve_bytes=2**62)
    app = _proven(Door(served.engine, store).app(), "door-1")
    other = jpeg + b"\3"
    sha256 = hashlib.sha256(other).hexdigest()

    async def put() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
            return (await client.put(f"/snapshots/door-1/{sha256}", content=other)).status_code

    assert asyncio.run(put()) == 507
    assert not store.has(sha256)
    with served.engine.connect() as connection:
        assert connection.execute(select(snapshots).where(snapshots.c.sha256 == sha256)).first() is None
