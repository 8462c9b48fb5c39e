"""The console in headless Chromium: every page, in both languages, wide and small, by day and night."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from fleet.access.roles import Role
from fleet.access.secrets import Use
from fleet.testing.serving import Served, serving

pytestmark = [pytest.mark.page, pytest.mark.timeout(180)]

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE = {"width": 1280, "height": 800}
SMALL = {"width": 390, "height": 844}
XSS = "<img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}\"'"

JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "08" * 64 + "ffc0000b080001000101011100ffc4001f"
    "0000010501010101010100000000000000000102030405060708090a0bffda0008010100003f00d2cf20ffd9"
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A served fleet in which something of every kind has happened."""

    served: Served
    submission: str
    pages: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """The fleet, with hostile texts wherever a device, a citizen or an operator may write one."""
    with serving(tmp_path_factory.mktemp("fleet")) as served:
        seeds = served.seeds
        seeds.device("lebong-001", label="Kantor Camat Amen")
        seeds.heard("lebong-001")
        seeds.device("lebong-002", label=XSS)
        seeds.heard("lebong-002", age_s=900)
        seeds.device("lebong-003")
        seeds.heard("lebong-003", online=False, age_s=7200)
        seeds.device("lebong-004")
        seeds.heard("lebong-004")
        seeds.health("lebong-004", reasons=[XSS])
        seeds.device("lebong-005", revoked_at=time.time())
        sha256 = seeds.picture("lebong-001", JPEG)
        for _ in range(60):
            seeds.left("lebong-001", label="car")
        seeds.seen("lebong-001", snapshot=sha256)
        seeds.seen("lebong-002", snapshot=sha256, label=XSS[:64], camera="camera-2", subject=XSS)
        seeds.seen("lebong-003", snapshot="0" * 64, clock_trusted=False, time_s=1000.0)
        seeds.stream("lebong-001", through=812, also=[(815, 820)])
        seeds.refusal(topic=f"loket/v1/17.07/{XSS}", reason=XSS, device=XSS)
        submission = seeds.submission(
            "lebong-001",
            {
                "service": "complaint",
                "class": XSS,
                "text": f"Jalan berlubang\n{XSS}",
                "contact": XSS,
                "language": XSS,
                XSS: XSS,
            },
        )
        pages = [
            "/", "/events", "/events?kind=vision.", "/submissions", f"/submissions/{submission}",
            "/devices/lebong-001", "/devices/lebong-002", "/devices/lebong-005", "/refused", "/api/docs",
            "/signin", f"/signin/{'x' * 43}", "/missing",
        ]  # fmt: skip
        yield Filled(served=served, submission=submission, pages=pages)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    if not CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium here")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        )
        yield launched
        launched.close()


@contextlib.contextmanager
def visiting(
    browser: Browser,
    served: Served,
    *,
    role: Role | None,
    language: str = "id",
    bypass_csp: bool = False,
    **how: object,
) -> Iterator[tuple[Page, list[str]]]:
    """A page signed in as `role`, and what went wrong in it: script errors, dialogs, requests elsewhere."""
    context: BrowserContext = browser.new_context(bypass_csp=bypass_csp, **how)  # type: ignore[arg-type]
    cookies = {"loket_language": language}
    if role is not None:
        cookies[f"loket_session_{served.fleet.web.port}"] = served.secret(Use.SESSION, role)
    context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookies.items()]
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on(
        "console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None
    )
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(served.url) else wrong.append(f"asked {asked.url}"),
    )
    try:
        yield page, wrong
    finally:
        context.close()


def _await_beats(page: Page, *, more: int = 1) -> None:
    """Wait until the server has spoken `more` times more to this page."""
    body = page.locator("body")
    until = int(body.get_attribute("data-beat") or 0) + more
    deadline = time.monotonic() + 15
    while int(body.get_attribute("data-beat") or 0) < until:
        assert time.monotonic() < deadline, "the page is not told anything"
        page.wait_for_timeout(50)


