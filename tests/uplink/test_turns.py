"""Whose turn it is, and how long to wait."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.contract.streams import Stream
from edge_agent.uplink.turns import allot, retry_in_s

counts = st.integers(0, 1000)


@settings(deadline=None)
@given(room=counts, submissions=counts, events=counts, telemetry=counts)
def test_divides_all_the_room_and_no_more(room, submissions, events, telemetry):
    wants = {Stream.SUBMISSIONS: submissions, Stream.EVENTS: events, Stream.TELEMETRY: telemetry}
    shares = allot(room, wants)
    assert sum(shares.values()) == min(room, sum(wants.values()))
    assert all(0 <= shares[stream] <= wants[stream] for stream in Stream)
    assert shares[Stream.SUBMISSIONS] == min(room, submissions), "citizens never wait"
    rest = room - shares[Stream.SUBMISSIONS]
    if rest > 1 and telemetry:
        assert shares[Stream.TELEMETRY] >= 1, "telemetry never starves"
    if rest > 8:
        assert shares[Stream.EVENTS] >= min(events, rest - rest // 8), "and takes an eighth at most"


@settings(deadline=None)
@given(attempt=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_waits_longer_and_longer_but_not_for_ever(attempt, chance):
    wait = retry_in_s(attempt, least_s=1.0, most_s=60.0, chance=chance)
    longest = min(60.0, 2.0 ** min(attempt - 1, 10))
    assert longest / 2 <= wait <= longest
