"""The desk: where the web app hands in submissions and asks what became of them.

SQLite waits for the disk, the event loop must not: one thread owned by the desk does all of it, in order.
"""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

from edge_agent.clock import Clock, Reading
from edge_agent.contract import ContractError
from edge_agent.contract.events import Health, SubmissionCreated
from edge_agent.contract.streams import Stream
from edge_agent.inbox.store import InboxError, SubmissionState
from edge_agent.kiosk import NotSaved
from edge_agent.kiosk.register import CodeTaken, Register, RegisterError
from edge_agent.outbox import OutboxError
from edge_agent.outbox.port import Outbox
from loket import codes
from loket.log import get

log = get(__name__)
Value = TypeVar("Value")


class Inbox(Protocol):
    """What the desk needs of the inbox."""

    def submission_state(self, submission: str) -> SubmissionState | None:
        """The state that the uplink noted, or None if it noted none yet."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the desk works with, all of it used in its thread only; `close` lets go of it."""

    outbox: Outbox
    inbox: Inbox
    register: Register
    clock: Clock
    close: Callable[[], None]


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
        try:
            return await self._do(self._parts.clock.read)
        except InboxError as error:
            log.error("clock_unreadable", reason=str(error))
            raise NotSaved(str(error)) from error

    async def has_room(self) -> bool:
        """Whether a submission would be accepted now."""
        return await self._do(self._has_room)

    async def file(self, created: SubmissionCreated, *, reading: Reading) -> str:
        """Commit a submission durably and return its code; a second time changes nothing.

        Raises NotSaved, CodeTaken.
        """
        return await self._do(lambda: self._file(created, reading))

    async def state(self, submission: str) -> SubmissionState:
        """What is known of a submission that was filed here."""
        return await self._do(lambda: self._state(submission))

    async def find(self, code: str) -> str | None:
        """The submission of a code, or None if this kiosk has none of it. Raises RegisterError."""
        return await self._do(lambda: self._parts.register.find(code))

    async def report(self, health: Health) -> None:
        """Say how the unit fares; without room it is dropped, for the next one says it again."""
        await self._do(lambda: self._report(health))

    def close(self) -> None:
        """Let the thread finish and close the files."""
        self._thread.submit(self._parts.close).result()
        self._thread.shutdown()

    async def _do(self, work: Callable[[], Value]) -> Value:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _has_room(self) -> bool:
        try:
            return self._parts.outbox.room(Stream.SUBMISSIONS)
        except OutboxError as error:
            log.warning("outbox_unusable", reason=str(error))
            return False

    def _file(self, created: SubmissionCreated, reading: Reading) -> str:
        code = codes.code_of(UUID(created.submission))
        try:
            is_new = self._parts.register.enter(
                code, submission=created.submission, created_at=reading.wall.timestamp()
            )
            self._parts.outbox.append(
                created, event_id=created.submission, subject=created.submission, reading=reading
            )
        except CodeTaken:
            raise
        except (OutboxError, RegisterError, ContractError) as error:
            self.refusals += 1
            log.error("submission_not_saved", kind=type(error).__name__, reason=str(error))
            with contextlib.suppress(RegisterError):
                self._parts.register.strike(code)
            raise NotSaved(str(error)) from error
        self.submissions += is_new
        return code

    def _state(self, submission: str) -> SubmissionState:
        try:
            noted = self._parts.inbox.submission_state(submission)
        except InboxError as error:
            log.warning("state_unreadable", reason=str(error))
            noted = None
        return noted or SubmissionState.SAVED  # it has a code, so it was committed: that much is certain

    def _report(self, health: Health) -> None:
        try:
            self._parts.outbox.append(health)
        except OutboxError as error:
            log.warning("health_not_reported", reason=str(error))
