"""`edge-kiosk`: the kiosk unit's wiring."""

import argparse
import asyncio
import contextlib
import resource
import signal
import socket
import sys
import time
from pathlib import Path

import uvicorn

from edge_agent.clock import SystemClock
from edge_agent.contract.streams import Stream
from edge_agent.device import Device, load_device
from edge_agent.inbox.store import InboxError, open_inbox
from edge_agent.kiosk import KioskError
from edge_agent.kiosk.attempts import Attempts
from edge_agent.kiosk.desk import Desk, Parts
from edge_agent.kiosk.document_photo import Judge, load_judge
from edge_agent.kiosk.fittings import fittings_of, keeper_of
from edge_agent.kiosk.receipts.issuing import Issuer
from edge_agent.kiosk.receipts.keys import open_key
from edge_agent.kiosk.register import Register
from edge_agent.kiosk.rounds import Rounds
from edge_agent.kiosk.sealing import read_intake_key
from edge_agent.kiosk.services import offered
from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.sessions import Sessions
from edge_agent.kiosk.settings import KioskSettings, load_kiosk
from edge_agent.kiosk.suggest import load_suggester
from edge_agent.kiosk.web.pages import FOLDER, Pages
from edge_agent.kiosk.web.routes import build
from edge_agent.kiosk.web.site import Site
from edge_agent.outbox import OutboxError
from edge_agent.outbox.store import open_outbox
from loket.log import configure, get
from loket.notify import notify
from loket.region import load_region
from loket.settings import SettingsError

log = get(__name__)


def main() -> int:
    """Run the unit until it is told to stop. Returns the exit status: 0 stopped, 2 cannot start."""
    parser = argparse.ArgumentParser(prog="edge-kiosk", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("/etc/loket"), help="the settings folder")
    folder = parser.parse_args().config
    configure(unit="kiosk")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no core dump: it would hold a citizen's words
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn raises what it caught again once it has stopped
    try:
        device, settings = load_device(folder), load_kiosk(folder)
        listener = _listen(settings)
        with contextlib.closing(listener), contextlib.closing(_desk(device)) as desk:
            issuer = Issuer(open_key(device), page=settings.receipt_page)
            asyncio.run(_serve(settings, desk, issuer, listener))
    except (SettingsError, OutboxError, InboxError, KioskError, OSError) as error:
        sys.stderr.write(f"edge-kiosk: {error}\n")
        return 2
    return 0


def _listen(settings: KioskSettings) -> socket.socket:
    """The listening socket, on loopback. Raises SettingsError if it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise SettingsError(
            f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}; "
            "stop who holds it (ss -ltnp), or set another port in kiosk.toml"
        ) from error
    # Connections inherit it. asyncio leaves it off on a listener that it did not make, and every page would
    # then wait 40 ms for Nagle's algorithm and the delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _desk(device: Device) -> Desk:
    """The desk with the device's outbox, inbox and register. Raises OutboxError, KioskError."""

    def open_parts() -> Parts:
        with contextlib.ExitStack() as opened:
            inbox = opened.enter_context(contextlib.closing(open_inbox(device)))
            clock = SystemClock(inbox)
            streams = (Stream.SUBMISSIONS, Stream.EVENTS, Stream.TELEMETRY)
            outbox = opened.enter_context(
                contextlib.closing(open_outbox(device, streams=streams, clock=clock))
            )
            register = opened.enter_context(contextlib.closing(Register(device.data / "kiosk.db")))
            return Parts(outbox, inbox, register, clock, close=opened.pop_all().close)

    return Desk(open_parts)


async def _serve(settings: KioskSettings, desk: Desk, issuer: Issuer, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    names = ("localhost", f"[{settings.host}]" if ":" in settings.host else settings.host)
    sessions = Sessions(time.monotonic, timeout_s=settings.session_timeout_s, most=settings.sessions_max)
    hall = Hall(
        load_region(settings.region),
        office=settings.hall,
        series=settings.series,
        has_camera=settings.camera.documents,
    )
    fittings = fittings_of(settings, strings=FOLDER / "strings", monotonic=time.monotonic)
    keeper = keeper_of(settings.screen, fittings, desk.report, monotonic=time.monotonic)
    site = Site(
        settings=settings,
        sessions=sessions,
        attempts=Attempts(time.monotonic),
        desk=desk,
        intake=read_intake_key(settings.intake_key),
        pages=Pages(settings, zone=hall.calendar.zone),
        hall=hall,
        services=offered(hall),
        suggester=load_suggester(topics=[topic.name for topic in hall.region.file.topics]),
        issuer=issuer,
        origins=frozenset(f"{name}:{port}" for name in names),
        fittings=fittings,
        judge=load_judge() if settings.camera.documents else Judge(),
    )
    rounds = Rounds(settings, sessions, desk, keeper=keeper, purge=fittings.printer.purge)
    server = uvicorn.Server(
        uvicorn.Config(
            build(site),
            lifespan="off",
            loop="asyncio",  # uvloop reads all connections into one buffer of its own, which is never wiped
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=64,
            timeout_graceful_shutdown=3,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        walking = tasks.create_task(rounds.walk(), name="rounds")
        ready = tasks.create_task(_ready(server, port), name="ready")
        watching = tasks.create_task(keeper.walk(), name="screen") if keeper is not None else None
        try:
            await server.serve(sockets=[listener])
        finally:
            walking.cancel()
            ready.cancel()
            if watching is not None:
                watching.cancel()
            sessions.wipe()
            notify("STOPPING=1")
    await rounds.report(has_room=await desk.has_room())
    log.info("stopped")


async def _ready(server: uvicorn.Server, port: int) -> None:
    """Tell systemd once the first page can be served."""
    while not server.started:
        await asyncio.sleep(0.01)
    log.info("ready", port=port)
    notify("READY=1")
