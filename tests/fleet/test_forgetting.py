"""Forgetting: what was kept as long as it may be is gone, also from the file; all else stays as it was."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.event import listen

from edge_agent.contract.events import EventData, SubmissionCreated, SubmissionPart
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream
from edge_agent.kiosk.recordings import seal_recording
from edge_agent.kiosk.sealing import IntakeKey
from fleet.forgetting import DAY_S, Filed, forget, is_due
from fleet.settings import Words
from fleet.store import devices, events
from fleet.store.devices import Certificate
from fleet.store.engine import open_store, writing
from fleet.store.events import Event
from fleet.store.migrate import migrate
from fleet.store.tables import audit, cases
from fleet.store.tables import events as table
from fleet.views import submissions

DEVICE = DeviceId("17.07", "lebong-001")
KEY = IntakeKey.of(bytes(PrivateKey.generate().public_key))
WORDS = Words(keep_days={"complaint": 100}, otherwise_days=200)
NOW = 1_000 * DAY_S


class Archive:
    """A database, and what is filed in it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._seq = 0
        migrate(engine)
        with writing(engine) as connection:
            devices.enrol(connection, DEVICE, certificate=Certificate("ab", 2.0), now=1.0)

    def store(self, data: EventData, *, subject: str, age_days: float) -> None:
        self._seq += 1
        at = NOW - age_days * DAY_S
        event = Event(
            device=DEVICE, incarnation="0d1f7c1e-6a55-4b8e-9d39-2f5f2ad3a001", stream=Stream.SUBMISSIONS,
            seq=self._seq, id=f"e{self._seq}", kind=data.kind, subject=subject, time=at, clock_trusted=True,
            received_at=at, data=json.dumps(data.model_dump(mode="json"), separators=(",", ":")),
        )  # fmt: skip
        with writing(self.engine) as connection:
            events.insert_once(connection, [event])

    def file(self, *, age_days: float, service: str = "complaint", words: str = "c2VhbGVk") -> str:
        submission = str(uuid4())
        created = SubmissionCreated(
            submission=submission, service=service, sealed=words, intake_key="ab" * 32,
            consent_version="complaint-2", commitment="cd" * 32,
        )  # fmt: skip
        self.store(created, subject=submission, age_days=age_days)
        return submission

    def case(self, submission: str, state: str, *, changed_days: float) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                insert(cases).values(
                    subject=submission, code="28T5CY0Y", sort="complaint", service="complaint",
                    region="17.07", state=state, created_at=1.0, changed_at=NOW - changed_days * DAY_S,
                )
            )  # fmt: skip

    def sealed(self, submission: str) -> str:
        with self.engine.connect() as connection:
            position = submissions.position_of(connection, submission)
            assert position is not None
            found = submissions.filed_at(connection, position)
            assert found is not None
            assert found.commitment == "cd" * 32
            return found.sealed

    def parts(self) -> list[str]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(table.c.data).where(table.c.kind == SubmissionPart.kind))
            return [json.loads(data)["sealed"] for (data,) in rows]

    def audited(self) -> list[str]:
        with self.engine.connect() as connection:
            query = select(audit.c.subject).where(audit.c.action == "submission.forgotten")
            return list(connection.execute(query).scalars())


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    engine = open_store(f"sqlite:///{tmp_path}/fleet.db")
    yield Archive(engine)
    engine.dispose()


def test_forgets_what_is_older_than_its_form_allows(archive: Archive) -> None:
    old, young = archive.file(age_days=101), archive.file(age_days=99)
    other = archive.file(age_days=101, service="aspiration")
    assert forget(archive.engine, words=WORDS, now=NOW) == 1
    assert [archive.sealed(each) for each in (old, young, other)] == ["", "c2VhbGVk", "c2VhbGVk"]
    assert archive.audited() == [old]
    assert forget(archive.engine, words=WORDS, now=NOW) == 0


def test_an_open_case_keeps_its_words_and_a_closed_one_from_when_it_was_closed(archive: Archive) -> None:
    waiting, late, over = (archive.file(age_days=500) for _ in range(3))
    archive.case(waiting, "in_progress", changed_days=400)
    archive.case(late, "closed", changed_days=20)
    archive.case(over, "closed", changed_days=120)
    assert forget(archive.engine, words=WORDS, now=NOW) == 1
    assert [bool(archive.sealed(each)) for each in (waiting, late, over)] == [True, True, False]


def test_a_recording_is_forgotten_with_its_submission_and_alone_after_a_month(archive: Archive) -> None:
    for age_days, filed in ((101, True), (50, True), (31, False), (29, False)):
        submission = archive.file(age_days=age_days) if filed else str(uuid4())
        attachment = seal_recording(b"x" * 50_000, media="audio/webm", submission=submission, key=KEY)
        for part in attachment.parts:
            archive.store(part, subject=submission, age_days=age_days)
    forget(archive.engine, words=WORDS, now=NOW)
    assert [bool(sealed) for sealed in archive.parts()] == [
        False,
        False,
        True,
        True,
        False,
        False,
        True,
        True,
    ]


def test_a_part_that_comes_after_its_submission_was_forgotten_goes_too(archive: Archive) -> None:
    submission = archive.file(age_days=101)
    forget(archive.engine, words=WORDS, now=NOW)
    (part,) = seal_recording(b"x", media="audio/webm", submission=submission, key=KEY).parts
    archive.store(part, subject=submission, age_days=40)
    forget(archive.engine, words=WORDS, now=NOW)
    assert archive.parts() == [""]


def test_nothing_of_it_stays_in_the_file(archive: Archive, tmp_path: Path) -> None:
    """Also where SQLite was built to leave what an update frees as it is."""
    listen(archive.engine, "connect", lambda raw, _: raw.execute("PRAGMA secure_delete = OFF"))
    archive.engine.dispose()
    words = base64.b64encode(b"KENARI" * 2_000).decode()
    for _ in range(5):
        archive.file(age_days=101, words=words)
    kept = archive.file(age_days=1, words=base64.b64encode(b"TETAP!" * 2_000).decode())
    forget(archive.engine, words=WORDS, now=NOW)
    with archive.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    content = b"".join(path.read_bytes() for path in tmp_path.glob("fleet.db*"))
    assert words[:40].encode() not in content
    assert archive.sealed(kept)[:40].encode() in content


def test_more_than_one_batch_is_forgotten(archive: Archive) -> None:
    for at in range(450):
        archive.file(age_days=101 if at % 2 else 1)
    assert forget(archive.engine, words=WORDS, now=NOW) == 225


ages = st.floats(0, 1_000)


@given(ages, ages, st.sampled_from([None, True, False]), st.sampled_from(["complaint", "aspiration"]))
def test_never_sooner_than_promised_and_never_an_open_case(
    age: float, changed: float, is_over: bool | None, service: str
) -> None:
    filed = Filed(
        service=service, received_at=NOW - age * DAY_S,
        changed_at=None if is_over is None else NOW - changed * DAY_S, is_over=is_over,
    )  # fmt: skip
    if is_due(filed, words=WORDS, now=NOW):
        assert is_over is not False
        assert age >= WORDS.days(service) - 1e-6
        assert is_over is None or changed >= WORDS.days(service) - 1e-6
    else:
        assert is_over is False or min(age, age if is_over is None else changed) < WORDS.days(service) + 1e-6
