"""One writer of cases, queues and notices at a time, so that two never wait for each other for ever."""

from sqlalchemy import Connection, text

_KEY = 0x6C6F6B6574  # "loket"


def alone(connection: Connection) -> None:
    """Until this transaction ends, nobody else takes steps or tells devices; again in it: nothing more.

    SQLite has one writer at any time. On PostgreSQL a step touches a case, a ticket and the notices of
    several devices: in another order than its neighbour's they would lock each other out.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _KEY})
