"""The kiosk unit: a web app on loopback where a citizen files something and follows it by its code.

Errors are a small tree:

- `KioskError`: anything that the kiosk has to tell a person kindly
  - `NotSaved`: a submission was not committed; the answers are still in memory, so it can be tried again
  - `TooLarge`: sealed, a submission would not fit into an event
  - `Busy`: no room for another session
"""


class KioskError(Exception):
    """Something the kiosk has to tell a person kindly."""


class NotSaved(KioskError):
    """A submission was not committed, and the kiosk must not say that it was."""


class TooLarge(KioskError):
    """A submission would not fit into an event once sealed."""


class Busy(KioskError):
    """Every place for a session is taken by somebody who is writing."""
