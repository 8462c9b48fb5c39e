"""One event of each kind, as documents and tests show it."""

from edge_agent.contract.events import (
    Box,
    CommandFinished,
    EventData,
    Evicted,
    Health,
    Presence,
    SnapshotTaken,
    SubmissionCreated,
    TrackEnded,
    TrackStarted,
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
    SnapshotTaken(camera="gate", command=_COMMAND, snapshot=_SNAPSHOT),
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
