"""Decisions that are plain functions of values."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers

from fleet.api.messages import instant
from fleet.cli.printing import plain
from fleet.console.localtime import local, zone_of
from fleet.console.spark import bars
from fleet.console.visit import own_path
from fleet.snapshots.peer import common_name
from fleet.views.liveness import CLOCK_SKEW_S, STALE_AFTER_S, Heard, State, state_of
from fleet.views.streams import gaps
from fleet.web.app import Exposed, demand_loopback
from fleet.web.guard import refusal
from fleet.web.stream import Message

NOW = 1_800_000_000.0
ages = st.floats(-10_000, 10_000_000)


@settings(deadline=None)
@given(
    heard=st.builds(
        Heard,
        online=st.sampled_from([True, False, None]),
        proof_at=st.one_of(st.none(), ages.map(lambda age: NOW - age)),
        degraded=st.booleans(),
        revoked=st.booleans(),
    )
)
def test_nothing_is_well_without_a_fresh_proof(heard: Heard) -> None:
    state = state_of(heard, now=NOW)

    if state is State.ONLINE:
        assert heard.online
        assert not heard.revoked
        assert not heard.degraded
        assert heard.proof_at is not None
        assert -CLOCK_SKEW_S <= NOW - heard.proof_at <= STALE_AFTER_S


@pytest.mark.parametrize(
    ("heard", "state"),
    [
        (Heard(), State.NEVER),
        (Heard(online=True), State.UNKNOWN),
        (Heard(online=True, proof_at=NOW - 1), State.ONLINE),
        (Heard(online=True, proof_at=NOW - STALE_AFTER_S - 1), State.UNKNOWN),
        (Heard(online=True, proof_at=NOW + CLOCK_SKEW_S + 1), State.UNKNOWN),
        (Heard(online=False, proof_at=NOW - 1), State.OFFLINE),
        (Heard(online=None, proof_at=NOW - 1), State.OFFLINE),
        (Heard(online=True, proof_at=NOW - 1, degraded=True), State.DEGRADED),
        (Heard(online=True, proof_at=NOW - 1, revoked=True), State.REVOKED),
    ],
)
def test_says_of_a_device_what_was_heard(heard: Heard, state: State) -> None:
    assert state_of(heard, now=NOW) is state


ranges = st.lists(st.tuples(st.integers(1, 200), st.integers(0, 10)), max_size=12)


@settings(deadline=None)
@given(through=st.integers(0, 100), also=ranges)
def test_gaps_are_exactly_what_is_not_settled(through: int, also: list[tuple[int, int]]) -> None:
    settled = [(first, first + more) for first, more in also]
    top = max([through, *(last for _, last in settled)])
    missing = {
        seq for seq in range(through + 1, top + 1) if not any(first <= seq <= last for first, last in settled)
    }

    found = gaps(through, settled)

    assert {seq for first, last in found for seq in range(first, last + 1)} == missing
    assert all(first <= last for first, last in found)


@pytest.mark.parametrize(
    ("region", "zone"),
    [
        ("17.07", "WIB"),
        ("32", "WIB"),
        ("61.01", "WIB"),
        ("64.71", "WITA"),
        ("73", "WITA"),
        ("81.01", "WIT"),
        ("92", "WIT"),
    ],
)
def test_a_region_has_its_own_clock(region: str, zone: str) -> None:
    assert zone_of(region).tzname(None) == zone


@settings(deadline=None)
@given(at=st.floats(allow_nan=False))
def test_any_time_that_a_device_claims_can_be_shown(at: float) -> None:
    assert local(at, region="17.07").tzname() == "WIB"


@settings(deadline=None)
@given(counts=st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
def test_a_bar_stands_for_each_minute_in_which_something_happened(counts: list[int]) -> None:
    assert bars(counts).count("<rect") == sum(count > 0 for count in counts)


@settings(deadline=None)
@given(text=st.text())
def test_what_is_printed_cannot_command_a_terminal(text: str) -> None:
    assert not set(plain(text)) & {chr(code) for code in [*range(32), *range(127, 160), 0x202E]}


@settings(deadline=None)
@given(data=st.recursive(st.none() | st.text() | st.integers(), st.lists))
def test_a_live_message_is_one_message_whatever_it_carries(data: object) -> None:
    lines = Message(event="event", id=7, data=data).encode().decode().split("\n")

    assert lines[:2] == ["event: event", "id: 7"]
    assert json.loads(lines[2].removeprefix("data: ")) == data
    assert lines[3:] == ["", ""]


@settings(deadline=None)
@given(target=st.text())
def test_a_way_back_is_a_path_of_ours(target: str) -> None:
    found = own_path(target)

    assert found.startswith("/")
    assert not found.startswith("//")
    assert "\\" not in found


def test_reads_times_as_numbers_or_iso_8601() -> None:
    assert instant("12.5") == 12.5
    assert instant("1970-01-01T07:00:10+07:00") == 10
    assert instant("1970-01-01T00:00:10Z") == 10
    assert instant("1970-01-01T00:00:10") == 10
    with pytest.raises(ValueError, match="ISO 8601"):
        instant("today")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_may_have_the_console(host: str) -> None:
    demand_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "loket.example", ""])  # noqa: S104
def test_other_machines_may_not(host: str) -> None:
    with pytest.raises(Exposed):
        demand_loopback(host)


def test_reads_what_a_certificate_proves() -> None:
    one = ((("commonName", "lebong-001"),),)
    assert common_name({"subject": one}) == "lebong-001"
    assert common_name({"subject": one + one}) is None
    assert common_name({}) is None


def test_lets_a_program_without_a_browser_write() -> None:
    headers = Headers({"host": "127.0.0.1:8700", "authorization": "Bearer x"})

    assert refusal("POST", headers, hosts={"127.0.0.1"}) is None
