"""The register: which code belongs to which submission at this kiosk. Nothing personal is in it.

SQLite in `data/kiosk.db`. It is written before the submission is committed to the outbox: a code without a
submission is one that nobody was told, whereas a submission without a code could not be followed.
"""

import sqlite3
from pathlib import Path

from edge_agent.kiosk import KioskError

MOST_CODES = 9_000
"""The oldest are forgotten beyond this: the inbox keeps the states of the last 10,000 submissions, and a code
whose state is forgotten would be told as "saved" for ever. Age would be a worse measure: a Pi's clock jumps.
"""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS codes (
    position INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL UNIQUE, submission TEXT NOT NULL UNIQUE,
    created_at REAL NOT NULL
) STRICT
"""


class RegisterError(KioskError):
    """The register cannot be read or written (disk full, corrupt file)."""


class CodeTaken(RegisterError):
    """Another submission has the same code: make the submission another UUID."""


class Register:
    """Codes and their submissions. Used from one thread; close it."""

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
            self._database.execute(_SCHEMA)
        except sqlite3.Error as error:
            self._database.close()
            raise RegisterError(f"{path}: cannot be opened: {error}") from error

    def enter(self, code: str, *, submission: str, created_at: float) -> bool:
        """Keep a code durably; False if it was kept already. Raises CodeTaken, RegisterError."""
        known = self.find(code)
        if known is not None:
            if known != submission:
                raise CodeTaken("another submission has this code")
            return False
        self._write(
            "INSERT INTO codes (code, submission, created_at) VALUES (?, ?, ?)",
            code, submission, created_at,
        )  # fmt: skip
        self._write("DELETE FROM codes WHERE position <= (SELECT max(position) FROM codes) - ?", self._most)
        return True

    def find(self, code: str) -> str | None:
        """The submission of a code, or None. Raises RegisterError."""
        try:
            row = self._database.execute("SELECT submission FROM codes WHERE code = ?", (code,)).fetchone()
        except sqlite3.Error as error:
            raise RegisterError(f"the register cannot be read: {error}") from error
        return None if row is None else str(row[0])

    def strike(self, code: str) -> None:
        """Forget a code whose submission was not committed after all. Raises RegisterError."""
        self._write("DELETE FROM codes WHERE code = ?", code)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _write(self, statement: str, *values: str | float) -> None:
        try:
            self._database.execute(statement, values)
        except sqlite3.Error as error:
            raise RegisterError(f"the register cannot be written: {error}") from error
