"""Events of every kind, drawn at random within what the contract allows."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st

from edge_agent.contract import envelope, events
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream

NAMES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,62}", fullmatch=True)
HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
SHARES = st.floats(0, 1)
RUNS = st.text("0123456789abcdef", min_size=8, max_size=8)
UUIDS = st.uuids().map(str)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
COUNTS = st.integers(1, 2**53 - 1)
TEXTS = st.text(max_size=300)
BOXES = st.builds(events.Box, left=SHARES, top=SHARES, right=SHARES, bottom=SHARES)
LABELS = st.text(min_size=1, max_size=64)
TRACK: dict[str, Any] = {
    "camera": NAMES, "track": COUNTS, "run": RUNS, "label": LABELS,
    "score": SHARES, "box": BOXES, "snapshot": st.none() | HEX,
}  # fmt: skip

TAMPER: dict[str, Any] = {
    "camera": NAMES, "run": RUNS, "number": COUNTS,
    "tamper": st.sampled_from(["covered", "defocused", "moved", "blinded", "frozen", "black", "lost"]),
}  # fmt: skip
RULE: dict[str, Any] = {"camera": NAMES, "rule": NAMES}
LASTING = st.floats(0, 1e9)
COUNT_0 = st.integers(0, 2**40)
DAYS = st.dates().map(lambda day: day.isoformat())
PLACES = st.from_regex(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?", fullmatch=True)
ALERT: dict[str, Any] = {
    **RULE, "alert": st.sampled_from(["crowding", "loitering", "wrong_way", "stopped", "abandoned"]),
    "run": RUNS, "number": COUNTS, "place": NAMES,
}  # fmt: skip

DATA: dict[type[events.EventData], st.SearchStrategy[events.EventData]] = {
    events.Presence: st.builds(
        events.Presence,
        online=st.booleans(),
        session=st.integers(0, 2**40),
        version_installed=st.text(max_size=64),
    ),
    events.Health: st.builds(
        events.Health,
        unit=st.sampled_from(["vision", "kiosk", "uplink"]),
        status=st.sampled_from(["ok", "degraded"]),
        reasons=st.lists(TEXTS, max_size=4),
        metrics=st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,62}", fullmatch=True), FINITE, max_size=5),
    ),
    events.TrackStarted: st.builds(events.TrackStarted, **TRACK),
    events.TrackEnded: st.builds(
        events.TrackEnded, **TRACK, duration_s=st.floats(0, 1e9), frames=st.integers(1, 2**40)
    ),
    events.LineCrossed: st.builds(
        events.LineCrossed,
        **RULE,
        line=NAMES,
        direction=st.sampled_from(["forward", "backward"]),
        label=LABELS,
        run=RUNS,
        count=COUNTS,
    ),
    events.ZoneEntered: st.builds(
        events.ZoneEntered, **RULE, zone=NAMES, label=LABELS, run=RUNS, count=COUNTS
    ),
    events.ZoneLeft: st.builds(
        events.ZoneLeft, **RULE, zone=NAMES, label=LABELS, run=RUNS, count=COUNTS, dwell_s=LASTING
    ),
    events.ZoneCounted: st.builds(events.ZoneCounted, **RULE, zone=NAMES, count=COUNT_0, most=COUNT_0),
    events.QueueMeasured: st.builds(
        events.QueueMeasured,
        **RULE,
        zone=NAMES,
        length=COUNT_0,
        longest_wait_s=LASTING,
        median_wait_s=LASTING,
        done=COUNT_0,
        done_wait_s=LASTING,
    ),
    events.AlertStarted: st.builds(
        events.AlertStarted,
        **ALERT,
        label=st.none() | LABELS,
        count=COUNT_0,
        after_s=LASTING,
        snapshot=st.none() | HEX,
    ),
    events.AlertEnded: st.builds(events.AlertEnded, **ALERT, duration_s=LASTING, most=COUNT_0),
    events.SnapshotTaken: st.builds(events.SnapshotTaken, camera=NAMES, command=UUIDS, snapshot=HEX),
    events.PicturesReleased: st.builds(
        events.PicturesReleased,
        camera=NAMES,
        run=RUNS,
        day=st.none() | DAYS,
        **dict.fromkeys(("tracks", "alerts", "commands", "previews", "heads", "whole", "masked"), COUNT_0),
    ),
    events.TamperStarted: st.builds(events.TamperStarted, **TAMPER, after_s=LASTING),
    events.TamperEnded: st.builds(
        events.TamperEnded,
        **TAMPER,
        duration_s=LASTING,
        reason=st.sampled_from(["cleared", "accepted", "changed", "stopped"]),
    ),
    events.ModelChanged: st.builds(
        events.ModelChanged,
        cause=st.sampled_from(["promoted", "returned", "refused"]),
        model=NAMES,
        before=st.none() | HEX,
        after=HEX,
        reason=TEXTS,
    ),
    events.CommandFinished: st.builds(
        events.CommandFinished,
        command=UUIDS,
        outcome=st.sampled_from(["done", "failed", "refused"]),
        reason=TEXTS,
    ),
    events.SubmissionCreated: st.builds(
        events.SubmissionCreated,
        submission=UUIDS,
        service=NAMES,
        sealed=st.text("ABab01+/=", max_size=2000),
        intake_key=HEX,
        consent_version=st.text(max_size=32),
        category=st.none() | NAMES,
        topic=st.none() | NAMES,
        agency=st.none() | NAMES,
        identity=st.sampled_from([None, "named", "confidential", "anonymous"]),
        place=st.none() | PLACES,
        parts=st.integers(0, 16),
        commitment=st.none() | HEX,
        receipt_key=st.none() | st.text("0123456789abcdef", min_size=16, max_size=16),
    ),
    events.SubmissionPart: st.builds(
        events.SubmissionPart,
        submission=UUIDS,
        number=st.integers(1, 16),
        of=st.integers(1, 16),
        media=st.sampled_from(["audio/webm", "image/jpeg"]),
        sealed=st.text("ABab01+/=", max_size=2000),
        intake_key=HEX,
    ),
    events.TicketTaken: st.builds(
        events.TicketTaken,
        ticket=UUIDS,
        queue=NAMES,
        number=st.from_regex(r"[A-Z]{1,2}[0-9]{1,4}", fullmatch=True),
        day=DAYS,
        audible=st.booleans(),
    ),
    events.TicketCancelled: st.builds(events.TicketCancelled, ticket=UUIDS),
    events.SurveyAnswered: st.builds(
        events.SurveyAnswered,
        survey=UUIDS,
        agency=NAMES,
        day=DAYS,
        scores=st.builds(events.Scores, **dict.fromkeys(events.Scores.model_fields, st.integers(1, 4))),
    ),
    events.EmergencyRaised: st.builds(events.EmergencyRaised, emergency=UUIDS, sort=NAMES),
    events.CodeAsked: st.builds(
        events.CodeAsked, inquiry=UUIDS, code=st.from_regex(r"[0-9A-Z]{8}", fullmatch=True)
    ),
    events.ReceiptKeyCertified: st.builds(events.ReceiptKeyCertified, certificate=st.text(max_size=2000)),
    events.ScreenChanged: st.builds(
        events.ScreenChanged,
        screen=st.sampled_from(["painted", "frozen", "blank", "unknown"]),
        after_s=LASTING,
    ),
    events.NoticesReceived: st.builds(events.NoticesReceived, through=COUNT_0),
    events.Evicted: st.builds(events.Evicted, first=COUNTS, last=COUNTS, count=COUNTS),
}
DEVICES = st.builds(
    DeviceId,
    region=st.from_regex(r"[0-9]{2}(\.[0-9]{2}){0,3}", fullmatch=True),
    name=st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True),
)


@st.composite
def envelopes(draw: st.DrawFn, data: st.SearchStrategy[events.EventData]) -> envelope.Envelope:
    """A valid event with data drawn from `data`, its place included where the kind has one."""
    drawn = draw(data)
    placed = not isinstance(drawn, events.Presence)
    return envelope.envelope(
        drawn,
        device=draw(DEVICES),
        time=draw(st.datetimes(timezones=st.just(UTC))),
        clock_trusted=draw(st.booleans()),
        subject=draw(st.none() | st.text(max_size=96)),
        stream=(drawn.stream or draw(st.sampled_from(Stream))) if placed else None,
        incarnation=draw(UUIDS) if placed else None,
        seq=draw(COUNTS) if placed else None,
    )


@pytest.fixture(scope="session")
def any_event() -> st.SearchStrategy[envelope.Envelope]:
    """Events of every kind."""
    return envelopes(st.one_of(*DATA.values()))


@pytest.fixture(scope="session")
def kinds_drawn() -> set[type[events.EventData]]:
    """The kinds that `any_event` draws from."""
    return set(DATA)


@pytest.fixture
def device() -> DeviceId:
    """The device of the examples."""
    return DeviceId(region="17.07", name="lebong-001")


@pytest.fixture
def health(device: DeviceId) -> dict[str, Any]:
    """A valid health event as a document to spoil."""
    message = envelope.envelope(
        events.Health(unit="uplink", status="ok", metrics={"rows_waiting": 3.0}),
        device=device,
        time=datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
        clock_trusted=True,
        stream=Stream.TELEMETRY,
        incarnation="3f0e5a52-8f57-4be1-9d0c-1f2a3b4c5d6e",
        seq=7,
    )
    document: dict[str, Any] = json.loads(message.to_json())
    return document


@pytest.fixture(scope="session")
def key() -> Ed25519PrivateKey:
    """The fleet's statement key."""
    return Ed25519PrivateKey.generate()
