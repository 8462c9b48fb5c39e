"""An outbox in memory."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import uuid4

from edge_agent.clock import Clock, Reading
from edge_agent.contract.events import EventData
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream
from edge_agent.outbox import Full
from edge_agent.outbox.port import Identity
from edge_agent.outbox.row import check, row_of
from edge_agent.testing.clock import FixedClock

_DEVICE = DeviceId(region="17.07", name="fake")


@dataclass(frozen=True, slots=True)
class Appended:
    """One event that was appended."""

    identity: Identity
    data: EventData
    subject: str | None
    reading: Reading


class MemoryOutbox:
    """What was appended, in `rows`; set `full` to have it refuse."""

    def __init__(self, streams: Collection[Stream] = tuple(Stream), *, clock: Clock | None = None) -> None:
        self.rows: list[Appended] = []
        self.full = False
        self._clock = clock or FixedClock()
        self._incarnations = {stream: str(uuid4()) for stream in streams}

    def append(
        self,
        data: EventData,
        *,
        event_id: str | None = None,
        subject: str | None = None,
        reading: Reading | None = None,
    ) -> Identity:
        """As `Outbox.append`."""
        stream = data.stream
        if stream is None or stream not in self._incarnations:
            raise ValueError(f"{data.kind}: belongs to no stream that is open")
        if event_id is not None:
            for known in self.rows:
                if known.identity.event_id == event_id and known.identity.stream is stream:
                    return known.identity
        reading = reading or self._clock.read()
        row = row_of(
            data, event_id=str(uuid4()) if event_id is None else event_id, subject=subject, reading=reading
        )
        check(row, device=_DEVICE, stream=stream)
        identity = Identity(
            stream=stream,
            incarnation=self._incarnations[stream],
            seq=sum(each.identity.stream is stream for each in self.rows) + 1,
            event_id=row.event_id,
        )
        if self.full:
            raise Full("no room (the fake is set to full)")
        self.rows.append(Appended(identity=identity, data=data, subject=subject, reading=reading))
        return identity

    def room(self, stream: Stream) -> bool:
        """As `Outbox.room`."""
        return not self.full and stream in self._incarnations

    def close(self) -> None:
        """Nothing to let go of."""
