"""What is to be done with a message: store it as an event, note a state, or keep it aside with a reason."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from edge_agent.contract import MAX_MESSAGE_BYTES, ContractError, topics
from edge_agent.contract.envelope import Envelope, identity_in, parse
from edge_agent.contract.events import Evicted, Presence
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream
from fleet.store.events import Event
from fleet.store.presence import PresenceChange

_MAX_REASON = 500
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came from the broker, at `received_at` (s since 1970, UTC)."""

    topic: str
    payload: bytes
    received_at: float
    retained: bool = False


@dataclass(frozen=True, slots=True)
class ToStore:
    """An event; a tombstone also settles the numbers `evicted` (first and last)."""

    event: Event
    evicted: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ToNote:
    """A device's state; `is_proof` if it is a fresh word of the device itself."""

    change: PresenceChange
    is_proof: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """The number that a refused message claims in a stream of its sender."""

    device: DeviceId
    stream: Stream
    incarnation: str
    seq: int


@dataclass(frozen=True, slots=True)
class ToRefuse:
    """A message that is not accepted. A `claim` settles its number, so that it is not sent for ever."""

    reason: str
    device: str | None = None
    claim: Claim | None = None


Verdict = ToStore | ToNote | ToRefuse


class _Unfit(Exception):
    """Why an event cannot be accepted."""


def judge(message: Message, *, regions: Mapping[str, str]) -> Verdict:
    """Decide on a message; `regions` has the region of each device in good standing.

    The broker lets a device publish under its own topics only, so a topic's device is the sender; that the
    message itself says the same is checked here.
    """
    try:
        device = topics.device_of(message.topic)
    except ValueError as error:
        return ToRefuse(_reason(error))
    if regions.get(device.name) != device.region:
        # Nothing of it is settled: should it be enrolled after all, it sends again.
        return ToRefuse(f"not an enrolled device of {device.region}, or revoked", device=device.name)
    is_state = message.topic == topics.state(device)
    try:
        event = parse(message.payload)
        if event.source != device.source:
            raise _Unfit(f"source {event.source!r} is not the sender, {device.source}")
        return _state(event, device, message) if is_state else _event(event, device, message)
    except (ContractError, _Unfit, ValueError) as error:
        claim = None if is_state else _claim(device, message.payload)
        return ToRefuse(_reason(error), device=device.name, claim=claim)


def _event(event: Envelope, device: DeviceId, message: Message) -> ToStore:
    kind = topics.kind_of(message.topic)
    if event.kind != kind:
        raise _Unfit(f"type {event.type!r} does not belong on the topic of {kind}")
    if kind == Presence.kind:
        raise _Unfit("presence belongs on the topic of the state")
    stream, incarnation, seq = event.stream, event.incarnation, event.seq
    if stream is None or incarnation is None or seq is None:
        raise _Unfit("stream, incarnation or seq is missing")
    data = _JSON.encode(event.data)
    if len(data.encode()) > MAX_MESSAGE_BYTES:
        raise _Unfit(f"data: {len(data)} bytes once its numbers are written out")
    stored = Event(
        device=device,
        incarnation=incarnation,
        stream=stream,
        seq=seq,
        id=_text(event.id, "id"),
        kind=kind,
        subject=None if event.subject is None else _text(event.subject, "subject"),
        time=_time(event),
        clock_trusted=event.clocktrusted,
        received_at=message.received_at,
        data=data,
    )
    said = event.typed() if kind == Evicted.kind else None
    if not isinstance(said, Evicted):
        return ToStore(stored)
    if not said.first <= said.last < seq:
        raise _Unfit("data: a tombstone covers numbers before its own, the first before the last")
    return ToStore(stored, evicted=(said.first, said.last))


def _state(event: Envelope, device: DeviceId, message: Message) -> ToNote:
    said = event.typed()
    if not isinstance(said, Presence):
        raise _Unfit(f"type {event.type!r} does not belong on the topic of the state")
    # A retained "online" was said when the device connected; when a will was sent, nobody tells.
    at = message.received_at
    if message.retained and said.online and event.clocktrusted:
        at = min(at, _time(event))
    change = PresenceChange(
        device=device.name,
        online=said.online,
        session=said.session,
        version_installed=_text(said.version_installed, "data.version_installed"),
        at=at,
    )
    return ToNote(change, is_proof=said.online and not message.retained)


def _claim(device: DeviceId, payload: bytes) -> Claim | None:
    identity = identity_in(payload)
    if identity is None:
        return None
    incarnation, seq = identity
    stream = json.loads(payload).get("stream")
    if not isinstance(stream, str) or stream not in set(Stream):
        return None
    return Claim(device=device, stream=Stream(stream), incarnation=incarnation, seq=seq)


def _time(event: Envelope) -> float:
    at = event.time.timestamp()
    try:
        datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError) as error:
        raise _Unfit("time: too near to the end of the year 9999") from error
    return at


def _text(value: str, name: str) -> str:
    if "\0" in value:
        raise _Unfit(f"{name}: a NUL character")
    return value


def _reason(error: Exception) -> str:
    return str(error).replace("\0", "\\0").encode(errors="replace").decode()[:_MAX_REASON]
