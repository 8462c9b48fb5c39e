"""Publishing that waits for the broker's word on each message."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Condition, Event

from paho.mqtt.reasoncodes import ReasonCode

from fleet.broker.connection import Connection
from fleet.settings import Fleet

_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to publish."""

    topic: str
    payload: bytes
    content_type: str


class Courier:
    """The publisher. What it is given it sends until the broker answers, also across reconnects."""

    def __init__(self, fleet: Fleet) -> None:
        """Prepare. Raises BrokerError if our certificate cannot be used."""
        self._answers: dict[int, str | None] = {}
        self._changed = Condition()
        self.connection = Connection(
            fleet,
            certificate="north",
            receive_max=10,
            session_expiry_s=0,
            on_up=lambda: None,
            on_published=self._note,
        )

    def deliver(self, parcels: Sequence[Parcel], *, stopping: Event) -> list[str | None] | None:
        """Publish in order and wait for each answer: None where the broker took it, or why it refused.

        Returns None as a whole if `stopping` was set, or the connection failed, before all were answered.
        """
        with self._changed:
            self._answers.clear()
        numbers = [
            self.connection.publish(parcel.topic, parcel.payload, content_type=parcel.content_type)
            for parcel in parcels
        ]
        with self._changed:
            while not all(number in self._answers for number in numbers):
                if stopping.is_set() or self.connection.has_failed:
                    return None
                self._changed.wait(_LOOK_EVERY_S)
            return [self._answers[number] for number in numbers]

    def _note(self, number: int, reason: ReasonCode) -> None:
        with self._changed:
            self._answers[number] = str(reason) if reason.is_failure else None
            self._changed.notify()
