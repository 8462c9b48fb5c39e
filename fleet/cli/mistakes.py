"""A person's mistake, told in one line instead of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from fleet.cli.failure import Failed
from fleet.store import StoreError
from loket.settings import SettingsError


@contextmanager
def told() -> Iterator[None]:
    """Turn the errors of settings (status 2) and of the database (status 1) into Failed."""
    try:
        yield
    except SettingsError as error:
        raise Failed(str(error), status=2) from error
    except StoreError as error:
        raise Failed(str(error)) from error
