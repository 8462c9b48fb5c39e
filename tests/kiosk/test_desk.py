"""The desk and its pages where the outbox refuses: nothing is called saved that is not."""

from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from edge_agent.clock import Reading
from edge_agent.contract.events import SubmissionCreated
from edge_agent.inbox.store import InboxError
from edge_agent.kiosk import NotSaved
from edge_agent.kiosk.register import CodeTaken
from edge_agent.kiosk.rounds import health
from loket import codes
from tests.kiosk.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def created(submission: UUID) -> SubmissionCreated:
    return SubmissionCreated(
        submission=str(submission), service="complaint", sealed="c2VhbGVk", intake_key="0" * 64,
        consent_version="complaint-2",
    )  # fmt: skip


async def file(office: Office, submission: UUID) -> str:
    """File a submission at the desk; its code."""
    done = await office.desk.file(
        str(submission), service="complaint", compose=lambda *_: created(submission)
    )
    return done.code


async def found(office: Office, code: str) -> str | None:
    """The submission of a code, as the desk has it."""
    entry = await office.desk.find(code)
    return entry.submission if entry else None


async def fill_in(office: Office, browser: httpx.AsyncClient, text: str) -> dict[str, str]:
    """Go as far as the review; the form that sends."""
    await browser.post("/", data={"go": "complaint"})
    form = office.form()
    await browser.post("/pengaduan/jenis", data={**form, "class": "pengaduan"})
    await browser.post("/pengaduan/isi", data={**form, "text": text})
    await browser.post("/pengaduan/topik", data={**form, "topic": "jalan"})
    await browser.post("/pengaduan/tempat", data={**form, "place": "17.07.01"})
    page = await browser.post("/pengaduan/identitas", data={**form, "identity": "anonymous"})
    assert page.url.path == "/pengaduan/periksa"
    return {**form, "consent": "complaint-2"}


def test_a_refusal_at_the_last_moment_keeps_the_answers(office: Office) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        form = await fill_in(office, browser, "jangan hilang")
        office.outbox.full = True
        page = await browser.post("/pengaduan/periksa", data=form)
        assert page.url.path == "/pengaduan/periksa"
        assert "BELUM tersimpan" in page.text
        assert "Tersimpan di kiosk" not in page.text
        assert "jangan hilang" in page.text
        assert office.outbox.rows == []
        office.outbox.full = False
        page = await browser.post("/pengaduan/periksa", data=form)
        assert page.url.path == "/tersimpan"
        assert len(office.outbox.rows) == 1

    office.visit(steps)


def test_without_room_nothing_is_begun(office: Office) -> None:
    office.outbox.full = True

    async def steps(browser: httpx.AsyncClient) -> None:
        page = await browser.get("/")
        assert "belum dapat menerima kiriman" in page.text
        assert "Silakan hubungi petugas" in page.text
        assert 'value="complaint"' not in page.text
        page = await browser.post("/", data={"go": "complaint"})
        assert page.url.path == "/"

    office.visit(steps)


def test_a_submission_whose_state_cannot_be_read_is_at_least_saved(office: Office) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        form = await fill_in(office, browser, "x")
        office.inbox.broken = True
        page = await browser.post("/pengaduan/periksa", data=form)
        assert 'data-state="saved"' in page.text

    office.visit(steps)


def test_a_time_that_cannot_be_proven_saves_nothing_and_says_so(office: Office) -> None:
    """The proofs of the clock are in the inbox; where it cannot be read, nothing is called saved."""

    def unreadable() -> Reading:
        raise InboxError("broken")

    async def steps(browser: httpx.AsyncClient) -> None:
        form = await fill_in(office, browser, "masih ada")
        office.clock.read = unreadable  # type: ignore[method-assign]
        page = await browser.post("/pengaduan/periksa", data=form)
        assert "BELUM tersimpan" in page.text
        assert "masih ada" in page.text
        assert office.outbox.rows == []

    office.visit(steps)


def test_two_submissions_with_one_code_get_two_codes(office: Office) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        form = await fill_in(office, browser, "x")
        session = next(iter(office.sessions._by_token.values()))
        taken = codes.code_of(UUID(session.submission))
        first = session.submission
        await office.desk._do(
            lambda: office.register.enter(taken, submission="another", service="complaint", created_at=1)
        )
        page = await browser.post("/pengaduan/periksa", data=form)
        assert page.url.path == "/tersimpan"
        assert session.submission != first
        assert codes.shown(taken) not in page.text

    office.visit(steps)


def test_a_code_whose_submission_was_refused_is_struck(office: Office) -> None:
    submission = uuid4()

    async def steps(_: httpx.AsyncClient) -> None:
        office.outbox.full = True
        with pytest.raises(NotSaved):
            await file(office, submission)
        assert await found(office, codes.code_of(submission)) is None
        office.outbox.full = False
        code = await file(office, submission)
        assert await found(office, code) == str(submission)
        assert await file(office, submission) == code
        assert [row.identity.event_id for row in office.outbox.rows] == [str(submission)]
        assert (office.desk.submissions, office.desk.refusals) == (1, 1)

    office.visit(steps)


def test_a_taken_code_is_not_struck(office: Office) -> None:
    submission = uuid4()

    async def steps(_: httpx.AsyncClient) -> None:
        code = codes.code_of(submission)
        await office.desk._do(
            lambda: office.register.enter(code, submission="another", service="complaint", created_at=1)
        )
        with pytest.raises(CodeTaken):
            await file(office, submission)
        assert await found(office, code) == "another"

    office.visit(steps)


def test_health_is_degraded_without_room() -> None:
    def told(*, has_room: bool) -> object:
        return health(has_room=has_room, sessions=1, submissions=2, refusals=3, rss_bytes=4)

    assert told(has_room=True).status == "ok"  # type: ignore[attr-defined]
    degraded = told(has_room=False)
    assert degraded.status == "degraded"  # type: ignore[attr-defined]
    assert degraded.reasons  # type: ignore[attr-defined]


def test_health_without_room_is_dropped(office: Office) -> None:
    async def steps(_: httpx.AsyncClient) -> None:
        office.outbox.full = True
        await office.desk.report(health(has_room=False, sessions=0, submissions=0, refusals=0, rss_bytes=0))
        assert office.outbox.rows == []

    office.visit(steps)
