"""The photo of a document: bounded, judged beside the loop, sealed with what it belongs to, wiped."""

import asyncio
import base64
import json
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from nacl.public import PrivateKey, SealedBox

from bench._traces import in_files, in_memory
from edge_agent.contract.events import SubmissionPart
from edge_agent.kiosk import sessions
from edge_agent.kiosk.document_photo import Fault, Judge, Verdict
from edge_agent.kiosk.photo import Photo
from edge_agent.kiosk.sealing import IntakeKey
from edge_agent.kiosk.voice_note import VoiceNote
from edge_agent.kiosk.web import recording
from edge_agent.kiosk.web.pages import FOLDER
from edge_agent.kiosk.web.photo import MOST_BYTES
from fleet.intake import Intake
from models.document_photo.render import photograph
from tests.kiosk import office as offices
from tests.kiosk.office import Guest, Office
from tests.kiosk.unit import RunningKiosk, Visitor

JPEG = photograph(3).jpeg
OTHER = photograph(4).jpeg
CAMERA: dict[str, Any] = {"camera.documents": True}
SOUND = b"\x1a\x45\xdf\xa3 what was said"
LARGEST = JPEG + bytes(MOST_BYTES - len(JPEG))
LONGEST = SOUND + bytes(recording.MOST_BYTES - len(SOUND))
BLURRED = "Foto kurang tajam."


class Saying(Judge):
    """A judge that says what it is told to, and remembers who asked it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults
        self.threads: list[str] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.asked = threading.Event()

    def judge(self, _: bytes) -> Verdict:
        self.threads.append(threading.current_thread().name)
        self.asked.set()
        assert self.may_go_on.wait(20)
        return Verdict(self.faults)


@pytest.fixture
def judge() -> Saying:
    return Saying()


@pytest.fixture
def office(tmp_path: Path, judge: Saying) -> Office:
    return Office(tmp_path, judge=judge)


def only(office: Office) -> sessions.Session:
    """The one visit."""
    (session,) = office.sessions._by_token.values()
    return session


async def to_photo(guest: Guest, service: str = "complaint") -> None:
    """From the first page to the question for a photo."""
    await guest.press(service, path="/")
    for answer in (
        {"class": "pengaduan"}, {"text": "Lampu padam."}, {"topic": "lain"}, {"place": "tidak_tertentu"},
        {"identity": "anonymous"},
    ):  # fmt: skip
        if service == "complaint" or "class" not in answer:
            await guest.press("next", **answer)
    if service == "aspiration":  # asks for the place before the topic
        await guest.go("/aspirasi/tempat")
        await guest.press("next", place="tidak_tertentu")
        await guest.press("next", topic="lain")
        await guest.press("next", identity="anonymous")


async def upload(
    guest: Guest, jpeg: bytes = JPEG, *, headers: dict[str, str] | None = None
) -> httpx.Response:
    csrf = guest.page.text.partition('data-csrf="')[2].partition('"')[0]
    fields = {"content-type": "image/jpeg", "x-csrf": csrf} | (headers or {})
    return await guest.browser.post(
        "/foto", content=jpeg, headers=[(name.encode(), value.encode()) for name, value in fields.items()]
    )


def opened(office: Office, private: PrivateKey) -> tuple[dict[str, object], list[bytes]]:
    """The document and the attachments that were filed, by the fleet's hand."""
    (created,) = office.filed("kiosk.submission.created")
    document = json.loads(SealedBox(private).decrypt(base64.b64decode(created["sealed"])))
    (office.folder / "intake.key").write_bytes(base64.b64encode(bytes(private)))
    intake = Intake(office.folder / "intake.key")
    parts = [row.data for row in office.outbox.rows if isinstance(row.data, SubmissionPart)]
    assert created["parts"] == len(parts)
    recordings = intake.open(created["sealed"]).recordings
    return document, [intake.open_recording(each, [part.sealed for part in parts]) for each in recordings]


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch) -> PrivateKey:
    """The key that opens what is filed."""
    made = PrivateKey.generate()
    monkeypatch.setattr(offices, "KEY", IntakeKey.of(bytes(made.public_key)))
    return made


