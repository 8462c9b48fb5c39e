"""The outbox: what the device has to say, kept safe until the fleet has stored it.

Errors are a small tree:

- `OutboxError`: the outbox cannot do what was asked
  - `Full`: there is no room on the disk, or the stream has reached its limit; try later, or do without
  - `Corrupt`: a database file is damaged
"""


class OutboxError(Exception):
    """The outbox cannot do what was asked."""


class Full(OutboxError):
    """There is no room: the disk is full, or the stream has reached its limit."""


class Corrupt(OutboxError):
    """A database file is damaged."""
