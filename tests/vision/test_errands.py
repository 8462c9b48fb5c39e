"""Commands on the real inbox: at most once, whatever happens in between."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from edge_agent.contract.commands import Command, TakeSnapshot
from edge_agent.contract.events import CommandFinished, SnapshotTaken
from edge_agent.device import Device
from edge_agent.inbox.store import Inbox, open_inbox
from edge_agent.outbox.snapshots import SnapshotSpool
from edge_agent.testing.clock import FixedClock
from edge_agent.testing.outbox import MemoryOutbox
from edge_agent.vision.errands import PATIENCE_S, Errands
from edge_agent.vision.pictures.books import Books
from edge_agent.vision.voice import Voice

SHA = "ab" * 32


class Desk:
    """Errands with everything around them; `restart` is another run over the same inbox."""

    def __init__(self, folder: Path, inbox: Inbox) -> None:
        self.clock = FixedClock()
        self.outbox = MemoryOutbox(clock=self.clock)
        self.inbox = inbox
        self._spool = SnapshotSpool(folder / "snapshots")
        self._books = Books(folder / "pictures.json", run="0123abcd")
        self.taken = 0
        self.restart()

    def restart(self) -> None:
        voice = Voice(self.outbox, self._spool, books=self._books, clock=self.clock)
        self.errands = Errands(self.inbox, voice, cameras=["gate", "hall"], clock=self.clock)

    def command(self, camera: str = "gate", *, lasts_s: float = 60) -> str:
        now = self.clock.wall.timestamp()
        command = Command(
            device="/17.07/fake", issued_at=now, expires_at=now + lasts_s, id=str(uuid4()),
            action=TakeSnapshot(camera=camera),
        )  # fmt: skip
        self.inbox.add_command(command, unit="vision")
        return command.id

    def take(self) -> str:
        self.taken += 1
        return SHA

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(row.data.outcome, row.data.reason) for row in self.outbox.rows
                if isinstance(row.data, CommandFinished)]  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    device = Device(region="17.07", name="fake", data=tmp_path / "data", run=tmp_path / "run")
    with closing(open_inbox(device)) as inbox:
        yield Desk(tmp_path, inbox)


def test_a_snapshot_is_taken_of_the_next_frame_and_told(desk: Desk) -> None:
    command = desk.command()
    desk.errands.collect()
    assert desk.errands.wants("gate")
    assert not desk.errands.wants("hall")
    desk.errands.carry_out("gate", desk.take)
    assert not desk.errands.wants("gate")
    taken, finished = [row.data for row in desk.outbox.rows]
    assert taken == SnapshotTaken(camera="gate", command=command, snapshot=SHA)
    assert finished == CommandFinished(command=command, outcome="done")
    assert desk.inbox.commands_for("vision") == []


def test_a_command_collected_twice_is_carried_out_once(desk: Desk) -> None:
    desk.command()
    desk.errands.collect()
    desk.errands.collect()
    desk.errands.carry_out("gate", desk.take)
    desk.errands.collect()
    desk.errands.carry_out("gate", desk.take)
    assert desk.taken == 1
    assert desk.outcomes == [("done", "")]


def test_an_unknown_camera_is_told_with_those_that_are_known(desk: Desk) -> None:
    desk.command("gaet")
    desk.errands.collect()
    assert desk.outcomes == [("failed", 'no camera is named "gaet"; known here: gate, hall')]


def test_an_expired_command_is_refused_unless_the_clock_is_not_to_be_believed(desk: Desk) -> None:
    desk.command(lasts_s=-1)
    desk.errands.collect()
    assert desk.outcomes == [("refused", "it has expired")]
    desk.clock.trusted = False
    desk.command(lasts_s=-1)
    desk.errands.collect()
    assert desk.errands.wants("gate")


def test_a_camera_without_frames_fails_the_command_in_time(desk: Desk) -> None:
    desk.command()
    desk.errands.collect()
    desk.clock.advance(PATIENCE_S - 1)
    desk.errands.give_up(lambda camera: f"{camera} is down: unplugged")
    assert desk.outcomes == []
    desk.clock.advance(1)
    desk.errands.give_up(lambda camera: f"{camera} is down: unplugged")
    assert desk.outcomes == [("failed", "gate is down: unplugged")]
    assert not desk.errands.wants("gate")


def test_a_picture_that_cannot_be_kept_fails_the_command(desk: Desk) -> None:
    desk.command()
    desk.errands.collect()
    desk.errands.carry_out("gate", lambda: None)
    assert [outcome for outcome, _ in desk.outcomes] == ["failed"]


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("cut", range(1, 7))
def test_killed_anywhere_it_acts_at_most_once_and_tells_the_outcome(
    cut: int, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps that touch the disk are counted; the process dies before step number `cut`."""
    steps = 0

    def counted(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def step(*words: object, **named: object) -> object:
            nonlocal steps
            steps += 1
            if steps == cut:
                raise Killed
            return real(*words, **named)

        monkeypatch.setattr(owner, name, step)

    command = desk.command()
    desk.errands.collect()
    for owner, name in ((desk.inbox, "set_flag"), (desk.inbox, "finish_command"), (desk.outbox, "append")):
        counted(owner, name)
    with pytest.raises(Killed):
        desk.errands.carry_out("gate", desk.take)
    monkeypatch.undo()
    for _ in range(2):
        desk.restart()
        desk.errands.collect()
        desk.errands.carry_out("gate", desk.take)
    assert desk.taken <= 1
    finished = [row.data for row in desk.outbox.rows if isinstance(row.data, CommandFinished)]
    assert [event.command for event in finished] == [command]
    taken = [row for row in desk.outbox.rows if isinstance(row.data, SnapshotTaken)]
    assert len(taken) <= 1
    assert desk.inbox.commands_for("vision") == []


def test_an_inbox_that_fails_stops_nothing_and_is_told_as_a_fault(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edge_agent.inbox.store import InboxError

    def fail(_unit: str) -> list[Command]:
        raise InboxError("inbox.db: disk I/O error")

    monkeypatch.setattr(desk.inbox, "commands_for", fail)
    desk.errands.collect()
    assert desk.errands.fault == "inbox.db: disk I/O error"
    monkeypatch.undo()
    desk.errands.collect()
    assert desk.errands.fault == ""
