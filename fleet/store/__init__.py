"""What the fleet knows, in one database: SQLite by default, PostgreSQL by URL.

Errors: `StoreError` (the database cannot be used), with the leaf `Busy` (try again: locked, disk full, away).
"""


class StoreError(Exception):
    """The database cannot be used; the message names the thing, the cause and the next step."""


class Busy(StoreError):
    """The database could not take it now (locked, disk full, connection lost); trying again is right."""
