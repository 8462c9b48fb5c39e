"""The inbox on SQLite: the uplink writes, the units read; all through the same small door."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from edge_agent.contract.commands import Command
from edge_agent.contract.notices import Answer, Notice, QueueState, Step
from edge_agent.device import Device
from edge_agent.inbox import notices
from edge_agent.outbox.database import make_folder
from loket import log as logs

log = logs.get(__name__)

_BUSY_TIMEOUT_S = 10.0
_KEEP_SUBMISSIONS = 50_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS commands (
    id TEXT PRIMARY KEY, unit TEXT NOT NULL, command TEXT NOT NULL, expires_at REAL NOT NULL,
    finished INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS submissions (
    position INTEGER PRIMARY KEY AUTOINCREMENT, submission TEXT NOT NULL UNIQUE, state TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS flags (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class InboxError(Exception):
    """The inbox cannot do what was asked (disk full, no permission); the text says which."""


class SubmissionState(StrEnum):
    """How far a submission has come, in the order in which it goes; it never goes back."""

    SAVED = "saved"
    SENT = "sent"
    STORED = "stored"
    REFUSED = "refused"


_RANK = {state: rank for rank, state in enumerate(SubmissionState)}


def open_inbox(device: Device) -> "Inbox":
    """Open the inbox of `device`. A damaged file is moved aside and begun anew. Raises InboxError."""
    path = device.data / "inbox.db"
    try:
        make_folder(device.data)
        try:
            return Inbox(path)
        except sqlite3.DatabaseError as error:
            if not _is_damaged(error):
                raise
            aside = path.with_name(f"{path.name}.damaged-{uuid4().hex[:8]}")
            for suffix in ("-wal", "-shm", ""):
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
            log.error("inbox_file_damaged", file=str(path), moved_to=str(aside))
            return Inbox(path)
    except (sqlite3.Error, OSError) as error:
        raise InboxError(f"{path}: {error}") from error


class Inbox:
    """The inbox. Threads of one process may share it; several processes may each have one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        if not path.exists():
            path.touch(mode=0o600)
            path.chmod(path.parent.stat().st_mode & 0o660)
        self._connection = sqlite3.connect(
            path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(_SCHEMA + notices.SCHEMA)
        except BaseException:
            self._connection.close()
            raise

    # -- commands ------------------------------------------------------------------------------------------

    def add_command(self, command: Command, *, unit: str) -> bool:
        """Give `unit` a command; False if its id is known already (then nothing happens)."""
        with self._database() as database:
            added = database.execute(
                "INSERT OR IGNORE INTO commands (id, unit, command, expires_at) VALUES (?, ?, ?, ?)",
                (command.id, unit, command.model_dump_json(), command.expires_at),
            )
            return added.rowcount == 1

    def commands_for(self, unit: str) -> list[Command]:
        """The commands that `unit` has not finished, by their expiry."""
        with self._database() as database:
            found = database.execute(
                "SELECT command FROM commands WHERE unit = ? AND NOT finished ORDER BY expires_at, id",
                (unit,),
            )
            return [Command.model_validate_json(text) for (text,) in found]

    def finish_command(self, command_id: str) -> bool:
        """Note that a command is done with; False if it was already (somebody else told its outcome)."""
        with self._database() as database:
            done = database.execute(
                "UPDATE commands SET finished = 1 WHERE id = ? AND NOT finished", (command_id,)
            )
            return done.rowcount == 1

    def overdue(self, now: float) -> list[str]:
        """The ids of unfinished commands that were in force until before `now` (s since 1970)."""
        with self._database() as database:
            found = database.execute(
                "SELECT id FROM commands WHERE NOT finished AND expires_at < ? ORDER BY id", (now,)
            )
            return [command_id for (command_id,) in found]

    def forget_commands(self, before: float) -> None:
        """Forget finished commands that expired before `before`, a *proven* time: they cannot return."""
        with self._database() as database:
            database.execute("DELETE FROM commands WHERE finished AND expires_at < ?", (before,))

    # -- submissions ---------------------------------------------------------------------------------------

    def submission_state(self, submission: str) -> SubmissionState | None:
        """How far a submission has come; None if it is not known here."""
        with self._database() as database:
            found = database.execute(
                "SELECT state FROM submissions WHERE submission = ?", (submission,)
            ).fetchone()
            return SubmissionState(found[0]) if found else None

    def set_submission_state(self, submission: str, state: SubmissionState | str) -> None:
        """Note how far a submission has come. What was reached stays reached: a lesser state is ignored."""
        self.set_submission_states({submission: SubmissionState(state)})

    def set_submission_states(self, states: dict[str, SubmissionState]) -> None:
        """As `set_submission_state`, for several at once."""
        with self._database() as database:
            for submission, state in states.items():
                found = database.execute(
                    "SELECT state FROM submissions WHERE submission = ?", (submission,)
                ).fetchone()
                if found is None:
                    database.execute(
                        "INSERT INTO submissions (submission, state) VALUES (?, ?)", (submission, state.value)
                    )
                elif _RANK[SubmissionState(found[0])] < _RANK[state]:
                    database.execute(
                        "UPDATE submissions SET state = ? WHERE submission = ?", (state.value, submission)
                    )
            database.execute(
                "DELETE FROM submissions WHERE position <= (SELECT max(position) FROM submissions) - ?"
                " AND state IN ('stored', 'refused')",
                (_KEEP_SUBMISSIONS,),
            )

    # -- notices -------------------------------------------------------------------------------------------

    def note(self, notice: Notice) -> bool:
        """Keep what the fleet told, in any order and once; False if it says nothing new."""
        with self._database() as database:
            return notices.note(database, notice)

    def noticed_through(self) -> int:
        """The highest number up to which every notice is known; 0: none."""
        with self._database() as database:
            return notices.through(database)

    def steps_of(self, subject: str) -> list[Step]:
        """The steps that a submission, ticket or emergency took, the oldest first; empty: none are known."""
        with self._database() as database:
            return notices.steps_of(database, subject)

    def due_of(self, subject: str) -> float | None:
        """By when its next step is owed, s since 1970; None if nothing is, or nothing is known."""
        with self._database() as database:
            return notices.due_of(database, subject)

    def queue_state(self, queue: str) -> QueueState | None:
        """How a queue stood when the fleet last told it; it may be of another day."""
        with self._database() as database:
            return notices.queue_state(database, queue)

    def answer(self, inquiry: str) -> Answer | None:
        """What the fleet answered to an inquiry, if it did yet."""
        with self._database() as database:
            return notices.answer(database, inquiry)

    def forget_answer(self, inquiry: str) -> None:
        """Forget an answer that was read: who asked has gone."""
        with self._database() as database:
            notices.forget_answer(database, inquiry)

    # -- flags ---------------------------------------------------------------------------------------------

    def flag(self, name: str) -> str | None:
        """The value of a flag, or None."""
        with self._database() as database:
            found = database.execute("SELECT value FROM flags WHERE name = ?", (name,)).fetchone()
            return str(found[0]) if found else None

    def set_flag(self, name: str, value: str) -> None:
        """Set a flag."""
        with self._database() as database:
            database.execute("INSERT OR REPLACE INTO flags VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """The database in a transaction of this thread's own. Raises InboxError."""
        with self._lock:
            database = self._connection
            try:
                database.execute("BEGIN IMMEDIATE")
                try:
                    yield database
                    database.execute("COMMIT")
                except BaseException:
                    if database.in_transaction:
                        database.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise InboxError(f"{self.path}: {error}") from error


def _is_damaged(error: sqlite3.DatabaseError) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
