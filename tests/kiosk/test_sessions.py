"""Sessions: bounded, timed by an injected clock, wiped at the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.kiosk import Busy
from edge_agent.kiosk.sessions import Filed, Sessions
from edge_agent.kiosk.words import Words


class Time:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def sessions(time: Time, *, most: int = 3) -> Sessions:
    return Sessions(time, timeout_s=100, most=most)


def test_ends_after_the_timeout_and_not_before() -> None:
    time = Time()
    kept = sessions(time)
    session = kept.open("id")
    token = session.token
    time.now += 99.9
    assert kept.find(token) is session
    time.now += 0.1
    assert kept.find(token) is None
    assert len(kept) == 0


def test_a_touch_gives_the_full_time_again() -> None:
    time = Time()
    kept = sessions(time)
    session = kept.open("id")
    time.now += 60
    kept.touch(session)
    assert kept.left_s(session) == 100
    time.now += 99
    assert kept.sweep() == 0
    time.now += 1
    assert kept.sweep() == 1


def test_wipes_the_words_when_it_ends() -> None:
    kept = sessions(Time())
    session = kept.open("id")
    session.begin("complaint")
    session.answer("text", "canary")
    words = session._answers["text"]
    buffer = words._buffer
    kept.end(session)
    assert buffer == bytearray()
    assert session.answered("text") == ""
    assert (session.token, session.csrf, session.submission, session.service) == ("", "", "", None)


def test_wiping_overwrites_before_it_forgets() -> None:
    words = Words("rahasia")
    seen: list[bytes] = []

    class Watched(bytearray):
        def clear(self) -> None:
            seen.append(bytes(self))
            super().clear()

    words._buffer = Watched(words._buffer)
    words.wipe()
    assert seen == [b"\0" * 7]


def test_a_new_answer_wipes_the_one_before() -> None:
    session = sessions(Time()).open("id")
    session.answer("text", "first")
    before = session._answers["text"]
    session.answer("text", "second")
    assert before.read() == ""
    assert session.answered("text") == "second"


def test_filing_forgets_the_answers_and_keeps_the_code() -> None:
    session = sessions(Time()).open("id")
    session.begin("complaint")
    session.answer("text", "canary")
    filed = Filed(submission=session.submission, code="ABCDEFGH", service="complaint")
    session.file(filed)
    assert session.answered("text") == ""
    assert session.filed == filed


def test_another_service_does_not_see_the_answers() -> None:
    session = sessions(Time()).open("id")
    session.begin("complaint")
    session.answer("text", "canary")
    session.begin("complaint")
    assert session.answered("text") == "canary"
    session.begin("survey")
    assert session.answered("text") == ""


def test_an_unused_visit_makes_way_and_a_used_one_does_not() -> None:
    kept = sessions(Time(), most=2)
    used, unused = kept.open("id"), kept.open("id")
    used.begin("complaint")
    token = unused.token
    third = kept.open("id")
    assert kept.find(token) is None
    third.begin("complaint")
    with pytest.raises(Busy):
        kept.open("id")
    assert kept.find(used.token) is used


@given(st.lists(st.integers(0, 3), max_size=60))
def test_never_keeps_more_than_allowed(actions: list[int]) -> None:
    time = Time()
    kept = sessions(time, most=4)
    opened = []
    for action in actions:
        if action == 0:
            try:
                opened.append(kept.open("id"))
            except Busy:
                assert kept.started == 4
        elif action == 1 and opened:
            opened[-1].begin("complaint")
        elif action == 2:
            time.now += 40
        elif opened:
            kept.end(opened.pop())
        assert len(kept) <= 4


def test_printing_a_session_shows_nothing_of_it() -> None:
    session = sessions(Time()).open("id")
    session.begin("complaint")
    session.answer("text", "canary")
    assert "canary" not in repr(session) + repr(session._answers)
    assert session.token not in repr(session)
    assert session.csrf not in repr(session)
