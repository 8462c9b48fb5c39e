"""The desk: where the web app hands in what citizens file and asks what became of it.

SQLite waits for the disk, the event loop must not: one thread owned by the desk does all of it, in order.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID, uuid5

from edge_agent.clock import Clock, Reading
from edge_agent.contract import ContractError
from edge_agent.contract.events import EventData, Health, ScreenChanged
from edge_agent.contract.notices import Answer, QueueState, Step
from edge_agent.contract.streams import Stream
from edge_agent.inbox.store import InboxError, SubmissionState
from edge_agent.kiosk import NotSaved
from edge_agent.kiosk.recordings import Attachment
from edge_agent.kiosk.register import CodeTaken, Entry, Register, RegisterError, Ticket
from edge_agent.kiosk.services.service import Numbers
from edge_agent.kiosk.story import Story
from edge_agent.outbox import OutboxError
from edge_agent.outbox.port import Outbox
from loket import codes
from loket.log import get

log = get(__name__)
Value = TypeVar("Value")
Compose = Callable[[Reading, Numbers], EventData]
"""Makes the event of what is filed, at a moment, in the desk's thread."""


class Inbox(Protocol):
    """What the desk needs of the inbox."""

    def submission_state(self, submission: str) -> SubmissionState | None:
        """The state that the uplink noted, or None if it noted none yet."""
        ...

    def steps_of(self, subject: str) -> list[Step]:
        """The steps that offices took with it, the oldest first."""
        ...

    def due_of(self, subject: str) -> float | None:
        """By when its next step is owed, s since 1970, or None."""
        ...

    def queue_state(self, queue: str) -> QueueState | None:
        """How a queue stood when it was last told, or None."""
        ...

    def answer(self, inquiry: str) -> Answer | None:
        """What was answered to an inquiry, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the desk works with, all of it used in its thread only; `close` lets go of it."""

    outbox: Outbox
    inbox: Inbox
    register: Register
    clock: Clock
    close: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Committed:
    """What was filed durably: its code, the event as it was committed, when, and whether it is new."""

    code: str
    event: EventData
    reading: Reading
    is_new: bool


