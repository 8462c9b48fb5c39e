"""The privacy ledger: nothing is let out that is not in the books, and nothing is counted twice."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract.events import PicturesReleased
from edge_agent.outbox.snapshots import SnapshotSpool
from edge_agent.testing.clock import FixedClock
from edge_agent.testing.outbox import MemoryOutbox
from edge_agent.vision.pictures.books import Books, day_of
from edge_agent.vision.pictures.ledger import Ledger, Purpose
from edge_agent.vision.pictures.release import Released
from edge_agent.vision.voice import Voice

WALL = datetime(2026, 3, 9, 5, 0, tzinfo=UTC)
PURPOSES = st.sampled_from(["track", "alert", "command", "preview"])


def picture(content: bytes = b"x", *, heads: int = 1, whole: bool = False, masks: int = 0) -> Released:
    return Released(b"\xff\xd8\xff" + content, heads=heads, whole=whole, masks=masks)


@given(st.lists(st.tuples(PURPOSES, st.integers(0, 9), st.booleans(), st.integers(0, 3), st.integers(0, 2))))
def test_a_day_is_the_sum_of_what_was_let_out(
    released: list[tuple[Purpose, int, bool, int, int]],
) -> None:
    ledger = Ledger("0123abcd")
    for purpose, heads, whole, masks, day in released:
        entry = picture(heads=heads, whole=whole, masks=masks)
        ledger = ledger.after(entry, camera="gate", day=f"2026-03-0{day + 1}", purpose=purpose)
    rows = ledger.untold
    assert sum(row.tracks + row.alerts + row.commands + row.previews for row in rows) == len(released)
    assert sum(row.heads for row in rows) == sum(one[1] for one in released)
    assert sum(row.whole for row in rows) == sum(one[2] for one in released)
    assert sum(row.masked for row in rows) == sum(one[3] > 0 for one in released)
    assert [row.day for row in rows] == sorted({f"2026-03-0{one[4] + 1}" for one in released})


class Desk:
    """A voice with its books; `restart` is another run over the same files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FixedClock(monotonic=100.0)
        self.outbox = MemoryOutbox(clock=self.clock)
        self.spool = SnapshotSpool(folder / "snapshots", min_free_bytes=0)
        self.runs = 0
        self.restart()

    def restart(self) -> None:
        self.runs += 1
        books = Books(self.folder / "pictures.json", run=f"{self.runs:08x}")
        self.voice = Voice(self.outbox, self.spool, books=books, clock=self.clock)

    def keep(self, content: bytes, purpose: Purpose = "track") -> str | None:
        return self.voice.keep(picture(content), camera="gate", purpose=purpose)

    @property
    def told(self) -> dict[tuple[str, str | None], PicturesReleased]:
        """The latest of each run and day, as the fleet would read them."""
        found = [row.data for row in self.outbox.rows if isinstance(row.data, PicturesReleased)]
        return {(row.run, row.day): row for row in found}

    @property
    def total(self) -> int:
        return sum(row.tracks + row.alerts + row.commands + row.previews for row in self.told.values())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_it_is_told_when_it_changed_and_only_then(desk: Desk) -> None:
    desk.keep(b"1")
    desk.keep(b"2", "alert")
    desk.voice.keep_house()
    desk.voice.keep_house()
    assert len(desk.outbox.rows) == 1
    desk.keep(b"3", "command")
    desk.voice.keep_house()
    (row,) = desk.told.values()
    assert (row.camera, row.tracks, row.alerts, row.commands, row.heads) == ("gate", 1, 1, 1, 3)


@pytest.mark.parametrize("told", [False, True])
def test_a_run_that_was_killed_is_told_by_the_next_and_counted_once(desk: Desk, told: bool) -> None:
    desk.keep(b"1")
    desk.keep(b"2")
    if told:
        desk.voice.keep_house()
    desk.restart()
    desk.keep(b"3")
    desk.voice.keep_house()
    desk.restart()
    desk.voice.keep_house()
    assert desk.total == 3


def test_killed_between_the_books_and_the_spool_one_too_many_is_counted_never_one_too_few(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_jpeg: bytes) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.spool, "put", dies)
    with pytest.raises(KeyboardInterrupt):
        desk.keep(b"1")
    desk.restart()
    desk.voice.keep_house()
    assert desk.total == 1
    assert desk.spool.pending() == []


def test_what_cannot_be_written_down_is_not_let_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("edge_agent.vision.pictures.books.write_atomically", full)
    assert desk.keep(b"1") is None
    assert desk.spool.pending() == []
    assert desk.voice.pictures_lost == 1


def test_a_full_outbox_is_told_later(desk: Desk) -> None:
    desk.keep(b"1")
    desk.outbox.full = True
    desk.voice.keep_house()
    assert desk.total == 0
    desk.outbox.full = False
    desk.voice.keep_house()
    assert desk.total == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'[{"camera": "gate"}]', b"\xff\xfe"])
def test_a_damaged_file_stops_nothing(desk: Desk, content: bytes) -> None:
    (desk.folder / "pictures.json").write_bytes(content)
    desk.restart()
    assert desk.keep(b"1") is not None
    desk.voice.keep_house()
    assert desk.total == 1


def test_the_day_is_the_devices_own_and_unknown_where_its_clock_is_not_trusted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert day_of(None) is None
    assert day_of(WALL) == WALL.astimezone().date().isoformat()
    desk.clock.trusted = False
    desk.keep(b"1")
    desk.voice.keep_house()
    assert {day for _, day in desk.told} == {None}


def test_days_that_are_over_are_forgotten_once_told(desk: Desk) -> None:
    for _ in range(5):
        desk.keep(os.urandom(4))
        desk.voice.keep_house()
        desk.clock.advance(86_400)
    assert len(json.loads((desk.folder / "pictures.json").read_bytes())) <= 2
    assert len(desk.told) == 5
    assert desk.total == 5


Age = Callable[[str, float], None]


def test_pictures_that_waited_too_long_are_given_up_by_a_trusted_clock_alone(desk: Desk) -> None:
    old, new = desk.keep(b"old"), desk.keep(b"new")
    assert old
    assert new
    at = (desk.clock.read().wall - timedelta(days=8)).timestamp()
    os.utime(desk.spool.folder / f"{old}.jpg", (at, at))
    desk.clock.trusted = False
    desk.voice.keep_house()
    assert set(desk.spool.pending()) == {old, new}
    desk.clock.trusted = True
    os.utime(desk.spool.folder / f"{new}.jpg", (1000, 1000))  # written in 1970, as the clock had it
    desk.voice.keep_house()
    assert set(desk.spool.pending()) <= {new, old}
    assert new in desk.spool.pending()
