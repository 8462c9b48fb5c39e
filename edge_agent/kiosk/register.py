"""The register: which code belongs to what was filed here, and its numbers. Nothing personal is in it.

SQLite in `data/kiosk.db`. It is written before what was filed is committed to the outbox: a code or a number
without an event is one that nobody was told, whereas an event without a code could not be followed.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from edge_agent.kiosk import KioskError

MOST_CODES = 45_000
"""The oldest are forgotten beyond this: the inbox keeps the states of the last 50,000 submissions, and a code
whose state is forgotten would be told as "saved" for ever. Age would be a worse measure: a Pi's clock jumps.
"""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS codes (
    position INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL UNIQUE, submission TEXT NOT NULL UNIQUE,
    created_at REAL NOT NULL, service TEXT NOT NULL DEFAULT 'complaint'
) STRICT;
CREATE TABLE IF NOT EXISTS tickets (
    position INTEGER PRIMARY KEY AUTOINCREMENT, ticket TEXT NOT NULL UNIQUE, queue TEXT NOT NULL,
    day TEXT NOT NULL, number INTEGER NOT NULL, cancelled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (queue, day, number)
) STRICT
"""


class RegisterError(KioskError):
    """The register cannot be read or written (disk full, corrupt file)."""


class CodeTaken(RegisterError):
    """Something else has the same code: give it another UUID."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a code belongs to: what was filed, and as which service."""

    code: str
    submission: str
    service: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A number that was given: in which queue, for which day (ISO), and whether it was given back."""

    ticket: str
    queue: str
    day: str
    number: int
    cancelled: bool


class Register:
    """Codes, and the numbers of the queues. Used from one thread; close it."""

    def __init__(self, path: Path, *, most: int = MOST_CODES) -> None:
        """Open or make the file `path`, readable by its owner alone. Raises RegisterError."""
        self._most = most
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._database = sqlite3.connect(path, isolation_level=None, timeout=5.0)
        except (OSError, sqlite3.Error) as error:
            raise RegisterError(f"{path}: cannot be opened: {error}") from error
        try:
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.executescript(_SCHEMA)
            if "service" not in {row[1] for row in self._database.execute("PRAGMA table_info(codes)")}:
                self._database.execute(
                    "ALTER TABLE codes ADD COLUMN service TEXT NOT NULL DEFAULT 'complaint'"
                )
        except sqlite3.Error as error:
            self._database.close()
            raise RegisterError(f"{path}: cannot be opened: {error}") from error

    def enter(self, code: str, *, submission: str, service: str, created_at: float) -> bool:
        """Keep a code durably; False if it was kept already. Raises CodeTaken, RegisterError."""
        known = self.find(code)
        if known is not None:
            if known.submission != submission:
                raise CodeTaken("another submission has this code")
            return False
        self._write(
            "INSERT INTO codes (code, submission, service, created_at) VALUES (?, ?, ?, ?)",
            code, submission, service, created_at,
        )  # fmt: skip
        self._write("DELETE FROM codes WHERE position <= (SELECT max(position) FROM codes) - ?", self._most)
        return True

    def find(self, code: str) -> Entry | None:
        """What a code belongs to, or None. Raises RegisterError."""
        row = self._read("SELECT submission, service FROM codes WHERE code = ?", code)
        return None if row is None else Entry(code=code, submission=str(row[0]), service=str(row[1]))

    def strike(self, code: str) -> None:
        """Forget a code whose submission was not committed after all. Raises RegisterError."""
        self._write("DELETE FROM codes WHERE code = ?", code)

    def take(self, queue: str, *, day: str, ticket: str) -> int:
        """The number of `ticket` in a queue on a day, the next one from 1; asked again, the same.

        Raises RegisterError.
        """
        self._write(
            "INSERT INTO tickets (ticket, queue, day, number) SELECT ?1, ?2, ?3, coalesce(max(number), 0) + 1"
            " FROM tickets WHERE queue = ?2 AND day = ?3 ON CONFLICT (ticket) DO NOTHING",
            ticket, queue, day,
        )  # fmt: skip
        self._write(
            "DELETE FROM tickets WHERE position <= (SELECT max(position) FROM tickets) - ? AND day <> ?",
            self._most, day,
        )  # fmt: skip
        known = self.ticket(ticket)
        if known is None:
            raise RegisterError("a number was not kept")
        return known.number

    def ticket(self, ticket: str) -> Ticket | None:
        """The number that was given to a ticket, or None. Raises RegisterError."""
        row = self._read("SELECT queue, day, number, cancelled FROM tickets WHERE ticket = ?", ticket)
        if row is None:
            return None
        return Ticket(
            ticket=ticket, queue=str(row[0]), day=str(row[1]), number=int(row[2]), cancelled=bool(row[3])
        )

    def cancel(self, ticket: str) -> None:
        """Note that a number was given back; it is not given again. Raises RegisterError."""
        self._write("UPDATE tickets SET cancelled = 1 WHERE ticket = ?", ticket)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _read(self, question: str, *values: str) -> tuple[str | int, ...] | None:
        try:
            row = self._database.execute(question, values).fetchone()
        except sqlite3.Error as error:
            raise RegisterError(f"the register cannot be read: {error}") from error
        return None if row is None else tuple(row)

    def _write(self, statement: str, *values: str | float) -> None:
        try:
            self._database.execute(statement, values)
        except sqlite3.Error as error:
            raise RegisterError(f"the register cannot be written: {error}") from error
