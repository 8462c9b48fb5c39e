"""The envelope of every event: CloudEvents 1.0 in structured JSON.

Identity is `(device, incarnation, seq)`: `incarnation` is the UUID of the stream's database on the device,
so that a re-imaged card starts a new sequence; `seq` counts from 1 without gaps within it.
"""

import json
import math
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from edge_agent.contract import MAX_MESSAGE_BYTES, Malformed, Oversize
from edge_agent.contract.events import KINDS, EventData, Presence, Uuid
from edge_agent.contract.identity import UUID_PATTERN, DeviceId
from edge_agent.contract.mistakes import first_mistake
from edge_agent.contract.streams import Stream

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
TYPE_PREFIX = "id.loket."


_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DEEPEST = 16


def _written_in_full(value: object) -> object:
    written = isinstance(value, str) and _RFC3339.fullmatch(value)
    if not written and not isinstance(value, datetime):
        raise ValueError("not a time of RFC 3339 with its offset, such as 2026-03-01T08:30:00Z")
    return value


def _to_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the years 1 to 9999") from None


def _can_be_stored(data: dict[str, Any]) -> dict[str, Any]:
    """Refuse in `data` what one JSON reader takes and the next one chokes on, even in unknown fields."""
    level: list[Any] = [data]
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError("a number is not finite")
            if isinstance(value, int) and abs(value) >= 2**63:
                raise ValueError("a number needs more than 64 bits")
            if isinstance(value, dict):
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        if not below:
            return data
        level = below
    raise ValueError(f"nested more than {_DEEPEST} deep")


class Envelope(BaseModel):
    """One event as it travels. Unknown attributes are ignored, as CloudEvents asks of readers."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    specversion: Literal["1.0"]
    id: Annotated[str, Field(min_length=1, max_length=64)]
    source: Annotated[str, Field(max_length=96)]
    type: Annotated[str, Field(max_length=96)]
    time: Annotated[
        AwareDatetime, Field(strict=False), BeforeValidator(_written_in_full), AfterValidator(_to_utc)
    ]
    datacontenttype: Literal["application/json"] = "application/json"
    subject: Annotated[str, Field(max_length=96)] | None = None
    clocktrusted: bool = Field(description="Whether the device could prove its wall clock then.")
    stream: Stream | None = None
    incarnation: Uuid | None = None
    seq: Annotated[int, Field(ge=1, le=2**53 - 1)] | None = None
    data: Annotated[dict[str, Any], AfterValidator(_can_be_stored)]

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
        if model is None or self.type != type_of(model):
            raise Malformed("type: a kind of event, or a version of it, that is not known here")
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            raise Malformed(first_mistake(error, within="data")) from error

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
        raise Malformed(f"type: not of the form {TYPE_PREFIX}<kind>.v<number>")
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
        specversion="1.0",
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
    """Read a message as an event of a known kind with fitting data and, but for presence, its identity.

    Raises Oversize or Malformed; the text names the first part that is wrong, never its value.
    """
    if len(message) > MAX_MESSAGE_BYTES:
        raise Oversize(f"{len(message)} bytes, at most {MAX_MESSAGE_BYTES}")
    try:
        event = Envelope.model_validate_json(message)
    except ValidationError as error:
        raise Malformed(first_mistake(error)) from error
    try:
        DeviceId.from_source(event.source)
    except ValueError as error:
        raise Malformed("source: not of the form /region/device") from error
    _check_identity(event, event.typed())
    return event


def identity_in(message: bytes) -> tuple[str, int] | None:
    """The `(incarnation, seq)` that a message claims, even where the rest is wrong; or None."""
    try:
        document = json.loads(message)
    except (ValueError, RecursionError):
        return None
    match document:
        case {"seq": bool()}:
            return None
        case {"incarnation": str(incarnation), "seq": int(seq)} if re.fullmatch(UUID_PATTERN, incarnation):
            return (incarnation, seq) if 0 < seq < 2**53 else None
        case _:
            return None


def _check_identity(event: Envelope, data: EventData) -> None:
    """What goes through an outbox has a place in a stream, and each kind in the stream that is its own."""
    if isinstance(data, Presence):
        return
    for part in ("stream", "incarnation", "seq"):
        if getattr(event, part) is None:
            raise Malformed(f"{part}: missing; a {data.kind} has its place in a stream")
    if data.stream is not None and event.stream is not data.stream:
        raise Malformed(f"stream: a {data.kind} belongs to {data.stream}")
