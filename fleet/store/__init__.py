"""What the fleet knows, in one database: SQLite by default, PostgreSQL by URL.

Errors: `StoreError` (the database cannot be used), with the leaves `Busy` (locked, disk full, away: try
again) and `Unstorable` (a value that the database cannot hold: trying again is in vain).
"""


class StoreError(Exception):
    """The database cannot be used; the message names the thing, the cause and the next step."""


class Busy(StoreError):
    """The database could not take it now (locked, disk full, connection lost); trying again is right."""


class Unstorable(StoreError):
    """The database cannot hold one of the values; trying again is in vain."""
