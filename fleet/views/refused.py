"""Messages that were kept aside: what is known of them, without their content."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from fleet.store.tables import refused


@dataclass(frozen=True, slots=True)
class RefusedView:
    """A refused message; `received_at` is s since 1970, UTC, `bytes` and `sha256` are of the whole of it."""

    position: int
    topic: str
    device: str | None
    incarnation: str | None
    seq: int | None
    reason: str
    bytes: int
    sha256: str
    received_at: float


def newest(connection: Connection, *, before: int | None = None, limit: int = 50) -> list[RefusedView]:
    """The latest refused messages, the newest first; `before` a position, to page back."""
    columns = [column for column in refused.c if column.name != "payload"]
    query = select(*columns).order_by(refused.c.position.desc()).limit(limit)
    if before is not None:
        query = query.where(refused.c.position < before)
    return [RefusedView(**row._mapping) for row in connection.execute(query)]


def kept(connection: Connection) -> int:
    """How many are kept now."""
    return connection.execute(select(func.count()).select_from(refused)).scalar_one()
