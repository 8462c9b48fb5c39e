"""A small model in a mirror, and a real HTTP server that cuts connections and lies as it is told."""

import hashlib
import random
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from edge_agent.model_store.manifest import Enclosed, Fetched

CONTENT = random.Random(7).randbytes(300_000)


@dataclass
class Site:
    """An HTTP server with one file, and what it saw."""

    content: bytes = CONTENT
    cut_after: int | None = None
    """Close the connection after so many bytes of each answer."""
    ranges: bool = True
    wrong_range: bool = False
    status: int = 200
    silent: bool = False
    """Accept connections and never answer."""
    requests: list[str] = field(default_factory=list)
    """The Range header of each request, or ""."""
    port: int = 0

    @property
    def url(self) -> str:
        """The file's address."""
        return f"http://127.0.0.1:{self.port}/model.tflite"


@pytest.fixture
def site() -> Iterator[Site]:
    """A server on a free port of loopback."""
    state, ended = Site(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            state.requests.append(asked)
            if state.status != 200:
                self.send_error(state.status)
                return
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and state.ranges else 0
            if start >= len(state.content) and start:
                self.send_error(416)
                return
            self._answer(start)

        def do_HEAD(self) -> None:
            state.requests.append("HEAD")
            ended.wait(20 if state.silent else 0)
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(state.content)))
            self.end_headers()

        def _answer(self, start: int) -> None:
            body = state.content[start:]
            self.send_response(206 if start else 200)
            if start:
                first = start + 1 if state.wrong_range else start
                self.send_header(
                    "Content-Range", f"bytes {first}-{len(state.content) - 1}/{len(state.content)}"
                )
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if state.cut_after is not None and len(body) > state.cut_after:
                self.wfile.write(body[: state.cut_after])
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            try:
                self.wfile.write(body)
            except OSError:
                return  # the client had enough

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="site")
    thread.start()
    yield state
    ended.set()
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def file() -> Fetched:
    """The file that the server and the mirror have."""
    return file_of(CONTENT)


@pytest.fixture
def enclosed(tmp_path: Path) -> Enclosed:
    """A file that lies beside its manifest."""
    path = tmp_path / "manifests" / "small" / "model.tflite"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return Enclosed(enclosed=path, sha256=hashlib.sha256(CONTENT).hexdigest(), size=len(CONTENT))


def file_of(content: bytes) -> Fetched:
    """A manifest's entry for `content`."""
    return Fetched(
        name="model.tflite",
        url="https://upstream.invalid/model.tflite",
        mirror="models/small/model.tflite",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )
