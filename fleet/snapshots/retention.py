"""Pictures that were kept long enough are deleted; their events stay, with the picture's hash."""

from collections.abc import Callable

from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import SQLAlchemyError

from fleet.snapshots.store import SnapshotStore
from fleet.store.engine import writing
from fleet.store.tables import snapshots
from loket import log
from loket.worker import Worker

DAY_S = 86_400.0
EVERY_S = 3600.0
_AT_ONCE = 200

_log = log.get(__name__)


def expire(engine: Engine, store: SnapshotStore, *, before: float) -> int:
    """Delete the pictures that arrived before a time (s since 1970); how many.

    The file goes first, then its row, so that what is interrupted is only more to do the next time.
    """
    gone = 0
    while True:
        with engine.connect() as connection:
            old = snapshots.c.received_at < before
            found = list(connection.execute(select(snapshots.c.sha256).where(old).limit(_AT_ONCE)).scalars())
        for sha256 in found:
            store.remove(sha256)
        with writing(engine) as connection:
            connection.execute(delete(snapshots).where(snapshots.c.sha256.in_(found)))
        gone += len(found)
        if len(found) < _AT_ONCE:
            return gone + _expire_strays(engine, store, before=before)


def _expire_strays(engine: Engine, store: SnapshotStore, *, before: float) -> int:
    """Files without a row: the process was killed between the two."""
    gone = 0
    for sha256 in store.older(before=before):
        with engine.connect() as connection:
            known = connection.execute(select(snapshots.c.sha256).where(snapshots.c.sha256 == sha256)).first()
        if known is None:
            store.remove(sha256)
            gone += 1
    return gone


class Retention(Worker):
    """Looks once an hour, as long as the block lasts."""

    def __init__(
        self, engine: Engine, store: SnapshotStore, *, keep_days: float, now: Callable[[], float]
    ) -> None:
        super().__init__(name="retention")
        self._engine = engine
        self._store = store
        self._keep_s = keep_days * DAY_S
        self._now = now

    def work(self) -> None:
        """Look, wait, and look again."""
        while not self.stopping.is_set():
            try:
                count = expire(self._engine, self._store, before=self._now() - self._keep_s)
                if count:
                    _log.info("snapshots_expired", count=count)
            except (OSError, SQLAlchemyError) as error:
                _log.warning("snapshots_not_expired", cause=str(error)[:300])
            self.stopping.wait(EVERY_S)
