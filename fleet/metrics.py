"""The fleet in Prometheus's text format. No device's name is a label: fleets are large."""

import time
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine

from fleet.store.counters import read as read_counters
from fleet.views import devices, events, summary
from fleet.views.reading import reading

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics(Collector):
    """Asks the database when it is asked."""

    def __init__(
        self, engine: Engine, *, live_clients: Callable[[], int], now: Callable[[], float] = time.time
    ) -> None:
        """`live_clients` counts who watches live; `now` tells s since 1970, UTC."""
        self._engine = engine
        self._live_clients = live_clients
        self._now = now

    def text(self) -> bytes:
        """Everything, as a scraper reads it. Raises StoreError."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: registering must not ask the database."""
        return []

    def collect(self) -> Iterable[Metric]:
        """All families, of one state of the database."""
        with reading(self._engine) as connection:
            return [*self._families(connection, now=self._now())]

    def _families(self, connection: Connection, *, now: float) -> Iterable[Metric]:
        counters = read_counters(connection)
        yield CounterMetricFamily("loket_events_stored", "Events stored.", value=counters.stored_total)
        yield CounterMetricFamily(
            "loket_events_duplicate", "Events that came again and were not stored again.",
            value=counters.duplicate_total,
        )  # fmt: skip
        yield CounterMetricFamily(
            "loket_messages_refused", "Messages kept aside.", value=counters.refused_total
        )
        yield CounterMetricFamily(
            "loket_ingest_batches", "Batches committed by the ingest.", value=counters.batch_total
        )
        if counters.last_batch_at is not None:
            yield GaugeMetricFamily(
                "loket_ingest_last_batch_timestamp_seconds", "When the ingest last committed a batch.",
                value=counters.last_batch_at,
            )  # fmt: skip
        lag_s = ingest_lag_s(connection)
        if lag_s is not None:
            yield GaugeMetricFamily(
                "loket_ingest_lag_seconds",
                "From the happening of the newest event with a trusted clock to its storing.",
                value=lag_s,
            )
        states = GaugeMetricFamily("loket_devices", "Devices by what can be said of them.", labels=["state"])
        for state, count in devices.by_state(devices.every(connection, now=now)).items():
            states.add_metric([state], count)
        yield states
        pictures, picture_bytes = summary.pictures_kept(connection)
        yield GaugeMetricFamily("loket_snapshots", "Pictures kept.", value=pictures)
        yield GaugeMetricFamily("loket_snapshots_bytes", "Bytes of the pictures kept.", value=picture_bytes)
        yield GaugeMetricFamily(
            "loket_live_clients", "Browsers and systems that watch live.", value=self._live_clients()
        )


def ingest_lag_s(connection: Connection) -> float | None:
    """From happening to storing, of the newest event whose clock could be trusted; None without one."""
    newest = events.stored_before(connection, None, which=events.Filter(), limit=50)
    return next((event.received_at - event.time for event in newest if event.clock_trusted), None)
