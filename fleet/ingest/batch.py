"""One batch: messages in, one transaction, and what may be told afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from edge_agent.contract.identity import DeviceId
from fleet.ingest.ledger import Ledger, StreamState
from fleet.ingest.verdict import Claim, Message, ToNote, ToRefuse, ToStore, Verdict, judge
from fleet.store import Unstorable, counters, devices, events, presence, refused, streams
from fleet.store.engine import translated, writing
from fleet.store.events import Event
from fleet.store.presence import PresenceChange
from fleet.store.refused import RefusedMessage
from fleet.store.streams import Key, StreamChange


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a committed batch did; `touched` are the streams whose devices are to be told."""

    stored: int
    duplicates: int
    refused: tuple[RefusedMessage, ...]
    touched: Mapping[Key, tuple[DeviceId, StreamState]]


def store_batch(
    engine: Engine, messages: Sequence[Message], *, ledger: Ledger, refused_keep: int, now: float
) -> list[Outcome]:
    """Store `messages` in one transaction; on return it is durable, and `ledger` knows it.

    A message with a value that the database cannot hold must not hold up the others: the batch is then
    halved until that message is alone, and it is kept aside. Raises Busy: nothing was stored, try again;
    halves that were stored already are only duplicates then.
    """
    try:
        return [_commit(engine, messages, None, ledger=ledger, refused_keep=refused_keep, now=now)]
    except Unstorable as error:
        if len(messages) == 1:
            reason = f"cannot be stored: {error}"
            return [_commit(engine, messages, reason, ledger=ledger, refused_keep=refused_keep, now=now)]
    middle = len(messages) // 2
    return [
        outcome
        for half in (messages[:middle], messages[middle:])
        for outcome in store_batch(engine, half, ledger=ledger, refused_keep=refused_keep, now=now)
    ]


def _commit(
    engine: Engine,
    messages: Sequence[Message],
    refuse_because: str | None,
    *,
    ledger: Ledger,
    refused_keep: int,
    now: float,
) -> Outcome:
    with translated(), writing(engine) as connection:
        regions = devices.regions_of(connection, _senders(messages))
        verdicts = [judge(message, regions=regions) for message in messages]
        if refuse_because is not None:
            verdicts = [_refusal_of(verdict, refuse_because) for verdict in verdicts]
        batch = _Batch(ledger.read(connection, _keys(verdicts)))
        for message, verdict in zip(messages, verdicts, strict=True):
            batch.take(message, verdict)
        stored = batch.write(connection, refused_keep=refused_keep, size=len(messages), now=now)
    ledger.remember({key: batch.states[key] for key in batch.touched})
    return Outcome(
        stored=stored,
        duplicates=len(batch.new) + batch.refused_again - stored,
        refused=tuple(batch.aside),
        touched={key: (device, batch.states[key]) for key, device in batch.touched.items()},
    )


