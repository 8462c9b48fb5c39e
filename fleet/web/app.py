"""The wiring of `fleet serve`: the console with the API on one port, the devices' door on another."""

import argparse
import asyncio
import ipaddress
import ssl
import sys
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from fleet.api.app import api
from fleet.console.app import console
from fleet.forgetting import Forgetting
from fleet.intake import Intake
from fleet.office.regions import load_regions
from fleet.receipts.page import receipts_router
from fleet.settings import Fleet, load_fleet
from fleet.snapshots.door import Door
from fleet.snapshots.peer import PeerProtocol, context
from fleet.snapshots.retention import Retention
from fleet.snapshots.store import SnapshotStore
from fleet.store import StoreError
from fleet.store.engine import open_store
from fleet.views.reading import reading
from fleet.web import health
from fleet.web.guard import Guard
from fleet.web.server import STOP_WITHIN_S, PortTaken, Server, listen, serve
from fleet.web.site import Site
from fleet.web.tail import Tail
from loket import log
from loket.settings import SettingsError


class Exposed(Exception):
    """The console would be reachable from other machines without TLS."""


def hosts_of(fleet: Fleet) -> list[str]:
    """The host names under which the console answers."""
    known = ["localhost", "127.0.0.1", "::1", fleet.web.host.lower()]
    return [*known, fleet.web.public_host] if fleet.web.public_host else known


def demand_loopback(host: str) -> None:
    """Raise Exposed unless `host` is this machine itself."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise Exposed(
            f'fleet.toml: web.host = "{host}": the console speaks plain HTTP, so it serves this machine '
            "only; keep 127.0.0.1 and put a reverse proxy with TLS before it"
        )


def web_app(site: Site) -> Guard:
    """Console, API, metrics and health under one host check."""
    app: FastAPI = api(site)
    app.include_router(health.router(site))
    app.include_router(receipts_router(site))
    app.mount("/", console(site, openapi=app.openapi))
    return Guard(app, hosts=hosts_of(site.fleet))


def device_server(site: Site) -> Server:
    """The devices' door. Raises OSError or ssl.SSLError for a certificate that cannot be used."""
    layout = site.fleet.layout
    tls = context(
        certificate=layout.certificate("server"), key=layout.key("server"), authority=layout.root_certificate
    )
    door = Door(site.engine, site.snapshots, now=site.now).app()
    return Server(
        _config(
            door, http=PeerProtocol, ssl_context_factory=lambda _config, _default: tls, limit_concurrency=256
        )
    )


def run(fleet: Fleet) -> None:
    """Serve until told to stop.

    Raises SettingsError, Exposed, PortTaken, StoreError, OSError, ssl.SSLError.
    """
    demand_loopback(fleet.web.host)
    regions = load_regions(fleet.office.folders, calls_here=fleet.office.halls == "own")
    engine = open_store(fleet.database_url)
    try:
        with reading(engine) as connection:
            health.ask(connection)
        site = Site(
            fleet=fleet,
            engine=engine,
            snapshots=SnapshotStore(fleet.layout.snapshots),
            intake=Intake(fleet.layout.intake_key),
            tail=Tail(engine),
            regions=regions,
        )
        retention = Retention(engine, site.snapshots, keep_days=fleet.pictures.keep_days, now=site.now)
        with retention, Forgetting(engine, words=fleet.words, now=site.now):
            asyncio.run(_serve(site))
    finally:
        engine.dispose()


async def _serve(site: Site) -> None:
    fleet = site.fleet
    doors = device_server(site)
    web = Server(_config(web_app(site)))
    with (
        listen(fleet.web.host, fleet.web.port, setting="web.port in fleet.toml") as web_socket,
        listen(fleet.devices.host, fleet.devices.port, setting="devices.port in fleet.toml") as device_socket,
    ):
        await serve([(web, web_socket), (doors, device_socket)], tail=site.tail)


def _config(app: ASGIApp, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_WITHIN_S,
        **more,
    )


def main() -> None:
    """`python -m fleet.web --config PATH`: exit 0 stopped, 1 cannot run, 2 a mistake in the settings."""
    parser = argparse.ArgumentParser(prog="fleet serve")
    parser.add_argument("--config", type=Path, required=True)
    path: Path = parser.parse_args().config
    log.configure(unit="fleet-serve")
    try:
        run(load_fleet(path))
    except (SettingsError, Exposed) as error:
        _fail(str(error), status=2)
    except (PortTaken, StoreError) as error:
        _fail(str(error), status=1)
    except ssl.SSLError as error:
        _fail(f"pki/server.pem: cannot be used: {error.reason} (run: fleet init)", status=1)
    except FileNotFoundError as error:
        _fail(f"{error.filename or 'pki'}: no such file (run: fleet init)", status=1)


def _fail(message: str, *, status: int) -> None:
    sys.stderr.write(f"fleet serve: {message}\n")
    sys.exit(status)
