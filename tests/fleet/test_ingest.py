"""`fleet ingest` as a process, with a real broker: stored once, acknowledged, refused with a reason."""

import json
import signal
import time
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import insert

from edge_agent.contract import MAX_MESSAGE_BYTES, signed, topics
from edge_agent.contract.commands import Command
from edge_agent.contract.events import Evicted, Presence
from edge_agent.contract.identity import DeviceId
from fleet.store import counters
from fleet.store.engine import writing
from fleet.store.tables import commands, northbound, presence, refused, streams
from tests.fleet.conftest import (
    INCARNATION,
    Controller,
    Papers,
    Speaker,
    eventually,
    health,
    issue,
    message,
)

KIND = "device.health"


@pytest.fixture
def device(controller: Controller) -> tuple[DeviceId, Papers]:
    """An enrolled device."""
    return controller.add_device()


@pytest.fixture
def running(controller: Controller) -> Controller:
    """A controller whose ingest runs."""
    controller.start_ingest()
    return controller


def say(speaker: Speaker, device: DeviceId, seq: int, *, wait: bool = True) -> int:
    return speaker.publish(topics.event(device, KIND), health(seq, device=device), wait=wait)


def through(speaker: Speaker, device: DeviceId) -> int:
    return max((statement.through for statement in speaker.statements(device)), default=0)


def test_stored_event_is_acknowledged_by_a_signed_statement(
    running: Controller, device: tuple[DeviceId, Papers]
) -> None:
    me, papers = device
    speaker = running.speaker(papers, topics.stored(me))
    for seq in (1, 2, 5, 2):
        assert say(speaker, me, seq) < 0x80
    eventually(lambda: any(said.settles(5) for said in speaker.statements(me)), what="5 acknowledged")
    last = speaker.statements(me)[-1]
    assert (last.incarnation, last.stream, last.through, last.also) == (INCARNATION, "telemetry", 2, [(5, 5)])
    assert sorted(running.seqs()) == [1, 2, 5], "what is acknowledged is stored"
    say(speaker, me, 2)
    heard = len(speaker.statements(me))
    eventually(lambda: len(speaker.statements(me)) > heard, what="told again")
    data = Evicted(first=3, last=4, count=2)
    speaker.publish(topics.event(me, Evicted.kind), message(data, seq=6, device=me))
    eventually(lambda: through(speaker, me) == 6, what="tombstone closes the gap")


def test_nothing_is_acknowledged_before_it_is_stored(
    running: Controller, device: tuple[DeviceId, Papers]
) -> None:
    me, papers = device
    speaker = running.speaker(papers, topics.stored(me))
    say(speaker, me, 1)
    eventually(lambda: through(speaker, me) == 1)
    with writing(running.engine):  # holds the write lock: the ingest cannot commit
        say(speaker, me, 2)
        time.sleep(1.0)
        assert through(speaker, me) == 1
        running.stop_ingest(signal.SIGKILL)
    running.start_ingest()
    eventually(lambda: through(speaker, me) == 2, what="the broker brings it again")
    assert running.seqs() == [1, 2]


def test_refusals_are_kept_aside_and_logged_without_content(
    running: Controller, device: tuple[DeviceId, Papers]
) -> None:
    me, papers = device
    other, _ = running.add_device("lebong-002")
    speaker = running.speaker(papers, topics.stored(me))
    topic = topics.event(me, KIND)
    good = json.loads(health(1, device=me))
    secret = "what a citizen wrote"
    wrong: dict[str, bytes] = {
        "malformed": secret.encode(),
        "oversize": json.dumps({**good, "seq": 1, "data": {"x": secret + "y" * MAX_MESSAGE_BYTES}}).encode(),
        "unknown kind": json.dumps({**good, "seq": 2, "type": "id.loket.no.such.v1"}).encode(),
        "wrong source": json.dumps({**good, "seq": 3, "source": other.source}).encode(),
        "wrong data": json.dumps({**good, "seq": 4, "data": {"status": secret}}).encode(),
        "no identity": json.dumps({**good, "seq": None}).encode(),
    }
    for payload in wrong.values():
        assert speaker.publish(topic, payload) < 0x80, "the broker lets it pass"
    say(speaker, me, 5)
    eventually(lambda: through(speaker, me) == 5, what="refused numbers are settled")
    assert speaker.statements(me)[-1].refused == [1, 2, 3, 4]
    rows = running.rows(refused)
    assert [row.bytes for row in rows] == [len(payload) for payload in wrong.values()]
    assert {row.device for row in rows} == {me.name}
    assert running.seqs() == [5]
    log = running.ingest_log()
    lines = [json.loads(line) for line in log.splitlines() if "message_refused" in line]
    assert [line["topic"] for line in lines] == [topic] * len(wrong)
    assert all(line["reason"] and line["device"] == me.name and line["unit"] for line in lines)
    assert secret not in log