@pytest.mark.parametrize(
    ("screen", "language", "scheme"),
    [(WIDE, "id", "light"), (SMALL, "id", "dark"), (SMALL, "en", "light"), (WIDE, "en", "dark")],
    ids=["wide-id-light", "small-id-dark", "small-en-light", "wide-en-dark"],
)
def test_every_page_is_accessible_and_fits(
    filled: Filled, browser: Browser, screen: dict[str, int], language: str, scheme: str
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed (npm ci)")
    how = {"viewport": screen, "color_scheme": scheme}
    served = filled.served
    with visiting(browser, served, role=Role.OFFICER, language=language, bypass_csp=True, **how) as (
        page,
        wrong,
    ):
        for path in filled.pages:
            page.goto(f"{served.url}{path}")
            assert page.locator("html").get_attribute("lang") == language
            if path == f"/submissions/{filled.submission}":
                page.locator("main form button").click()
                expect(page.locator(".words")).to_contain_text("Jalan berlubang")
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            page.add_script_tag(path=AXE)
            report = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
            violations = [(one["id"], one["nodes"][0]["html"]) for one in report["violations"]]
            assert violations == [], path
            assert len(report["passes"]) > 10, path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert wrong == []


def test_hostile_texts_are_shown_and_do_nothing(filled: Filled, browser: Browser) -> None:
    served = filled.served
    with visiting(browser, served, role=Role.OFFICER, viewport=WIDE) as (page, wrong):
        for path in ("/", "/events", "/refused", "/devices/lebong-002", "/devices/lebong-004"):
            page.goto(f"{served.url}{path}")
            expect(page.get_by_text("onerror=alert(1)").first).to_be_visible()
            if path != "/refused":
                _await_beats(page)  # also as a live part
            expect(page.get_by_text("onerror=alert(1)").first).to_be_visible()
            assert page.locator("main img[src=x], main script").count() == 0
        page.goto(f"{served.url}/submissions/{filled.submission}")
        page.locator("main form button").click()
        expect(page.locator(".words")).to_contain_text("<script>alert(1)</script>")
        assert page.locator("main img, main script").count() == 0
        assert wrong == []


def test_an_event_and_its_picture_appear_by_themselves(filled: Filled, browser: Browser) -> None:
    served = filled.served
    with visiting(browser, served, role=Role.VIEWER, viewport=WIDE) as (page, wrong):
        page.goto(served.url)
        _await_beats(page)
        other = JPEG + os.urandom(8)
        sha256 = served.seeds.picture("lebong-001", other)

        began = time.monotonic()
        served.seeds.seen("lebong-001", label="umbrella", snapshot=sha256)
        expect(page.locator("#events li").first).to_contain_text("Terlihat: payung")
        took_s = time.monotonic() - began

        expect(page.locator(f'#cameras img[src="/snapshots/{sha256}"]')).to_be_visible()
        rect = page.locator("#cameras svg.box rect").first
        assert rect.get_attribute("x") == "0.35"
        assert float(rect.get_attribute("width") or 0) == pytest.approx(0.25)
        assert took_s < 1.5  # within 1 s, and the time that the browser takes to say so
        assert wrong == []


def test_nothing_stays_green_when_the_server_is_gone(filled: Filled, browser: Browser) -> None:
    served = filled.served
    served.seeds.heard("lebong-001")
    with visiting(browser, served, role=Role.VIEWER, viewport=WIDE) as (page, _):
        page.goto(served.url)
        badge = page.locator("#devices li").first.locator(".state")
        expect(badge).to_have_text("Terhubung")
        _await_beats(page)
        served.process.send_signal(signal.SIGSTOP)
        try:
            expect(badge).to_have_text("? Tidak diketahui", timeout=30_000)
            assert page.locator(".state-online").count() == 0
            expect(page.locator("#pulse-text")).to_have_text(
                "Sambungan ke server terputus. Yang tampil mungkin sudah usang."
            )
        finally:
            served.process.send_signal(signal.SIGCONT)
        expect(badge).to_have_text("Terhubung", timeout=30_000)
        expect(page.locator("#pulse-text")).to_have_text("Langsung")


def test_says_of_each_device_only_what_is_proven(filled: Filled, browser: Browser) -> None:
    served = filled.served
    for name in ("lebong-001", "lebong-004"):
        served.seeds.heard(name)
    served.seeds.health("lebong-004", reasons=["camera-1: no frame for 20 s"])
    with visiting(browser, served, role=Role.VIEWER, viewport=WIDE, java_script_enabled=False) as (page, _):
        page.goto(served.url)
        states = dict(
            zip(
                page.locator("#devices li a").all_inner_texts(),
                page.locator("#devices li .state").all_inner_texts(),
                strict=True,
            )
        )
        assert states == {
            "lebong-001": "Terhubung",
            "lebong-002": "Tidak diketahui",
            "lebong-003": "Terputus",
            "lebong-004": "Terganggu",
            "lebong-005": "Dicabut",
        }
        assert page.locator(".state-online").count() == 1


def test_pages_work_without_a_script(filled: Filled, browser: Browser) -> None:
    served = filled.served
    link = f"{served.url}/signin/{served.secret(Use.LINK, Role.OFFICER)}"
    with visiting(browser, served, role=None, viewport=WIDE, java_script_enabled=False) as (page, wrong):
        page.goto(link)
        page.get_by_role("button", name="Masuk").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Ringkasan")
        page.get_by_role("link", name="Kejadian", exact=True).click()
        page.get_by_label("Jenis").select_option("vision.track.started")
        page.get_by_role("button", name="Tampilkan").click()
        assert all("Terlihat" in text for text in page.locator("#events li").all_inner_texts())
        expect(page.locator("#events .badge").first).to_have_text("jam tidak tepercaya")
        page.goto(f"{served.url}/events")
        page.get_by_role("link", name="Lebih lama").click()
        expect(page.locator("#events li").first).to_be_visible()
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Events")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        assert wrong == []


def test_a_link_opened_on_this_machine_signs_in_with_one_click(filled: Filled, browser: Browser) -> None:
    served = filled.served
    with visiting(browser, served, role=None, viewport=WIDE) as (page, wrong):
        page.goto(f"{served.url}/signin/{served.secret(Use.LINK, Role.VIEWER, name='tamu')}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Ringkasan")
        expect(page.locator(".who")).to_contain_text("tamu")
        assert wrong == []


def test_an_operator_takes_a_picture_and_sees_what_became_of_it(filled: Filled, browser: Browser) -> None:
    served = filled.served
    with visiting(browser, served, role=Role.OPERATOR, viewport=WIDE) as (page, wrong):
        page.goto(f"{served.url}/devices/lebong-001")
        page.get_by_role("button", name="Ambil gambar: camera-1").click()
        outcome = page.locator("#commands li").first
        expect(outcome).to_contain_text("menunggu diberikan")
        command = outcome.get_attribute("data-key")
        assert command is not None
        served.seeds.finished("lebong-001", command)
        expect(outcome).to_contain_text("berhasil")
        assert wrong == []


def test_the_keyboard_reaches_everything_and_shows_where_it_is(filled: Filled, browser: Browser) -> None:
    served = filled.served
    with visiting(browser, served, role=Role.VIEWER, viewport=WIDE) as (page, _):
        page.goto(f"{served.url}/submissions")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        reached = set()
        for _ in range(32):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.textContent.trim()"))
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none" or page.evaluate("document.activeElement === document.body")
        assert "Pengaduan" in reached


def test_a_paused_page_keeps_its_pictures_and_events(filled: Filled, browser: Browser) -> None:
    served = filled.served
    with visiting(browser, served, role=Role.VIEWER, viewport=WIDE) as (page, _):
        page.goto(served.url)
        _await_beats(page)
        page.get_by_role("button", name="Jeda").click()
        before = page.locator("#events").inner_html()
        served.seeds.seen("lebong-001", label="dog")
        _await_beats(page, more=2)
        assert page.locator("#events").inner_html() == before
        page.get_by_role("button", name="Jeda").click()
        expect(page.locator("#events li").first).to_contain_text("anjing")
