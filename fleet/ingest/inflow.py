"""What comes from the broker, in batches; each message is acknowledged only when we say so."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Event

from paho.mqtt.client import MQTTMessage

from edge_agent.contract import topics
from edge_agent.contract.signed import CONTENT_TYPE
from fleet.broker.connection import Connection
from fleet.ingest.verdict import Message
from fleet.settings import Fleet
from loket import log

_log = log.get(__name__)

_SESSION_EXPIRY_S = 14 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message, and what it takes to acknowledge it: its number within the connection that brought it."""

    message: Message
    mid: int
    connection: int


class Inflow:
    """The subscriber: a persistent session, so that the broker keeps messages while we are away.

    The queue holds what the broker may send before an acknowledgement, so it cannot overflow by messages
    that wait for one; those that wait for none (QoS 0) are dropped when it is full.
    """

    def __init__(self, fleet: Fleet) -> None:
        """Prepare. Raises BrokerError if our certificate cannot be used."""
        self._queue: Queue[Delivery] = Queue(maxsize=2 * fleet.ingest.receive_max)
        self._number = 0
        self._is_new = Event()
        self.connection = Connection(
            fleet,
            certificate="ingest",
            receive_max=fleet.ingest.receive_max,
            session_expiry_s=_SESSION_EXPIRY_S,
            on_up=self._subscribe,
            on_message=self._take,
        )

    @property
    def waiting(self) -> int:
        """How many messages have come and are not in a batch yet."""
        return self._queue.qsize()

    def batch(self, *, at_most: int, wait_s: float, idle_s: float) -> list[Delivery]:
        """The next messages in order: `wait_s` after the first at the latest; none within `idle_s`: empty."""
        try:
            batch = [self._queue.get(timeout=idle_s)]
        except Empty:
            return []
        until = time.monotonic() + wait_s
        while len(batch) < at_most:
            try:
                batch.append(self._queue.get_nowait())
            except Empty:
                left = until - time.monotonic()
                if left <= 0:
                    break
                try:
                    batch.append(self._queue.get(timeout=left))
                except Empty:
                    break
        return batch

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that it may forget these.

        Those of an earlier connection are skipped: their numbers may mean other messages by now, and the
        broker brings them again.
        """
        for delivery in deliveries:
            if delivery.mid and delivery.connection == self._number:
                self.connection.client.ack(delivery.mid, 1)

    def tell(self, topic: str, statement: bytes) -> None:
        """Publish a signed statement, if the link stands: on connecting, everything recent is told anyway."""
        if self.connection.is_up:
            self.connection.publish(topic, statement, content_type=CONTENT_TYPE)

    def take_new_connection(self) -> bool:
        """Whether a connection was made since this was last asked."""
        is_new = self._is_new.is_set()
        self._is_new.clear()
        return is_new

    def _subscribe(self) -> None:
        self._number += 1
        self.connection.client.subscribe([(topics.EVERY_EVENT, 1), (topics.EVERY_STATE, 1)])
        self._is_new.set()

    def _take(self, received: MQTTMessage) -> None:
        message = Message(
            topic=received.topic,
            payload=bytes(received.payload),
            received_at=time.time(),
            retained=received.retain,
        )
        delivery = Delivery(message, mid=received.mid if received.qos else 0, connection=self._number)
        try:
            self._queue.put_nowait(delivery)
        except Full:
            # Not acknowledged, so it is not lost: the broker or the device brings it again.
            _log.warning("inflow_full", topic=received.topic, qos=received.qos)
