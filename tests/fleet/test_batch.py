"""A batch: one transaction, each event once, and exactly what may be told afterwards."""

import random
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event, insert, select, text

from edge_agent.contract import topics
from edge_agent.contract.events import Evicted, Presence
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream
from fleet.ingest import ledger as ledger_module
from fleet.ingest.batch import Outcome, store_batch
from fleet.ingest.ledger import Ledger
from fleet.ingest.verdict import Message
from fleet.store import Busy, counters, devices
from fleet.store.devices import Certificate
from fleet.store.engine import writing
from fleet.store.migrate import migrate
from fleet.store.tables import events, presence, refused, streams
from tests.fleet.conftest import INCARNATION, health, message

DEVICE = DeviceId("17.07", "lebong-001")
KEY = ("lebong-001", INCARNATION)
OTHER = "1d1f7c1e-6a55-4b8e-9d39-2f5f2ad3a002"

Store = Callable[..., Outcome]


@pytest.fixture
def engine(any_store: Engine) -> Engine:
    """A migrated database with one device."""
    migrate(any_store)
    with writing(any_store) as connection:
        devices.enrol(connection, DEVICE, certificate=Certificate("ab", 2.0), now=1.0)
    return any_store


def told(payload: bytes, *, topic: str = topics.event(DEVICE, "device.health"), at: float = 10.0) -> Message:
    return Message(topic, payload, received_at=at)


def numbered(*seqs: int, incarnation: str = INCARNATION) -> list[Message]:
    return [told(health(seq, device=DEVICE, incarnation=incarnation)) for seq in seqs]


def broken(seq: int) -> Message:
    return told(health(seq, device=DEVICE).replace(b'"ok"', b'"so so"'))


def tombstone(first: int, last: int, *, seq: int) -> Message:
    data = Evicted(first=first, last=last, count=last - first + 1)
    return told(message(data, seq=seq, device=DEVICE), topic=topics.event(DEVICE, Evicted.kind))


@pytest.fixture
def store(engine: Engine) -> Store:
    """Stores messages as one process of the ingest does; `anew=True` is another process after it."""
    ledgers = [Ledger()]

    def run(messages: list[Message], *, anew: bool = False, keep: int = 100) -> Outcome:
        if anew:
            ledgers[0] = Ledger()
        (outcome,) = store_batch(engine, messages, ledger=ledgers[0], refused_keep=keep, now=20.0)
        return outcome

    return run


def seqs(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(select(events.c.seq).order_by(events.c.position)).scalars())


def settled(outcome: Outcome) -> tuple[int, tuple[tuple[int, int], ...]]:
    _, state = outcome.touched[KEY]
    return state.settled.through, state.settled.also


def test_stores_each_once_and_tells_again(engine: Engine, store: Store) -> None:
    first = store(numbered(1, 2, 2, 3))
    assert (first.stored, first.duplicates, settled(first)) == (3, 1, (3, ()))
    again = store(numbered(1, 2, 3))
    assert (again.stored, again.duplicates, settled(again)) == (0, 3, (3, ()))
    assert store(numbered(3), anew=True).touched == again.touched
    assert seqs(engine) == [1, 2, 3]


def test_gap_is_told_and_closed(engine: Engine, store: Store) -> None:
    assert settled(store(numbered(1, 2, 5, 6, 9))) == (2, ((5, 6), (9, 9)))
    assert settled(store(numbered(4), anew=True)) == (2, ((4, 6), (9, 9)))
    assert settled(store(numbered(3), anew=True)) == (6, ((9, 9),))
    assert settled(store(numbered(8, 7))) == (9, ())
    assert sorted(seqs(engine)) == list(range(1, 10))


def test_streams_do_not_mix(store: Store) -> None:
    outcome = store(numbered(1, 2) + numbered(1, incarnation=OTHER))
    assert {key: state.settled.through for key, (_, state) in outcome.touched.items()} == {
        KEY: 2, ("lebong-001", OTHER): 1,
    }  # fmt: skip


def test_tombstone_settles_what_was_evicted(engine: Engine, store: Store) -> None:
    outcome = store([*numbered(1), tombstone(2, 900, seq=901), *numbered(902)])
    assert settled(outcome) == (902, ())
    assert seqs(engine) == [1, 901, 902]
    store([tombstone(2, 900, seq=901)])
    with engine.connect() as connection:
        assert connection.execute(select(streams.c.evicted_count)).scalar() == 899


def test_refused_is_kept_aside_settled_and_told(engine: Engine, store: Store) -> None:
    outcome = store([*numbered(1), broken(2), *numbered(3)])
    assert settled(outcome) == (3, ())
    assert outcome.touched[KEY][1].refused == (2,)
    (kept,) = outcome.refused
    assert (kept.seq, kept.device, "data.status" in kept.reason) == (2, "lebong-001", True)
    again = store([broken(2)], anew=True)
    assert (again.refused, again.duplicates, again.touched[KEY][1].refused) == ((), 1, (2,))
    with engine.connect() as connection:
        assert len(connection.execute(select(refused)).all()) == 1


def test_refused_number_may_still_be_stored_in_a_fit_form(engine: Engine, store: Store) -> None:
    store([broken(1)])
    outcome = store(numbered(1))
    assert (outcome.stored, outcome.touched[KEY][1].refused) == (1, ())
    assert store(numbered(2), anew=True).touched[KEY][1].refused == ()
    assert seqs(engine) == [1, 2]


