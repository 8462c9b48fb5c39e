"""What a unit sees of the outbox: append, and whether there is room."""

from dataclasses import dataclass
from typing import Protocol

from edge_agent.clock import Reading
from edge_agent.contract.events import EventData
from edge_agent.contract.streams import Stream


@dataclass(frozen=True, slots=True)
class Identity:
    """Which event of a device this is: the receiver stores each `(incarnation, seq)` once."""

    stream: Stream
    incarnation: str
    seq: int
    event_id: str


class Outbox(Protocol):
    """Where a unit puts what it has to say."""

    def append(
        self,
        data: EventData,
        *,
        event_id: str | None = None,
        subject: str | None = None,
        reading: Reading | None = None,
    ) -> Identity:
        """Commit an event durably, ring the uplink's doorbell, and return its identity.

        An `event_id` that was appended before (1 to 64 characters) is the same event: nothing is added.
        `reading` is when it happened (default: now). Raises Full, OutboxError; Oversize if the event would
        not fit a message; ValueError if the data belong to no stream that is open.
        """
        ...

    def room(self, stream: Stream) -> bool:
        """Whether an append to `stream` would be accepted now."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...
