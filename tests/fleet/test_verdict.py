"""What is done with a message, and that nothing a message can hold makes the judge fail."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract import MAX_MESSAGE_BYTES, topics
from edge_agent.contract.events import Evicted, Presence
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream
from fleet.ingest.verdict import Message, ToNote, ToRefuse, ToStore, Verdict, judge
from tests.fleet.conftest import INCARNATION, health, message

DEVICE = DeviceId("17.07", "lebong-001")
REGIONS = {"lebong-001": "17.07", "lebong-002": "17.07"}
TOPIC = topics.event(DEVICE, "device.health")


def judged(payload: bytes, *, topic: str = TOPIC, retained: bool = False) -> Verdict:
    return judge(Message(topic, payload, received_at=1000.0, retained=retained), regions=REGIONS)


def changed(**attributes: Any) -> bytes:
    return json.dumps({**json.loads(health(5, device=DEVICE)), **attributes}).encode()


def test_event_is_stored_as_it_is() -> None:
    verdict = judged(changed(time="1970-01-01T00:00:01.5Z", subject="s", data={
        "unit": "uplink", "status": "ok", "later": {"deep": [1, "é"]}}))  # fmt: skip
    assert isinstance(verdict, ToStore)
    event = verdict.event
    assert (event.device, event.incarnation, event.seq) == (DEVICE, INCARNATION, 5)
    assert (event.kind, event.stream, event.subject) == ("device.health", Stream.TELEMETRY, "s")
    assert (event.time, event.received_at, event.clock_trusted) == (1.5, 1000.0, True)
    assert json.loads(event.data)["later"] == {"deep": [1, "é"]}, "what we do not know yet is kept"


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"", "EOF"),
        (b"\xff\xfe", ""),
        (b"[]", "object"),
        (b'{"a":' * 5000, ""),
        (changed(source="/17.07/lebong-002"), "source '/17.07/lebong-002' is not the sender"),
        (changed(source="/17.08/lebong-001"), "is not the sender"),
        (changed(type="id.loket.vision.crowd.v1"), "not known"),
        (changed(type="id.loket.device.health.v2"), "not known"),
        (changed(type="id.loket.vision.track.ended.v1"), "data"),
        (changed(incarnation=None), "incarnation"),
        (changed(seq=None), "seq"),
        (changed(seq=0), "seq"),
        (changed(seq=2**53), "seq"),
        (changed(stream=None), "stream"),
        (changed(stream="events"), "stream"),
        (changed(time="2026-01-01T00:00:00"), "time"),
        (changed(time="9999-12-31T23:59:59.9999999Z"), "time"),
        (changed(id="a\0b"), "NUL"),
        (changed(subject="a\0b"), "NUL"),
        (changed(data={"unit": "uplink", "status": "well"}), "data.status"),
        (changed(data={"unit": "uplink", "status": "ok", "x": float("nan")}), ""),
        (changed(data={"unit": "uplink", "status": "ok", "x": 10**30}), "64 bits"),
        (changed(data={"unit": "uplink", "status": "ok", "x": "y" * MAX_MESSAGE_BYTES}), "bytes"),
    ],
)  # fmt: skip
def test_unfit_event_is_refused_with_the_reason(payload: bytes, said: str) -> None:
    verdict = judged(payload)
    assert isinstance(verdict, ToRefuse)
    assert said in verdict.reason
    assert verdict.device == "lebong-001"
    assert "well" not in verdict.reason, "no content in a reason"


def test_numbers_that_grow_when_written_out_are_refused() -> None:
    many = ",".join(["1e15"] * 12_000)
    payload = health(5, device=DEVICE).decode().replace('"metrics":{', f'"x":[{many}],"metrics":{{').encode()
    assert len(payload) < MAX_MESSAGE_BYTES
    verdict = judged(payload)
    assert isinstance(verdict, ToRefuse)
    assert "once its numbers are written out" in verdict.reason


def test_refusal_settles_the_number_it_claims() -> None:
    verdict = judged(changed(data={}))
    assert isinstance(verdict, ToRefuse)
    assert verdict.claim is not None
    assert (verdict.claim.device, verdict.claim.stream) == (DEVICE, Stream.TELEMETRY)
    assert (verdict.claim.incarnation, verdict.claim.seq) == (INCARNATION, 5)


@pytest.mark.parametrize(
    "payload",
    [b"{}", changed(seq=True), changed(seq=0), changed(seq="5"), changed(incarnation="../x"),
     changed(stream="x"), changed(stream=["events"]), changed(stream=None, data={}), b'{"seq":5}'],
)  # fmt: skip
def test_refusal_without_usable_identity_settles_nothing(payload: bytes) -> None:
    verdict = judged(payload)
    assert isinstance(verdict, ToRefuse)
    assert verdict.claim is None


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("loket/v1/17.07/stranger/evt/device.health", "not an enrolled device"),
        ("loket/v1/17.08/lebong-001/evt/device.health", "not an enrolled device"),
        ("loket/v1/17.07/lebong-002/evt/device.health", "is not the sender"),
        ("loket/v1/17.07/lebong-001/evt/vision.track.ended", "does not belong on the topic"),
        ("loket/v1/17.07/lebong-001/state", "does not belong on the topic of the state"),
        ("loket/v1/17.07/lebong-001/cmd/x", "carries no event"),
        ("loket/v1/17.07/lebong-001/evt/a/b", "carries no event"),
        ("loket/v1/xx/lebong-001/evt/a", "not a code"),
        ("$SYS/x", "not under loket/v1"),
    ],
)
def test_event_on_a_wrong_topic_is_refused(topic: str, said: str) -> None:
    verdict = judged(health(5, device=DEVICE), topic=topic)
    assert isinstance(verdict, ToRefuse)
    assert said in verdict.reason


def test_unenrolled_device_settles_nothing() -> None:
    stranger = DeviceId("17.07", "stranger")
    verdict = judged(health(5, device=stranger), topic=topics.event(stranger, "device.health"))
    assert isinstance(verdict, ToRefuse)
    assert verdict.claim is None


def tombstone(first: int, last: int, *, seq: int) -> Verdict:
    data = Evicted(first=first, last=last, count=1)
    return judged(message(data, seq=seq, device=DEVICE), topic=topics.event(DEVICE, Evicted.kind))


def test_tombstone_settles_its_range() -> None:
    verdict = tombstone(3, 9, seq=10)
    assert isinstance(verdict, ToStore)
    assert verdict.evicted == (3, 9)


@pytest.mark.parametrize(("first", "last", "seq"), [(3, 9, 9), (9, 3, 20), (3, 2**52, 20)])
def test_tombstone_of_what_is_not_before_it_is_refused(first: int, last: int, seq: int) -> None:
    verdict = tombstone(first, last, seq=seq)
    assert isinstance(verdict, ToRefuse)
    assert "tombstone" in verdict.reason


def state(*, online: bool, retained: bool = False, session: int = 3, **changes: Any) -> Verdict:
    said = Presence(online=online, session=session, version_installed="1.2")
    payload = message(said, seq=None, device=DEVICE, **{"stream": None, "incarnation": None, **changes})
    return judged(payload, topic=topics.state(DEVICE), retained=retained)


def test_state_is_noted() -> None:
    verdict = state(online=True)
    assert isinstance(verdict, ToNote)
    assert (verdict.change.online, verdict.change.session, verdict.change.at) == (True, 3, 1000.0)
    assert verdict.is_proof


def test_retained_state_and_will_prove_no_life() -> None:
    early = datetime.fromtimestamp(500.0, UTC)
    for verdict in (state(online=True, retained=True, time=early), state(online=False)):
        assert isinstance(verdict, ToNote)
        assert not verdict.is_proof
    retained = state(online=True, retained=True, time=early)
    assert isinstance(retained, ToNote)
    assert retained.change.at == 500.0, "it was said when the device connected"
    doubtful = state(online=True, retained=True, time=early, clock_trusted=False)
    assert isinstance(doubtful, ToNote)
    assert doubtful.change.at == 1000.0


def test_cleared_state_is_refused() -> None:
    assert isinstance(judged(b"", topic=topics.state(DEVICE)), ToRefuse)


def test_presence_among_the_events_is_refused() -> None:
    payload = message(Presence(online=True, session=1), seq=5, device=DEVICE)
    assert isinstance(judged(payload, topic=topics.event(DEVICE, Presence.kind)), ToRefuse)


@given(
    st.binary(max_size=300), st.sampled_from([TOPIC, topics.state(DEVICE), "loket/v1/17.07/x/evt/a", "a/b"])
)
def test_no_bytes_make_it_fail(payload: bytes, topic: str) -> None:
    assert isinstance(judged(payload, topic=topic), ToRefuse)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from([*json.loads(health(5, device=DEVICE)), "subject"]), json_values, max_size=4
    )
)
def test_no_json_makes_it_fail(attributes: dict[str, Any]) -> None:
    verdict = judged(changed(**attributes))
    if isinstance(verdict, ToStore):
        datetime.fromtimestamp(verdict.event.time, UTC)
        assert "\0" not in f"{verdict.event.id}{verdict.event.subject}"