@pytest.mark.parametrize(
    ("service", "sound", "jpeg"), [("complaint", LONGEST, LARGEST), ("aspiration", SOUND, JPEG)]
)
def test_a_photo_and_a_voice_note_are_filed_together(
    tmp_path: Path, private: PrivateKey, service: str, sound: bytes, jpeg: bytes
) -> None:
    office = Office(tmp_path, judge=Saying())

    async def steps(guest: Guest) -> None:
        await to_photo(guest, service)
        assert guest.path.endswith("/foto")
        assert (await upload(guest, jpeg)).status_code == 204
        only(office).record(VoiceNote(sound, length_s=3))
        shown = await guest.browser.get("/foto")
        assert (shown.content, shown.headers["content-type"]) == (jpeg, "image/jpeg")
        assert shown.headers["cache-control"] == "no-store"
        await guest.press("next")
        assert guest.path.endswith("/periksa")
        assert "Foto Anda" in guest.text
        await guest.press("next", consent=f"{service}-{2 if service == 'complaint' else 1}-photo")
        assert guest.path == "/tersimpan"
        assert only(office).photo is None
        assert (await guest.browser.get("/foto")).status_code == 404

    office.receive(steps)
    document, attachments = opened(office, private)
    assert attachments == [sound, jpeg]
    assert document["consent_version"].endswith("-photo")  # type: ignore[attr-defined]
    assert "photo" not in document
    assert [row.data.kind for row in office.outbox.rows][-1] == "kiosk.submission.created"


@pytest.mark.parametrize(("button", "kept"), [("next", True), ("without", False)])
def test_a_photo_is_the_citizens_to_leave_out(office: Office, judge: Saying, button: str, kept: bool) -> None:
    judge.faults = (Fault.BLUR, Fault.DARK)

    async def steps(guest: Guest) -> None:
        await to_photo(guest)
        await upload(guest)
        await guest.go(guest.path)
        assert BLURRED in guest.text
        assert guest.text.index(BLURRED) < guest.text.index("Foto terlalu gelap.")
        await guest.press(button)
        assert (guest.path, guest.page.status_code) == ("/pengaduan/periksa", 200)
        assert (only(office).photo is not None) is kept
        assert ("Foto Anda" in guest.text, "Tanpa foto" in guest.text) == (kept, not kept)

    office.receive(steps)


