"""The database: the migrations make exactly the tables, and what is committed is there."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, insert, select, text

from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream
from fleet.store import Busy, StoreError, Unstorable, counters, devices, events, northbound, presence
from fleet.store import refused as refused_store
from fleet.store import streams as streams_store
from fleet.store.devices import Certificate
from fleet.store.engine import open_store, translated, writing
from fleet.store.events import Event
from fleet.store.migrate import migrate
from fleet.store.presence import PresenceChange
from fleet.store.refused import PAYLOAD_BYTES, RefusedMessage
from fleet.store.streams import StreamChange
from fleet.store.tables import audit, metadata, refused
from fleet.store.tables import presence as presence_table

DEVICE = DeviceId("17.07", "lebong-001")
KEY = ("lebong-001", "0d1f7c1e-6a55-4b8e-9d39-2f5f2ad3a001")


@pytest.fixture
def store(any_store: Engine) -> Engine:
    """An empty, migrated database with one device."""
    migrate(any_store)
    with writing(any_store) as connection:
        devices.enrol(connection, DEVICE, certificate=Certificate("ab", 2.0), now=1.0)
    return any_store


def event(seq: int, *, id: str = "") -> Event:
    return Event(
        device=DEVICE, incarnation=KEY[1], stream=Stream.EVENTS, seq=seq, id=id or f"e{seq}", kind="a.b",
        subject=None, time=1.5, clock_trusted=True, received_at=2.5, data="{}",
    )  # fmt: skip


def test_migrations_make_the_tables(any_store: Engine) -> None:
    migrate(any_store)
    migrate(any_store)
    with any_store.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrations_make_them_to_the_letter(tmp_path: Path) -> None:
    said = []
    for name, make in (("migrated", migrate), ("made", metadata.create_all)):
        engine = open_store(f"sqlite:///{tmp_path}/{name}.db")
        make(engine)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT name, sql FROM sqlite_master"))
            said.append(
                {row.name: " ".join((row.sql or "").split()) for row in rows if "alembic" not in row.name}
            )
        engine.dispose()
    assert said[0] == said[1]


def test_commit_survives_a_power_cut_by_the_settings(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/a.db")
    with engine.connect() as connection:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value
    engine.dispose()


def test_event_is_stored_once(store: Engine) -> None:
    with writing(store) as connection:
        assert events.insert_once(connection, [event(1), event(2), event(1)]) == 2
        assert events.insert_once(connection, [event(2, id="another"), event(3)]) == 1
        found = events.after(connection, device=KEY[0], incarnation=KEY[1], seq=1, through=9, at_most=9)
    assert found == [event(2), event(3)]


def test_failed_transaction_leaves_nothing(store: Engine) -> None:
    def fail() -> None:
        with writing(store) as connection:
            events.insert_once(connection, [event(1)])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with store.connect() as connection:
        assert events.after(connection, device=KEY[0], incarnation=KEY[1], seq=0, through=9, at_most=9) == []


def test_stranger_cannot_have_events(store: Engine) -> None:
    with writing(store) as connection:
        connection.execute(text("DELETE FROM devices"))
    with pytest.raises(Unstorable), translated(), writing(store) as connection:
        events.insert_once(connection, [event(1)])


def test_stream_is_kept_as_saved(store: Engine) -> None:
    change = StreamChange(
        key=KEY,
        stream=Stream.EVENTS,
        through=7,
        also=((9, 9), (12, 20)),
        evicted=3,
        refused=1,
        received_at=5.0,
    )
    with writing(store) as connection:
        streams_store.save(connection, [change])
        streams_store.save(connection, [change])
        messages = [
            RefusedMessage(
                topic="t", payload=b"", reason="r", received_at=1, device=KEY[0], incarnation=KEY[1], seq=seq
            )
            for seq in (4, 6)
        ]
        refused_store.keep_aside(connection, messages, keep=10)
        events.insert_once(connection, [event(4)])
        (row,) = streams_store.load(connection, [KEY, ("other", KEY[1])])
        assert streams_store.heard_since(connection, 4.0, at_most=9) == [row]
        assert streams_store.heard_since(connection, 6.0, at_most=9) == []
    assert (row.through, row.also, row.region) == (7, ((9, 9), (12, 20)), "17.07")
    assert row.refused == (6,), "4 was accepted later"


def test_garbage_cannot_fill_the_disk(store: Engine) -> None:
    message = RefusedMessage(topic="t", payload=b"x" * (PAYLOAD_BYTES + 9), reason="r", received_at=1.0)
    with writing(store) as connection:
        for _ in range(7):
            refused_store.keep_aside(connection, [message] * 3, keep=5)
        rows = connection.execute(select(refused).order_by(refused.c.position)).all()
    assert [row.position for row in rows][-1] == rows[0].position + 4
    assert len(rows) == 5
    assert {(row.bytes, len(row.payload)) for row in rows} == {(PAYLOAD_BYTES + 9, PAYLOAD_BYTES)}


def state_of(store: Engine) -> tuple[object, ...]:
    with store.connect() as connection:
        columns = (presence_table.c[name] for name in ("online", "session", "changed_at", "proof_at"))
        return tuple(connection.execute(select(*columns)).one())


def test_stale_will_overwrites_nothing(store: Engine) -> None:
    def note(*, online: bool, session: int, at: float) -> tuple[object, ...]:
        with writing(store) as connection:
            presence.note_states(connection, [PresenceChange("lebong-001", online, session, "1", at)])
        return state_of(store)

    assert note(online=True, session=4, at=10.0) == (True, 4, 10.0, None)
    assert note(online=True, session=5, at=20.0) == (True, 5, 20.0, None)
    assert note(online=False, session=4, at=30.0) == (True, 5, 20.0, None), "the will of session 4 comes late"
    assert note(online=True, session=5, at=40.0) == (True, 5, 20.0, None), "nothing changed"
    assert note(online=False, session=5, at=50.0) == (False, 5, 50.0, None)


def test_new_card_counts_its_sessions_anew(store: Engine) -> None:
    with writing(store) as connection:
        presence.note_states(connection, [PresenceChange("lebong-001", False, 900, "1", 1.0)])
        devices.enrol(connection, DEVICE, certificate=Certificate("cd", 3.0), now=2.0)
        presence.note_states(connection, [PresenceChange("lebong-001", True, 1, "1", 3.0)])
    assert state_of(store) == (True, 1, 3.0, None)


def test_proof_of_life_never_goes_back(store: Engine) -> None:
    for at in (5.0, 3.0):
        with writing(store) as connection:
            presence.note_proofs(connection, {"lebong-001": at})
    assert state_of(store) == (None, 0, None, 5.0)


def test_counters_add_up(store: Engine) -> None:
    with writing(store) as connection:
        assert counters.read(connection) == counters.Counters()
        counters.started(connection, at=1.0)
        for size in (3, 5):
            counters.count_batch(connection, stored=size - 1, duplicates=1, refused=0, size=size, at=9.0)
        assert counters.read(connection) == counters.Counters(
            started_at=1.0,
            stored_total=6,
            duplicate_total=2,
            batch_total=2,
            last_batch_at=9.0,
            last_batch_size=5,
        )


def test_northbound_backlog_is_what_is_not_republished(store: Engine) -> None:
    with writing(store) as connection:
        change = StreamChange(
            key=KEY, stream=Stream.EVENTS, through=7, also=(), evicted=0, refused=0, received_at=5.0
        )
        streams_store.save(connection, [change])
        (found,) = northbound.backlog(connection, at_most=9)
        assert (found.seq, found.through) == (0, 7)
        northbound.advance(connection, {KEY: 5})
        northbound.advance(connection, {KEY: 6})
        (found,) = northbound.backlog(connection, at_most=9)
        assert found.seq == 6
        northbound.advance(connection, {KEY: 7})
        assert northbound.backlog(connection, at_most=9) == []


def test_revoked_device_has_no_region(store: Engine) -> None:
    with writing(store) as connection:
        assert devices.regions_of(connection, ["lebong-001", "x"]) == {"lebong-001": "17.07"}
        assert devices.revoke(connection, "lebong-001", now=3.0)
        assert not devices.revoke(connection, "x", now=3.0)
        assert devices.regions_of(connection, ["lebong-001"]) == {}
        assert devices.in_good_standing(connection) == []


def test_locked_database_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleet.store.engine.BUSY_TIMEOUT_S", 0.05)
    engine = open_store(f"sqlite:///{tmp_path}/a.db")
    migrate(engine)
    blocker = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="locked"), translated(), writing(engine) as connection:
        connection.execute(insert(audit).values(at=1.0, actor="a", action="b", subject="c"))
    blocker.execute("ROLLBACK")
    blocker.close()
    engine.dispose()


@pytest.mark.parametrize("url", ["nonsense", "nosuch://x", "postgresql+nodriver://x/y"])
def test_refuses_url_of_no_database(url: str) -> None:
    with pytest.raises(StoreError, match=r"sqlite:///fleet\.db is the default"):
        open_store(url)
