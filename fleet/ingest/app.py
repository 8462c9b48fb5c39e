"""The fleet's MQTT process: wires the inflow, the keeper, the clerk and the relay together."""

import signal
import time
from collections.abc import Callable, Mapping
from threading import Event

from sqlalchemy import Connection, Engine

from edge_agent.contract.events import ReceiptKeyCertified
from fleet.adapters.outside import outside
from fleet.broker import BrokerError
from fleet.broker.control import renew
from fleet.identity.keys import load_statement_key
from fleet.ingest.inflow import Inflow
from fleet.ingest.keeper import Keeper
from fleet.northbound.relay import Relay
from fleet.office.clerk import DEALS, Clerk, Deal, greet, in_turn
from fleet.office.regions import Regions, load_regions
from fleet.receipts.keys import deal_with, read_root
from fleet.settings import Fleet
from fleet.store import counters
from fleet.store.engine import open_store, translated, writing
from fleet.store.migrate import migrate
from loket import log
from loket.notify import notify

_log = log.get(__name__)

_WATCHDOG_EVERY_S = 5.0


class IngestFailed(Exception):
    """A part of the process ended by itself; systemd is to start it anew."""


def run(fleet: Fleet) -> None:
    """Store what devices say until SIGTERM or SIGINT.

    Raises SettingsError, IdentityError, BrokerError, StoreError (it cannot start) and IngestFailed.
    """
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    regions = load_regions(fleet.office.folders, calls_here=fleet.office.halls == "own")
    engine = open_store(fleet.database_url)
    try:
        migrate(engine)
        with translated(), writing(engine) as connection:
            counters.started(connection, at=time.time())
            _renew_access(connection, fleet)
        _work(fleet, engine, regions, stopping)
    finally:
        engine.dispose()
    _log.info("ingest_stopped")


def _renew_access(connection: Connection, fleet: Fleet) -> None:
    """Write the broker's access list as this release has it: the one there may be of an older release."""
    try:
        renew(connection, layout=fleet.layout)
    except (BrokerError, OSError) as error:
        _log.warning("access_list_not_renewed", reason=str(error))


def deals_of(fleet: Fleet) -> Mapping[str, Deal]:
    """What is done about events, by kind. Raises IdentityError."""
    receipt_keys = deal_with(read_root(fleet.layout.root_certificate), refused_keep=fleet.ingest.refused_keep)
    return {**DEALS, ReceiptKeyCertified.kind: in_turn(receipt_keys, greet)}


def _work(fleet: Fleet, engine: Engine, regions: Regions, stopping: Event) -> None:
    key = load_statement_key(fleet.layout.statement_key)
    clerk = Clerk(engine, regions=regions, deals=deals_of(fleet), now=time.time)
    inflow = Inflow(fleet)
    keeper = Keeper(engine, inflow, settings=fleet.ingest, key=key, stored=clerk.wake)
    relay = Relay(engine, fleet, key=key, is_busy=lambda: inflow.waiting > fleet.ingest.batch_max)
    others = outside(fleet.office, engine, regions=regions, now=time.time)
    with relay, clerk, others, inflow.connection as connection:

        def check() -> None:
            if connection.has_failed or relay.has_failed or clerk.has_failed:
                raise IngestFailed("a thread ended; see the log above")
            progressed(connection.is_up)

        progressed = _notifier()
        keeper.run(stopping=stopping, progressed=check)


def _notifier() -> Callable[[bool], None]:
    """Tells systemd that we are ready, once connected, and feeds its watchdog now and then."""
    last_fed, is_ready = 0.0, False

    def progressed(is_up: bool) -> None:
        nonlocal last_fed, is_ready
        if is_up and not is_ready:
            is_ready = True
            _log.info("ingest_ready")
            notify("READY=1")
        if time.monotonic() - last_fed >= _WATCHDOG_EVERY_S:
            last_fed = time.monotonic()
            notify("WATCHDOG=1")

    return progressed
