"""Opening the database, and the two ways to use it: reading (`engine.connect()`) and `writing(engine)`."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from fleet.store import Busy, StoreError, Unstorable

_WRITING = "loket_writing"
BUSY_TIMEOUT_S = 10.0


def open_store(url: str) -> Engine:
    """The database at `url` (sqlite:///..., postgresql+psycopg://...); nothing is created in it.

    SQLite runs with a write-ahead log and full synchronisation: what was committed survives a power cut.
    Close it with `engine.dispose()`. Raises StoreError for a URL of no known database.
    """
    try:
        parsed = make_url(url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_S} if is_sqlite else {})
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            f"database: cannot be opened: {error} (sqlite:///fleet.db is the default)"
        ) from error
    if is_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end, rolled back on an error.

    On SQLite it takes the write lock at once, so that a decision based on what was read in it cannot fail
    later because another process wrote in between. Use `engine.connect()` where nothing is written.
    """
    with engine.connect().execution_options(**{_WRITING: True}) as connection, connection.begin():
        yield connection


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database's driver raises into Busy or Unstorable."""
    try:
        yield
    except (DataError, IntegrityError, OverflowError) as error:
        raise Unstorable(f"database: cannot hold a value: {type(error).__name__}") from error
    except DBAPIError as error:
        raise Busy(f"database: {error.orig}") from error
    except PoolTimeout as error:
        raise Busy(f"database: {error}") from error


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
