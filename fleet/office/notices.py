"""Notices that devices have not said that they have: numbered by device, kept until then.

This is an outbox and no archive: what became of a case stands in its steps. A device that says a lower number
than before has lost its inbox, and is told anew from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, or_, select, update

from edge_agent.contract.identity import DeviceId
from edge_agent.contract.notices import Answer, Notice, QueueState, Status
from fleet.office.locking import alone
from fleet.store.inserting import insert_into
from fleet.store.tables import devices, notice_marks, notices, presence

AGAIN_AFTER_S = 300.0
"""A device that is connected and has not said for so long that it has a notice is told again."""

_ON_ITS_WAY_S = 30.0

Told = Status | QueueState | Answer


@dataclass(frozen=True, slots=True)
class Pending:
    """A notice that is due to be published."""

    device: DeviceId
    number: int
    notice: Notice


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a device said that it has its notices, by which event (`incarnation`, `seq`)."""

    through: int
    incarnation: str
    seq: int


def tell(connection: Connection, body: Told, *, device: str, now: float) -> int:
    """Have a device told; returns the notice's number. A queue that is still on its way is overwritten."""
    alone(connection)
    about = f"queue:{body.queue}" if isinstance(body, QueueState) else body.tell
    text = body.model_dump_json()
    if isinstance(body, QueueState):
        found = connection.execute(
            select(notices.c.number).where(notices.c.device == device, notices.c.about == about)
        ).first()
        if found is not None:
            connection.execute(
                update(notices)
                .where(notices.c.device == device, notices.c.number == found.number)
                .values(body=text, issued_at=now, published_at=None)
            )
            return int(found.number)
    number = _next(connection, device)
    connection.execute(
        notices.insert().values(device=device, number=number, about=about, body=text, issued_at=now)
    )
    return number


def pending(connection: Connection, *, now: float, at_most: int) -> list[Pending]:
    """What is to be published now, in the order of the numbers of each device in good standing."""
    late = and_(notices.c.published_at < now - AGAIN_AFTER_S, presence.c.online.is_(True))
    rows = connection.execute(
        select(notices, devices.c.region)
        .join_from(notices, devices, notices.c.device == devices.c.name)
        .join(presence, presence.c.device == notices.c.device, isouter=True)
        .where(devices.c.revoked_at.is_(None), or_(notices.c.published_at.is_(None), late))
        .order_by(notices.c.device, notices.c.number)
        .limit(at_most)
    )
    return [_pending(row.device, row.region, row.number, row.issued_at, row.body) for row in rows]


def published(connection: Connection, sent: Sequence[Pending], *, at: float) -> None:
    """Record that the broker has these; one that was overwritten meanwhile stays due."""
    alone(connection)
    for one in sent:
        connection.execute(
            update(notices)
            .where(
                notices.c.device == one.device.name,
                notices.c.number == one.number,
                notices.c.issued_at == one.notice.issued_at,
            )
            .values(published_at=at)
        )


def received(connection: Connection, mark: Mark, *, device: str, now: float) -> bool:
    """Note how far a device has its notices; True if it has lost what it had, and must be told anew."""
    alone(connection)
    before = connection.execute(select(notice_marks).where(notice_marks.c.device == device)).first()
    if before is not None and before.incarnation == mark.incarnation and mark.seq <= before.seq:
        return False  # an event that came late: a newer one has spoken
    has_lost = before is not None and mark.through < before.through
    last = mark.through if before is None or has_lost else max(before.last, mark.through)
    values = {
        "device": device, "last": last, "through": mark.through,
        "incarnation": mark.incarnation, "seq": mark.seq,
    }  # fmt: skip
    statement = insert_into(connection, notice_marks).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=["device"], set_=values))
    of_device = notices.c.device == device
    if has_lost:
        connection.execute(delete(notices).where(of_device))
        return True
    connection.execute(delete(notices).where(of_device, notices.c.number <= mark.through))
    came_at = connection.execute(select(presence.c.changed_at).where(presence.c.device == device)).scalar()
    # What was published before it came, or well before it spoke, and is not among what it has, was lost.
    lost_before = max(now - _ON_ITS_WAY_S, came_at or 0.0)
    connection.execute(
        update(notices).where(of_device, notices.c.published_at < lost_before).values(published_at=None)
    )
    return False


def _next(connection: Connection, device: str) -> int:
    statement = insert_into(connection, notice_marks).values(device=device, last=1)
    row = connection.execute(
        statement.on_conflict_do_update(
            index_elements=["device"], set_={"last": notice_marks.c.last + 1}
        ).returning(notice_marks.c.last)
    )
    return int(row.scalar_one())


def _pending(device: str, region: str, number: int, issued_at: float, body: str) -> Pending:
    identity = DeviceId(region=region, name=device)
    notice = Notice.model_validate_json(
        f'{{"device":"{identity.source}","issued_at":{issued_at!r},"number":{number},"body":{body}}}'
    )
    return Pending(device=identity, number=number, notice=notice)
