"""The uplink as a process, against a real broker with mutual TLS and a stand-in for the fleet."""

from edge_agent.contract.events import Box, SubmissionCreated, TrackStarted
from edge_agent.contract.streams import Stream
from edge_agent.inbox.store import open_inbox


def track(number):
    return TrackStarted(
        camera="gate", track=number, run="0a1b2c3d", label="person", score=0.9,
        box=Box(left=0.1, top=0.1, right=0.2, bottom=0.2),
    )  # fmt: skip


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
    assert uplink.stop() == 0
    assert fleet.presences[-1].online is False
    assert fleet.presences[0].online is True
    assert fleet.presences[0].session == fleet.presences[-1].session
