"""The settings and the database of a command, and who gives it."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from fleet.broker import BrokerError
from fleet.cli.failure import Failed
from fleet.identity import IdentityError
from fleet.settings import Fleet, load_fleet
from fleet.store.engine import open_store


@contextmanager
def opened(config: Path) -> Iterator[tuple[Fleet, Engine]]:
    """The settings and the database; errors of keys, certificates and the broker become Failed."""
    fleet = load_fleet(config)
    engine = open_store(fleet.database_url)
    try:
        with explained():
            yield fleet, engine
    finally:
        engine.dispose()


@contextmanager
def explained() -> Iterator[None]:
    """Turn errors of keys, certificates, files and the broker into Failed."""
    try:
        yield
    except (IdentityError, BrokerError, OSError) as error:
        raise Failed(str(error)) from error


def operator() -> str:
    """Who gives the command, for the audit: the account on this machine."""
    return f"{getpass.getuser()} (command line)"
