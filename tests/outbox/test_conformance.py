"""What every outbox does: the one on SQLite, and the fake that units are tested with."""

from datetime import UTC, datetime

import pytest

from edge_agent.clock import Reading
from edge_agent.contract import Oversize
from edge_agent.contract.events import Evicted, Health, Presence
from edge_agent.contract.streams import Stream
from edge_agent.outbox import Full
from edge_agent.outbox.limits import Limits, Room
from edge_agent.outbox.store import open_outbox
from edge_agent.testing.clock import FixedClock
from edge_agent.testing.outbox import MemoryOutbox


@pytest.fixture(params=["sqlite", "memory"])
def make(request, device):
    made = []

    def make(*, streams=tuple(Stream), full=False):
        if request.param == "memory":
            outbox = MemoryOutbox(streams, clock=FixedClock())
            outbox.full = full
        else:
            limits = Limits(submissions=Room(rows=0, bytes=0)) if full else Limits(reserve_bytes=4096)
            outbox = open_outbox(device, streams=streams, clock=FixedClock(), limits=limits)
        made.append(outbox)
        return outbox

    yield make
    for outbox in made:
        outbox.close()


def test_numbers_each_stream_from_one_without_gaps(make, say):
    outbox = make()
    identities = [
        outbox.append(data)
        for data in (say.event(), say.health(), say.event(), say.submission(), say.health(), say.finished())
    ]
    assert [(each.stream, each.seq) for each in identities] == [
        (Stream.EVENTS, 1),
        (Stream.TELEMETRY, 1),
        (Stream.EVENTS, 2),
        (Stream.SUBMISSIONS, 1),
        (Stream.TELEMETRY, 2),
        (Stream.EVENTS, 3),
    ]
    assert len({each.incarnation for each in identities}) == 3
    assert len({each.event_id for each in identities}) == 6


def test_the_same_event_id_is_the_same_event_and_burns_no_number(make, say):
    outbox = make()
    first = outbox.append(say.submission(1), event_id="tap-1")
    assert outbox.append(say.submission(1), event_id="tap-1") == first
    assert outbox.append(say.submission(2), event_id="tap-2").seq == 2


def test_the_same_event_id_in_another_stream_is_another_event(make, say):
    outbox = make()
    assert outbox.append(say.submission(), event_id="a").stream is Stream.SUBMISSIONS
    assert outbox.append(say.event(), event_id="a").stream is Stream.EVENTS


def test_refuses_what_belongs_to_no_open_stream(make, say):
    outbox = make(streams=[Stream.EVENTS])
    for data in (
        say.health(),
        Presence(online=True, session=1),
        Evicted(first=1, last=1, count=1),
    ):
        with pytest.raises(ValueError, match="stream"):
            outbox.append(data)
    assert outbox.append(say.event()).seq == 1


def test_refuses_what_fits_no_message(make, say):
    outbox = make()
    box = Health(unit="kiosk", status="ok", reasons=["\x01" * 300] * 16, metrics={})
    huge = box.model_copy(update={"reasons": ["\x01" * 300] * 40})
    with pytest.raises(Oversize):
        outbox.append(huge)
    assert outbox.append(say.health()).seq == 1


@pytest.mark.parametrize("event_id", ["", "x" * 65])
def test_refuses_an_event_id_of_the_wrong_length(make, say, event_id):
    with pytest.raises(ValueError, match="id"):
        make().append(say.event(), event_id=event_id)


def test_a_full_outbox_says_so_and_has_no_room(make, say):
    outbox = make(full=True)
    assert not outbox.room(Stream.SUBMISSIONS)
    with pytest.raises(Full):
        outbox.append(say.submission())


def test_has_room_in_open_streams_only(make):
    outbox = make(streams=[Stream.EVENTS])
    assert outbox.room(Stream.EVENTS)
    assert not outbox.room(Stream.SUBMISSIONS)


def test_takes_the_time_that_it_is_given(make, say):
    outbox = make()
    reading = Reading(wall=datetime(1970, 1, 1, 0, 5, tzinfo=UTC), trusted=False, monotonic=300.0)
    assert outbox.append(say.event(), reading=reading).seq == 1
