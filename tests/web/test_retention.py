"""Pictures that were kept long enough are deleted, whatever interrupts it; their events say so."""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from fleet.snapshots.retention import Retention, expire
from fleet.snapshots.store import SnapshotStore
from fleet.store.engine import open_store, writing
from fleet.store.tables import devices, metadata, snapshots

NOW = 1_800_000_000.0
DAY_S = 86_400.0
JPEG = b"\xff\xd8\xff"


class Shelf:
    """A store of pictures with its table."""

    def __init__(self, folder: Path) -> None:
        self.engine: Engine = open_store(f"sqlite:///{folder / 'fleet.db'}")
        metadata.create_all(self.engine)
        self.store = SnapshotStore(folder / "snapshots", reserve_bytes=0)
        with writing(self.engine) as connection:
            connection.execute(insert(devices).values(name="cam-1", region="17.07", enrolled_at=0.0))

    def put(self, content: bytes, *, days_ago: float, row: bool = True) -> str:
        """A picture that came so many days ago."""
        jpeg = JPEG + content
        sha256 = hashlib.sha256(jpeg).hexdigest()
        self.store.put(jpeg, sha256=sha256)
        at = NOW - days_ago * DAY_S
        os.utime(self.store.path(sha256), (at, at))
        if row:
            with writing(self.engine) as connection:
                connection.execute(
                    insert(snapshots).values(sha256=sha256, device="cam-1", bytes=len(jpeg), received_at=at)
                )
        return sha256

    @property
    def rows(self) -> set[str]:
        with self.engine.connect() as connection:
            return set(connection.execute(select(snapshots.c.sha256)).scalars())


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.engine.dispose()


def test_what_is_older_goes_with_its_row_and_the_rest_stays(shelf: Shelf) -> None:
    old = [shelf.put(b"%d" % number, days_ago=31 + number) for number in range(3)]
    new = shelf.put(b"new", days_ago=29)
    assert expire(shelf.engine, shelf.store, before=NOW - 30 * DAY_S) == 3
    assert not any(shelf.store.has(sha256) for sha256 in old)
    assert shelf.store.has(new)
    assert shelf.rows == {new}
    assert expire(shelf.engine, shelf.store, before=NOW - 30 * DAY_S) == 0


def test_a_file_without_a_row_goes_too(shelf: Shelf) -> None:
    stray = shelf.put(b"stray", days_ago=40, row=False)
    fresh = shelf.put(b"fresh", days_ago=0, row=False)
    assert expire(shelf.engine, shelf.store, before=NOW - 30 * DAY_S) == 1
    assert not shelf.store.has(stray)
    assert shelf.store.has(fresh)


def test_killed_between_file_and_row_it_ends_the_next_time(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {shelf.put(b"%d" % number, days_ago=40) for number in range(3)}
    remove, removed = shelf.store.remove, []

    def dies(sha256: str) -> None:
        if removed:
            raise KeyboardInterrupt
        removed.append(sha256)
        remove(sha256)

    monkeypatch.setattr(shelf.store, "remove", dies)
    with pytest.raises(KeyboardInterrupt):
        expire(shelf.engine, shelf.store, before=NOW - 30 * DAY_S)
    assert shelf.rows == names
    monkeypatch.setattr(shelf.store, "remove", remove)
    assert expire(shelf.engine, shelf.store, before=NOW - 30 * DAY_S) == 3
    assert shelf.rows == set()


def test_the_thread_looks_at_once_and_ends_when_told(shelf: Shelf) -> None:
    sha256 = shelf.put(b"old", days_ago=31)
    with Retention(shelf.engine, shelf.store, keep_days=30, now=lambda: NOW):
        for _ in range(200):
            if not shelf.store.has(sha256) and not shelf.rows:
                break
            time.sleep(0.02)
    assert shelf.rows == set()