def test_it_is_taken_again_and_the_one_before_is_overwritten(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await to_photo(guest)
        await upload(guest)
        first = only(office).photo
        assert first is not None
        await upload(guest, OTHER)
        assert not first
        second = only(office).photo
        assert second is not None
        assert second.read() == OTHER
        await guest.press("again", path="/pengaduan/foto")
        assert guest.path == "/pengaduan/foto"
        assert 'id="take"' in guest.text
        assert not second
        assert only(office).photo is None

    office.receive(steps)


def test_what_is_no_photo_of_ours_is_refused(office: Office, judge: Saying) -> None:
    async def steps(guest: Guest) -> None:
        await to_photo(guest)
        refused = {
            "another token": ((await upload(guest, headers={"x-csrf": "wrong"})), 403),
            "no token": ((await upload(guest, headers={"x-csrf": ""})), 403),
            "a token beyond ASCII": (
                (await upload(guest, headers={"x-csrf": "é"})),
                403,
            ),
            "another site": ((await upload(guest, headers={"origin": "http://evil.example"})), 403),
            "from another site": ((await upload(guest, headers={"sec-fetch-site": "cross-site"})), 403),
            "another type": ((await upload(guest, headers={"content-type": "image/png"})), 415),
            "another content": ((await upload(guest, b"\x89PNG" + JPEG)), 415),
            "nothing": ((await upload(guest, b"")), 415),
            "too much": ((await upload(guest, LARGEST + b"!")), 413),
        }
        assert {why: (told.status_code, want) for why, (told, want) in refused.items()} == {
            why: (want, want) for why, (_, want) in refused.items()
        }
        assert judge.threads == []
        assert only(office).photo is None
        assert (await upload(guest, LARGEST)).status_code == 204

    office.receive(steps)


def test_a_visit_that_is_asked_for_none_keeps_none(office: Office, tmp_path: Path) -> None:
    async def ticket(guest: Guest) -> None:
        await guest.press("ticket", path="/")
        assert (await upload(guest)).status_code == 404
        assert only(office).photo is None

    office.receive(ticket)
    (tmp_path / "plain").mkdir()
    plain = Office(tmp_path / "plain")

    async def complaint(guest: Guest) -> None:
        assert "camera=()" in guest.page.headers["permissions-policy"]
        await to_photo(guest)
        assert guest.path == "/pengaduan/periksa"  # there is no camera, so nobody is asked
        assert (await guest.go("/pengaduan/foto")).page.status_code == 404
        await guest.go("/pengaduan/periksa")
        assert (await upload(guest)).status_code == 404
        assert "complaint-2-photo" not in guest.text

    plain.receive(complaint)


def test_pages_may_use_the_camera_where_there_is_one(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        assert "camera=(self)" in guest.page.headers["permissions-policy"]

    office.receive(steps)


def test_others_are_served_while_a_photo_is_judged(office: Office, judge: Saying) -> None:
    async def steps(guest: Guest) -> None:
        await to_photo(guest)
        judge.may_go_on.clear()
        judged = asyncio.create_task(upload(guest))
        await asyncio.to_thread(judge.asked.wait, 20)
        assert (await guest.browser.get("/")).status_code == 200
        assert not judged.done()
        judge.may_go_on.set()
        assert (await judged).status_code == 204
        assert threading.current_thread().name not in judge.threads

    office.receive(steps)


def test_who_leaves_while_it_is_judged_leaves_no_photo(office: Office, judge: Saying) -> None:
    async def steps(guest: Guest) -> None:
        await to_photo(guest)
        session = only(office)
        judge.may_go_on.clear()
        judged = asyncio.create_task(upload(guest))
        await asyncio.to_thread(judge.asked.wait, 20)
        office.sessions.end(session)
        judge.may_go_on.set()
        assert (await judged).url.path in ("/", "/habis")
        assert session.photo is None

    office.receive(steps)


def test_a_photo_is_overwritten_when_the_visit_ends() -> None:
    photo = Photo(JPEG, verdict=Verdict((Fault.BLUR,)))
    buffer = photo._buffer
    kept = sessions.Sessions(lambda: 0.0, timeout_s=100, most=1)
    session = kept.open("id")
    session.photograph(photo)
    assert session.started
    assert "secret" in repr(photo)
    view = memoryview(bytes(buffer))
    kept.end(session)
    assert bytes(view) == JPEG  # the copy, to show that there was something
    assert (buffer, photo.verdict.advice, session.photo) == (bytearray(), (), None)


def test_another_service_begins_without_the_photo() -> None:
    session = sessions.Session(language="id")
    session.begin("complaint")
    session.photograph(Photo(JPEG, verdict=Verdict()))
    session.begin("aspiration")
    assert session.photo is None


CANARY = "kanari-" + "foto-5e1d90"
PIXELS = photograph(5).jpeg


def marked() -> bytes:
    """A photo that can be told among the memory's bytes: a comment stands in it."""
    comment = CANARY.encode()
    return PIXELS[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + PIXELS[2:]


def test_nothing_of_a_photo_is_left(tmp_path: Path) -> None:
    """By the running unit, with its own model: neither of one that was filed, nor of one that was not."""
    with RunningKiosk(tmp_path, **CAMERA) as kiosk, Visitor(kiosk) as visitor:
        assert kiosk.process is not None
        for file in (True, False):
            visitor.go("/").write()
            assert visitor.path == "/pengaduan/foto"
            headers = {"content-type": "image/jpeg", "x-csrf": visitor.csrf}
            assert visitor.client.post("/foto", content=marked(), headers=headers).status_code == 204
            assert visitor.client.get("/foto").content == marked()
            visitor.press("next")
            if file:
                visitor.press("next", consent="complaint-2-photo")
                assert visitor.path == "/tersimpan"
            else:
                assert in_memory(kiosk.process.pid, [CANARY])  # the scan sees it while it is there
            visitor.client.post("/akhiri", data={"csrf": visitor.csrf})
        assert in_memory(kiosk.process.pid, [CANARY]) == []
        assert in_files(tmp_path, [CANARY]) == []
        assert [data["media"] for _, data in kiosk.rows() if "media" in data] != []
        assert visitor.client.get("/foto").url.path in ("/", "/habis")


def test_policies_give_the_camera_to_the_kiosk_alone() -> None:
    policies = json.loads((FOLDER / "lockdown" / "policies.json").read_text())
    assert policies["VideoCaptureAllowed"] is False
    assert policies["VideoCaptureAllowedUrls"] == policies["URLAllowlist"]