def test_stored_number_is_not_made_refused(store: Store) -> None:
    store(numbered(1))
    outcome = store([broken(1)])
    assert len(outcome.refused) == 1
    assert outcome.refused[0].seq is None
    assert outcome.touched[KEY][1].refused == ()


def test_incarnation_keeps_its_stream(engine: Engine, store: Store) -> None:
    store(numbered(1))
    data = Evicted(first=1, last=1, count=1)
    stray = message(data, seq=2, device=DEVICE, stream=Stream.EVENTS)
    outcome = store([told(stray, topic=topics.event(DEVICE, Evicted.kind))])
    assert "belongs to the stream telemetry" in outcome.refused[0].reason
    assert outcome.touched == {}
    assert settled(store(numbered(3))) == (1, ((3, 3),))


def test_message_without_identity_is_kept_aside_alone(engine: Engine, store: Store) -> None:
    outcome = store([told(b"\x00garbage"), told(b"x", topic="loket/v1/17.07/nobody/evt/a"), *numbered(1)])
    assert (outcome.stored, len(outcome.refused), settled(outcome)) == (1, 2, (1, ()))
    with engine.connect() as connection:
        counted = counters.read(connection)
    assert (counted.stored_total, counted.refused_total, counted.last_batch_size) == (1, 2, 3)


def test_state_and_proof_of_life(engine: Engine, store: Store) -> None:
    said = message(Presence(online=True, session=2), seq=None, device=DEVICE, stream=None, incarnation=None)
    store([Message(topics.state(DEVICE), said, received_at=10.0, retained=True)])
    with engine.connect() as connection:
        row = connection.execute(select(presence)).one()
    assert (row.online, row.proof_at) == (True, None), "what was retained proves no life"
    store([told(health(1, device=DEVICE), at=30.0)])
    with engine.connect() as connection:
        assert connection.execute(select(presence.c.proof_at)).scalar() == 30.0


def test_nothing_is_known_of_a_batch_that_failed(any_store: Engine, engine: Engine) -> None:
    ledger = Ledger()
    store_batch(engine, numbered(1), ledger=ledger, refused_keep=9, now=1.0)

    def fail(connection: object) -> None:
        raise RuntimeError("cut")

    event.listen(engine, "commit", fail)
    with pytest.raises(RuntimeError, match="cut"):
        store_batch(engine, numbered(2, 3), ledger=ledger, refused_keep=9, now=1.0)
    event.remove(engine, "commit", fail)
    (outcome,) = store_batch(engine, numbered(3), ledger=ledger, refused_keep=9, now=1.0)
    assert settled(outcome) == (1, ((3, 3),))
    assert seqs(engine) == [1, 3]


def test_value_that_cannot_be_stored_holds_up_nobody(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("the trigger is SQLite's")
    with writing(engine) as connection:
        connection.execute(
            text(
                "CREATE TRIGGER poison BEFORE INSERT ON events WHEN NEW.seq = 5 "
                "BEGIN SELECT RAISE(ABORT, 'constraint: poison'); END"
            )
        )
    outcomes = store_batch(engine, numbered(*range(1, 9)), ledger=Ledger(), refused_keep=9, now=1.0)
    assert sorted(seqs(engine)) == [1, 2, 3, 4, 6, 7, 8]
    assert [message.seq for outcome in outcomes for message in outcome.refused] == [5]
    assert max(outcome.touched[KEY][1].settled.through for outcome in outcomes) == 8


def test_full_disk_is_busy_and_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, engine: Engine
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("the page limit is SQLite's")
    ledger = Ledger()
    with engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()

    def limit(count: int | None) -> None:
        def apply(raw: object, _entry: object = None, _proxy: object = None) -> None:
            raw.execute(f"PRAGMA max_page_count = {count}")  # type: ignore[attr-defined]

        event.listen(engine, "checkout", apply)

    limit(pages)
    many = numbered(*range(1, 400))
    with pytest.raises(Busy, match="full"):
        store_batch(engine, many, ledger=ledger, refused_keep=9, now=1.0)
    assert seqs(engine) == []
    limit(100_000)
    (outcome,) = store_batch(engine, many, ledger=ledger, refused_keep=9, now=1.0)
    assert (outcome.stored, settled(outcome)) == (399, (399, ()))


def test_forgotten_streams_are_read_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "LIMIT", 2)
    ledger = Ledger()
    names = [f"{number:08x}-6a55-4b8e-9d39-2f5f2ad3a001" for number in range(5)]
    chance = random.Random(1)
    sent: dict[str, set[int]] = {name: set() for name in names}
    for _ in range(60):
        name, seq = chance.choice(names), chance.randint(1, 12)
        sent[name].add(seq)
        (outcome,) = store_batch(
            engine, numbered(seq, incarnation=name), ledger=ledger, refused_keep=9, now=1.0
        )
        (state,) = [state for _, state in outcome.touched.values()]
        assert {seq for seq in range(1, 13) if seq in state.settled} == sent[name]


def test_revoked_device_is_refused_and_settles_nothing(engine: Engine, store: Store) -> None:
    with writing(engine) as connection:
        devices.revoke(connection, DEVICE.name, now=1.0)
        row = {"device": DEVICE.name, "incarnation": INCARNATION, "stream": "telemetry"}
        connection.execute(insert(streams).values(**row, last_received_at=1.0))
    outcome = store(numbered(1))
    assert (outcome.stored, outcome.touched) == (0, {})
    assert "revoked" in outcome.refused[0].reason
