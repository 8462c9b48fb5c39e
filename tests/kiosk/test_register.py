"""The register: codes survive a restart, and nothing is entered twice."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.kiosk.register import CodeTaken, Entry, Register, RegisterError, Ticket


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    opened = Register(tmp_path / "kiosk.db", most=3)
    yield opened
    opened.close()


def submission_of(register: Register, code: str) -> str | None:
    entry = register.find(code)
    return entry.submission if entry else None


def test_finds_a_code_after_a_restart(register: Register, tmp_path: Path) -> None:
    register.enter("A", submission="one", service="complaint", created_at=1)
    again = Register(tmp_path / "kiosk.db")
    try:
        assert again.find("A") == Entry("A", "one", "complaint")
        assert again.find("B") is None
    finally:
        again.close()


def test_entering_again_changes_nothing(register: Register) -> None:
    assert register.enter("A", submission="one", service="complaint", created_at=1)
    assert not register.enter("A", submission="one", service="complaint", created_at=2)
    assert submission_of(register, "A") == "one"


def test_a_code_belongs_to_one_submission(register: Register) -> None:
    register.enter("A", submission="one", service="complaint", created_at=1)
    with pytest.raises(CodeTaken):
        register.enter("A", submission="two", service="complaint", created_at=2)
    assert submission_of(register, "A") == "one"


def test_forgets_the_oldest_beyond_its_limit(register: Register) -> None:
    for number, code in enumerate("ABCDE"):
        register.enter(code, submission=f"s{code}", service="complaint", created_at=number)
    assert [submission_of(register, code) for code in "ABCDE"] == [None, None, "sC", "sD", "sE"]


def test_a_struck_code_is_free_again(register: Register) -> None:
    register.enter("A", submission="one", service="complaint", created_at=1)
    register.strike("A")
    register.enter("A", submission="two", service="complaint", created_at=1)


def test_only_its_owner_reads_it(register: Register, tmp_path: Path) -> None:
    assert (tmp_path / "kiosk.db").stat().st_mode & 0o077 == 0


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(RegisterError, match=r"kiosk\.db"):
        Register(path)


def test_a_register_of_before_learns_the_services(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "kiosk.db")
    database.execute(
        "CREATE TABLE codes (position INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL UNIQUE,"
        " submission TEXT NOT NULL UNIQUE, created_at REAL NOT NULL) STRICT"
    )
    database.execute("INSERT INTO codes (code, submission, created_at) VALUES ('A', 'one', 1)")
    database.commit()
    database.close()
    register = Register(tmp_path / "kiosk.db")
    try:
        assert register.find("A") == Entry("A", "one", "complaint")
        register.enter("B", submission="two", service="ticket", created_at=2)
        assert register.find("B") == Entry("B", "two", "ticket")
    finally:
        register.close()


def test_numbers_count_by_queue_and_day(register: Register) -> None:
    taken = [register.take("a", day="2026-03-02", ticket=name) for name in ("t1", "t2", "t3")]
    assert taken == [1, 2, 3]
    assert register.take("b", day="2026-03-02", ticket="t4") == 1
    assert register.take("a", day="2026-03-03", ticket="t5") == 1
    assert register.take("a", day="2026-03-02", ticket="t6") == 4


def test_a_ticket_keeps_its_number(register: Register) -> None:
    first = register.take("a", day="2026-03-02", ticket="t1")
    register.take("a", day="2026-03-02", ticket="t2")
    assert register.take("a", day="2026-03-02", ticket="t1") == first


def test_numbers_go_on_after_a_restart_and_a_clock_that_jumped(register: Register, tmp_path: Path) -> None:
    register.take("a", day="2026-03-02", ticket="t1")
    register.take("a", day="1970-01-01", ticket="t2")
    again = Register(tmp_path / "kiosk.db", most=3)
    try:
        assert again.take("a", day="2026-03-02", ticket="t3") == 2
    finally:
        again.close()


def test_todays_numbers_are_not_forgotten(register: Register) -> None:
    """The limit of what is kept is three here: were today's forgotten, a number would be given twice."""
    register.take("a", day="2026-03-01", ticket="old")
    assert register.take("quiet", day="2026-03-02", ticket="first") == 1
    taken = [register.take("a", day="2026-03-02", ticket=f"t{at}") for at in range(8)]
    assert taken == list(range(1, 9))
    assert register.take("quiet", day="2026-03-02", ticket="second") == 2
    assert register.ticket("old") is None


def test_a_number_that_was_given_back_is_not_given_again(register: Register) -> None:
    register.take("a", day="2026-03-02", ticket="t1")
    register.cancel("t1")
    assert register.ticket("t1") == Ticket("t1", "a", "2026-03-02", 1, cancelled=True)
    assert register.take("a", day="2026-03-02", ticket="t2") == 2
