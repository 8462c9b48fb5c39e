"""Notices: signed by the fleet, kept once, and the fleet is told how far; what else comes is ignored."""

import time
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_agent.contract import topics
from edge_agent.contract.events import EmergencyRaised
from edge_agent.contract.notices import Notice, Status, Step
from edge_agent.contract.signed import sign
from edge_agent.inbox.doorbell import Doorbell, bell_of
from edge_agent.inbox.store import open_inbox

SUBJECT = str(UUID(int=1))


@pytest.fixture
def say(street):
    """A fleet; say(number, state) signs a notice and publishes it."""
    street.settings["reconnect_min_s"] = 0.1
    fleet = street.fleet()

    def say(number, state, *, key=street.statements, device=street.device.id):
        body = Status(subject=SUBJECT, step=Step(state=state, at=float(number)))
        notice = Notice(device=device.source, issued_at=time.time(), number=number, body=body)
        fleet.say(sign(notice, key=key), topic=topics.notice(street.device.id))

    say.fleet = fleet
    return say


def through(fleet):
    events = sorted(fleet.events("device.notices.received"), key=lambda event: event.seq)
    return [event.data["through"] for event in events]


def test_a_notice_reaches_the_inbox_and_rings_the_kiosks_doorbell_once(street, say, eventually):
    uplink = street.uplink()
    uplink.log_contains("broker_connected")
    inbox = open_inbox(street.device)
    try:
        with Doorbell.listen(bell_of(street.device.run, "kiosk")) as bell:
            say(1, "received")
            assert bell.wait(10)
            assert [step.state for step in inbox.steps_of(SUBJECT)] == ["received"]
        say(1, "received")  # replayed
        say(2, "closed", key=Ed25519PrivateKey.generate())  # forged
        say(2, "forwarded")
        eventually(lambda: [step.state for step in inbox.steps_of(SUBJECT)] == ["received", "forwarded"])
        eventually(lambda: through(say.fleet)[-1:] == [2])
        assert uplink.log().count("notice_noted") == 2
        assert uplink.log().count("notice_ignored") == 1
    finally:
        inbox.close()


def test_on_each_connection_it_says_how_far_it_is_once_anything_was_filed(street, say, eventually):
    outbox = street.outbox()
    outbox.append(EmergencyRaised(emergency=SUBJECT, sort="ambulans"))
    uplink = street.uplink()
    eventually(lambda: through(say.fleet) == [0])
    say(1, "raised")
    eventually(lambda: through(say.fleet) == [0, 1])
    assert uplink.stop() == 0
    street.uplink()
    eventually(lambda: through(say.fleet) == [0, 1, 1])
    street.current.kill()
    for file in street.device.data.glob("inbox.db*"):
        file.unlink()
    street.uplink()
    eventually(lambda: through(say.fleet)[-1] == 0)


def test_what_was_said_while_it_was_away_is_there_when_it_comes_back(street, say, eventually):
    uplink = street.uplink()
    uplink.log_contains("broker_connected")
    uplink.kill()
    say(1, "received")
    street.uplink()
    inbox = open_inbox(street.device)
    try:
        eventually(lambda: inbox.noticed_through() == 1)
    finally:
        inbox.close()
