"""The uplink as a process, against a real broker with mutual TLS and a stand-in for the fleet."""

import random
import time
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_agent.contract.events import Box, Health, SubmissionCreated, TrackStarted
from edge_agent.contract.signed import sign
from edge_agent.contract.stored import Stored
from edge_agent.contract.streams import Stream
from edge_agent.inbox.doorbell import Doorbell, bell_of
from edge_agent.inbox.store import open_inbox


def track(number):
    return TrackStarted(
        camera="gate", track=number, run="0a1b2c3d", label="person", score=0.9,
        box=Box(left=0.1, top=0.1, right=0.2, bottom=0.2),
    )  # fmt: skip


def submission(number):
    return SubmissionCreated(
        submission=str(UUID(int=number)), service="complaint", sealed="A" * 400, intake_key="0" * 64,
        consent_version="1",
    )  # fmt: skip


@pytest.fixture
def inbox(street):
    inbox = open_inbox(street.device)
    yield inbox
    inbox.close()


def test_events_arrive_once_in_order_and_leave_the_outbox(street, eventually):
    fleet, outbox = street.fleet(), street.outbox()
    for number in range(1, 501):
        outbox.append(track(number))
    uplink = street.uplink()
    eventually(lambda: fleet.count("vision.track.started") == 500)
    for number in range(501, 601):
        outbox.append(track(number))
    eventually(lambda: fleet.count("vision.track.started") == 600)
    assert fleet.seqs(Stream.EVENTS) == list(range(1, 601))
    eventually(lambda: outbox.status(Stream.EVENTS).rows == 0)
    assert fleet.duplicates == 0, "on a good network nothing goes twice"
    assert uplink.stop() == 0
    assert fleet.presences[-1].online is False
    assert fleet.presences[0].online is True
    assert fleet.presences[0].session == fleet.presences[-1].session


def test_how_old_events_are_at_the_broker_is_told(street, eventually):
    street.settings["health_every_s"] = 0.5
    fleet, outbox = street.fleet(), street.outbox()

    def told():
        events = fleet.events("device.health")
        return [event.data["metrics"] for event in events if "puback_p95_ms" in event.data["metrics"]]

    began = time.monotonic()
    for number in range(1, 4):
        outbox.append(track(number))
    time.sleep(1.0)  # they wait for the uplink, and are that old
    street.uplink()
    eventually(told)
    passed_ms = 1000 * (time.monotonic() - began)
    assert 1000 <= told()[0]["puback_p50_ms"] <= told()[0]["puback_p95_ms"] <= passed_ms


def test_a_row_stays_until_the_fleet_has_stored_it(street, eventually):
    fleet, outbox = street.fleet(acknowledges=False), street.outbox()
    street.uplink()
    for number in range(1, 11):
        outbox.append(track(number))
    eventually(lambda: fleet.count("vision.track.started") == 10)
    eventually(lambda: outbox.status(Stream.EVENTS).unsent == 0)
    eventually(lambda: fleet.duplicates >= 10)  # the deadline passed: they went again
    assert outbox.status(Stream.EVENTS).rows == 10
    fleet.acknowledges = True
    eventually(lambda: outbox.status(Stream.EVENTS).rows == 0)
    assert fleet.count("vision.track.started") == 10


def test_the_kiosk_learns_how_far_a_submission_has_come(street, inbox, eventually):
    fleet, outbox = street.fleet(acknowledges=False), street.outbox()
    fleet.refuses = lambda event: (
        event.data["submission"] == str(UUID(int=2)) if "sealed" in event.data else False
    )
    for number in (1, 2):
        outbox.append(submission(number))
        inbox.set_submission_state(str(UUID(int=number)), "saved")
    with Doorbell.listen(bell_of(street.device.run, "kiosk")) as bell:
        street.uplink()
        eventually(lambda: inbox.submission_state(str(UUID(int=1))) == "sent")
        assert bell.wait(5)
        assert outbox.status(Stream.SUBMISSIONS).rows == 2
        fleet.acknowledges = True
        eventually(lambda: inbox.submission_state(str(UUID(int=1))) == "stored")
        eventually(lambda: inbox.submission_state(str(UUID(int=2))) == "refused")
        assert bell.wait(5)
    eventually(lambda: outbox.status(Stream.SUBMISSIONS).rows == 0)
    assert outbox.status(Stream.SUBMISSIONS).refused == 1


