"""Forgetting what citizens wrote, once it was kept as long as it may be.

What is forgotten are the sealed words and recordings. That something was filed stays, with its commitment: so
a receipt still proves it, and counts stay true. The time runs from when the case was closed; an open case
keeps its words.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update
from sqlalchemy.exc import SQLAlchemyError

from fleet.audit import Action, append
from fleet.office.states import MACHINES, Sort
from fleet.settings import Words
from fleet.store.engine import writing
from fleet.store.tables import cases, events
from fleet.views.submissions import KIND, PART
from loket import log
from loket.worker import Worker

DAY_S = 86_400.0
EVERY_S = 3600.0
ACTOR = "retention"
"""Who forgets, in the audit."""

_AT_ONCE = 200
_STRAYS_AFTER_DAYS = 30.0
_FORGOTTEN = '%"sealed":""%'
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Filed:
    """What decides about one submission; times are s since 1970. `is_over` is None where it has no case."""

    service: str
    received_at: float
    changed_at: float | None = None
    is_over: bool | None = None


def is_due(filed: Filed, *, words: Words, now: float) -> bool:
    """Whether its words are to be forgotten `now` (s since 1970)."""
    if filed.is_over is False:
        return False
    since = max(filed.received_at, filed.changed_at or 0.0)
    return now - since >= words.days(filed.service) * DAY_S


def forget(engine: Engine, *, words: Words, now: float) -> int:
    """Forget what is due; how many submissions that were. What is interrupted is only more the next time."""
    gone, position = 0, 0
    while True:
        with writing(engine) as connection:
            _overwrite_what_is_freed(connection)
            found = _next(connection, after=position)
            for row in found:
                if is_due(_filed(row), words=words, now=now):
                    _forget_one(connection, row, now=now)
                    gone += 1
        if len(found) < _AT_ONCE:
            break
        position = found[-1].position
    with writing(engine) as connection:
        _overwrite_what_is_freed(connection)
        _forget_strays(connection, before=now - _STRAYS_AFTER_DAYS * DAY_S)
    return gone


class Forgetting(Worker):
    """Looks once an hour, as long as the block lasts."""

    def __init__(self, engine: Engine, *, words: Words, now: Callable[[], float]) -> None:
        """`now` tells s since 1970."""
        super().__init__(name="forgetting")
        self._engine, self._words, self._now = engine, words, now

    def work(self) -> None:
        """Look, wait, and look again."""
        while not self.stopping.is_set():
            try:
                count = forget(self._engine, words=self._words, now=self._now())
                if count:
                    _log.info("submissions_forgotten", count=count)
            except SQLAlchemyError as error:
                _log.warning("submissions_not_forgotten", cause=type(error).__name__)
            self.stopping.wait(EVERY_S)


def _next(connection: Connection, *, after: int) -> Sequence[Row[*tuple[Any, ...]]]:
    query = (
        select(
            events.c.position, events.c.subject, events.c.data, events.c.received_at,
            cases.c.sort, cases.c.state, cases.c.changed_at,
        )
        .join_from(events, cases, events.c.subject == cases.c.subject, isouter=True)
        .where(events.c.kind == KIND, events.c.position > after, events.c.data.not_like(_FORGOTTEN))
        .order_by(events.c.position)
        .limit(_AT_ONCE)
    )  # fmt: skip
    return connection.execute(query).all()


def _filed(row: Row[*tuple[Any, ...]]) -> Filed:
    return Filed(
        service=json.loads(row.data)["service"],
        received_at=row.received_at,
        changed_at=row.changed_at,
        is_over=None if row.sort is None else MACHINES[Sort(row.sort)].is_over(row.state),
    )


def _forget_one(connection: Connection, row: Row[*tuple[Any, ...]], *, now: float) -> None:
    submission = json.loads(row.data)["submission"]
    _empty(connection, row.position, row.data)
    _forget_parts(connection, submission)
    append(connection, Action.SUBMISSION_FORGOTTEN, actor=ACTOR, subject=submission, now=now)


def _forget_parts(connection: Connection, submission: str) -> None:
    parts = select(events.c.position, events.c.data).where(
        events.c.kind == PART, events.c.subject == submission
    )
    for part in connection.execute(parts).all():
        _empty(connection, part.position, part.data)


def _forget_strays(connection: Connection, *, before: float) -> None:
    """Parts that have waited long for a submission that never came, or that is forgotten already."""
    filed = events.alias("filed")
    kept = select(filed.c.position).where(
        filed.c.kind == KIND, filed.c.subject == events.c.subject, filed.c.data.not_like(_FORGOTTEN)
    )
    strays = select(events.c.position, events.c.data).where(
        events.c.kind == PART,
        events.c.received_at < before,
        events.c.data.not_like(_FORGOTTEN),
        ~kept.exists(),
    )
    for part in connection.execute(strays).all():
        _empty(connection, part.position, part.data)


def _empty(connection: Connection, position: int, data: str) -> None:
    """Take what is sealed out of a stored event."""
    without = _JSON.encode({**json.loads(data), "sealed": ""})
    connection.execute(update(events).where(events.c.position == position).values(data=without))


def _overwrite_what_is_freed(connection: Connection) -> None:
    """Have SQLite write zeros over what an update frees; PostgreSQL's vacuum is its keeper's business."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
