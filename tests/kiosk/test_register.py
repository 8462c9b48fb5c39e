"""The register: codes survive a restart, and nothing is entered twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.kiosk.register import CodeTaken, Register, RegisterError


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    opened = Register(tmp_path / "kiosk.db", most=3)
    yield opened
    opened.close()


def test_finds_a_code_after_a_restart(register: Register, tmp_path: Path) -> None:
    register.enter("A", submission="one", created_at=1)
    again = Register(tmp_path / "kiosk.db")
    try:
        assert again.find("A") == "one"
        assert again.find("B") is None
    finally:
        again.close()


def test_entering_again_changes_nothing(register: Register) -> None:
    assert register.enter("A", submission="one", created_at=1)
    assert not register.enter("A", submission="one", created_at=2)
    assert register.find("A") == "one"


def test_a_code_belongs_to_one_submission(register: Register) -> None:
    register.enter("A", submission="one", created_at=1)
    with pytest.raises(CodeTaken):
        register.enter("A", submission="two", created_at=2)
    assert register.find("A") == "one"


def test_forgets_the_oldest_beyond_its_limit(register: Register) -> None:
    for number, code in enumerate("ABCDE"):
        register.enter(code, submission=f"s{code}", created_at=number)
    assert [register.find(code) for code in "ABCDE"] == [None, None, "sC", "sD", "sE"]


def test_a_struck_code_is_free_again(register: Register) -> None:
    register.enter("A", submission="one", created_at=1)
    register.strike("A")
    register.enter("A", submission="two", created_at=1)


def test_only_its_owner_reads_it(register: Register, tmp_path: Path) -> None:
    assert (tmp_path / "kiosk.db").stat().st_mode & 0o077 == 0


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(RegisterError, match=r"kiosk\.db"):
        Register(path)
