"""The relay: publishes commands and notices that wait, and republishes stored events in order."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError
from sqlalchemy import Engine

from edge_agent.contract import envelope, signed, topics
from edge_agent.contract.commands import Command, TakeSnapshot
from edge_agent.contract.envelope import Envelope, type_of
from edge_agent.contract.events import KINDS
from fleet.northbound.courier import Courier, Parcel
from fleet.office import notices
from fleet.settings import Fleet
from fleet.store import StoreError, commands, events, northbound
from fleet.store.commands import PendingCommand
from fleet.store.engine import translated, writing
from fleet.store.streams import Key
from loket import log
from loket.worker import Worker

_log = log.get(__name__)

_LOOK_EVERY_S = 0.25
_YIELD_AT_MOST_S = 1.0
_RETRY_S = 5.0
_STOP_WITHIN_S = 15.0
_COMMANDS_AT_ONCE = 50
_NOTICES_AT_ONCE = 200
_STREAMS_AT_ONCE = 50
_EVENTS_AT_ONCE = 500


class Relay(Worker):
    """The relay works as long as the block lasts, and so does its connection.

    Republishing is at least once: how far a stream has come is recorded after the broker's acknowledgement.
    A stream goes up to its first gap only, so its order holds; readers drop repeats by source and id. While
    `is_busy` says that messages wait to be stored, it pauses, for a second at most each time.
    """

    def __init__(
        self, engine: Engine, fleet: Fleet, *, key: Ed25519PrivateKey, is_busy: Callable[[], bool]
    ) -> None:
        """`key` signs commands and notices. Raises BrokerError if our certificate cannot be used."""
        super().__init__(name="relay", stop_within_s=_STOP_WITHIN_S)
        self._engine, self._fleet, self._key, self._is_busy = engine, fleet, key, is_busy
        self._courier = Courier(fleet)
        self._told_unpublishable: set[str] = set()

    def __enter__(self) -> Self:
        """Start."""
        self._courier.connection.__enter__()
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop after the message at hand."""
        super().__exit__(kind, error, trace)
        self._courier.connection.__exit__(kind, error, trace)

    @property
    def has_failed(self) -> bool:
        """Whether a thread ended although nobody asked it to."""
        return self._courier.connection.has_failed or super().has_failed

    def work(self) -> None:
        """Publish what waits, again and again."""
        while not self.stopping.is_set():
            pause_s = _LOOK_EVERY_S
            try:
                if self._courier.connection.is_up:
                    pause_s = self._round()
            except StoreError as error:
                _log.error("relay_waits", reason=str(error), retry_in_s=_RETRY_S)
                pause_s = _RETRY_S
            self.stopping.wait(pause_s)

    def _round(self) -> float:
        """Do what is due; returns after how many seconds to look again."""
        if not self._publish_commands():
            return _RETRY_S
        are_told = self._publish_notices()
        pause_s = self._republish_when_quiet() if self._fleet.ingest.northbound else _LOOK_EVERY_S
        return pause_s if are_told else _RETRY_S

    def _republish_when_quiet(self) -> float:
        until = time.monotonic() + _YIELD_AT_MOST_S
        while self._is_busy() and time.monotonic() < until and not self.stopping.is_set():
            self.stopping.wait(_LOOK_EVERY_S / 10)
        return self._republish()

    def _publish_commands(self) -> bool:
        with translated(), self._engine.connect() as connection:
            waiting = commands.pending(connection, now=time.time(), at_most=_COMMANDS_AT_ONCE)
        parcels = [(command, parcel) for command in waiting if (parcel := self._command(command))]
        if not parcels:
            return True
        answers = self._courier.deliver([parcel for _, parcel in parcels], stopping=self.stopping)
        if answers is None:
            return False
        with translated(), writing(self._engine) as connection:
            for (command, _), refusal in zip(parcels, answers, strict=True):
                if refusal is None:
                    commands.published(connection, command.id, at=time.time())
                    _log.info("command_published", command=command.id, device=command.device.name)
                else:
                    _log.error("command_not_published", command=command.id, reason=refusal)
        return not any(answers)

    def _publish_notices(self) -> bool:
        with translated(), self._engine.connect() as connection:
            waiting = notices.pending(connection, now=time.time(), at_most=_NOTICES_AT_ONCE)
        if not waiting:
            return True
        parcels = [
            Parcel(
                topic=topics.notice(one.device),
                payload=signed.sign(one.notice, key=self._key),
                content_type=signed.CONTENT_TYPE,
            )
            for one in waiting
        ]
        answers = self._courier.deliver(parcels, stopping=self.stopping)
        if answers is None:
            return False
        sent = [one for one, refusal in zip(waiting, answers, strict=True) if refusal is None]
        with translated(), writing(self._engine) as connection:
            notices.published(connection, sent, at=time.time())
        if len(sent) < len(waiting):
            refusal = next(answer for answer in answers if answer is not None)
            _log.error("notices_not_published", count=len(waiting) - len(sent), reason=refusal)
        return len(sent) == len(waiting)

    def _command(self, pending: PendingCommand) -> Parcel | None:
        try:
            command = Command(
                id=pending.id,
                device=pending.device.source,
                issued_at=pending.issued_at,
                expires_at=pending.expires_at,
                action=TakeSnapshot.model_validate_json(pending.action),
            )
        except ValidationError as error:
            if pending.id not in self._told_unpublishable:
                self._told_unpublishable.add(pending.id)
                _log.error("command_malformed", command=pending.id, mistakes=error.error_count())
            return None
        return Parcel(
            topic=topics.command(pending.device, pending.id),
            payload=signed.sign(command, key=self._key),
            content_type=signed.CONTENT_TYPE,
        )

    def _republish(self) -> float:
        parcels: list[Parcel] = []
        through: dict[Key, int] = {}
        with translated(), self._engine.connect() as connection:
            for stream in northbound.backlog(connection, at_most=_STREAMS_AT_ONCE):
                room = _EVENTS_AT_ONCE - len(parcels)
                if room <= 0:
                    break
                device, incarnation = stream.key
                found = events.after(
                    connection,
                    device=device,
                    incarnation=incarnation,
                    seq=stream.seq,
                    through=stream.through,
                    at_most=room,
                )
                parcels += [republished(event) for event in found]
                through[stream.key] = found[-1].seq if len(found) == room else stream.through
        if not through:
            return _LOOK_EVERY_S
        if parcels:
            answers = self._courier.deliver(parcels, stopping=self.stopping)
            if answers is None:
                return _RETRY_S
            refusal = next((answer for answer in answers if answer is not None), None)
            if refusal is not None:
                _log.error("not_republished", reason=refusal, retry_in_s=_RETRY_S)
                return _RETRY_S
        with translated(), writing(self._engine) as connection:
            northbound.advance(connection, through)
        return 0.0


def republished(event: events.Event) -> Parcel:
    """The northbound message of a stored event: the same CloudEvent, as the fleet keeps it."""
    message = Envelope(
        specversion="1.0",
        id=event.id,
        source=event.device.source,
        type=type_of(KINDS[event.kind]),
        time=datetime.fromtimestamp(event.time, UTC),
        subject=event.subject,
        clocktrusted=event.clock_trusted,
        stream=event.stream,
        incarnation=event.incarnation,
        seq=event.seq,
        data=json.loads(event.data),
    )
    return Parcel(
        topic=topics.north(event.device, event.kind),
        payload=message.model_dump_json(exclude_none=True).encode(),
        content_type=envelope.CONTENT_TYPE,
    )