def test_forged_topic_is_refused_at_the_ingest_too(
    running: Controller, device: tuple[DeviceId, Papers]
) -> None:
    """A broker that lets a stranger publish for a device is not believed about who is enrolled."""
    me, _ = device
    running.fleet.layout.broker_acl.write_text(
        running.fleet.layout.broker_acl.read_text() + "\nuser stranger\ntopic write loket/#\n"
    )
    assert running.broker is not None
    running.broker.send_signal(signal.SIGHUP)
    papers = issue(running.authority, "stranger", running.folder / "s")
    stranger = DeviceId(me.region, "stranger")
    speaker = running.speaker(papers)
    eventually(lambda: say(speaker, stranger, 1) < 0x80, what="the broker lets it pass")
    eventually(lambda: running.rows(refused), what="refused")
    assert "not an enrolled device" in running.rows(refused)[0].reason
    assert running.rows() == []
    assert running.rows(streams) == []


def test_presence_follows_state_and_will(running: Controller, device: tuple[DeviceId, Papers]) -> None:
    me, papers = device

    def said(*, online: bool, session: int) -> bytes:
        data = Presence(online=online, session=session, version_installed="0.1")
        return message(data, seq=None, device=me, stream=None, incarnation=None)

    def online() -> object:
        rows = running.rows(presence)
        return rows[0].online if rows else None

    speaker = Speaker(running, papers)
    speaker.client.will_set(topics.state(me), said(online=False, session=1), qos=1, retain=True)
    speaker.connect()
    speaker.publish(topics.state(me), said(online=True, session=1), retain=True)
    eventually(lambda: online() is True, what="online")
    assert running.rows(presence)[0].proof_at is not None
    speaker.client.loop_stop()
    speaker.client.socket().close()  # as if the cable were cut
    eventually(lambda: online() is False, what="its will")
    running.stop_ingest()
    again = running.speaker(papers)
    again.publish(topics.state(me), said(online=True, session=2), retain=True)
    running.start_ingest()
    eventually(lambda: online() is True, what="what was retained while the ingest was away")
    again.publish(topics.state(me), said(online=False, session=1), retain=True)
    say(again, me, 1)
    eventually(running.seqs)
    assert online() is True, "a stale will changes nothing"


def test_ingest_away_while_the_device_goes_on(
    controller: Controller, device: tuple[DeviceId, Papers]
) -> None:
    me, papers = device
    controller.start_ingest()
    assert controller.stop_ingest() == 0
    speaker = controller.speaker(papers, topics.stored(me))
    for seq in range(1, 301):
        say(speaker, me, seq, wait=seq == 300)
    controller.start_ingest()
    eventually(lambda: through(speaker, me) == 300)
    assert controller.seqs() == list(range(1, 301))


def test_streams_are_told_again_after_a_restart(
    controller: Controller, device: tuple[DeviceId, Papers]
) -> None:
    me, papers = device
    controller.start_ingest()
    speaker = controller.speaker(papers)
    say(speaker, me, 1)
    eventually(controller.seqs)
    speaker.close()  # it never heard the acknowledgement
    controller.stop_ingest()
    listener = controller.speaker(papers, topics.stored(me))
    assert listener.statements(me) == []
    controller.start_ingest()
    eventually(lambda: through(listener, me) == 1, what="the acknowledgement that was missed")


