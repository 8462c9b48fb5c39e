"""Which devices are connected, and when each last gave a proof of life."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, or_

from fleet.store.inserting import insert_into
from fleet.store.tables import presence


@dataclass(frozen=True, slots=True)
class PresenceChange:
    """What a device, or its last will, said of its connection number `session`; `at` in s since 1970."""

    device: str
    online: bool
    session: int
    version_installed: str
    at: float


def note_states(connection: Connection, changes: Sequence[PresenceChange]) -> None:
    """Take over each state in order, unless a newer session has spoken; an unchanged state keeps its time."""
    if not changes:
        return
    statement = insert_into(connection, presence)
    new, old = statement.excluded, presence.c
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["device"],
            set_={
                "online": new.online,
                "session": new.session,
                "version_installed": case(
                    (new.version_installed == "", old.version_installed), else_=new.version_installed
                ),
                "changed_at": new.changed_at,
            },
            where=or_(
                new.session > old.session,
                (new.session == old.session) & old.online.is_distinct_from(new.online),
            ),
        ),
        [
            {
                "device": change.device,
                "online": change.online,
                "session": change.session,
                "version_installed": change.version_installed,
                "changed_at": change.at,
            }
            for change in changes
        ],
    )


def note_proofs(connection: Connection, proofs: Mapping[str, float]) -> None:
    """Record when each device was last heard (s since 1970)."""
    if not proofs:
        return
    statement = insert_into(connection, presence)
    new, old = statement.excluded, presence.c
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["device"],
            set_={"proof_at": new.proof_at},
            where=or_(old.proof_at.is_(None), new.proof_at > old.proof_at),
        ),
        [{"device": device, "proof_at": at} for device, at in proofs.items()],
    )
