"""One event of each kind, as documents and tests show it."""

from edge_agent.contract.events import (
    AlertEnded,
    AlertStarted,
    Box,
    CommandFinished,
    EventData,
    Evicted,
    Health,
    LineCrossed,
    ModelChanged,
    PicturesReleased,
    Presence,
    QueueMeasured,
    SnapshotTaken,
    SubmissionCreated,
    TamperEnded,
    TamperStarted,
    TrackEnded,
    TrackStarted,
    ZoneCounted,
    ZoneEntered,
    ZoneLeft,
)

_SNAPSHOT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_KEY = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
_COMMAND = "0b9f2c52-6f0b-4d43-9d0c-6a3f6f1f7c11"

EXAMPLES: tuple[EventData, ...] = (
    Presence(online=True, session=12, version_installed="0.1.0"),
    Health(
        unit="vision",
        status="degraded",
        reasons=["camera gate: no frame for 30 s; check its cable and its address in vision.toml"],
        metrics={"frames_total": 5400.0, "inference_p95_s": 0.031, "rss_bytes": 141_000_000.0},
    ),
    TrackStarted(
        camera="gate",
        track=7,
        run="5d41402a",
        label="person",
        score=0.82,
        box=Box(left=0.41, top=0.22, right=0.55, bottom=0.93),
        snapshot=_SNAPSHOT,
    ),
    TrackEnded(
        camera="gate",
        track=7,
        run="5d41402a",
        label="person",
        score=0.91,
        box=Box(left=0.80, top=0.25, right=0.97, bottom=0.95),
        duration_s=6.4,
        frames=58,
    ),
    LineCrossed(
        camera="gate",
        rule="crossing-door",
        line="door",
        direction="forward",
        label="person",
        run="5d41402a",
        count=212,
    ),
    ZoneEntered(camera="hall", rule="entry-lobby", zone="lobby", label="person", run="5d41402a", count=87),
    ZoneLeft(
        camera="hall",
        rule="entry-lobby",
        zone="lobby",
        label="person",
        run="5d41402a",
        count=85,
        dwell_s=34.2,
    ),
    ZoneCounted(camera="hall", rule="occupancy-lobby", zone="lobby", count=4, most=6),
    QueueMeasured(
        camera="hall",
        rule="queue-counter",
        zone="counter",
        length=3,
        longest_wait_s=412.0,
        median_wait_s=195.5,
        done=2,
        done_wait_s=377.3,
    ),
    AlertStarted(
        camera="hall",
        rule="crowding-lobby",
        alert="crowding",
        run="5d41402a",
        number=1,
        place="lobby",
        count=12,
        after_s=10.0,
        snapshot=_SNAPSHOT,
    ),
    AlertEnded(
        camera="hall",
        rule="crowding-lobby",
        alert="crowding",
        run="5d41402a",
        number=1,
        place="lobby",
        duration_s=184.4,
        most=15,
    ),
    SnapshotTaken(camera="gate", command=_COMMAND, snapshot=_SNAPSHOT),
    PicturesReleased(
        camera="gate", run="5d41402a", day="2026-03-09", tracks=41, alerts=2, commands=1, heads=67, whole=3
    ),
    TamperStarted(camera="gate", run="5d41402a", number=1, tamper="covered", after_s=12.0),
    TamperEnded(
        camera="gate", run="5d41402a", number=1, tamper="covered", duration_s=301.5, reason="cleared"
    ),
    ModelChanged(
        cause="returned",
        model="ssd_mobilenet_v1_coco",
        before=_KEY,
        after=_SNAPSHOT,
        reason="the unit ended 3 times before it was at work with it for 120 s",
    ),
    CommandFinished(command=_COMMAND, outcome="done"),
    SubmissionCreated(
        submission="7d793037-a076-4f3c-8f1e-3f1d5a0c9b2e",
        service="complaint",
        sealed="bm90IGEgcmVhbCBzZWFsZWQgYm94",
        intake_key=_KEY,
        consent_version="2026-01",
    ),
    Evicted(first=1201, last=1450, count=250),
)
"""In the order of `KINDS`."""
