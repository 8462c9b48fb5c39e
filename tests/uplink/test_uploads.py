"""Snapshots on their way to a real HTTPS server that asks for a certificate."""

import hashlib
import http.server
import ssl
import threading

import pytest

from edge_agent.contract.events import Health
from edge_agent.outbox.snapshots import SnapshotSpool
from edge_agent.outbox.store import snapshots_folder


class Server:
    """Answers PUT with `status` and keeps what it accepted."""

    def __init__(self, port, authority):
        self.kept: dict[str, bytes] = {}
        self.paths: list[str] = []
        self.types: set[str] = set()
        self.status = 201
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.paths.append(self.path)
                outer.types.add(self.headers["Content-Type"])
                if outer.status in (200, 201):
                    outer.kept[self.path.rsplit("/")[-1]] = body
                self.send_response(outer.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *arguments):
                pass

        certificate, key = authority.issue("localhost", stem="https")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.load_verify_locations(authority.ca)
        context.verify_mode = ssl.CERT_REQUIRED
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.handle_error = lambda *_: None
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()


@pytest.fixture
def server(street):
    server = Server(int(str(street.settings["fleet_url"]).rsplit(":", maxsplit=1)[-1]), street.authority)
    yield server
    server.close()


@pytest.fixture
def spool(street):
    return SnapshotSpool(snapshots_folder(street.device.data), min_free_bytes=0)


def test_snapshots_arrive_under_their_hash_and_leave_the_spool(street, server, spool, eventually):
    pictures = [b"\xff\xd8" + bytes([number]) * 5000 for number in range(5)]
    names = [spool.put(picture) for picture in pictures]
    street.uplink()
    eventually(lambda: spool.pending() == [])
    assert server.kept == dict(zip(names, pictures, strict=True))
    assert server.paths[0] == f"/snapshots/lebong-001/{hashlib.sha256(pictures[0]).hexdigest()}"
    assert server.types == {"image/jpeg"}
    later = spool.put(b"later")
    eventually(lambda: later in server.kept)


@pytest.mark.parametrize("status", [403, 413, 422])
def test_what_the_fleet_will_never_take_is_dropped_and_told(street, server, spool, eventually, status):
    server.status = status
    spool.put(b"picture")
    uplink = street.uplink()
    eventually(lambda: spool.pending() == [])
    uplink.log_contains("snapshot_dropped")


def test_what_the_fleet_cannot_take_now_waits_and_events_do_not(street, server, spool, eventually):
    server.status = 507
    fleet, outbox = street.fleet(), street.outbox()
    name = spool.put(b"picture")
    uplink = street.uplink()
    uplink.log_contains("the fleet answers 507")
    outbox.append(Health(unit="vision", status="ok"))
    eventually(lambda: fleet.count("device.health") >= 2)
    assert spool.pending() == [name]
    server.status = 201
    eventually(lambda: spool.pending() == [])


def test_a_fleet_that_is_away_is_told_once_and_tried_again(street, spool, eventually):
    name = spool.put(b"picture")
    uplink = street.uplink()
    uplink.log_contains("snapshots_wait")
    server = Server(int(str(street.settings["fleet_url"]).rsplit(":", maxsplit=1)[-1]), street.authority)
    try:
        eventually(lambda: spool.pending() == [])
    finally:
        server.close()
    assert name in server.kept
    assert uplink.log().count("snapshots_wait") == 1


def test_a_server_of_another_authority_gets_no_picture(street, spool, tmp_path, eventually):
    other = type(street.authority)(tmp_path / "other", name="Somebody Else")
    server = Server(int(str(street.settings["fleet_url"]).rsplit(":", maxsplit=1)[-1]), other)
    try:
        name = spool.put(b"picture")
        uplink = street.uplink()
        uplink.log_contains("its certificate was not issued by the authority")
        assert spool.pending() == [name]
        assert server.kept == {}
    finally:
        server.close()
