"""Live streams over real HTTP: fresh, resumable, bounded, and no obstacle to stopping."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from fleet.access.roles import Role
from fleet.access.secrets import Use, revoke
from fleet.store.engine import writing
from fleet.testing.serving import Served, serving, stop
from fleet.web.tail import FOLLOWERS_MAX

Sent = tuple[str, str, str]


@contextmanager
def listening(url: str, headers: dict[str, str]) -> Iterator[Iterator[Sent]]:
    """The messages of a stream as (event, id, data); comments have the event ":"."""
    with httpx.stream("GET", url, headers=headers, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")

        def messages() -> Iterator[Sent]:
            event = number = data = ""
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if line.startswith(":"):
                    yield ":", "", line
                elif name == "event":
                    event = value
                elif name == "id":
                    number = value
                elif name == "data":
                    data = value
                elif not line and data:
                    yield event, number, data
                    event = number = data = ""

        yield messages()


def _until(messages: Iterator[Sent], kind: str) -> Sent:
    deadline = time.monotonic() + 20
    for message in messages:
        assert time.monotonic() < deadline
        if message[0] == kind:
            return message
    raise AssertionError("the stream ended")


def test_tells_an_event_within_a_second(served: Served) -> None:
    served.seeds.device("live-one")
    with listening(f"{served.url}/api/v1/live?device=live-one", served.bearer(Role.VIEWER)) as messages:
        assert next(messages)[0] == ":"  # a heartbeat at once: the stream stands
        began = time.monotonic()
        position = served.seeds.seen("live-one")
        event, number, data = _until(messages, "event")
        took_s = time.monotonic() - began

    assert (event, number) == ("event", str(position))
    assert json.loads(data)["device"] == "live-one"
    assert took_s < 1.0


def test_resumes_where_it_was_without_loss_or_repeat(served: Served) -> None:
    served.seeds.device("live-back")
    stored = [served.seeds.left("live-back") for _ in range(250)]
    url = f"{served.url}/api/v1/live?device=live-back"

    with listening(url, {**served.bearer(Role.VIEWER), "last-event-id": str(stored[9])}) as messages:
        heard = [int(_until(messages, "event")[1]) for _ in range(240)]

    assert heard == stored[10:]
    answer = httpx.get(url, headers={**served.bearer(Role.VIEWER), "last-event-id": "x"})
    assert answer.status_code == 422


def test_keeps_a_page_fresh_with_the_parts_that_changed(served: Served) -> None:
    served.seeds.device("live-page")
    served.seeds.heard("live-page")
    cookie = {"cookie": f"loket_session_{served.fleet.web.port}={served.secret(Use.SESSION, Role.VIEWER)}"}

    with listening(f"{served.url}/live?view=overview", cookie) as messages:
        first = {json.loads(_until(messages, "part")[2])["id"] for _ in range(5)}
        _until(messages, "beat")
        served.seeds.seen("live-page", label="bus")
        for event, _number, data in messages:
            if event == "part" and json.loads(data)["id"] == "events":
                html = json.loads(data)["html"]
                break

    assert first == {"alarms", "tiles", "cameras", "devices", "events"}
    assert "Terlihat: bus" in html
    assert httpx.get(f"{served.url}/live?view=overview").status_code == 401
    assert httpx.get(f"{served.url}/live?view=nonsense", headers=cookie).status_code == 404


def test_ends_the_stream_of_a_session_that_was_revoked(served: Served) -> None:
    secret = served.secret(Use.SESSION, Role.VIEWER, name="leaves")
    cookie = {"cookie": f"loket_session_{served.fleet.web.port}={secret}"}
    with listening(f"{served.url}/live?view=overview", cookie) as messages:
        _until(messages, "beat")
        with writing(served.engine) as connection:
            assert revoke(connection, "leaves") == 1
        _until(messages, "over")


def test_bounds_its_clients_and_gives_places_back(served: Served) -> None:
    headers = served.bearer(Role.VIEWER)
    url = f"{served.url}/api/v1/live"
    with ExitStack() as open_streams:
        held = [open_streams.enter_context(listening(url, headers)) for _ in range(FOLLOWERS_MAX)]
        for messages in held:
            next(messages)
        refused = httpx.get(url, headers=headers)
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "10"

    deadline = time.monotonic() + 10
    while _live_clients(served) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _live_clients(served) == 0
    with listening(url, headers) as messages:
        assert next(messages)[0] == ":"


def test_stops_at_once_though_streams_are_open(tmp_path: Path) -> None:
    with serving(tmp_path / "fleet") as served:
        with ExitStack() as open_streams:
            url, headers = f"{served.url}/api/v1/live", served.bearer(Role.VIEWER)
            held = [open_streams.enter_context(listening(url, headers)) for _ in range(5)]
            for messages in held:
                next(messages)
            began = time.monotonic()
            status = stop(served.process)
        assert time.monotonic() - began < 3
        assert status == 0


def test_a_client_that_reads_nothing_delays_nobody(served: Served) -> None:
    served.seeds.device("live-slow")
    token = served.bearer(Role.VIEWER)["authorization"]
    with socket.create_connection(("127.0.0.1", served.fleet.web.port), timeout=10) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(
            f"GET /api/v1/live?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n\r\n".encode()
        )
        with listening(f"{served.url}/api/v1/live?device=live-slow", served.bearer(Role.VIEWER)) as messages:
            next(messages)
            began = time.monotonic()
            served.seeds.left("live-slow")
            _until(messages, "event")
            assert time.monotonic() - began < 1.0


def _live_clients(served: Served) -> int:
    for line in httpx.get(f"{served.url}/metrics").text.splitlines():
        if line.startswith("loket_live_clients "):
            return int(float(line.split()[1]))
    raise pytest.fail.Exception("no loket_live_clients")
