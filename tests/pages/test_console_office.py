"""The command centre's office in a real browser: inbox, desk, hall, emergencies, survey, tracking."""

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from edge_agent.contract.events import EmergencyRaised, EventData, Scores, SurveyAnswered, TicketTaken
from edge_agent.contract.events import SubmissionCreated as Filed
from fleet.access.roles import Role
from fleet.office import cases, tickets
from fleet.office.cases import Move
from fleet.office.clerk import DEALS, Clerk
from fleet.office.regions import Regions, load_regions
from fleet.store.engine import writing
from fleet.testing.serving import Served, serving
from loket.codes import shown
from tests.pages.test_console import AXE, RULES, SMALL, WIDE, visiting

REGION_FOLDER = Path(__file__).parents[2] / "demo" / "region"
DESK = "/desk/mpp/kependudukan/1"


@dataclass
class Town:
    """A served fleet with a region, and a clerk who works when told to."""

    served: Served
    regions: Regions
    clerk: Clerk
    subjects: dict[str, str] = field(default_factory=dict)
    _number: int = 0

    def say(self, data: EventData) -> None:
        self.served.seeds.event("lebong-001", data)
        while self.clerk.deal():
            pass

    def filed(self, service: str = "complaint", *, topic: str = "jalan", agency: str = "dpupr") -> str:
        data = Filed(
            submission=str(uuid4()), service=service, sealed="", intake_key="0" * 64, consent_version="1",
            topic=topic, agency=agency, identity="anonymous", place="17.07.10",
        )  # fmt: skip
        self.say(data)
        return data.submission

    def ticket(self, queue: str = "kependudukan", *, letter: str = "A", audible: bool = False) -> TicketTaken:
        self._number += 1
        day = self.regions.today("17.07", time.time()).isoformat()
        data = TicketTaken(
            ticket=str(uuid4()), queue=queue, number=f"{letter}{self._number}", day=day, audible=audible
        )
        self.say(data)
        return data

    def step(self, subject: str, after: str, *, reason: str = "") -> None:
        with writing(self.served.engine) as connection:
            move = Move(after=after, actor="siti", reason=reason)
            cases.take_step(connection, subject, move, regions=self.regions, now=time.time())

    def call(self, queue: str, number: int) -> str:
        """Whoever is at a counter is served, and the next number is called to it."""
        with writing(self.served.engine) as connection:
            office, now = self.regions.offices["mpp"], time.time()
            at = tickets.counter(office, queue=queue, number=number, actor="siti", now=now)
            found = office.queue(queue)
            assert found is not None
            here = tickets.view(connection, office, found, day=at.day, now=now).at_counters.get(number)
            if here is not None:
                tickets.finish(connection, at, here.ticket, regions=self.regions)
            called = tickets.call_next(connection, at, after=None, regions=self.regions)
        assert called is not None
        return called.number

    def case(self, subject: str) -> cases.Case:
        with self.served.engine.connect() as connection:
            found = cases.find(connection, subject)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("fleet")
    with serving(folder, more=f'[office]\nfolders = ["{REGION_FOLDER}"]\n') as served:
        served.seeds.device("lebong-001", label="Kantor Camat Amen")
        served.seeds.heard("lebong-001")
        regions = load_regions([REGION_FOLDER])
        clerk = Clerk(served.engine, regions=regions, deals=DEALS, now=time.time)
        made = Town(served=served, regions=regions, clerk=clerk)
        made.subjects["complaint"] = complaint = made.filed()
        made.step(complaint, "forwarded")
        made.subjects["aspiration"] = aspiration = made.filed("aspiration", topic="drainase")
        for state in ("village_verified", "district_verified", "agency_verified", "in_plan"):
            made.step(aspiration, state, reason="Disetujui dalam musyawarah." if state == "in_plan" else "")
        made.filed("complaint", topic="sampah", agency="dlh")
        scores = Scores(
            persyaratan=4, prosedur=3, waktu=3, biaya=4, produk=4,
            kompetensi=4, perilaku=4, sarana=3, pengaduan=4,
        )  # fmt: skip
        day = regions.today("17.07", time.time()).isoformat()
        for _ in range(3):
            made.say(SurveyAnswered(survey=str(uuid4()), agency="dpmptsp", day=day, scores=scores))
        made.subjects["permit"] = made.filed("permit", topic="nib", agency="dpmptsp")
        made.subjects["emergency"] = emergency = str(uuid4())
        made.say(EmergencyRaised(emergency=emergency, sort="ambulans"))
        yield made


