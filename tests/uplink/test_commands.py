"""Commands: signed by the fleet, in force, carried out once; what else comes is refused or ignored."""

import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.clock import Reading
from edge_agent.contract import topics
from edge_agent.contract.commands import Command, TakeSnapshot
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.signed import sign
from edge_agent.inbox.doorbell import Doorbell, bell_of
from edge_agent.inbox.store import open_inbox
from edge_agent.uplink.commands import Give, Ignore, Refuse, judge

KEY = Ed25519PrivateKey.generate()
DEVICE = DeviceId("17.07", "lebong-001")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
READING = Reading(wall=NOW, trusted=True, monotonic=1.0)


def command(**changes):
    values = {
        "id": str(UUID(int=7)), "device": DEVICE.source, "issued_at": NOW.timestamp(),
        "expires_at": NOW.timestamp() + 60, "action": TakeSnapshot(camera="gate"),
    }  # fmt: skip
    return Command(**(values | changes))


def verdict(given, *, key=KEY, topic=None, reading=READING, message=None):
    return judge(
        message if message is not None else sign(given, key=key),
        topic=topic or topics.command(DEVICE, given.id),
        key=KEY.public_key(),
        device=DEVICE,
        reading=reading,
    )


def test_gives_a_command_in_force_to_its_unit():
    assert verdict(command()) == Give(command=command(), unit="vision")


@pytest.mark.parametrize("late", [{"expires_at": NOW.timestamp() - 1}, {"issued_at": NOW.timestamp() + 3600}])
def test_refuses_what_is_not_in_force(late):
    assert isinstance(verdict(command(**late)), Refuse)


def test_refuses_every_command_while_the_clock_is_not_trusted():
    reading = Reading(wall=NOW, trusted=False, monotonic=1.0)
    refused = verdict(command(), reading=reading)
    assert isinstance(refused, Refuse)
    assert "cannot prove the time" in refused.reason


def test_ignores_what_the_fleet_did_not_sign_for_this_device_and_topic():
    assert isinstance(verdict(command(), key=Ed25519PrivateKey.generate()), Ignore)
    assert isinstance(verdict(command(device="/17.07/another")), Ignore)
    assert isinstance(verdict(command(), topic=topics.command(DEVICE, str(UUID(int=8)))), Ignore)


def test_refuses_an_action_that_it_does_not_know():
    class Later(Command):
        action: dict[str, str]

    Later.__name__ = "Command"
    later = Later(**(command().model_dump() | {"action": {"do": "make_coffee"}}))
    assert isinstance(verdict(later), Refuse)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_ignores_noise(noise):
    assert isinstance(verdict(command(), message=noise), Ignore)


def now_command(**changes):
    now = time.time()
    return command(**({"id": str(uuid4()), "issued_at": now, "expires_at": now + 60} | changes))


@pytest.fixture
def ready(street, eventually):
    """A fleet and an uplink whose clock is proven; say(command) signs and publishes."""
    street.settings["health_every_s"] = 0.3
    fleet = street.fleet()
    uplink = street.uplink()
    eventually(lambda: any(event.clocktrusted for event in fleet.events("device.health")))

    def say(given, key=street.statements):
        fleet.say(sign(given, key=key), topic=topics.command(street.device.id, given.id))

    return fleet, uplink, say


def test_a_command_reaches_the_unit_and_rings_its_doorbell_once(street, ready, eventually):
    _, uplink, say = ready
    inbox = open_inbox(street.device)
    try:
        with Doorbell.listen(bell_of(street.device.run, "vision")) as bell:
            wanted = now_command()
            say(wanted)
            assert bell.wait(10)
            assert inbox.commands_for("vision") == [wanted]
            inbox.finish_command(wanted.id)
            say(wanted)  # replayed
            say(now_command(), key=Ed25519PrivateKey.generate())  # forged
            last = now_command()
            say(last)
            eventually(lambda: inbox.commands_for("vision") == [last])
        assert uplink.log().count("command_given") == 2
        assert uplink.log().count("command_ignored") == 1
    finally:
        inbox.close()


def test_the_fleet_learns_of_a_command_that_came_too_late(ready, eventually):
    fleet, _, say = ready
    late = now_command(expires_at=time.time() - 5)
    say(late)
    (event,) = eventually(lambda: fleet.events("device.command.finished"))
    assert event.data["command"] == late.id
    assert event.data["outcome"] == "refused"


def test_the_fleet_learns_of_a_command_that_no_unit_carried_out(ready, eventually):
    fleet, _, say = ready
    wanted = now_command(expires_at=time.time() + 2)
    say(wanted)
    (event,) = eventually(lambda: fleet.events("device.command.finished"))
    assert event.data == {
        "command": wanted.id,
        "outcome": "failed",
        "reason": "no unit carried it out in time",
    }
