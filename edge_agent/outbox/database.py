"""One stream's SQLite file: opened privately, reopened when replaced, moved aside when damaged."""

import contextlib
import errno
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from edge_agent.clock import Clock
from edge_agent.outbox import Corrupt, Full, OutboxError
from loket import log as logs
from loket.files import sync_folder

log = logs.get(__name__)
Result = TypeVar("Result")

_VERSION = 1
_BUSY_TIMEOUT_S = 10.0
_INCREMENTAL = 2  # of PRAGMA auto_vacuum
_PAGES_AT_ONCE = 4096  # 16 MiB
_NO_ROOM_BYTES = 512 * 1024  # below this, an input/output error of SQLite means that the disk is full
_SCHEMA = """
CREATE TABLE meta (incarnation TEXT NOT NULL, created_at REAL NOT NULL);
CREATE TABLE rows (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    time REAL NOT NULL,
    clock_trusted INTEGER NOT NULL,
    subject TEXT,
    data TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    keeps_id INTEGER NOT NULL,
    sent_at REAL
);
CREATE TABLE remembered (seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE);
CREATE TABLE refused (
    seq INTEGER NOT NULL, incarnation TEXT NOT NULL, event_id TEXT NOT NULL, kind TEXT NOT NULL,
    time REAL NOT NULL, clock_trusted INTEGER NOT NULL, subject TEXT, data TEXT NOT NULL,
    refused_at REAL NOT NULL, PRIMARY KEY (incarnation, seq)
);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES ('rows', 0), ('bytes', 0), ('appended', 0), ('evicted', 0), ('settled', 0),
    ('refused', 0);
CREATE TRIGGER rows_added AFTER INSERT ON rows BEGIN
    UPDATE counters SET value = value + 1 WHERE name IN ('rows', 'appended');
    UPDATE counters SET value = value + new.bytes WHERE name = 'bytes';
END;
CREATE TRIGGER rows_gone AFTER DELETE ON rows BEGIN
    UPDATE counters SET value = value - 1 WHERE name = 'rows';
    UPDATE counters SET value = value - old.bytes WHERE name = 'bytes';
END;
"""


def make_folder(path: Path) -> None:
    """Make `path` a folder for its owner alone; one that is there keeps the mode that it was given.

    On a device the three units are three users, so provisioning makes the folders with a group (2770);
    database files follow their folder (`_file_mode`).
    """
    if not path.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)