@pytest.mark.parametrize(
    ("screen", "language", "scheme"),
    [(WIDE, "id", "light"), (SMALL, "id", "dark"), (SMALL, "en", "light"), (WIDE, "en", "dark")],
    ids=["wide-id-light", "small-id-dark", "small-en-light", "wide-en-dark"],
)
def test_every_page_of_the_office_is_accessible_and_fits(
    town: Town, browser: Browser, screen: dict[str, int], language: str, scheme: str
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed (npm ci)")
    town.ticket(audible=True)
    code = town.case(town.subjects["complaint"]).code
    paths = [
        "/cases", "/cases?which=late", f"/cases/{town.subjects['complaint']}",
        f"/cases/{town.subjects['aspiration']}", "/promised", "/emergencies", "/survey", "/desk", DESK,
        "/permits", f"/permits/{town.subjects['permit']}", "/hall/mpp", "/lacak",
        f"/lacak/{code}", "/lacak/00000000",
    ]  # fmt: skip
    how = {"viewport": screen, "color_scheme": scheme}
    with visiting(browser, town.served, role=Role.OFFICER, language=language, bypass_csp=True, **how) as (
        page,
        wrong,
    ):
        for path in paths:
            page.goto(f"{town.served.url}{path}")
            assert page.locator("html").get_attribute("lang") == language
            page.add_script_tag(path=AXE)
            report = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
            violations = [(one["id"], one["nodes"][0]["html"]) for one in report["violations"]]
            assert violations == [], path
            assert len(report["passes"]) > 8, path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert wrong == []


def test_a_call_is_seen_and_heard_in_the_hall_within_two_seconds(town: Town, browser: Browser) -> None:
    ticket = town.ticket("umum", letter="C")
    desk = "/desk/mpp/umum/1"
    with (
        visiting(browser, town.served, role=None) as (hall, hall_wrong),
        visiting(browser, town.served, role=Role.OPERATOR) as (officer, desk_wrong),
    ):
        hall.goto(f"{town.served.url}/hall/mpp")
        hall.locator("#sound").click()
        expect(hall.locator("body")).to_have_attribute("data-sound", "running")
        expect(hall.locator("body")).to_have_attribute("data-seen-at", re.compile(r"^\d+$"))
        for _ in range(2):
            officer.goto(f"{town.served.url}{desk}")
            pressed = time.time() * 1000
            if officer.locator("#desk-next").count():
                officer.locator("#desk-next").click()
            else:
                officer.locator("#desk-again").click()
            expect(officer.locator(".big-number")).to_have_text(ticket.number)
            hall.wait_for_function("since => Number(document.body.dataset.heardAt || 0) > since", arg=pressed)
            expect(hall.locator(".hall-number")).to_have_text(ticket.number)
            expect(hall.locator(".hall-counter")).to_have_text("Loket 1")
            expect(hall.locator("#said")).to_contain_text(ticket.number)
            late_ms = float(hall.locator("body").get_attribute("data-heard-at") or 0) - pressed
            assert late_ms <= 2_000, f"{late_ms:.0f} ms"
            expect(hall.locator("body")).to_have_attribute("data-playing", "no")
        sound = hall.request.get(f"{town.served.url}/hall/mpp/calls/1")
        if shutil.which("espeak-ng"):
            assert sound.body()[:4] == b"RIFF"
        else:
            assert sound.status == 404
        assert (hall_wrong, desk_wrong) == ([], [])


NOTED = """() => {
  window.noted = [];
  const body = document.body;
  new MutationObserver(changes => changes.forEach(({attributeName: name}) => {
    if (name === "data-called") noted.push(["seen", body.dataset.called, Date.now()]);
    if (name === "data-heard") noted.push(["heard", body.dataset.heard, Date.now()]);
  })).observe(body, {attributes: true});
}"""


def test_calls_that_follow_each_other_are_each_seen_and_heard_within_two_seconds(
    town: Town, browser: Browser
) -> None:
    for _ in range(2):
        town.ticket()
    with visiting(browser, town.served, role=None) as (hall, wrong):
        hall.goto(f"{town.served.url}/hall/mpp")
        hall.locator("#sound").click()
        expect(hall.locator("body")).to_have_attribute("data-sound", "running")
        expect(hall.locator("body")).to_have_attribute("data-seen-at", re.compile(r"^\d+$"))
        hall.evaluate(NOTED)
        called_at = {}
        for counter in (1, 2):
            called = town.call("kependudukan", counter)
            called_at[called] = time.time() * 1000
        hall.wait_for_function("() => noted.filter(([what]) => what === 'heard').length === 2")
        noted = hall.evaluate("noted")
        assert wrong == []
    assert sorted((what, number) for what, number, _ in noted) == sorted(
        (what, number) for what in ("seen", "heard") for number in called_at
    )
    late_ms = {(what, number): at - called_at[number] for what, number, at in noted}
    assert max(late_ms.values()) <= 2_000, late_ms


def test_the_officer_serves_a_queue_by_the_desk_alone(town: Town, browser: Browser) -> None:
    first, second, third = (town.ticket("perizinan", letter="B") for _ in range(3))
    with visiting(browser, town.served, role=Role.OPERATOR) as (page, wrong):
        page.goto(f"{town.served.url}/desk")
        page.locator("a[href='/desk/mpp/perizinan/2']").click()
        page.locator("#desk-next").click()
        expect(page.locator(".big-number")).to_have_text(first.number)
        page.locator("#desk-miss").click()
        page.locator("#desk-next").click()
        expect(page.locator(".big-number")).to_have_text(second.number)
        page.locator("#desk-begin").click()
        page.locator("#desk-next").click()
        expect(page.locator(".big-number")).to_have_text(third.number)
        page.locator("#desk-to-umum").click()
        expect(page.locator(".now-serving")).to_contain_text("Tidak ada.")
        page.locator(f"#again-{first.ticket}").click()
        expect(page.locator(".big-number")).to_have_text(first.number)
        page.locator("#desk-begin").click()
        page.locator("#desk-finish").click()
        page.locator("#desk-next").click()
        expect(page.locator("[role=status]").last).to_contain_text("Tidak ada yang menunggu.")
        assert wrong == []
    states = {one.number: town.case(one.ticket).state for one in (first, second, third)}
    assert list(states.values()) == ["done", "done", "transferred"]


def test_a_ticket_that_is_taken_appears_at_the_desk_by_itself(town: Town, browser: Browser) -> None:
    with visiting(browser, town.served, role=Role.OPERATOR) as (page, _):
        page.goto(f"{town.served.url}{DESK}")
        ticket = town.ticket()
        expect(page.locator(".numbers").first).to_contain_text(ticket.number)


def test_an_officer_answers_and_the_phone_shows_it(town: Town, browser: Browser) -> None:
    subject = town.filed("complaint", topic="air_bersih", agency="perumda_air")
    code = town.case(subject).code
    with visiting(browser, town.served, role=Role.OFFICER) as (page, wrong):
        page.goto(f"{town.served.url}/cases")
        page.locator(f"a[href='/cases/{subject}']").click()
        page.locator("select[name=after]").select_option("forwarded")
        page.locator("select[name=agency]").select_option("dlh")
        page.locator("form.fields button").click()
        expect(page.locator(".history")).to_contain_text("Diteruskan")
        page.locator("select[name=after]").select_option("answered")
        page.locator("form.fields button").click()
        expect(page.locator(".panel.bad")).to_contain_text("reason")
        page.locator("textarea").fill("<b>Pipa</b> sudah diganti.")
        page.locator("form.fields button").click()
        expect(page.locator(".facts")).to_contain_text("Dijawab")
        assert wrong == []
    with visiting(browser, town.served, role=None, viewport=SMALL) as (phone, wrong):
        phone.goto(f"{town.served.url}/lacak")
        phone.locator("#code").fill(shown(code).lower())
        phone.locator("form button").click()
        expect(phone.locator("article .figure")).to_have_text("Dijawab")
        expect(phone.locator(".history")).to_contain_text("<b>Pipa</b> sudah diganti.")
        expect(phone.locator(".history")).to_contain_text("Dinas Lingkungan Hidup")
        expect(phone.locator("body")).not_to_contain_text("siti")
        assert wrong == []


def test_an_application_is_registered_at_the_office_and_followed_by_its_code(
    town: Town, browser: Browser
) -> None:
    with visiting(browser, town.served, role=Role.OFFICER) as (page, wrong):
        page.goto(f"{town.served.url}/cases")
        page.locator("a[href='/permits']").click()
        subject = page.locator("[name=subject]").get_attribute("value")
        page.locator("[name=permit]").select_option("17.07/nib")
        page.locator("form.fields button").click()
        code = page.locator("#code").inner_text()
        expect(page.locator(".facts")).to_contain_text("Nomor Induk Berusaha")
        origin = {"origin": town.served.url}
        again = {"subject": subject, "permit": "17.07/nib"}
        answer = page.request.post(f"{town.served.url}/permits", form=again, headers=origin)
        assert code in answer.text(), "sent twice it is registered once"
        for form in ({}, {**again, "permit": "17.07/none"}, {**again, "subject": town.subjects["complaint"]}):
            answer = page.request.post(f"{town.served.url}/permits", form=form, headers=origin)
            assert answer.status == 409, form
        elsewhere = {"origin": "http://elsewhere.example"}
        assert page.request.post(f"{town.served.url}/permits", form=again, headers=elsewhere).status == 400
        assert wrong == []
    assert subject is not None
    assert town.case(subject).agency == "dpmptsp"
    with visiting(browser, town.served, role=Role.OPERATOR) as (page, _):
        answer = page.request.post(f"{town.served.url}/permits", form=again, headers=origin)
        assert answer.status == 403
    with visiting(browser, town.served, role=None, viewport=SMALL) as (phone, wrong):
        phone.goto(f"{town.served.url}/lacak/{code}")
        expect(phone.locator("article .figure")).to_have_text("Menunggu verifikasi")
        assert wrong == []


def test_a_phone_that_mistyped_one_sign_is_helped_and_nonsense_is_told_kindly(
    town: Town, browser: Browser
) -> None:
    code = town.case(town.subjects["complaint"]).code
    wrong_sign = "A" if code[3] != "A" else "B"
    with visiting(browser, town.served, role=None, viewport=SMALL) as (phone, wrong):
        phone.goto(f"{town.served.url}/lacak")
        for typed in ("'; DROP TABLE cases; --", "🙂" * 8, "<script>alert(1)</script>", "\u202e12345678"):
            phone.locator("#code").evaluate("(field, text) => { field.value = text }", typed)
            phone.locator("form button").click()
            expect(phone.locator("[role=alert]")).to_contain_text("bukan kode kami")
        phone.locator("#code").fill(code[:3] + wrong_sign + code[4:])
        phone.locator("form button").click()
        expect(phone.locator("article h2 code")).to_have_text(shown(code))
        expect(phone.locator("article")).to_contain_text("Mengapa ini belum selesai?")
        assert wrong == []


def test_help_that_is_called_shows_on_every_page_until_somebody_acts(town: Town, browser: Browser) -> None:
    with visiting(browser, town.served, role=Role.OPERATOR) as (page, wrong):
        page.goto(f"{town.served.url}/events")
        body, before = page.locator("body"), page.locator(".alarm").count()
        expect(body).to_have_attribute("data-alarm", "ringing")
        page.locator("#alarm-on").click()
        expect(body).to_have_attribute("data-alarm-sound", "running")
        expect(page.locator("#alarm-on")).to_be_hidden()
        page.locator("#alarm-off").click()
        expect(body).to_have_attribute("data-alarm", "quiet")
        rings = int(body.get_attribute("data-rings") or 0)
        assert rings >= 1, "what stands is heard as soon as the sound is on"
        emergency = str(uuid4())
        town.say(EmergencyRaised(emergency=emergency, sort="polisi"))
        expect(page.locator(".alarm")).to_have_count(before + 1)
        expect(page.locator("#alarms")).to_contain_text("Polisi")
        expect(body).to_have_attribute("data-rings", str(rings + 2))
        expect(body).to_have_attribute("data-alarm", "ringing")
        page.locator(".alarm a").first.click()
        page.locator(f"#see-{emergency}").click()
        expect(page.locator(".alarm")).to_have_count(before)
        expect(body).to_have_attribute("data-alarm", "quiet")
        page.locator(f"#end-{emergency}").fill("Petugas sudah datang.")
        page.locator(f"article:has(#end-{emergency}) button").last.click()
        expect(page.locator("section")).to_contain_text("Polisi")
        assert wrong == []
    assert town.case(emergency).state == "closed"


def test_there_is_no_grade_below_the_sample(town: Town, browser: Browser) -> None:
    with visiting(browser, town.served, role=Role.VIEWER) as (page, _):
        page.goto(f"{town.served.url}/survey")
        row = page.locator("tr", has_text="Penanaman Modal")
        expect(row).to_contain_text("3")
        expect(row).to_contain_text("260")
        expect(row).to_contain_text("masih perlu 257 jawaban")
        assert row.locator(".badge").count() == 0


def test_a_viewer_may_not_change_anything(town: Town, browser: Browser) -> None:
    subject = town.subjects["complaint"]
    with visiting(browser, town.served, role=Role.VIEWER) as (page, _):
        page.goto(f"{town.served.url}/cases/{subject}")
        assert page.locator("form.fields").count() == 0
        for path in (f"/cases/{subject}/step", f"{DESK}/next", f"/emergencies/{subject}/step"):
            answer = page.request.post(
                f"{town.served.url}{path}", headers={"origin": town.served.url}, max_redirects=0
            )
            assert answer.status == 403, path
