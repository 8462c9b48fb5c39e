"""A row of a stream: one event that waits until the fleet has stored it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from pydantic import ValidationError

from edge_agent.clock import Reading
from edge_agent.contract.envelope import Envelope, type_of
from edge_agent.contract.events import KINDS, EventData
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream

_WIDEST_INCARNATION = str(UUID(int=0))
_WIDEST_SEQ = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Row:
    """One event; `time` is s since 1970 UTC, `data` the JSON of its data."""

    seq: int
    event_id: str
    kind: str
    time: float
    clock_trusted: bool
    subject: str | None
    data: str

    def to_message(self, *, device: DeviceId, stream: Stream, incarnation: str) -> bytes:
        """The message as it is published. Raises Oversize."""
        return Envelope(
            specversion="1.0",
            id=self.event_id,
            source=device.source,
            type=type_of(KINDS[self.kind]),
            time=datetime.fromtimestamp(self.time, UTC),
            subject=self.subject,
            clocktrusted=self.clock_trusted,
            stream=stream,
            incarnation=incarnation,
            seq=self.seq,
            data=json.loads(self.data),
        ).to_json()


def row_of(data: EventData, *, event_id: str, subject: str | None, reading: Reading) -> Row:
    """The row of an event, with seq 0 until it is appended."""
    return Row(
        seq=0,
        event_id=event_id,
        kind=data.kind,
        time=reading.wall.timestamp(),
        clock_trusted=reading.trusted,
        subject=subject,
        data=data.model_dump_json(),
    )


def check(row: Row, *, device: DeviceId, stream: Stream) -> None:
    """Check that `row` fits a message, whatever seq it will get.

    Raises Oversize, or ValueError for an event id or a subject of the wrong form.
    """
    widest = Row(
        seq=_WIDEST_SEQ, event_id=row.event_id, kind=row.kind, time=row.time,
        clock_trusted=row.clock_trusted, subject=row.subject, data=row.data,
    )  # fmt: skip
    try:
        widest.to_message(device=device, stream=stream, incarnation=_WIDEST_INCARNATION)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise ValueError(f"{row.kind}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
