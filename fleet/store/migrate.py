"""Bringing a database to the newest tables, by Alembic; the steps lie in `migrations/versions`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from fleet.store import StoreError
from fleet.store.engine import writing

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Run every step that the database has not had, in one transaction. Raises StoreError."""
    try:
        with writing(engine) as connection:
            command.upgrade(_config(connection), "head")
    except DBAPIError as error:
        raise StoreError(f"{engine.url}: cannot be brought up to date: {error.orig}") from error


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
