"""The storekeeper: takes batches from the inflow, stores them, and only then acknowledges them."""

import time
from collections.abc import Callable, Mapping
from threading import Event

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from edge_agent.contract import topics
from edge_agent.contract.identity import DeviceId
from fleet.ingest.batch import Outcome, store_batch
from fleet.ingest.inflow import Delivery, Inflow
from fleet.ingest.ledger import Ledger, StreamState
from fleet.ingest.statements import stored_statement
from fleet.settings import Ingest
from fleet.store import StoreError, streams
from fleet.store.engine import translated
from fleet.store.streams import Key
from loket import log

_log = log.get(__name__)

_IDLE_S = 0.5
_RETRY_FIRST_S, _RETRY_MAX_S = 0.2, 10.0
_TOLD_AGAIN = 5_000
_REASONS_LOGGED = 20


class Keeper:
    """Stores what comes; the order of its steps is what makes a kill at any moment harmless."""

    def __init__(
        self,
        engine: Engine,
        inflow: Inflow,
        *,
        settings: Ingest,
        key: Ed25519PrivateKey,
        stored: Callable[[], None] = lambda: None,
    ) -> None:
        """`key` signs the acknowledgements; `stored` is called once new events are committed."""
        self._engine, self._inflow, self._settings, self._key = engine, inflow, settings, key
        self._stored = stored
        self._ledger = Ledger()

    def run(self, *, stopping: Event, progressed: Callable[[], None]) -> None:
        """Work until `stopping` is set; `progressed` is called after each round that was not a failure."""
        while not stopping.is_set():
            deliveries = self._inflow.batch(
                at_most=self._settings.batch_max,
                wait_s=self._settings.batch_wait_ms / 1_000,
                idle_s=_IDLE_S,
            )
            if deliveries:
                self._keep(deliveries, stopping=stopping)
            if self._inflow.take_new_connection():
                self._tell_again()
            progressed()

    def _keep(self, deliveries: list[Delivery], *, stopping: Event) -> None:
        outcomes = self._store(deliveries, stopping=stopping)
        if outcomes is None:
            return
        if any(outcome.stored for outcome in outcomes):
            self._stored()
        self._inflow.acknowledge(deliveries)
        touched: dict[Key, tuple[DeviceId, StreamState]] = {}
        for outcome in outcomes:
            touched.update(outcome.touched)
            _log_refused(outcome)
        self._tell(touched)

    def _store(self, deliveries: list[Delivery], *, stopping: Event) -> list[Outcome] | None:
        """The outcome, once the batch is committed; None if we are to stop before that succeeds."""
        messages = [delivery.message for delivery in deliveries]
        delay_s = _RETRY_FIRST_S
        while True:
            try:
                outcomes = store_batch(
                    self._engine,
                    messages,
                    ledger=self._ledger,
                    refused_keep=self._settings.refused_keep,
                    now=time.time(),
                )
            except StoreError as error:
                _log.error("batch_not_stored", size=len(messages), reason=str(error), retry_in_s=delay_s)
                self._ledger.forget()
                if stopping.wait(delay_s):
                    return None
                delay_s = min(2 * delay_s, _RETRY_MAX_S)
            else:
                if delay_s > _RETRY_FIRST_S:
                    _log.info("storing_again", size=len(messages))
                return outcomes

    def _tell_again(self) -> None:
        """Acknowledge what was heard lately once more: the last time it may have been lost on the way."""
        since = time.time() - self._settings.acknowledge_again_h * 3600
        try:
            with translated(), self._engine.connect() as connection:
                rows = streams.heard_since(connection, since, at_most=_TOLD_AGAIN)
        except StoreError as error:
            _log.error("not_told_again", reason=str(error))
            return
        self._tell(
            {row.key: (DeviceId(region=row.region, name=row.key[0]), StreamState.of(row)) for row in rows}
        )

    def _tell(self, touched: Mapping[Key, tuple[DeviceId, StreamState]]) -> None:
        now = time.time()
        for (_, incarnation), (device, state) in touched.items():
            statement = stored_statement(device, state, incarnation=incarnation, key=self._key, now=now)
            self._inflow.tell(topics.stored(device), statement)


def _log_refused(outcome: Outcome) -> None:
    """One line for each refused message, as long as they are few: never any of its content."""
    for message in outcome.refused[:_REASONS_LOGGED]:
        _log.warning(
            "message_refused",
            topic=message.topic,
            device=message.device,
            seq=message.seq,
            bytes=len(message.payload),
            reason=message.reason,
        )
    if len(outcome.refused) > _REASONS_LOGGED:
        _log.warning("more_messages_refused", count=len(outcome.refused) - _REASONS_LOGGED)
