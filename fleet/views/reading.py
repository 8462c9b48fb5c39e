"""Reading the database with its errors told as ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from fleet.store import StoreError


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection on which every question sees the same state. Raises StoreError."""
    try:
        with engine.connect() as connection:
            yield connection
    except (OperationalError, ProgrammingError) as error:
        raise StoreError(
            f"database {engine.url.render_as_string()}: {error.orig} (was it made with `fleet init`?)"
        ) from error
