"""Two uvicorn servers in one event loop, stopped together by one signal."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator, Sequence

import uvicorn

from fleet.web.tail import Tail
from loket import log
from loket.notify import notify

_log = log.get(__name__)

STOP_WITHIN_S = 5
"""How long answers under way may take when the process is told to stop."""


class Server(uvicorn.Server):
    """A uvicorn server that leaves signals to `serve`."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class PortTaken(Exception):
    """A port cannot be listened on; the message says which, why, and where to choose another."""


class _ToLog(logging.Handler):
    """What uvicorn has to say, into our log."""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage().strip()
        if record.exc_info:
            _log.error("server_error", why=text, exc_info=record.exc_info)
        else:
            _log.warning("server_warning", why=text)


def listen(host: str, port: int, *, setting: str) -> socket.socket:
    """A listening socket. `setting` names where host and port stand. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(128)
    except OSError as error:
        sock.close()
        raise PortTaken(
            f"{host}:{port} cannot be listened on: {error.strerror} (stop its user, or change {setting})"
        ) from error
    return sock


async def serve(servers: Sequence[tuple[Server, socket.socket]], *, tail: Tail) -> None:
    """Run until SIGTERM or SIGINT; open live streams are ended first."""
    uvicorn_log = logging.getLogger("uvicorn")
    uvicorn_log.handlers = [_ToLog(level=logging.WARNING)]
    uvicorn_log.propagate = False
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(tail.run(), name="tail")
        running = [
            tasks.create_task(server.serve(sockets=[sock]), name=f"server-{sock.getsockname()[1]}")
            for server, sock in servers
        ]
        while not all(server.started for server, _ in servers) and not any(task.done() for task in running):
            await asyncio.sleep(0.01)
        _log.info("serving", ports=[sock.getsockname()[1] for _, sock in servers])
        notify("READY=1")
        await stop.wait()
        notify("STOPPING=1")
        await tail.close()
        for server, _ in servers:
            server.should_exit = True
    _log.info("stopped")