class Database:
    """A stream's file. It opens on first use; several processes may have it open.

    `durable` says whether a commit waits for the disk: appends do; the uplink's marks need not, because what
    they lose in a power cut is only sent once more.
    """

    def __init__(self, path: Path, *, durable: bool, clock: Clock) -> None:
        self.path = path
        self._durable = durable
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._incarnation = ""

    @property
    def incarnation(self) -> str:
        """The UUID of the file that was used last; empty before the first use."""
        return self._incarnation

    def change(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run `work` in a write transaction. It may run again, so it must not act outside the database.

        Raises Full, OutboxError. A damaged file is moved aside, and `work` runs on a new one.
        """
        return self._with_whole_file(lambda: self._transact(work))

    def read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run `work`, which only reads. Raises Full, OutboxError; a damaged file as in `change`."""
        return self._with_whole_file(lambda: self._look(work))

    def free_pages(self) -> int:
        """How many pages of the file hold nothing. Raises OutboxError."""
        return self.read(lambda database: int(database.execute("PRAGMA freelist_count").fetchone()[0]))

    def shrink(self) -> None:
        """Return free pages to the disk (some at a time), and empty the write-ahead log.

        It stays where somebody reads it just now. Raises Full, OutboxError.
        """
        with self._translated():
            connection = self._open()
            # executescript, for execute would step this statement once only, which frees one page
            connection.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the file; it opens again when it is used."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def _with_whole_file(self, attempt: Callable[[], Result]) -> Result:
        try:
            return attempt()
        except Corrupt:
            self._move_aside()
            return attempt()

    def _transact(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        for _ in range(3):
            connection = self._open()
            with self._translated():
                try:
                    connection.execute("BEGIN IMMEDIATE")
                    self._incarnation = connection.execute("SELECT incarnation FROM meta").fetchone()[0]
                    result = work(connection)
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            if not self._replaced():
                return result
            self.close()  # another process moved the file aside meanwhile: what we wrote went with it
        raise OutboxError(f"{self.path}: replaced again and again")

    def _look(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        connection = self._open()
        with self._translated():
            connection.execute("BEGIN")
            try:
                self._incarnation = connection.execute("SELECT incarnation FROM meta").fetchone()[0]
                return work(connection)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _replaced(self) -> bool:
        try:
            return self.path.stat().st_ino != self._inode
        except FileNotFoundError:
            return True

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._replaced():
            self.close()
        if self._connection is None:
            with self._translated(), self._lock(fcntl.LOCK_SH):
                self._connection = self._connect()
                self._inode = self.path.stat().st_ino
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        if not self.path.exists():
            descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                os.fchmod(descriptor, self._file_mode())
            finally:
                os.close(descriptor)
            sync_folder(self.path.parent)
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            if connection.execute("PRAGMA auto_vacuum").fetchone()[0] != _INCREMENTAL:
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # it writes: not on a full disk
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")
            connection.execute("PRAGMA wal_autocheckpoint = 256")
            connection.execute("PRAGMA journal_size_limit = 1048576")
            connection.execute("PRAGMA cache_size = -1024")
            self._create(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _create(self, connection: sqlite3.Connection) -> None:
        def version() -> int:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])

        if version() == 0:
            connection.execute("BEGIN IMMEDIATE")
            try:
                if version() == 0:
                    for statement in _statements(_SCHEMA):
                        connection.execute(statement)
                    connection.execute(
                        "INSERT INTO meta VALUES (?, ?)", (str(uuid4()), self._clock.read().wall.timestamp())
                    )
                    connection.execute(f"PRAGMA user_version = {_VERSION}")
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        if version() != _VERSION:
            raise OutboxError(
                f"{self.path}: made by another release (format {version()}, here {_VERSION}); "
                "install that release, or let the outbox drain with it first"
            )

    def _move_aside(self) -> None:
        """Put a damaged file out of the way, under a name that says so; never delete it."""
        self.close()
        damaged = self._inode
        with self._lock(fcntl.LOCK_EX):
            try:
                if damaged and self.path.stat().st_ino != damaged:
                    return  # another process has done it
            except FileNotFoundError:
                return
            aside = self.path.with_name(f"{self.path.name}.damaged-{uuid4().hex[:8]}")
            for suffix in ("-wal", "-shm", ""):
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{self.path}{suffix}").rename(f"{aside}{suffix}")
            sync_folder(self.path.parent)
        log.error("outbox_file_damaged", file=str(self.path), moved_to=str(aside))

    @contextlib.contextmanager
    def _lock(self, how: int) -> Iterator[None]:
        """Keep openers and movers of this file apart, across processes."""
        name = self.path.with_name(f"{self.path.name}.lock")
        descriptor = os.open(name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_uid == os.geteuid():
                os.fchmod(descriptor, self._file_mode())
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)

    def _file_mode(self) -> int:
        """Readable and writable for whom the folder lets in: 0600 in a folder of 0700, 0660 in 2770."""
        return self.path.parent.stat().st_mode & 0o660

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _translate(error, self.path) from error
        except OSError as error:
            kind = Full if error.errno == errno.ENOSPC or _no_room(self.path) else OutboxError
            raise kind(f"{self.path}: {error.strerror}") from error


def free_bytes(path: Path) -> int:
    """What an unprivileged process may still write on the disk of `path`."""
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def damaged_files(folder: Path) -> list[Path]:
    """The files that were moved aside, for the technician to see."""
    return sorted(path for path in folder.glob("*.damaged-*") if not path.name.endswith(("-wal", "-shm")))


def _no_room(path: Path) -> bool:
    return free_bytes(path.parent) < _NO_ROOM_BYTES


def _translate(error: sqlite3.Error, path: Path) -> OutboxError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return Full(f"{path}: {error}")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return Corrupt(f"{path}: {error}")
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and _no_room(path):
        return Full(f"{path}: no room on the disk ({error})")
    return OutboxError(f"{path}: {error}")


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
