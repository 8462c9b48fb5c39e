"""The envelope: what goes out comes back the same, and nothing but the contract comes in."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract import MAX_MESSAGE_BYTES, ContractError, Malformed, Oversize
from edge_agent.contract.envelope import Envelope, envelope, identity_in, kind_of_type, parse, type_of
from edge_agent.contract.events import KINDS, Health, SubmissionCreated
from edge_agent.contract.examples import EXAMPLES
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream

INCARNATION = "3f0e5a52-8f57-4be1-9d0c-1f2a3b4c5d6e"
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def test_every_kind_is_drawn_and_has_an_example(kinds_drawn: set[Any]) -> None:
    assert kinds_drawn == set(KINDS.values())
    assert [type(data) for data in EXAMPLES] == list(KINDS.values())


@given(drawn=st.data())
def test_what_goes_out_comes_back_the_same(
    any_event: st.SearchStrategy[Envelope], drawn: st.DataObject
) -> None:
    event = drawn.draw(any_event)
    message = event.to_json()
    read = parse(message)
    assert read == event
    assert read.typed() == event.typed()
    assert read.device == event.device
    assert read.to_json() == message
    if event.seq is not None:
        assert identity_in(message) == (event.incarnation, event.seq)


@given(drawn=st.data())
def test_readers_ignore_what_they_do_not_know(
    any_event: st.SearchStrategy[Envelope], drawn: st.DataObject
) -> None:
    event = drawn.draw(any_event)
    document = json.loads(event.to_json())
    document["traceparent"] = "00-new-attribute"
    document["data"]["a_field_of_the_next_release"] = {"deep": [1, 2, {"er": None}]}
    assert parse(json.dumps(document).encode()).typed() == event.typed()


@pytest.mark.parametrize("part", ["specversion", "id", "source", "type", "time", "clocktrusted", "data"])
def test_refuses_an_event_without_its(part: str, health: dict[str, Any]) -> None:
    del health[part]
    with pytest.raises(Malformed, match=part):
        parse(json.dumps(health).encode())


@pytest.mark.parametrize("part", ["stream", "incarnation", "seq"])
def test_refuses_an_event_without_its_place(part: str, health: dict[str, Any]) -> None:
    del health[part]
    with pytest.raises(Malformed, match=part):
        parse(json.dumps(health).encode())


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("specversion", "0.3"), ("specversion", 1.0),
        ("id", ""), ("id", 7), ("id", "x" * 65),
        ("source", "lebong-001"), ("source", "/17.07/Lebong"), ("source", "/17.07/a/b"),
        ("source", "/17.7/a"),        ("source", "/١٧.٠٧/lebong-001"), ("source", "/17.07/lebong-001\n"),
        ("type", "device.health"), ("type", "id.loket.device.health.v2"), ("type", "id.loket.weather.v1"),
        ("type", "id.loket.device.health.v"), ("type", "id.loket.device.health.v01"),
        ("time", 0), ("time", "1"), ("time", "yesterday"), ("time", "2026-03-02"),
        ("time", "2026-03-02T08:30:00"),        ("time", "2026-02-30T08:30:00Z"),
        ("time", "0001-01-01T00:00:00+14:00"), ("time", None),
        ("clocktrusted", "yes"), ("clocktrusted", 1),
        ("stream", "gossip"), ("stream", "submissions"), ("stream", 1),
        ("incarnation", "0" * 36), ("incarnation", INCARNATION.upper()), ("incarnation", INCARNATION + "\n"),
        ("seq", 0), ("seq", -1), ("seq", 2**53), ("seq", "7"), ("seq", 7.0), ("seq", True),
        ("subject", 3), ("subject", "x" * 97),
        ("data", []), ("data", None), ("data", "e30="),
    ],
)  # fmt: skip
def test_refuses_a_wrong(part: str, value: object, health: dict[str, Any]) -> None:
    health[part] = value
    with pytest.raises(Malformed, match=part):
        parse(json.dumps(health).encode())


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("unit", "toaster"), ("unit", 1), ("status", None), ("reasons", "camera lost"), ("reasons", [1]),
        ("reasons", ["x" * 301]), ("reasons", ["x"] * 17), ("metrics", {"rows": "3"}),
        ("metrics", {"Rows": 3}), ("metrics", {"rows": True}),
        ("metrics", {f"m{n}": 0 for n in range(65)}), ("metrics", []),
    ],
)  # fmt: skip
def test_refuses_wrong_data_in(part: str, value: object, health: dict[str, Any]) -> None:
    health["data"][part] = value
    with pytest.raises(Malformed, match=rf"data\.{part}"):
        parse(json.dumps(health).encode())


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 400, str(2**63)])
@pytest.mark.parametrize("place", ['"metrics": {"rows": %s}', '"unknown": [[%s]]'])
def test_refuses_numbers_that_the_next_reader_cannot_read(
    number: str, place: str, health: dict[str, Any]
) -> None:
    del health["data"]["metrics"]
    text = json.dumps(health).replace('"data": {', f'"data": {{{place % number}, ', 1)
    assert number in text
    with pytest.raises(Malformed):
        parse(text.encode())


@pytest.mark.parametrize("depth", [17, 150, 5_000, 20_000])
def test_refuses_deep_nesting(depth: int, health: dict[str, Any]) -> None:
    text = json.dumps(health).replace('"data": {', '"data": {"deep": ' + "[" * depth + "]" * depth + ", ", 1)
    with pytest.raises(Malformed):
        parse(text.encode())


def test_accepts_modest_nesting(health: dict[str, Any]) -> None:
    health["data"]["new"] = {"a": {"b": [{"c": [1]}]}}
    assert parse(json.dumps(health).encode()).kind == "device.health"


def submission(length: int, device: DeviceId) -> Envelope:
    return envelope(
        SubmissionCreated(
            submission=INCARNATION, service="complaint", sealed="A" * 59_000, intake_key="0" * 64,
            consent_version="1",
        ),
        device=device, time=datetime(2026, 1, 1, tzinfo=UTC), clock_trusted=True, stream=Stream.SUBMISSIONS,
        incarnation=INCARNATION, seq=1, event_id=INCARNATION,
    ).model_copy(update={"data": {"sealed": "A" * length}})  # fmt: skip


@pytest.mark.parametrize(("extra", "fits"), [(-1, True), (0, True), (1, False)])
def test_the_largest_message_is_64_kib_to_the_byte(extra: int, fits: bool, device: DeviceId) -> None:
    bare = len(submission(0, device).to_json())
    event = submission(MAX_MESSAGE_BYTES - bare + extra, device)
    if fits:
        assert len(event.to_json()) == MAX_MESSAGE_BYTES + extra
        return
    with pytest.raises(Oversize):
        event.to_json()


@pytest.mark.parametrize(("extra", "fits"), [(-1, True), (0, True), (1, False)])
def test_a_reader_takes_64_kib_and_not_a_byte_more(extra: int, fits: bool, health: dict[str, Any]) -> None:
    bare = len(json.dumps(health)) + len(', "pad": ""')
    health["pad"] = "x" * (MAX_MESSAGE_BYTES - bare + extra)
    message = json.dumps(health).encode()
    assert len(message) == MAX_MESSAGE_BYTES + extra
    if fits:
        assert parse(message).seq == 7
        return
    with pytest.raises(Oversize):
        parse(message)


def test_a_full_sealed_payload_fits_into_a_message() -> None:
    data = SubmissionCreated(
        submission=INCARNATION, service="s" * 63, sealed="A" * 60_000, intake_key="0" * 64,
        consent_version="c" * 32,
    )  # fmt: skip
    event = envelope(
        data, device=DeviceId(region="17.07.04.20", name="d" * 63), time=datetime.now(UTC), subject="s" * 96,
        clock_trusted=False, stream=Stream.SUBMISSIONS, incarnation=INCARNATION, seq=2**53 - 1,
    )  # fmt: skip
    assert parse(event.to_json()).typed() == data


@given(st.binary(max_size=400))
def test_any_bytes_are_an_event_or_a_breach_of_contract(message: bytes) -> None:
    with pytest.raises(ContractError):
        parse(message)
    assert identity_in(message) is None


@given(document=JSON_VALUES)
def test_any_json_is_an_event_or_a_breach_of_contract(document: object) -> None:
    message = json.dumps(document).encode()
    with pytest.raises(ContractError):
        parse(message)
    identity_in(message)


def read_or_refuse(message: bytes) -> Envelope | None:
    """The event in `message`, or None where it is refused in words fit for a log."""
    told = "a refusal"
    try:
        return parse(message)
    except ContractError as error:
        told = str(error)
    assert told.isprintable()
    assert len(told) < 1000
    return None


def spoil(document: Any, draw: st.DrawFn) -> Any:
    """`document` with one value at a random place replaced or removed."""
    if isinstance(document, dict) and document and draw(st.integers(0, 3)):
        name = draw(st.sampled_from(sorted(document)))
        if draw(st.booleans()):
            return {**document, name: spoil(document[name], draw)}
        return {other: value for other, value in document.items() if other != name}
    return draw(JSON_VALUES)


@given(drawn=st.data())
def test_a_spoiled_event_is_read_or_refused_but_never_trips_the_reader(
    any_event: st.SearchStrategy[Envelope], drawn: st.DataObject
) -> None:
    document = spoil(json.loads(drawn.draw(any_event).to_json()), drawn.draw)
    message = json.dumps(document).encode()
    claimed = identity_in(message)
    event = read_or_refuse(message)
    if event is None:
        return
    assert parse(event.to_json()) == event
    json.dumps(event.data, allow_nan=False)
    if event.seq is not None:
        assert claimed == (event.incarnation, event.seq)


@given(drawn=st.data(), flip=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_never_trips_the_reader(
    any_event: st.SearchStrategy[Envelope], drawn: st.DataObject, flip: int, bit: int
) -> None:
    message = bytearray(drawn.draw(any_event).to_json())
    message[flip % len(message)] ^= 1 << bit
    identity_in(bytes(message))
    read_or_refuse(bytes(message))


@pytest.mark.parametrize(
    "secret", ["rahasia warga", "\x1b[31mred", "line\nbreak"], ids=["words", "escape", "newline"]
)
@pytest.mark.parametrize("part", ["source", "type", "time", "specversion", "incarnation", "seq", "stream"])
def test_the_refusal_never_repeats_what_was_said(part: str, secret: str, health: dict[str, Any]) -> None:
    health[part] = secret
    with pytest.raises(Malformed) as caught:
        parse(json.dumps(health).encode())
    assert secret not in str(caught.value)


def test_a_key_that_the_sender_chose_is_told_short_and_printable(health: dict[str, Any]) -> None:
    health["data"]["metrics"] = {"\x1b[2J" + "x" * 5_000: 1.0}
    with pytest.raises(Malformed) as caught:
        parse(json.dumps(health).encode())
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_of_a_repeated_key_both_readers_take_the_same(health: dict[str, Any]) -> None:
    for first, last in ((8, 9), (9, 8)):
        text = json.dumps(health).replace('"seq": 7', f'"seq": {first}, "seq": {last}')
        assert parse(text.encode()).seq == last
        assert identity_in(text.encode()) == (INCARNATION, last)


@pytest.mark.parametrize(
    "document",
    [
        None, 7, "text", [], {}, {"incarnation": INCARNATION}, {"seq": 7},
        {"incarnation": INCARNATION, "seq": True}, {"incarnation": INCARNATION, "seq": 0},
        {"incarnation": INCARNATION, "seq": 2**53}, {"incarnation": INCARNATION, "seq": 7.0},
        {"incarnation": "\ud800" * 36, "seq": 7}, {"incarnation": "x" * 36, "seq": 7},
    ],
)  # fmt: skip
def test_no_identity_is_read_where_none_is_claimed(document: object) -> None:
    assert identity_in(json.dumps(document).encode()) is None


def test_an_identity_is_read_even_where_the_rest_is_wrong() -> None:
    message = json.dumps({"incarnation": INCARNATION, "seq": 9, "data": "spoiled"}).encode()
    assert identity_in(message) == (INCARNATION, 9)


@pytest.mark.parametrize(
    "message",
    [b"", b"\xff\xfe", b"[" * 60_000, b'{"seq":' + b"9" * 60_000 + b"}", b"\x00" * 64, b"{" * 10],
    ids=["empty", "half a mark", "deep", "huge number", "zeros", "open"],
)
def test_hostile_bytes_claim_no_identity(message: bytes) -> None:
    assert identity_in(message) is None
    with pytest.raises(ContractError):
        parse(message)


def test_the_time_is_kept_in_utc(device: DeviceId, health: dict[str, Any]) -> None:
    health["time"] = "2026-03-02T15:30:00.250+07:00"
    event = parse(json.dumps(health).encode())
    assert event.time == datetime(2026, 3, 2, 8, 30, 0, 250_000, tzinfo=UTC)
    assert event.time.utcoffset() == datetime(2026, 1, 1, tzinfo=UTC).utcoffset()


def test_the_type_names_kind_and_version() -> None:
    assert type_of(Health) == "id.loket.device.health.v1"
    assert kind_of_type("id.loket.device.health.v1") == "device.health"
    for wrong in ("device.health.v1", "id.loket.device.health", "id.loket.device.health.vx"):
        with pytest.raises(Malformed):
            kind_of_type(wrong)
