"""The envelope of every event: CloudEvents 1.0 in structured JSON.

Identity is `(device, incarnation, seq)`: `incarnation` is the UUID of the stream's database on the device,
so that a re-imaged card starts a new sequence; `seq` counts from 1 without gaps within it.
"""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.contract import MAX_MESSAGE_BYTES, Malformed, Oversize
from edge_agent.contract.events import KINDS, EventData
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
TYPE_PREFIX = "id.loket."


class Envelope(BaseModel):
    """One event as it travels. Unknown attributes are ignored, as CloudEvents asks of readers."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(min_length=1, max_length=64)]
    source: Annotated[str, Field(max_length=96)]
    type: Annotated[str, Field(max_length=96)]
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    subject: Annotated[str, Field(max_length=96)] | None = None
    clocktrusted: bool = Field(description="Whether the device could prove its wall clock then.")
    stream: Stream | None = None
    incarnation: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")] | None = None
    seq: Annotated[int, Field(ge=1, le=2**53 - 1)] | None = None
    data: dict[str, Any]

    @property
    def device(self) -> DeviceId:
        """The device that says it."""
        return DeviceId.from_source(self.source)

    @property
    def kind(self) -> str:
        """The kind of event: the type without our prefix and the version."""
        return kind_of_type(self.type)

    def typed(self) -> EventData:
        """The data as its model. Raises Malformed if the kind is unknown or the data do not fit."""
        model = KINDS.get(self.kind)
        if model is None:
            raise Malformed(f'type "{self.type}" is not known')
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            raise Malformed(_first(error, "data.")) from error

    def to_json(self) -> bytes:
        """The message as it is published. Raises Oversize."""
        message = self.model_dump_json(exclude_none=True).encode()
        if len(message) > MAX_MESSAGE_BYTES:
            raise Oversize(f"{self.kind}: {len(message)} bytes, at most {MAX_MESSAGE_BYTES}")
        return message


def type_of(data: EventData | type[EventData]) -> str:
    """The CloudEvents `type` of a kind of data: id.loket.<kind>.v<version>."""
    return f"{TYPE_PREFIX}{data.kind}.v{data.version}"


def kind_of_type(event_type: str) -> str:
    """The kind in a CloudEvents `type`. Raises Malformed if it is none of ours."""
    kind, dot, version = event_type.removeprefix(TYPE_PREFIX).rpartition(".v")
    if not event_type.startswith(TYPE_PREFIX) or not dot or not version.isdigit():
        raise Malformed(f'type "{event_type}" is not of the form {TYPE_PREFIX}<kind>.v<number>')
    return kind


def envelope(
    data: EventData,
    *,
    device: DeviceId,
    time: datetime,
    clock_trusted: bool,
    event_id: str | None = None,
    subject: str | None = None,
    stream: Stream | None = None,
    incarnation: str | None = None,
    seq: int | None = None,
) -> Envelope:
    """Wrap `data`. `event_id` (default: a new UUID) makes a repeated append the same event."""
    return Envelope(
        id=event_id or str(uuid4()),
        source=device.source,
        type=type_of(data),
        time=time.astimezone(UTC),
        subject=subject,
        clocktrusted=clock_trusted,
        stream=stream,
        incarnation=incarnation,
        seq=seq,
        data=data.model_dump(mode="json"),
    )


def parse(message: bytes) -> Envelope:
    """Read a message as an event of a known kind with fitting data.

    Raises Oversize or Malformed; the text names the first part that is wrong, never its value.
    """
    if len(message) > MAX_MESSAGE_BYTES:
        raise Oversize(f"{len(message)} bytes, at most {MAX_MESSAGE_BYTES}")
    try:
        event = Envelope.model_validate_json(message)
    except ValidationError as error:
        raise Malformed(_first(error)) from error
    try:
        DeviceId.from_source(event.source)
    except ValueError as error:
        raise Malformed(str(error)) from error
    event.typed()
    return event


def identity_in(message: bytes) -> tuple[str, int] | None:
    """The `(incarnation, seq)` that a message claims, even where the rest is wrong; or None."""
    try:
        document = json.loads(message)
    except (ValueError, RecursionError):
        return None
    match document:
        case {"incarnation": str(incarnation), "seq": int(seq)} if len(incarnation) == 36 and 0 < seq < 2**53:
            return incarnation, seq
        case _:
            return None


def _first(error: ValidationError, prefix: str = "") -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{prefix}{where}: {first['msg']}" if where else first["msg"]
