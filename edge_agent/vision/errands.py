"""Commands to this unit: taken from the inbox, carried out at most once, their outcome told.

Order: note which is begun, act, mark it finished, tell, forget the note. A run that dies in between finds
the note at its next start and tells that the errand was interrupted; it never acts a second time.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from edge_agent.clock import Clock
from edge_agent.contract.commands import Command
from edge_agent.contract.events import CommandFinished, SnapshotTaken
from edge_agent.inbox.store import Inbox, InboxError
from edge_agent.vision.voice import Voice
from loket import log

UNIT = "vision"
BEGUN_FLAG = "vision.begun"
PATIENCE_S = 10.0
"""How long a command waits for its camera's next frame."""

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class _Errand:
    command: Command
    give_up_s: float


class Errands:
    """The commands in hand. For one thread. A fault of the inbox is kept in `fault` and tried again later."""

    def __init__(self, inbox: Inbox, voice: Voice, *, cameras: Collection[str], clock: Clock) -> None:
        self.fault = ""
        self._inbox = inbox
        self._voice = voice
        self._cameras = cameras
        self._clock = clock
        self._waiting: dict[str, _Errand] = {}
        with self._faults():
            self._tell_interrupted()

    def collect(self) -> None:
        """Take new commands in hand; those that cannot be carried out are told at once."""
        with self._faults():
            now = self._clock.read()
            for command in self._inbox.commands_for(UNIT):
                if command.id in self._waiting:
                    continue
                if now.trusted and not command.in_force(now.wall.timestamp()):
                    self._finish(command, "refused", "it has expired")
                elif command.action.camera not in self._cameras:
                    known = ", ".join(sorted(self._cameras))
                    reason = f'no camera is named "{command.action.camera}"; known here: {known}'
                    self._finish(command, "failed", reason)
                else:
                    self._waiting[command.id] = _Errand(command, now.monotonic + PATIENCE_S)

    def wants(self, camera: str) -> bool:
        """Whether a command waits for a frame of `camera`."""
        return any(errand.command.action.camera == camera for errand in self._waiting.values())

    def carry_out(self, camera: str, take: Callable[[], str | None]) -> None:
        """Carry out what waits for this frame of `camera`; `take` makes the picture, and gives its hash."""
        with self._faults():
            for command in [errand.command for errand in self._waiting.values()]:
                if command.action.camera == camera:
                    del self._waiting[command.id]
                    self._take_snapshot(command, take)

    def give_up(self, reason_of: Callable[[str], str]) -> None:
        """Tell as failed what waited too long; `reason_of` says why a camera gives no frame."""
        if not self._waiting:
            return
        now_s = self._clock.read().monotonic
        with self._faults():
            for command in [errand.command for errand in self._waiting.values() if errand.give_up_s <= now_s]:
                del self._waiting[command.id]
                self._finish(command, "failed", reason_of(command.action.camera))

    def _take_snapshot(self, command: Command, take: Callable[[], str | None]) -> None:
        self._inbox.set_flag(BEGUN_FLAG, command.id)
        snapshot = take()
        if snapshot is None:
            self._finish(command, "failed", "no picture could be kept; see the unit's health")
            return
        self._voice.say(
            SnapshotTaken(camera=command.action.camera, command=command.id, snapshot=snapshot),
            event_id=_event_id(command.id, "taken"),
            subject=command.action.camera,
        )
        self._finish(command, "done", "")

    def _finish(self, command: Command, outcome: Literal["done", "failed", "refused"], reason: str) -> None:
        self._inbox.set_flag(BEGUN_FLAG, command.id)
        if self._inbox.finish_command(command.id):
            self._tell(command.id, outcome, reason)
        self._inbox.set_flag(BEGUN_FLAG, "")

    def _tell_interrupted(self) -> None:
        begun = self._inbox.flag(BEGUN_FLAG)
        if begun:
            self._inbox.finish_command(begun)
            self._tell(begun, "failed", "the unit was interrupted at it; give the command again")
            self._inbox.set_flag(BEGUN_FLAG, "")

    def _tell(self, command_id: str, outcome: Literal["done", "failed", "refused"], reason: str) -> None:
        _log.info("command_finished", command=command_id, outcome=outcome, reason=reason)
        self._voice.say(
            CommandFinished(command=command_id, outcome=outcome, reason=reason[:300]),
            event_id=_event_id(command_id, "finished"),
        )

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Keep a fault of the inbox (its disk may be full) from stopping the cameras."""
        try:
            yield
        except InboxError as error:
            if not self.fault:
                _log.error("inbox_fault", reason=str(error))
            self.fault = str(error)
        else:
            self.fault = ""


def _event_id(command_id: str, what: str) -> str:
    """The same event for the same command, also when it is told twice."""
    return str(uuid5(NAMESPACE_URL, f"loket:command:{command_id}:{what}"))
