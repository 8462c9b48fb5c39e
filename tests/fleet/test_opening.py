"""Opening: the officer reads what was filed and nobody's number; the recording whole, or not at all."""

import base64
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nacl.public import PrivateKey
from sqlalchemy import Engine, select

from edge_agent.contract import receipts, topics
from edge_agent.contract.events import EventData, SubmissionCreated
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.receipts import Receipt
from edge_agent.contract.streams import Stream
from edge_agent.kiosk.recordings import PART_BYTES, Attachment, Media, seal_recording
from edge_agent.kiosk.sealing import IntakeKey, seal
from edge_agent.kiosk.web.photo import MOST_BYTES as MOST_JPEG
from edge_agent.kiosk.web.recording import MOST_BYTES as MOST_SOUND
from fleet.ingest.batch import store_batch
from fleet.ingest.ledger import Ledger
from fleet.ingest.verdict import Message
from fleet.intake import Intake, KeyUnusable, NotOurs, NotWhole, Recording
from fleet.opening import Forgotten, NotFound, Unopened, open_document, open_recording, open_submission
from fleet.store import devices, events
from fleet.store.devices import Certificate
from fleet.store.engine import open_store, writing
from fleet.store.events import Event
from fleet.store.migrate import migrate
from fleet.store.tables import audit
from loket_verify.receipt import read as read_receipt
from tests.contract.papers import KEY as RECEIPT_KEY
from tests.fleet.conftest import message

DEVICE = DeviceId("17.07", "lebong-001")
SUBMISSION = "7d793037-a076-4f3c-8f1e-3f1d5a0c9b2e"
TEXT = "Pak camat minta uang. NIK saya 1707014103900001, hp 0812-3456-7890, sejak 02-11-2026."
PRIVATE = PrivateKey.generate()
KEY = IntakeKey.of(bytes(PRIVATE.public_key))


class Office:
    """A database with one device, and the intake key in its file."""

    def __init__(self, folder: Path) -> None:
        self.engine: Engine = open_store(f"sqlite:///{folder}/fleet.db")
        migrate(self.engine)
        with writing(self.engine) as connection:
            devices.enrol(connection, DEVICE, certificate=Certificate("ab", 2.0), now=1.0)
        path = folder / "intake.key"
        path.write_bytes(base64.b64encode(bytes(PRIVATE)))
        self.intake = Intake(path)
        self._seq = 0

    def store(self, data: EventData) -> None:
        self._seq += 1
        event = Event(
            device=DEVICE, incarnation="0d1f7c1e-6a55-4b8e-9d39-2f5f2ad3a001", stream=Stream.SUBMISSIONS,
            seq=self._seq, id=f"e{self._seq}", kind=data.kind, subject=SUBMISSION, time=1.0,
            clock_trusted=True, received_at=1.0, data=data.model_dump_json(),
        )  # fmt: skip
        with writing(self.engine) as connection:
            events.insert_once(connection, [event])

    def sealed(self, *attachments: Attachment) -> SubmissionCreated:
        """A submission with these attachments."""
        return seal(
            {"class": "pengaduan", "text": TEXT, "contact": "0812-3456-7890", "name": "Siti"},
            submission=SUBMISSION,
            service="complaint",
            language="id",
            created_at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
            consent_version="complaint-2",
            key=KEY,
            recordings=[attachment.described() for attachment in attachments],
            parts=sum(len(attachment.parts) for attachment in attachments),
        )

    def file(self, *attachments: Attachment, **changes: object) -> str:
        """A submission is filed; returns its commitment."""
        created = self.sealed(*attachments)
        self.store(created.model_copy(update=changes))
        assert created.commitment is not None
        return created.commitment

    def audited(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(audit.c.action).order_by(audit.c.position)).scalars())

    def open(self, *, unmasked: bool = False):
        return open_submission(self.engine, self.intake, SUBMISSION, by="siti", now=1.0, unmasked=unmasked)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.engine.dispose()


