"""A person's mistake, told in one line instead of a traceback."""

from fleet.cli.failure import Failed
from fleet.store import StoreError
from loket.settings import SettingsError


def told(error: Exception) -> Failed | None:
    """What to tell a person of an error of settings (status 2) or of the database (status 1); else None."""
    match error:
        case SettingsError():
            return Failed(str(error), status=2)
        case StoreError():
            return Failed(str(error))
        case _:
            return None
