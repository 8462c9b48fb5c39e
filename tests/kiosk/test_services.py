"""Each service, on its pages: what it asks, what it files, and that it tells no more than is known."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from edge_agent.contract.notices import Answer, QueueState, Step
from edge_agent.inbox.store import SubmissionState
from edge_agent.kiosk.services import ticket as tickets
from edge_agent.kiosk.services.survey import ELEMENTS
from edge_agent.kiosk.suggest import Suggester, Suggestion
from loket import codes
from loket.region import load_region
from tests.kiosk.office import Guest, Office
from tests.kiosk.unit import REGION

MONDAY_NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)  # 12.00 in Lebong
AT = MONDAY_NOON.timestamp()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.clock.wall = MONDAY_NOON
    return made


class Suggests(Suggester):
    """Suggests what the test says."""

    def __init__(self, *topics: str) -> None:
        super().__init__()
        self.given = topics
        self.asked: list[str] = []

    def suggest(self, text: str) -> list[Suggestion]:
        self.asked.append(text)
        return [Suggestion(topic, 0.5) for topic in self.given]


# -- Complaint and aspiration ------------------------------------------------------------------------------


async def complain(guest: Guest, *, identity: str = "anonymous", name: str = "", contact: str = "") -> None:
    """From the first page to the review."""
    await guest.press("complaint", path="/")
    await guest.press("next", **{"class": "pengaduan"})
    await guest.press("next", text="Lampu jalan mati")
    await guest.press("next", topic="penerangan")
    await guest.press("next", place="17.07.10")
    await guest.press("next", identity=identity)
    if identity != "anonymous":
        await guest.press("next", name=name)
        await guest.press("next", contact=contact)
    assert guest.path == "/pengaduan/periksa"


def test_a_complaint_is_routed_and_its_deadlines_are_told(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await complain(guest)
        assert "3 hari kerja" in guest.text
        assert "14 hari kerja, atau 60 hari kerja" in guest.text
        await guest.press("next", consent="complaint-2")
        assert "3 hari kerja" in guest.text
        assert 'class="qr"' in guest.text

    office.receive(steps)
    (filed,) = office.filed("kiosk.submission.created")
    assert (filed["category"], filed["topic"], filed["agency"]) == ("pengaduan", "penerangan", "dishub")
    assert (filed["identity"], filed["place"]) == ("anonymous", "17.07.10")
    assert filed["commitment"]
    assert filed["receipt_key"]


def test_a_request_for_information_promises_no_settlement(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await complain(guest)
        await guest.go("/pengaduan/jenis")
        await guest.press("next", **{"class": "permintaan_informasi"})
        assert guest.path == "/pengaduan/periksa"
        assert "3 hari kerja" in guest.text
        assert "14 hari kerja" not in guest.text

    office.receive(steps)


def test_who_becomes_anonymous_leaves_no_name_behind(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await complain(guest, identity="named", name="Kanari Nama", contact="kanari@contoh.id")
        await guest.go("/pengaduan/identitas")
        await guest.press("next", identity="anonymous")
        assert guest.path == "/pengaduan/periksa"
        assert "Kanari" not in guest.text
        await guest.go("/pengaduan/identitas")
        await guest.press("next", identity="confidential")
        assert guest.path == "/pengaduan/nama"
        assert "Kanari" not in guest.text

    office.receive(steps)


def test_a_question_that_is_not_asked_cannot_be_answered(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await complain(guest)
        await guest.press("next", path="/pengaduan/nama", name="Kanari")
        assert guest.path == "/pengaduan/periksa"
        assert "Kanari" not in guest.text

    office.receive(steps)


def test_what_the_words_suggest_stands_first_and_the_person_decides(tmp_path: Path) -> None:
    suggester = Suggests("penerangan", "jalan")
    office = Office(tmp_path, suggester=suggester)

    async def steps(guest: Guest) -> None:
        await guest.press("complaint", path="/")
        await guest.press("next", **{"class": "pengaduan"})
        await guest.press("next", text="Lampu jalan mati")
        assert guest.path == "/pengaduan/topik"
        assert guest.text.index('value="penerangan"') < guest.text.index('value="jalan"')
        assert 'value="sampah"' not in guest.text
        assert "Anda yang menentukan" in guest.text
        assert " checked" not in guest.text
        await guest.press("more")
        assert guest.path == "/pengaduan/topik"
        assert 'value="sampah"' in guest.text
        await guest.press("next", topic="sampah")
        assert guest.path == "/pengaduan/tempat"
        await guest.press("back")
        assert 'value="sampah"' in guest.text
        assert " checked" in guest.text

    office.receive(steps)
    assert set(suggester.asked) == {"Lampu jalan mati"}


def test_without_a_suggestion_all_topics_are_there_in_two_pages(office: Office) -> None:
    seen = set()

    async def steps(guest: Guest) -> None:
        await guest.press("complaint", path="/")
        await guest.press("next", **{"class": "pengaduan"})
        await guest.press("next", text="x")
        for _ in range(2):
            assert "Anda yang menentukan" not in guest.text
            topics = [topic.name for topic in office.hall.region.file.topics]
            shown = [topic for topic in topics if f'value="{topic}"' in guest.text]
            assert len(shown) <= 8
            seen.update(shown)
            await guest.press("more")
        assert 'value="jalan"' in guest.text

    office.receive(steps)
    assert seen == {topic.name for topic in office.hall.region.file.topics}


def test_an_aspiration_shows_its_whole_path(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await guest.press("aspiration", path="/")
        await guest.press("next", text="Mohon dibangun jembatan")
        await guest.press("next", place="17.07.06")
        await guest.press("next", topic="jalan")
        await guest.press("next", identity="anonymous")
        assert "belum usulan resmi" in guest.text
        await guest.press("next", consent="aspiration-1")
        assert guest.path == "/tersimpan"
        for label in ("kelurahan/desa", "kecamatan", "OPD", "RKPD", "Dianggarkan", "dikerjakan", "Selesai"):
            assert label in guest.text

    office.receive(steps)
    (filed,) = office.filed("kiosk.submission.created")
    assert (filed["service"], filed["category"], filed["place"]) == ("aspiration", "aspirasi", "17.07.06")


def test_numbers_of_persons_in_words_are_pointed_out(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await complain(guest)
        assert "NIK atau nomor telepon" not in guest.text
        await guest.go("/pengaduan/isi")
        await guest.press("next", text="Hubungi saya di 0812 3456 7890")
        assert "NIK atau nomor telepon" in guest.text

    office.receive(steps)


# -- What became of it -------------------------------------------------------------------------------------


def step(state: str, *, days: float = 0, agency: str | None = None, reason: str = "") -> Step:
    return Step(state=state, at=AT + days * 86_400, agency=agency, reason=reason)


def test_steps_are_told_as_the_office_takes_them(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await complain(guest)
        await guest.press("next", consent="complaint-2")
        assert guest.state == "saved"
        assert "Sudah di instansi" not in guest.text
        subject = office.filed("kiosk.submission.created")[0]["submission"]
        office.inbox.known[subject] = SubmissionState.STORED
        await guest.go("/tersimpan")
        assert guest.state == "stored"
        office.inbox.steps[subject] = [step("received"), step("forwarded", agency="dishub")]
        office.inbox.due[subject] = AT + 5 * 86_400
        await guest.go("/tersimpan/keadaan")
        assert guest.state == "forwarded"
        assert "Sudah di instansi yang berwenang" in guest.text
        assert "Langkah berikutnya paling lambat Sabtu, 07 Maret 2026" in guest.text
        assert "Terlambat" not in guest.text

    office.receive(steps)


def test_why_it_is_not_done_names_the_holder_the_date_and_how_late_it_is(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await complain(guest)
        await guest.press("next", consent="complaint-2")
        code, subject = guest.code, office.filed("kiosk.submission.created")[0]["submission"]
        await guest.press("", path="/akhiri")
        office.inbox.known[subject] = SubmissionState.STORED
        office.inbox.steps[subject] = [
            step("received"),
            step("forwarded", agency="dishub", reason="Menunggu suku cadang lampu"),
        ]
        office.inbox.due[subject] = AT + 86_400
        await guest.go("/")
        await guest.press("track")
        office.clock.advance(4 * 86_400)
        await guest.go("/")
        await guest.press("track")
        await guest.press("next", code=code)
        assert "Mengapa belum selesai?" in guest.text
        assert "Terlambat" in guest.text
        await guest.go("/lacak/mengapa")
        assert "Dinas Perhubungan" in guest.text
        assert "Menunggu suku cadang lampu" in guest.text
        assert "3 hari kerja" in guest.text
        await guest.press("back")
        assert guest.path == "/lacak/hasil"

    office.receive(steps)


def test_nothing_is_late_by_a_clock_that_is_not_trusted(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await complain(guest)
        await guest.press("next", consent="complaint-2")
        subject = office.filed("kiosk.submission.created")[0]["submission"]
        office.inbox.steps[subject] = [step("forwarded", agency="dishub")]
        office.inbox.due[subject] = AT - 86_400 * 30
        office.clock.trusted = False
        await guest.go("/tersimpan")
        assert "Terlambat" not in guest.text

    office.receive(steps)


def test_a_rejection_tells_its_reason_and_no_further_path(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await complain(guest)
        await guest.press("next", consent="complaint-2")
        subject = office.filed("kiosk.submission.created")[0]["submission"]
        office.inbox.steps[subject] = [
            step("received"),
            step("rejected", reason="<b>Bukan</b> urusan kami"),
        ]
        await guest.go("/tersimpan")
        assert "&lt;b&gt;Bukan&lt;/b&gt; urusan kami" in guest.text
        assert 'data-rung="answered"' not in guest.text
        await guest.go("/tersimpan/mengapa")
        assert "Mengapa belum selesai?" not in guest.text

    office.receive(steps)


# -- Track anything by code --------------------------------------------------------------------------------


def test_a_code_from_elsewhere_is_asked_after_and_answered(office: Office) -> None:
    code = codes.code_of(UUID(int=7 << 100))

    async def steps(guest: Guest) -> None:
        await guest.press("track")
        await guest.press("next", code=code)
        assert guest.path == "/lacak/hasil"
        (asked,) = office.filed("kiosk.code.asked")
        assert asked["code"] == code
        assert guest.state == "saved"
        assert "belum tersambung" not in guest.text
        office.clock.advance(6)
        await guest.go("/lacak/keadaan")
        assert "belum tersambung" in guest.text
        office.inbox.known[asked["inquiry"]] = SubmissionState.STORED
        await guest.go("/lacak/keadaan")
        assert "sudah menanyakannya" in guest.text
        office.inbox.answers[asked["inquiry"]] = Answer(
            inquiry=asked["inquiry"], found=True, service="aspiration", due_at=AT + 86_400,
            steps=[step("proposed"), step("in_plan", agency="dpupr")],
        )  # fmt: skip
        await guest.go("/lacak/hasil")
        assert guest.state == "in_plan"
        await guest.go("/lacak/mengapa")
        assert "Dinas Pekerjaan Umum" in guest.text

    office.receive(steps)


def test_a_code_that_nobody_knows_is_told(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await guest.press("track")
        await guest.press("next", code=codes.code_of(UUID(int=7 << 100)))
        inquiry = office.filed("kiosk.code.asked")[0]["inquiry"]
        office.inbox.answers[inquiry] = Answer(inquiry=inquiry, found=False)
        await guest.go("/lacak/hasil")
        assert "Kode ini tidak ada" in guest.text
        await guest.go("/lacak/mengapa")
        assert guest.path == "/lacak/hasil"
        await guest.press("back")
        assert guest.path == "/lacak"

    office.receive(steps)


def test_a_question_that_cannot_be_kept_is_not_called_asked(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await guest.press("track")
        office.outbox.full = True
        await guest.press("next", code=codes.code_of(UUID(int=7 << 100)))
        assert guest.path == "/lacak"
        assert "tidak dapat bertanya ke pusat layanan" in guest.text

    office.receive(steps)


def test_one_slip_in_a_code_is_forgiven_and_told(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await complain(guest)
        await guest.press("next", consent="complaint-2")
        code = guest.code
        await guest.press("", path="/akhiri")
        wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
        await guest.go("/")
        await guest.press("track")
        await guest.press("next", code=wrong)
        assert guest.path == "/lacak/hasil"
        assert guest.code == code
        assert f"Kami membaca kode Anda sebagai {code}" in guest.text

    office.receive(steps)


def test_a_slip_in_a_code_from_elsewhere_is_left_to_the_service_centre(office: Office) -> None:
    code = codes.code_of(UUID(int=7 << 100))
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")

    async def steps(guest: Guest) -> None:
        await guest.press("track")
        await guest.press("next", code=wrong)
        assert office.filed("kiosk.code.asked")[0]["code"] == wrong
        await guest.press("back")
        await guest.press("next", code=code[:-1])
        assert "Ini bukan kode kami" in guest.text
        assert len(office.filed("kiosk.code.asked")) == 1

    office.receive(steps)


# -- Queue ticket ------------------------------------------------------------------------------------------


async def take(guest: Guest, queue: str = "umum", *, call: str = "layar") -> str:
    """Take a number; it."""
    await guest.press("ticket", path="/")
    await guest.press("", queue=queue)
    await guest.press("", call=call)
    assert guest.path == "/tersimpan"
    return guest.number


def test_a_number_is_given_without_any_network(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        assert await take(guest, call=tickets.BY_VOICE) == "C1"
        assert "Senin, 02 Maret 2026" in guest.text
        assert "Belum diketahui di kiosk ini" in guest.text
        assert "Loket belum menerima kabar" in guest.text
        await guest.press("", path="/akhiri")
        assert await take(guest) == "C2"
        await guest.press("", path="/akhiri")
        assert await take(guest, "kependudukan") == "A1"

    office.receive(steps)
    taken = office.filed("kiosk.ticket.taken")
    assert [(one["number"], one["day"], one["audible"]) for one in taken] == [
        ("C1", "2026-03-02", True),
        ("C2", "2026-03-02", False),
        ("A1", "2026-03-02", False),
    ]


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 3, 2, 8, 59, tzinfo=UTC), "2026-03-02"),  # Monday 15.59
        (datetime(2026, 3, 2, 9, 0, tzinfo=UTC), "2026-03-03"),  # 16.00: the counters have closed
        (datetime(2026, 3, 6, 9, 0, tzinfo=UTC), "2026-03-09"),  # Friday evening
        (datetime(2026, 12, 24, 12, 0, tzinfo=UTC), "2026-12-28"),  # before a holiday and a weekend
        (datetime(2026, 3, 1, 18, 0, tzinfo=UTC), "2026-03-02"),  # already Monday in Lebong
    ],
)
def test_a_number_is_for_the_day_on_which_the_counters_serve(office: Office, now: datetime, day: str) -> None:
    assert office.hall.serving_day(now).isoformat() == day
    office.desk.close()


def test_position_and_estimate_come_from_the_hall(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await take(guest)
        ticket = office.filed("kiosk.ticket.taken")[0]["ticket"]
        others = [str(UUID(int=number)) for number in range(3)]
        queue = QueueState(
            queue="umum", day="2026-03-02", calling="C9", waiting=[*others, ticket], minutes_each=4.0
        )
        office.inbox.queues["umum"] = queue
        await guest.go("/tersimpan/keadaan")
        assert "C9" in guest.text
        assert "3 nomor" in guest.text
        assert "15 menit" in guest.text
        office.inbox.queues["umum"] = queue.model_copy(update={"waiting": [ticket]})
        await guest.go("/tersimpan/keadaan")
        assert "Anda berikutnya" in guest.text
        office.inbox.queues["umum"] = queue.model_copy(update={"day": "2026-03-01"})
        await guest.go("/tersimpan/keadaan")
        assert "C9" not in guest.text
        office.inbox.steps[ticket] = [step("waiting"), step("called", reason="Loket 2")]
        await guest.go("/tersimpan/keadaan")
        assert "Silakan ke: Loket 2" in guest.text

    office.receive(steps)


def test_a_number_is_given_back_only_after_a_second_word(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await take(guest)
        code = guest.code
        await guest.go("/tersimpan/batal")
        await guest.press("back")
        assert office.filed("kiosk.ticket.cancelled") == []
        await guest.go("/tersimpan/batal")
        office.outbox.full = True
        await guest.press("next")
        assert guest.path == "/tersimpan/batal"
        assert "BELUM dibatalkan" in guest.text
        office.outbox.full = False
        await guest.press("next")
        assert "sudah dibatalkan" in guest.text
        await guest.go("/tersimpan/batal")
        assert guest.path == "/tersimpan"
        await guest.press("", path="/akhiri")
        await guest.go("/")
        await guest.press("track")
        await guest.press("next", code=code)
        assert "sudah dibatalkan" in guest.text
        assert guest.number == "C1"

    office.receive(steps)
    assert len(office.filed("kiosk.ticket.cancelled")) == 1


def test_a_double_tap_takes_one_number(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await guest.press("ticket", path="/")
        await guest.press("", queue="umum")
        page = guest.page
        await guest.press("", call="layar")
        first = guest.number
        guest.page = page
        await guest.press("", path="/antrean/panggilan", call="layar")
        assert guest.number == first

    office.receive(steps)
    assert len(office.filed("kiosk.ticket.taken")) == 1


def test_a_kiosk_outside_a_hall_gives_no_numbers(tmp_path: Path) -> None:
    office = Office(tmp_path, hall="")

    async def steps(guest: Guest) -> None:
        assert 'value="ticket"' not in guest.text
        await guest.go("/antrean/layanan")
        assert guest.page.status_code == 404

    office.receive(steps)


# -- Survey ------------------------------------------------------------------------------------------------


def test_a_survey_counts_once_and_tells_nothing_of_the_person(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await guest.press("survey", path="/")
        await guest.press("", agency="dinkes")
        for at, element in enumerate(ELEMENTS):
            assert guest.path == f"/survei/{element.path}"
            await guest.press("", **{element.name: str(at % 4 + 1)})
        assert guest.path == "/survei/periksa"
        form = guest.page
        await guest.press("next")
        assert guest.path == "/tersimpan"
        assert 'id="code"' not in guest.text
        guest.page = form
        await guest.press("next", path="/survei/periksa")

    office.receive(steps)
    (answered,) = office.filed("kiosk.survey.answered")
    assert set(answered) == {"survey", "agency", "day", "scores"}
    assert (answered["agency"], answered["day"]) == ("dinkes", "2026-03-02")
    assert answered["scores"] == {element.name: at % 4 + 1 for at, element in enumerate(ELEMENTS)}


@pytest.mark.parametrize("score", ["0", "5", "-1", "4.0", "", "dua"])
def test_a_score_outside_the_scale_is_refused(office: Office, score: str) -> None:
    async def steps(guest: Guest) -> None:
        await guest.press("survey", path="/")
        await guest.press("", agency="dinkes")
        await guest.press("", persyaratan=score)
        assert guest.path == "/survei/persyaratan"
        assert "salah satu dari empat" in guest.text

    office.receive(steps)


# -- Sheets ------------------------------------------------------------------------------------------------


def test_a_permit_leads_to_its_queue(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await guest.press("permits", path="/")
        assert "Surat izin praktik bidan" in guest.text
        await guest.go("/perizinan/nib")
        for told in ("KTP pemilik usaha", "Gratis", "1 hari kerja", "PP 5/2021", "NIB dicetak di loket"):
            assert told in guest.text
        await guest.press("queue")
        assert guest.path == "/antrean/panggilan"
        await guest.press("", call="layar")
        assert guest.number == "B1"

    office.receive(steps)


def test_what_the_region_did_not_say_in_english_is_marked_as_indonesian(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await guest.press("permits", path="/")
        await guest.press("en")
        assert "One-Stop Permits Agency" in guest.text
        assert '<span lang="id">' not in guest.text

    office.receive(steps)


def test_an_announcement_is_shown_while_it_holds(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await guest.press("announcements", path="/")
        assert "Jam layanan" in guest.text
        office.clock.wall = datetime(2031, 1, 1, tzinfo=UTC)
        await guest.go("/pengumuman")
        assert "Jam layanan" not in guest.text
        assert "Tidak ada pengumuman" in guest.text
        await guest.go("/pengumuman/jam-layanan")
        assert guest.page.status_code == 404

    office.receive(steps)


def test_what_can_be_read_is_read_even_without_room(office: Office) -> None:
    office.outbox.full = True

    async def steps(guest: Guest) -> None:
        assert 'value="permits"' in guest.text
        assert 'value="survey"' not in guest.text
        await guest.press("standards", path="/")
        assert guest.path == "/standar"
        await guest.press("ticket", path="/")
        assert guest.path == "/"

    office.receive(steps)


# -- Emergency ---------------------------------------------------------------------------------------------


def test_one_tap_on_the_first_page_calls(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await guest.press("", path="/darurat", sort="ambulans")
        assert guest.path == "/darurat"
        assert 'id="dial" data-spell>119<' in guest.text
        assert " data-spoken>" in guest.text, "who needs help need not read"
        await guest.press("audio-off", path="/darurat")
        await guest.press("again", path="/darurat", sort="ambulans")
        assert " data-spoken>" not in guest.text, "who has switched it off is obeyed"

    office.receive(steps)
    (raised,) = office.filed("kiosk.emergency.raised")
    assert raised["sort"] == "ambulans"
    assert office.board.buzzed_s == [10.0]


def test_an_alarm_never_says_merely_saved(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await guest.press("", path="/darurat", sort="polisi")
        emergency = office.filed("kiosk.emergency.raised")[0]["emergency"]
        assert "BELUM terkirim. Kiosk sedang mengirimnya" in guest.text
        assert "Telepon 110 sendiri" in guest.text
        office.clock.advance(6)
        await guest.go("/darurat/keadaan")
        assert "BELUM terkirim: kiosk ini tidak tersambung" in guest.text
        assert "Telepon 110 sendiri" in guest.text
        assert "ersimpan" not in guest.text
        for state, told in (
            (SubmissionState.SENT, "Belum ada yang memastikan"),
            (SubmissionState.STORED, "Belum ada yang menjawab"),
        ):
            office.inbox.known[emergency] = state
            await guest.go("/darurat/keadaan")
            assert told in guest.text
        office.inbox.steps[emergency] = [step("raised"), step("acknowledged", reason="Ambulans berangkat")]
        await guest.go("/darurat")
        assert "Petugas sudah menjawab" in guest.text
        assert "Ambulans berangkat" in guest.text

    office.receive(steps)


def test_an_alarm_that_cannot_be_kept_says_so_and_can_be_tried_again(office: Office) -> None:
    office.outbox.full = True

    async def steps(guest: Guest) -> None:
        await guest.press("", path="/darurat", sort="damkar")
        assert "TIDAK dapat mengirim" in guest.text
        assert 'id="dial" data-spell>113<' in guest.text
        office.outbox.full = False
        await guest.press("again", sort="damkar")
        assert "TIDAK dapat" not in guest.text
        await guest.press("again", sort="damkar")

    office.receive(steps)
    assert len(office.filed("kiosk.emergency.raised")) == 1


def test_an_alarm_is_raised_even_where_no_visit_fits(office: Office) -> None:
    for _ in range(8):
        office.sessions.open("id").begin("complaint")

    async def steps(guest: Guest) -> None:
        await guest.press("", path="/darurat", sort="ambulans")
        assert guest.page.status_code == 200
        assert 'id="dial" data-spell>119<' in guest.text

    office.receive(steps)
    assert len(office.filed("kiosk.emergency.raised")) == 1


def test_the_panel_changes_its_language_before_anybody_is_called(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await guest.go("/darurat")
        await guest.press("en")
        assert "Whom do you need?" in guest.text
        await guest.press("theme-contrast")
        assert 'data-theme="contrast"' in guest.text
        await guest.press("back")
        assert guest.path == "/"

    office.receive(steps)
    assert office.filed("kiosk.emergency.raised") == []


def test_an_alarm_of_no_such_sort_raises_nothing(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await guest.press("", path="/darurat", sort="<script>")
        assert guest.path == "/darurat"
        assert "script>" not in guest.text.replace("noscript>", "").replace("</script>", "")

    office.receive(steps)
    assert office.filed("kiosk.emergency.raised") == []


# -- Slips -------------------------------------------------------------------------------------------------


def test_a_slip_is_told_as_the_printer_tells_it(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        number = await take(guest)
        await guest.press("print")
        assert "Tercetak" in guest.text
        assert number.encode() in office.printer.slips[0]
        assert guest.code.encode() in office.printer.slips[0]
        office.printer.paper = 0
        await guest.press("print")
        assert "TIDAK tercetak" in guest.text
        assert "kertas habis" in guest.text
        await guest.press("", path="/akhiri")
        office.printer.mend()

    office.receive(steps)
    assert len(office.printer.slips) == 1


def test_the_spool_is_empty_when_a_visit_ends(office: Office) -> None:
    async def steps(guest: Guest) -> None:
        await take(guest)
        office.printer.spool.append(b"left behind")
        await guest.press("", path="/akhiri")
        assert office.printer.spool == []

    office.receive(steps)


# -- One image, every regency ------------------------------------------------------------------------------


def test_another_region_needs_no_code(tmp_path: Path, write: Callable[[str, str], None]) -> None:
    write(
        "region.toml",
        """
        code = "17.01"
        title = { id = "Kabupaten Lain" }
        [[agencies]]
        name = "satu"
        title = { id = "Dinas Satu" }
        """,
    )
    office = Office(tmp_path / "kiosk", region=load_region(tmp_path / "region"), hall="")

    async def steps(guest: Guest) -> None:
        for name, offered in (
            ("complaint", True), ("aspiration", True), ("survey", True), ("ticket", False),
            ("permits", False), ("standards", False), ("announcements", False),
        ):  # fmt: skip
            assert (f'value="{name}"' in guest.text) is offered, name
        assert "Darurat" not in guest.text
        await guest.press("aspiration", path="/")
        await guest.press("next", text="x")
        assert guest.path == "/aspirasi/topik"
        await guest.press("next", topic="lain")
        await guest.press("next", identity="anonymous")
        await guest.press("next", consent="aspiration-1")
        assert guest.path == "/tersimpan"

    office.receive(steps)
    (filed,) = office.filed("kiosk.submission.created")
    assert (filed["topic"], filed["agency"], filed["place"]) == (None, None, None)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], None]:
    (tmp_path / "region").mkdir()
    (tmp_path / "kiosk").mkdir()

    def write_one(name: str, text: str) -> None:
        (tmp_path / "region" / name).write_text(text)

    return write_one


def test_the_sample_region_is_whole() -> None:
    region = load_region(REGION)
    assert len(region.file.topics) >= 12
    assert region.permits
    assert region.standards
    assert region.announcements