def test_citizens_do_not_wait_behind_a_backlog(street, eventually):
    fleet, outbox = street.fleet(), street.outbox()
    for number in range(1, 2001):
        outbox.append(track(number))
    for number in range(200):
        outbox.append(Health(unit="vision", status="ok", metrics={"number": number}))
    outbox.append(submission(1))
    street.uplink()
    eventually(lambda: fleet.count("kiosk.submission.created") == 1)
    assert fleet.count("vision.track.started") < 1000
    eventually(lambda: fleet.count("device.health") > 50)
    assert fleet.count("vision.track.started") < 2000, "nor does telemetry wait for all of it"
    eventually(lambda: outbox.status(Stream.EVENTS).rows == 0)


def test_a_broker_that_is_killed_with_all_it_held_loses_nothing(street, eventually):
    fleet, outbox = street.fleet(), street.outbox()
    street.uplink()
    number = 0
    chance = random.Random(7)
    for _ in range(5):
        for _ in range(400):
            number += 1
            outbox.append(track(number))
        until = min(number, fleet.count("vision.track.started") + chance.randint(1, 300))
        eventually(lambda until=until: fleet.count("vision.track.started") >= until)
        street.broker.kill()
        for _ in range(50):
            number += 1
            outbox.append(track(number))
        street.broker.start()
    eventually(lambda: fleet.count("vision.track.started") == number, within_s=60)
    eventually(lambda: outbox.status(Stream.EVENTS).rows == 0, within_s=30)
    assert sorted(fleet.seqs(Stream.EVENTS)) == list(range(1, number + 1))


@pytest.mark.timeout(300)
def test_an_uplink_killed_at_random_moments_loses_nothing_and_keeps_the_order(street, eventually):
    fleet, outbox = street.fleet(), street.outbox()
    chance = random.Random(11)
    number = 0
    for _ in range(20):
        uplink = street.uplink()
        for _ in range(60):
            number += 1
            outbox.append(track(number))
        uplink.log_contains("broker_connected")
        time.sleep(chance.uniform(0, 0.25))  # the moment is the parameter
        uplink.kill()
    street.uplink()
    eventually(lambda: fleet.count("vision.track.started") == number, within_s=60)
    eventually(lambda: outbox.status(Stream.EVENTS).rows == 0)
    assert fleet.seqs(Stream.EVENTS) == list(range(1, number + 1))
    assert outbox.status(Stream.EVENTS).settled == number
    sessions = [presence.session for presence in fleet.presences if presence.online]
    assert sessions == sorted(sessions)
    assert len(set(sessions)) == len(sessions) >= 15


def test_the_broker_speaks_the_will_of_who_was_killed(street, eventually):
    fleet = street.fleet()
    uplink = street.uplink()
    eventually(lambda: fleet.presences)
    uplink.kill()
    eventually(lambda: not fleet.presences[-1].online)
    assert fleet.presences[-1].session == fleet.presences[0].session
    street.uplink()
    eventually(lambda: fleet.presences[-1].online)
    assert fleet.presences[-1].session > fleet.presences[0].session


def test_an_acknowledgement_that_the_fleet_did_not_sign_is_ignored(street, eventually):
    fleet, outbox = street.fleet(acknowledges=False), street.outbox()
    uplink = street.uplink()
    incarnation = outbox.append(track(1)).incarnation
    eventually(lambda: fleet.count("vision.track.started") == 1)
    statement = Stored(
        device=street.device.id.source, issued_at=time.time(), stream=Stream.EVENTS,
        incarnation=incarnation, through=1,
    )  # fmt: skip
    forger = Ed25519PrivateKey.generate()
    fleet.say(sign(statement, key=forger))
    other = statement.model_copy(update={"device": "/17.07/another"})
    fleet.say(sign(other, key=street.statements))
    fleet.say(b"nonsense")
    eventually(lambda: uplink.log().count("acknowledgement_ignored") == 3)
    assert outbox.status(Stream.EVENTS).rows == 1
    fleet.say(sign(statement, key=street.statements))
    eventually(lambda: outbox.status(Stream.EVENTS).rows == 0)


def test_a_damaged_outbox_is_moved_aside_and_the_fleet_is_told(street, eventually):
    fleet, outbox = street.fleet(), street.outbox()
    street.uplink()
    outbox.append(track(1))
    eventually(lambda: fleet.count("vision.track.started") == 1)
    path = street.device.data / "outbox" / "machine" / "events.db"
    outbox.close()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(b"rubbish " * 4096)
    assert outbox.append(track(2)).seq == 1
    eventually(lambda: fleet.count("vision.track.started") == 2, within_s=30)
    street.current.stop()
    street.uplink()
    eventually(
        lambda: any("moved aside" in str(event.data["reasons"]) for event in fleet.events("device.health"))
    )
