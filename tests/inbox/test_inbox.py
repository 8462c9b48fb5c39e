"""The inbox."""

import os
import stat
import threading
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.contract.commands import Command, TakeSnapshot
from edge_agent.device import Device
from edge_agent.inbox.store import InboxError, SubmissionState, open_inbox


@pytest.fixture
def device(tmp_path):
    return Device(region="17.07", name="lebong-001", data=tmp_path / "data", run=tmp_path / "run")


@pytest.fixture
def inbox(device):
    inbox = open_inbox(device)
    yield inbox
    inbox.close()


def command(number=1, expires_at=100.0):
    return Command(
        id=str(UUID(int=number)), device="/17.07/lebong-001", issued_at=0.0, expires_at=expires_at,
        action=TakeSnapshot(camera="gate"),
    )  # fmt: skip


def test_a_command_reaches_its_unit_until_it_is_finished(inbox):
    assert inbox.add_command(command(), unit="vision")
    assert inbox.commands_for("kiosk") == []
    assert inbox.commands_for("vision") == [command()]
    assert inbox.finish_command(command().id)
    assert not inbox.finish_command(command().id), "one of two finishers is told that it was the second"
    assert inbox.commands_for("vision") == []


def test_a_command_that_comes_again_does_nothing(inbox):
    assert inbox.add_command(command(), unit="vision")
    assert not inbox.add_command(command(), unit="vision")
    inbox.finish_command(command().id)
    assert not inbox.add_command(command(), unit="vision")
    assert inbox.commands_for("vision") == []


def test_a_finished_command_is_forgotten_only_when_it_has_provably_expired(inbox):
    inbox.add_command(command(1), unit="vision")
    inbox.add_command(command(2), unit="vision")
    inbox.finish_command(command(1).id)
    inbox.forget_commands(100.0)
    assert not inbox.add_command(command(1), unit="vision")
    inbox.forget_commands(100.1)
    assert inbox.add_command(command(1), unit="vision")
    assert not inbox.add_command(command(2), unit="vision"), "it is not finished"


def test_finds_commands_that_nobody_carried_out_in_time(inbox):
    inbox.add_command(command(1, expires_at=10.0), unit="vision")
    inbox.add_command(command(2, expires_at=20.0), unit="vision")
    assert inbox.overdue(15.0) == [command(1).id]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(list(SubmissionState)), min_size=1))
def test_a_submission_never_goes_back(tmp_path_factory, states):
    folder = tmp_path_factory.mktemp("inbox")
    inbox = open_inbox(Device(region="17.07", name="a", data=folder, run=folder))
    try:
        reached = []
        for state in states:
            inbox.set_submission_state("s", state.value)
            reached.append(inbox.submission_state("s"))
        order = list(SubmissionState)
        assert reached == sorted(reached, key=order.index)
        assert reached[-1] == max(states, key=order.index)
    finally:
        inbox.close()


def test_an_unknown_submission_has_no_state(inbox):
    assert inbox.submission_state("nobody") is None


def test_flags_are_seen_by_other_processes(inbox, device):
    other = open_inbox(device)
    inbox.set_flag("clock.proven", "1")
    assert other.flag("clock.proven") == "1"
    other.set_flag("clock.proven", "2")
    assert inbox.flag("clock.proven") == "2"
    assert inbox.flag("nothing") is None
    other.close()


def test_threads_may_share_it(inbox):
    threads = [
        threading.Thread(
            target=lambda n=n: [inbox.set_submission_state(f"{n}-{i}", "saved") for i in range(20)]
        )
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert all(inbox.submission_state(f"{n}-{i}") == "saved" for n in range(4) for i in range(20))


def test_is_for_its_owner_alone(inbox):
    assert stat.S_IMODE(inbox.path.stat().st_mode) == 0o600


def test_a_damaged_inbox_is_moved_aside(device):
    device.data.mkdir()
    (device.data / "inbox.db").write_bytes(os.urandom(8192))
    inbox = open_inbox(device)
    inbox.set_flag("a", "b")
    inbox.close()
    assert len(list(device.data.glob("inbox.db.damaged-*"))) == 1


def test_an_inbox_that_cannot_be_opened_says_which(device, tmp_path):
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(InboxError, match="data"):
        open_inbox(device)