def recorded(size: int = 2 * PART_BYTES + 7, *, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def attached(content: bytes, *, media: Media = "audio/webm") -> Attachment:
    return seal_recording(content, media=media, submission=SUBMISSION, key=KEY)


def test_an_officer_reads_the_words_without_anybodys_number(office: Office) -> None:
    office.file()
    opened = office.open()
    assert opened.text == (
        "Pak camat minta uang. NIK saya ••••••••••••••••, hp ••••-••••-••90, sejak 02-11-2026."
    )
    assert opened.contact == "0812-3456-7890"
    assert opened.masked
    assert "salt" not in opened.fields
    assert office.audited() == ["submission.opened"]


def test_who_answers_for_personal_data_reads_it_all_and_that_is_recorded_by_itself(office: Office) -> None:
    office.file()
    assert office.open(unmasked=True).text == TEXT
    assert office.audited() == ["submission.opened", "submission.unmasked"]


def test_tells_whether_it_is_what_the_receipt_was_given_for(office: Office) -> None:
    office.file()
    assert office.open().commitment_fits is True


@pytest.mark.parametrize(("commitment", "fits"), [("ab" * 32, False), (None, None)])
def test_a_changed_submission_is_noticed(office: Office, commitment: str | None, fits: bool | None) -> None:
    office.file(commitment=commitment)
    assert office.open().commitment_fits is fits


def test_the_citizens_document_fits_their_receipt(office: Office) -> None:
    commitment = office.file()
    receipt = Receipt(
        key_id=receipts.key_id(RECEIPT_KEY.public_key()), code="28T5CY0Y", filed_at=1, clock_trusted=True,
        commitment=commitment, consent_version="complaint-2",
    )  # fmt: skip
    mine = read_receipt(receipts.to_text(receipts.sign(receipt, key=RECEIPT_KEY)))
    document = open_document(office.engine, office.intake, SUBMISSION, by="siti", now=1.0)
    assert mine.commits_to(document)
    assert TEXT.encode() in document
    assert not mine.commits_to(document.replace(b"camat", b"lurah"))
    assert office.audited() == ["submission.opened", "submission.unmasked"]


def test_a_recording_comes_back_whole_from_parts_in_any_order_and_among_others(office: Office) -> None:
    content = recorded()
    mine, other = attached(content), attached(recorded(seed=2))
    for part in random.Random(3).sample([*mine.parts, *other.parts, mine.parts[0]], 7):
        office.store(part)
    office.store(mine.parts[0].model_copy(update={"sealed": "bm90IHNlYWxlZA=="}))
    office.file(mine)
    recording, found = open_recording(office.engine, office.intake, SUBMISSION, 1, by="siti", now=1.0)
    assert (recording.media, found) == ("audio/webm", content)
    assert office.audited() == ["recording.opened"]


def test_a_voice_note_and_a_photo_of_one_submission_are_opened_each_by_itself(office: Office) -> None:
    sound, jpeg = recorded(), recorded(PART_BYTES + 1, seed=2)
    note, photo = attached(sound), attached(jpeg, media="image/jpeg")
    for part in random.Random(4).sample([*note.parts, *photo.parts[1:]], 4):
        office.store(part)
    office.file(note, photo)
    assert [recording.media for recording in office.open().recordings] == ["audio/webm", "image/jpeg"]
    with pytest.raises(Unopened, match="part 1 of 2"):
        open_recording(office.engine, office.intake, SUBMISSION, 2, by="siti", now=1.0)
    office.store(photo.parts[0])
    for number, media, content in [(1, "audio/webm", sound), (2, "image/jpeg", jpeg)]:
        recording, found = open_recording(
            office.engine, office.intake, SUBMISSION, number, by="siti", now=1.0
        )
        assert (recording.media, found) == (media, content)
    assert office.audited() == ["submission.opened", "recording.opened", "recording.opened"]


def test_the_largest_of_both_come_through_the_ingest(office: Office) -> None:
    """As the uplink sends them: a voice note and a photo of the kiosk's bounds, and what they belong to."""
    contents = [recorded(MOST_SOUND, seed=1), recorded(MOST_JPEG, seed=2)]
    note, photo = attached(contents[0]), attached(contents[1], media="image/jpeg")
    told: list[EventData] = [*note.parts, *photo.parts, office.sealed(note, photo)]
    messages = [
        Message(
            topics.event(DEVICE, data.kind),
            message(data, seq=seq, device=DEVICE, subject=SUBMISSION),
            received_at=1.0,
        )
        for seq, data in enumerate(told, start=1)
    ]
    (outcome,) = store_batch(office.engine, messages, ledger=Ledger(), refused_keep=10, now=1.0)
    assert (outcome.stored, len(told)) == (25, 25)
    found = [
        open_recording(office.engine, office.intake, SUBMISSION, number, by="siti", now=1.0)[1]
        for number in (1, 2)
    ]
    assert found == contents


@pytest.mark.parametrize("number", [-1, 0, 2])
def test_a_recording_that_there_is_not_is_not_found(office: Office, number: int) -> None:
    mine = attached(recorded())
    for part in mine.parts:
        office.store(part)
    office.file(mine)
    with pytest.raises(NotFound, match="no recording"):
        open_recording(office.engine, office.intake, SUBMISSION, number, by="siti", now=1.0)
    assert office.audited() == []


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_recording_that_is_not_whole_is_not_opened(office: Office, missing: int) -> None:
    mine = attached(recorded())
    for at, part in enumerate(mine.parts):
        if at != missing:
            office.store(part)
    office.file(mine)
    with pytest.raises(Unopened, match=f"part {missing + 1} of 3"):
        open_recording(office.engine, office.intake, SUBMISSION, 1, by="siti", now=1.0)
    assert office.audited() == []


def test_no_part_at_all_is_told(office: Office) -> None:
    office.file(attached(recorded()))
    with pytest.raises(Unopened, match="not come yet"):
        open_recording(office.engine, office.intake, SUBMISSION, 1, by="siti", now=1.0)


def test_without_a_recording_there_is_none_to_open(office: Office) -> None:
    office.file()
    with pytest.raises(NotFound):
        open_recording(office.engine, office.intake, SUBMISSION, 1, by="siti", now=1.0)


def test_a_recording_of_another_content_is_refused(office: Office) -> None:
    content = recorded()
    mine = attached(content)
    short = Recording(media="audio/webm", size=len(content) - 1, sha256=mine.sha256)
    with pytest.raises(NotOurs):
        office.intake.open_recording(short, [part.sealed for part in mine.parts])
    with pytest.raises(NotWhole):
        office.intake.open_recording(
            Recording(media="audio/webm", size=1, sha256="00" * 32), [part.sealed for part in mine.parts]
        )


def test_what_is_forgotten_is_told_as_such(office: Office) -> None:
    office.file(sealed="")
    with pytest.raises(Forgotten, match="forgotten"):
        office.open()
    assert office.audited() == []


def test_without_the_key_nothing_is_opened_or_recorded(office: Office, tmp_path: Path) -> None:
    office.file()
    (tmp_path / "intake.key").unlink()
    with pytest.raises(Unopened, match="No such file"):
        office.open()
    with pytest.raises(KeyUnusable):
        office.intake.open("")
    assert office.audited() == []