class Desk:
    """Outbox, inbox, register and clock behind one thread. Close it."""

    def __init__(self, open_parts: Callable[[], Parts]) -> None:
        """`open_parts` makes the parts inside the desk's thread. Raises what it raises."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")
        self.submissions = 0
        self.refusals = 0
        try:
            self._parts = self._thread.submit(open_parts).result()
        except BaseException:
            self._thread.shutdown()
            raise

    async def now(self) -> Reading:
        """What the clocks say. Raises NotSaved if the proofs of the time cannot be read."""
        return await self._do(self._now)

    async def has_room(self) -> bool:
        """Whether a submission would be accepted now."""
        return await self._do(self._has_room)

    async def file(
        self, subject: str, *, service: str, compose: Compose, attachments: Sequence[Attachment] = ()
    ) -> Committed:
        """Commit what `compose` makes durably under the UUID `subject`; a second time changes nothing.

        `attachments` are committed before it. Raises NotSaved, CodeTaken, and what `compose` raises.
        """
        return await self._do(lambda: self._file(subject, service, compose, attachments))

    async def tell(self, data: EventData, *, event_id: str, subject: str) -> None:
        """Commit an event that needs no code. Raises NotSaved."""
        await self._do(lambda: self._tell(data, event_id, subject))

    async def monotonic(self) -> float:
        """Seconds on a clock that never jumps; 0 where even that cannot be read: long ago."""
        try:
            return (await self.now()).monotonic
        except NotSaved:
            return 0.0

    async def cancel(self, ticket: str, *, event: EventData) -> None:
        """Give a number back. Raises NotSaved."""
        await self._do(lambda: self._cancel(ticket, event))

    async def story(self, submission: str) -> Story:
        """What is known of something that was filed here."""
        return await self._do(lambda: self._story(submission))

    async def answer(self, inquiry: str) -> Answer | None:
        """What was answered to an inquiry, or None if nothing was yet."""
        return await self._do(lambda: self._known(lambda: self._parts.inbox.answer(inquiry)))

    async def queue_state(self, queue: str) -> QueueState | None:
        """How a queue stood when it was last told, or None."""
        return await self._do(lambda: self._known(lambda: self._parts.inbox.queue_state(queue)))

    async def find(self, code: str) -> Entry | None:
        """What a code belongs to, or None if this kiosk has none of it. Raises RegisterError."""
        return await self._do(lambda: self._parts.register.find(code))

    async def ticket(self, ticket: str) -> Ticket | None:
        """The number that was given to a ticket. Raises RegisterError."""
        return await self._do(lambda: self._parts.register.ticket(ticket))

    async def report(self, fact: Health | ScreenChanged) -> None:
        """Say how the unit or its screen fares; without room it is dropped: the next one says it again."""
        await self._do(lambda: self._report(fact))

    def close(self) -> None:
        """Let the thread finish and close the files."""
        self._thread.submit(self._parts.close).result()
        self._thread.shutdown()

    async def _do(self, work: Callable[[], Value]) -> Value:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _now(self) -> Reading:
        try:
            return self._parts.clock.read()
        except InboxError as error:
            log.error("clock_unreadable", reason=str(error))
            raise NotSaved(str(error)) from error

    def _has_room(self) -> bool:
        try:
            return self._parts.outbox.room(Stream.SUBMISSIONS)
        except OutboxError as error:
            log.warning("outbox_unusable", reason=str(error))
            return False

    def _file(
        self, subject: str, service: str, compose: Compose, attachments: Sequence[Attachment]
    ) -> Committed:
        code = codes.code_of(UUID(subject))
        reading = self._now()
        is_new = False
        try:
            is_new = self._parts.register.enter(
                code, submission=subject, service=service, created_at=reading.wall.timestamp()
            )
            event = compose(reading, self._parts.register)
            for attachment in attachments:
                attachment.append_to(self._parts.outbox, reading=reading)
            self._parts.outbox.append(event, event_id=subject, subject=subject, reading=reading)
        except CodeTaken:
            raise
        except (OutboxError, RegisterError, ContractError) as error:
            self.refusals += 1
            log.error("submission_not_saved", kind=type(error).__name__, reason=str(error))
            if is_new:  # otherwise it belongs to what is committed already
                with contextlib.suppress(RegisterError):
                    self._parts.register.strike(code)
            raise NotSaved(str(error)) from error
        self.submissions += is_new
        return Committed(code=code, event=event, reading=reading, is_new=is_new)

    def _tell(self, data: EventData, event_id: str, subject: str) -> None:
        try:
            self._parts.outbox.append(data, event_id=event_id, subject=subject, reading=self._now())
        except (OutboxError, ContractError) as error:
            log.error("not_saved", told=data.kind, kind=type(error).__name__, reason=str(error))
            raise NotSaved(str(error)) from error

    def _cancel(self, ticket: str, event: EventData) -> None:
        self._tell(event, str(uuid5(UUID(ticket), "cancelled")), ticket)
        self._parts.register.cancel(ticket)

    def _story(self, submission: str) -> Story:
        inbox = self._parts.inbox
        noted = self._known(lambda: inbox.submission_state(submission))
        steps = self._known(lambda: inbox.steps_of(submission)) or []
        due_at = self._known(lambda: inbox.due_of(submission)) if steps else None
        # It has a code, so it was committed: that much is certain.
        return Story(state=noted or SubmissionState.SAVED, steps=tuple(steps), due_at=due_at)

    def _known(self, ask: Callable[[], Value | None]) -> Value | None:
        """What the inbox knows; None if it cannot be read."""
        try:
            return ask()
        except InboxError as error:
            log.warning("inbox_unreadable", reason=str(error))
            return None

    def _report(self, fact: Health | ScreenChanged) -> None:
        try:
            self._parts.outbox.append(fact)
        except OutboxError as error:
            log.warning("not_reported", kind=fact.kind, reason=str(error))