def test_broker_lost_with_its_queue(controller: Controller, device: tuple[DeviceId, Papers]) -> None:
    me, papers = device
    controller.start_ingest()
    speaker = controller.speaker(papers, topics.stored(me))
    say(speaker, me, 1)
    eventually(lambda: through(speaker, me) == 1)
    controller.stop_broker(signal.SIGKILL)
    controller.start_broker()
    eventually(lambda: speaker.connected and speaker.client.is_connected(), what="device is back")

    def told() -> bool:
        say(speaker, me, 2)  # what a device does: it sends again until it is told
        return through(speaker, me) == 2

    eventually(told, within_s=40, what="ingest is back")
    assert controller.seqs() == [1, 2]


def test_command_is_signed_and_published_once(running: Controller, device: tuple[DeviceId, Papers]) -> None:
    me, papers = device
    speaker = running.speaker(papers, topics.commands(me))
    now = time.time()
    ids = [f"{number:08x}-6a55-4b8e-9d39-2f5f2ad3a001" for number in range(3)]
    rows = [
        {"id": ids[0], "action": '{"do":"take_snapshot","camera":"door"}', "expires_at": now + 60},
        {"id": ids[1], "action": '{"do":"take_snapshot","camera":"door"}', "expires_at": now - 1},
        {"id": ids[2], "action": '{"do":"explode"}', "expires_at": now + 60},
    ]
    with writing(running.engine) as connection:
        common = {"device": me.name, "issued_at": now, "issued_by": "test"}
        connection.execute(insert(commands), [{**common, **row} for row in rows])
    eventually(lambda: speaker.heard, what="command")
    published = lambda: [row.id for row in running.rows(commands) if row.published_at is not None]  # noqa: E731
    eventually(published)
    time.sleep(0.6)
    ((topic, payload),) = speaker.heard
    assert (topic, published()) == (topics.command(me, ids[0]), ids[:1])
    key = running_key(running)
    command = signed.verify(payload, Command, key=key, device=me)
    assert (command.id, command.action.camera, command.in_force(now)) == (ids[0], "door", True)
    assert "command_malformed" in running.ingest_log()


def running_key(controller: Controller) -> signed.Ed25519PublicKey:
    key = load_pem_public_key(controller.layout.statement_public_key.read_bytes())
    assert isinstance(key, signed.Ed25519PublicKey)
    return key


def north_reader(controller: Controller) -> Speaker:
    """A system of the command centre: it reads northbound, and nothing else."""
    name = "fleet-north-board"
    papers = issue(controller.authority, name, controller.layout.readers)
    controller.add_device("lebong-009")  # writes the access list anew
    return controller.speaker(papers, topics.EVERY_NORTH, topics.EVERY_EVENT)


def test_northbound_keeps_the_order_up_to_the_first_gap(
    running: Controller, device: tuple[DeviceId, Papers]
) -> None:
    me, papers = device
    reader = north_reader(running)
    speaker = running.speaker(papers, topics.stored(me))
    republished: Callable[[], list[int]] = lambda: [json.loads(p)["seq"] for _, p in reader.heard]  # noqa: E731
    for seq in (1, 2, 4, 5):
        say(speaker, me, seq)
    eventually(lambda: republished() == [1, 2], what="up to the gap")
    say(speaker, me, 3)
    eventually(lambda: republished() == [1, 2, 3, 4, 5], what="the rest, in order")
    topic, payload = reader.heard[-1]
    sent, got = json.loads(health(5, device=me)), json.loads(payload)
    assert topic == topics.north(me, KIND)
    assert {name: got[name] for name in sent if name not in ("id", "time")} == {
        name: sent[name] for name in sent if name not in ("id", "time")
    }
    eventually(lambda: [row.through for row in running.rows(northbound)] == [5])
    assert running.stop_ingest() == 0
    running.start_ingest()
    say(speaker, me, 6)
    eventually(lambda: republished() == [1, 2, 3, 4, 5, 6], what="only what is new after a restart")
    assert reader.publish(topics.north(me, KIND), b"{}") == 0x87


def test_counters_are_there_for_the_metrics(running: Controller, device: tuple[DeviceId, Papers]) -> None:
    me, papers = device
    speaker = running.speaker(papers)
    for seq in (1, 1, 2):
        say(speaker, me, seq)
    speaker.publish(topics.event(me, KIND), b"garbage")

    def counted() -> counters.Counters:
        with running.engine.connect() as connection:
            return counters.read(connection)

    eventually(lambda: counted().refused_total == 1)
    assert (counted().stored_total, counted().duplicate_total) == (2, 1)
    assert counted().started_at is not None
