"""What the fleet told of what was filed here: steps, queues and answers, in the inbox's file.

What a notice says is kept by what it is about and not by its number: a fleet that begins its numbers anew
is still heard, and one that tells a queue again under the same number too. The numbers serve one question:
up to which one has the device them all?
"""

import sqlite3

from edge_agent.contract.notices import Answer, Notice, QueueState, Status, Step

MOST_STEPS = 200_000
"""So many steps are kept: some for each of the filings whose states the inbox keeps."""
MOST_ANSWERS = 200
"""So many answers to codes that were asked after are kept."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS notice_numbers (number INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS steps (
    position INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, at REAL NOT NULL, state TEXT NOT NULL,
    step TEXT NOT NULL, due_at REAL, number INTEGER NOT NULL, UNIQUE (subject, at, state)
);
CREATE TABLE IF NOT EXISTS queues (
    queue TEXT PRIMARY KEY, issued_at REAL NOT NULL, state TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    position INTEGER PRIMARY KEY AUTOINCREMENT, inquiry TEXT NOT NULL UNIQUE, issued_at REAL NOT NULL,
    answer TEXT NOT NULL
);
"""
_THROUGH = "notices.through"


def note(database: sqlite3.Connection, notice: Notice) -> bool:
    """Keep what a notice says; False if it says nothing that was not known."""
    _count(database, notice.number)
    match notice.body:
        case Status() as status:
            return _note_status(database, status, number=notice.number)
        case QueueState() as state:
            kept = database.execute(
                "INSERT INTO queues VALUES (?, ?, ?) ON CONFLICT (queue) DO UPDATE"
                " SET issued_at = excluded.issued_at, state = excluded.state"
                " WHERE excluded.issued_at > queues.issued_at",
                (state.queue, notice.issued_at, state.model_dump_json()),
            )
        case Answer() as answer:
            kept = database.execute(
                "INSERT INTO answers (inquiry, issued_at, answer) VALUES (?, ?, ?) ON CONFLICT (inquiry)"
                " DO UPDATE SET issued_at = excluded.issued_at, answer = excluded.answer"
                " WHERE excluded.issued_at > answers.issued_at",
                (answer.inquiry, notice.issued_at, answer.model_dump_json()),
            )
            database.execute(
                "DELETE FROM answers WHERE position <= (SELECT max(position) FROM answers) - ?",
                (MOST_ANSWERS,),
            )
    return kept.rowcount == 1


def through(database: sqlite3.Connection) -> int:
    """The highest number up to which every notice is known; 0: none."""
    found = database.execute("SELECT value FROM flags WHERE name = ?", (_THROUGH,)).fetchone()
    return int(found[0]) if found else 0


def steps_of(database: sqlite3.Connection, subject: str) -> list[Step]:
    """The steps that something took, the oldest first."""
    found = database.execute("SELECT step FROM steps WHERE subject = ? ORDER BY at, number", (subject,))
    return [Step.model_validate_json(step) for (step,) in found]


def due_of(database: sqlite3.Connection, subject: str) -> float | None:
    """By when the next step of something is owed, s since 1970; None if nothing is, or nothing is known."""
    found = database.execute(
        "SELECT due_at FROM steps WHERE subject = ? ORDER BY at DESC, number DESC LIMIT 1", (subject,)
    ).fetchone()
    return found[0] if found else None


def queue_state(database: sqlite3.Connection, queue: str) -> QueueState | None:
    """How a queue stood when the fleet last told it."""
    found = database.execute("SELECT state FROM queues WHERE queue = ?", (queue,)).fetchone()
    return QueueState.model_validate_json(found[0]) if found else None


def answer(database: sqlite3.Connection, inquiry: str) -> Answer | None:
    """What the fleet answered to an inquiry, if it did."""
    found = database.execute("SELECT answer FROM answers WHERE inquiry = ?", (inquiry,)).fetchone()
    return Answer.model_validate_json(found[0]) if found else None


def forget_answer(database: sqlite3.Connection, inquiry: str) -> None:
    """Forget an answer that was read: who asked has gone."""
    database.execute("DELETE FROM answers WHERE inquiry = ?", (inquiry,))


def _count(database: sqlite3.Connection, number: int) -> None:
    known = through(database)
    if number <= known:
        return
    database.execute("INSERT OR IGNORE INTO notice_numbers VALUES (?)", (number,))
    reached = known
    for (ahead,) in database.execute("SELECT number FROM notice_numbers ORDER BY number"):
        if ahead > reached + 1:
            break
        reached = max(reached, ahead)
    if reached > known:
        database.execute("DELETE FROM notice_numbers WHERE number <= ?", (reached,))
        database.execute("INSERT OR REPLACE INTO flags VALUES (?, ?)", (_THROUGH, str(reached)))


def _note_status(database: sqlite3.Connection, status: Status, *, number: int) -> bool:
    step = status.step
    kept = database.execute(
        "INSERT OR IGNORE INTO steps (subject, at, state, step, due_at, number) VALUES (?, ?, ?, ?, ?, ?)",
        (status.subject, step.at, step.state, step.model_dump_json(), status.due_at, number),
    )
    if kept.rowcount != 1:
        return False
    database.execute(
        "DELETE FROM steps WHERE position <= (SELECT max(position) FROM steps) - ?", (MOST_STEPS,)
    )
    return True