@dataclass(slots=True)
class _Batch:
    """What the messages of a batch come to; built in memory, written at once."""

    states: dict[Key, StreamState]
    new: list[Event] = field(default_factory=list)
    aside: list[RefusedMessage] = field(default_factory=list)
    refused_again: int = 0
    changes: list[PresenceChange] = field(default_factory=list)
    proofs: dict[str, float] = field(default_factory=dict)
    touched: dict[Key, DeviceId] = field(default_factory=dict)
    evicted_of: dict[Key, int] = field(default_factory=dict)
    refused_of: dict[Key, int] = field(default_factory=dict)

    def take(self, message: Message, verdict: Verdict) -> None:
        """Add one message."""
        match verdict:
            case ToStore():
                self._store(message, verdict)
            case ToRefuse():
                self._refuse(message, verdict)
            case ToNote(change=change, is_proof=is_proof):
                self.changes.append(change)
                if is_proof:
                    self._prove(change.device, message)

    def write(self, connection: Connection, *, refused_keep: int, size: int, now: float) -> int:
        """Write it all; returns how many events were new."""
        stored = events.insert_once(connection, self.new)
        refused.keep_aside(connection, self.aside, keep=refused_keep)
        presence.note_states(connection, self.changes)
        presence.note_proofs(connection, self.proofs)
        streams.save(connection, [self._change(key, now) for key in self.touched])
        counters.count_batch(
            connection,
            stored=stored,
            duplicates=len(self.new) + self.refused_again - stored,
            refused=len(self.aside),
            size=size,
            at=now,
        )
        return stored

    def _store(self, message: Message, verdict: ToStore) -> None:
        event = verdict.event
        key = (event.device.name, event.incarnation)
        before = self.states.get(key, StreamState(stream=event.stream))
        if before.stream != event.stream:
            reason = f"incarnation belongs to the stream {before.stream}, not to {event.stream}"
            self._refuse(message, ToRefuse(reason, device=event.device.name))
            return
        if verdict.evicted is None:
            after = before.stored(event.seq)
        else:
            first, last = verdict.evicted
            after = before.evicted(first, last, by=event.seq)
            if event.seq not in before.settled and event.seq in after.settled:
                self.evicted_of[key] = self.evicted_of.get(key, 0) + last - first + 1
        self.new.append(event)
        self._touch(key, event.device, after)
        self._prove(event.device.name, message)

    def _refuse(self, message: Message, verdict: ToRefuse) -> None:
        claim, incarnation, seq = verdict.claim, None, None
        if verdict.device is not None and claim is not None:
            key = (claim.device.name, claim.incarnation)
            before = self.states.get(key, StreamState(stream=claim.stream))
            if before.stream == claim.stream:
                after = before.refuse(claim.seq)
                self._touch(key, claim.device, after)
                if after is before and claim.seq in before.refused:
                    self.refused_again += 1
                    return
                if after is not before:
                    incarnation, seq = claim.incarnation, claim.seq
                    self.refused_of[key] = self.refused_of.get(key, 0) + 1
            self._prove(claim.device.name, message)
        self.aside.append(
            RefusedMessage(
                topic=message.topic,
                payload=message.payload,
                reason=verdict.reason,
                received_at=message.received_at,
                device=verdict.device,
                incarnation=incarnation,
                seq=seq,
            )
        )

    def _touch(self, key: Key, device: DeviceId, state: StreamState) -> None:
        self.states[key] = state
        self.touched[key] = device

    def _prove(self, device: str, message: Message) -> None:
        if not message.retained:
            self.proofs[device] = max(message.received_at, self.proofs.get(device, 0.0))

    def _change(self, key: Key, now: float) -> StreamChange:
        state = self.states[key]
        return StreamChange(
            key=key,
            stream=state.stream,
            through=state.settled.through,
            also=state.settled.also,
            evicted=self.evicted_of.get(key, 0),
            refused=self.refused_of.get(key, 0),
            received_at=now,
        )


def _senders(messages: Sequence[Message]) -> set[str]:
    return {parts[3] for message in messages if len(parts := message.topic.split("/", 4)) > 3}


def _keys(verdicts: Sequence[Verdict]) -> list[Key]:
    keys = []
    for verdict in verdicts:
        match verdict:
            case ToStore(event=event):
                keys.append((event.device.name, event.incarnation))
            case ToRefuse(claim=Claim() as claim):
                keys.append((claim.device.name, claim.incarnation))
    return keys


def _refusal_of(verdict: Verdict, reason: str) -> ToRefuse:
    match verdict:
        case ToStore(event=event):
            claim = Claim(
                device=event.device, stream=event.stream, incarnation=event.incarnation, seq=event.seq
            )
            return ToRefuse(reason, device=event.device.name, claim=claim)
        case ToNote(change=change):
            return ToRefuse(reason, device=change.device)
        case ToRefuse():
            return verdict
