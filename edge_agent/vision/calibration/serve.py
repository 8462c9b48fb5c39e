"""The calibration page's wiring: on loopback, for one browser, until it is told to stop or is forgotten."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import uvicorn

from edge_agent.clock import SystemClock
from edge_agent.contract.events import PicturesReleased
from edge_agent.contract.streams import Stream
from edge_agent.device import Device, load_device
from edge_agent.outbox import Full
from edge_agent.outbox.store import open_outbox
from edge_agent.vision.calibration import CalibrationError
from edge_agent.vision.calibration.file import SettingsFile
from edge_agent.vision.calibration.stills import Enter, Stills
from edge_agent.vision.calibration.web.gate import Gate
from edge_agent.vision.calibration.web.routes import build
from edge_agent.vision.calibration.web.site import Site
from edge_agent.vision.inspection.kit import kit_in
from edge_agent.vision.pictures.books import Books
from edge_agent.vision.pictures.release import Released

HOST = "127.0.0.1"
IDLE_S = 30 * 60.0
"""So long after the last request the page is forgotten, and ends."""


def serve(folder: Path, *, port: int, ready: Callable[[str], None], idle_s: float = IDLE_S) -> None:
    """Serve the page until Ctrl-C, SIGTERM, or until nobody asked for so long; `ready` is told its address.

    Raises CalibrationError, SettingsError, OutboxError.
    """
    kit = kit_in(folder)
    file = SettingsFile(folder / "vision.toml")
    file.read()
    file.check_writable()
    with ExitStack() as stack:
        listener = stack.enter_context(closing(_listen(port)))
        enter = _ledger(folder, stack)
        site = Site(file, Stills(lambda camera: kit.detector_for(camera)[0], enter=enter))
        asyncio.run(_serve(site, listener, ready=ready, idle_s=idle_s))


def _listen(port: int) -> socket.socket:
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        raise CalibrationError(
            f"{HOST}:{port} cannot be listened on: {error.strerror}; name another with --port"
        ) from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # see edge_agent.kiosk.app
    return listener


async def _serve(site: Site, listener: socket.socket, *, ready: Callable[[str], None], idle_s: float) -> None:
    gate = Gate(build(site))
    server = uvicorn.Server(
        uvicorn.Config(
            gate,
            lifespan="off",
            log_config=None,
            log_level="critical",  # what goes wrong is logged by the app itself
            access_log=False,
            server_header=False,
            limit_concurrency=32,
            timeout_graceful_shutdown=2,
        )
    )

    async def watch() -> None:
        while not server.started:
            await asyncio.sleep(0.02)
        ready(f"http://{HOST}:{listener.getsockname()[1]}/?token={site.token}")
        loop = asyncio.get_running_loop()
        while loop.time() - gate.asked_s < idle_s:
            await asyncio.sleep(min(1.0, idle_s / 4))
        server.should_exit = True

    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch(), name="watch")
        try:
            await server.serve(sockets=[listener])
        finally:
            watching.cancel()


def _ledger(folder: Path, stack: ExitStack) -> Enter:
    """Writes previews down and tells them, as the unit does its pictures; no unit, no ledger."""
    device = load_device(folder) if (folder / "device.toml").exists() else None
    if device is None or not (device.data / "outbox").is_dir():
        return lambda _released, _camera: True
    return _ledger_of(device, stack)


def _ledger_of(device: Device, stack: ExitStack) -> Enter:
    clock = SystemClock()
    outbox = stack.enter_context(closing(open_outbox(device, streams=(Stream.EVENTS,), clock=clock)))
    # A file of its own: the unit's ledger is the unit's.
    books = Books(device.data / "previews.json", run=os.urandom(4).hex())
    writing = threading.Lock()

    def say(row: PicturesReleased, event_id: str) -> bool:
        try:
            outbox.append(row, event_id=event_id, subject=row.camera)
        except Full:
            return False
        return True

    def enter(released: Released, camera: str) -> bool:
        reading = clock.read()
        wall = reading.wall if reading.trusted else None
        with writing:
            entered = books.enter(released, camera=camera, wall=wall, purpose="preview")
            if entered:
                books.tell(say, wall=wall)
            return entered

    return enter
