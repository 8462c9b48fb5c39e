"""Notices in the inbox: kept once, in any order; the numbers say how far they are all known."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.contract.notices import Answer, Notice, QueueState, Status, Step
from edge_agent.device import Device
from edge_agent.inbox import notices
from edge_agent.inbox.store import open_inbox

SUBJECT = str(UUID(int=1))
INQUIRY = str(UUID(int=2))


@pytest.fixture
def inbox(tmp_path):
    inbox = open_inbox(Device(region="17.07", name="a", data=tmp_path / "data", run=tmp_path / "run"))
    yield inbox
    inbox.close()


def notice(number, body, issued_at=None):
    return Notice(
        device="/17.07/a", number=number, issued_at=float(issued_at if issued_at is not None else number),
        body=body,
    )  # fmt: skip


def status(number, state="forwarded", at=None, subject=SUBJECT, due_at=None):
    at = float(number if at is None else at)
    return notice(number, Status(subject=subject, step=Step(state=state, at=at), due_at=due_at))


def test_steps_come_in_the_order_in_which_they_were_taken(inbox):
    inbox.note(status(2, "in_progress", due_at=99.0))
    inbox.note(status(1, "forwarded", due_at=50.0))
    assert [step.state for step in inbox.steps_of(SUBJECT)] == ["forwarded", "in_progress"]
    assert inbox.due_of(SUBJECT) == 99.0
    assert inbox.steps_of(INQUIRY) == []
    assert inbox.due_of(INQUIRY) is None


@settings(deadline=None, max_examples=40)
@given(st.permutations(range(1, 9)), st.integers(1, 8))
def test_what_is_known_through_is_the_first_gap(tmp_path_factory, order, count):
    folder = tmp_path_factory.mktemp("inbox")
    inbox = open_inbox(Device(region="17.07", name="a", data=folder, run=folder))
    try:
        had = set()
        for number in order[:count]:
            inbox.note(status(number))
            inbox.note(status(number))
            had.add(number)
        expected = 0
        while expected + 1 in had:
            expected += 1
        assert inbox.noticed_through() == expected
        assert len(inbox.steps_of(SUBJECT)) == len(had)
    finally:
        inbox.close()


def test_a_notice_that_comes_again_says_nothing_new(inbox):
    assert inbox.note(status(1))
    assert not inbox.note(status(1))
    assert inbox.noticed_through() == 1


def test_a_fleet_that_begins_its_numbers_anew_is_heard(inbox):
    for number in range(1, 4):
        inbox.note(status(number))
    assert inbox.note(status(1, "closed", at=10))
    assert inbox.steps_of(SUBJECT)[-1].state == "closed"
    assert inbox.noticed_through() == 3


def test_the_newest_word_on_a_queue_counts_even_under_the_same_number(inbox):
    def queue(calling):
        return QueueState(
            queue="umum", day="2026-11-23", calling=calling, waiting=[SUBJECT], minutes_each=4.0
        )

    assert inbox.note(notice(1, queue("C2"), issued_at=20))
    assert not inbox.note(notice(2, queue("C1"), issued_at=10))
    assert inbox.queue_state("umum") == queue("C2")
    assert inbox.note(notice(2, queue("C3"), issued_at=30))
    assert inbox.queue_state("umum") == queue("C3")
    assert inbox.queue_state("perizinan") is None


def test_an_answer_is_there_until_it_is_forgotten(inbox):
    said = Answer(inquiry=INQUIRY, found=True, service="complaint", steps=[Step(state="received", at=1.0)])
    assert inbox.answer(INQUIRY) is None
    inbox.note(notice(1, said))
    assert inbox.answer(INQUIRY) == said
    inbox.forget_answer(INQUIRY)
    assert inbox.answer(INQUIRY) is None


def test_only_so_many_steps_and_answers_are_kept(inbox, monkeypatch):
    monkeypatch.setattr(notices, "MOST_STEPS", 3)
    monkeypatch.setattr(notices, "MOST_ANSWERS", 2)
    for number in range(1, 6):
        inbox.note(status(number, subject=str(UUID(int=number))))
    assert [number for number in range(1, 6) if inbox.steps_of(str(UUID(int=number)))] == [3, 4, 5]
    for number in range(8, 12):
        inbox.note(notice(number, Answer(inquiry=str(UUID(int=number)), found=False)))
    assert [number for number in range(8, 12) if inbox.answer(str(UUID(int=number)))] == [10, 11]
