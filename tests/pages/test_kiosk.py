"""The kiosk's pages in a real browser: journeys by touch and keys, access, sizes, what must not stay."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.kiosk.unit import RunningKiosk

pytestmark = [pytest.mark.page, pytest.mark.timeout(300)]

REPOSITORY = Path(__file__).resolve().parents[2]
SIZES = [(1024, 600), (1080, 1920), (1920, 1080)]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
TARGET_PX = 72

WORDS = {
    "id": {
        "file": "Sampaikan pengaduan",
        "track": "Lacak dengan kode",
        "next": "Lanjut",
        "send": "Kirim",
        "finish": "Selesai & hapus",
        "saved": "Kiriman Anda tersimpan",
        "received": "Pusat layanan sudah menyimpannya.",
        "thanks": "Terima kasih",
        "look": "Cari",
    },
    "en": {
        "file": "Complain, propose or ask",
        "track": "Follow it by its code",
        "next": "Continue",
        "send": "Send",
        "finish": "Finish and erase",
        "saved": "Your submission is saved",
        "received": "The service centre has stored it.",
        "thanks": "Thank you",
        "look": "Look it up",
    },
}


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKiosk]:
    folder = tmp_path_factory.mktemp("kiosk")
    with RunningKiosk(
        folder, sessions_max=1000, office="Kantor Camat Amen", emergency_number="112"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


def launch(playwright: Playwright, *arguments: str, bfcache: bool = False) -> Browser:
    return playwright.chromium.launch(
        executable_path=os.environ.get("LOKET_CHROMIUM", "/usr/bin/chromium"),
        args=[*ARGUMENTS, *arguments],
        ignore_default_args=["--disable-back-forward-cache"] if bfcache else None,
    )


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = launch(playwright)
    yield started
    started.close()


@pytest.fixture
def open_page(browser: Browser, kiosk: RunningKiosk) -> Iterator[Callable[..., Page]]:
    """Opens the first page in a fresh context; fails if a page tells the console of an error."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_one(size: tuple[int, int] = (1024, 600), *, language: str = "id", **options: object) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: errors.append(message.text) if "Content Security" in message.text else None,
        )
        page.goto(kiosk.url)
        if language != "id":
            button(page, "English")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


def button(page: Page, name: str) -> None:
    """Press a button that leads to another page, and wait until that is there with its style and script."""
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name=name).first.click()


def fill_in(page: Page, language: str, text: str = "Lampu jalan padam.", contact: str = "") -> None:
    """From the first page to the review, by touch."""
    words = WORDS[language]
    button(page, words["file"])
    page.locator("label.option").nth(1).click()
    button(page, words["next"])
    page.locator("textarea").fill(text)
    button(page, words["next"])
    page.locator("input.line").fill(contact)
    button(page, words["next"])
    expect(page).to_have_url(re.compile("/pengaduan/periksa$"))


def send(page: Page, language: str) -> str:
    """Agree and send; the code."""
    page.locator("label.agree").click()
    button(page, WORDS[language]["send"])
    expect(page.locator("h1")).to_have_text(WORDS[language]["saved"])
    return page.locator("#code").inner_text()


def last_submission(kiosk: RunningKiosk) -> tuple[str, dict[str, object]]:
    event_id, data = kiosk.rows()[-1]
    return event_id, kiosk.open_sealed(data)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_journey_by_touch(open_page: Callable[..., Page], kiosk: RunningKiosk, language: str) -> None:
    page = open_page(language=language, has_touch=True)
    text = f"Dengan jari, {language}"
    fill_in(page, language, text, "0812 3456 7890")
    code = send(page, language)
    submission, document = last_submission(kiosk)
    assert (document["text"], document["class"], document["language"]) == (text, "aspirasi", language)
    inbox = kiosk.inbox()
    try:
        inbox.set_submission_state(submission, "stored")
    finally:
        inbox.close()
    expect(page.get_by_text(WORDS[language]["received"])).to_be_visible()
    button(page, WORDS[language]["finish"])
    expect(page.locator("h1")).to_have_text(WORDS[language]["thanks"])
    assert code not in page.content()


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_journey_by_number_keys_and_enter(
    open_page: Callable[..., Page], kiosk: RunningKiosk, language: str
) -> None:
    page = open_page(language=language)
    press = page.keyboard.press
    with page.expect_navigation(wait_until="load"):
        press("1")
    expect(page).to_have_url(re.compile("/jenis$"))
    press("3")
    press("Enter")
    expect(page).to_have_url(re.compile("/isi$"))
    expect(page.locator("textarea")).to_be_focused()
    page.keyboard.type(f"Dengan tombol, {language} 123")
    press("Tab")
    press("Enter")
    expect(page).to_have_url(re.compile("/kontak$"))
    expect(page.locator("input.line")).to_be_focused()
    page.keyboard.type("warga@contoh.id")
    with page.expect_navigation(wait_until="load"):
        press("Enter")
    expect(page).to_have_url(re.compile("/periksa$"))
    press("1")
    press("Enter")
    expect(page.locator("h1")).to_have_text(WORDS[language]["saved"])
    _, document = last_submission(kiosk)
    assert document["text"] == f"Dengan tombol, {language} 123"
    assert document["class"] == "permintaan_informasi"
    assert document["contact"] == "warga@contoh.id"


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on `selector`, as somebody without a mouse does."""
    for _ in range(30):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


def test_a_journey_by_tab_and_space_alone(open_page: Callable[..., Page], kiosk: RunningKiosk) -> None:
    page = open_page()
    press = page.keyboard.press
    tab_to(page, "button[lang=en]")
    press("Space")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    tab_to(page, "button[value=complaint]")
    press("Space")
    expect(page).to_have_url(re.compile("/jenis$"))
    tab_to(page, "input[type=radio]")
    press("Space")
    press("ArrowDown")
    tab_to(page, ".actions button[value=next]")
    press("Space")
    expect(page).to_have_url(re.compile("/isi$"))
    tab_to(page, "textarea")
    page.keyboard.type("only keys")
    tab_to(page, ".actions button[value=next]")
    press("Space")
    expect(page).to_have_url(re.compile("/kontak$"))
    tab_to(page, ".actions button[value=back]")
    press("Space")
    expect(page.locator("textarea")).to_have_value("only keys")
    tab_to(page, ".actions button[value=next]")
    press("Space")
    expect(page).to_have_url(re.compile("/kontak$"))
    tab_to(page, ".actions button[value=next]")
    press("Space")
    expect(page).to_have_url(re.compile("/periksa$"))
    tab_to(page, "#consent")
    press("Space")
    tab_to(page, ".actions button[value=next]")
    press("Space")
    expect(page.locator("h1")).to_have_text("Your submission is saved")
    assert last_submission(kiosk)[1]["class"] == "aspirasi"
    tab_to(page, ".actions button[form=finish]")
    press("Space")
    expect(page.locator("h1")).to_have_text("Thank you")


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_journey_without_scripts(
    open_page: Callable[..., Page], kiosk: RunningKiosk, language: str
) -> None:
    page = open_page(language=language, java_script_enabled=False)
    fill_in(page, language, "tanpa skrip")
    code = send(page, language)
    assert last_submission(kiosk)[1]["text"] == "tanpa skrip"
    button(page, WORDS[language]["finish"])
    expect(page.locator("h1")).to_have_text(WORDS[language]["thanks"])
    page.goto(kiosk.url)
    button(page, WORDS["id"]["track"])
    page.locator("input.line").fill(code.lower())
    button(page, WORDS["id"]["look"])
    expect(page.locator("#code")).to_have_text(code)


def test_words_survive_the_browsers_back_and_reload(open_page: Callable[..., Page]) -> None:
    page = open_page()
    button(page, WORDS["id"]["file"])
    page.locator("label.option").first.click()
    button(page, WORDS["id"]["next"])
    page.locator("textarea").press_sequentially("belum dikirim")
    page.go_back()
    expect(page).to_have_url(re.compile("/jenis$"))
    page.go_forward()
    expect(page.locator("textarea")).to_have_value("belum dikirim")
    page.locator("textarea").press_sequentially(" tambah")
    kept, deadline = "", time.monotonic() + 15
    while "belum dikirim tambah" not in kept:  # a moment after the last key, without any button
        assert time.monotonic() < deadline
        kept = page.request.get(page.url).text()
    page.reload()
    expect(page.locator("textarea")).to_have_value("belum dikirim tambah")


def test_the_back_button_shows_the_next_person_nothing(playwright: Playwright, kiosk: RunningKiosk) -> None:
    """With the browser's own page memory (bfcache) on, as on a kiosk."""
    browser = launch(playwright, bfcache=True)
    try:
        page = browser.new_page()
        page.set_default_timeout(30_000)
        page.goto(kiosk.url)
        fill_in(page, "id", "kanari kembali", "kanari@contoh.id")
        code = send(page, "id")
        button(page, WORDS["id"]["finish"])
        expect(page.locator("h1")).to_have_text("Terima kasih")
        for _ in range(8):
            page.go_back(wait_until="load")
            assert not re.search(rf"kanari|{code}", page.content())
            values = page.eval_on_selector_all("textarea, input", "all => all.map(one => one.value)")
            assert "kanari" not in " ".join(values)
    finally:
        browser.close()


def test_a_double_tap_files_once(open_page: Callable[..., Page], kiosk: RunningKiosk) -> None:
    page = open_page()
    fill_in(page, "id", "ketuk dua kali")
    page.locator("label.agree").click()
    page.get_by_role("button", name="Kirim").dblclick()
    expect(page.locator("h1")).to_have_text("Kiriman Anda tersimpan")
    found = [kiosk.open_sealed(data)["text"] for _, data in kiosk.rows()]
    assert found.count("ketuk dua kali") == 1


def test_counts_characters_as_people_do(open_page: Callable[..., Page]) -> None:
    page = open_page(language="en")
    button(page, WORDS["en"]["file"])
    page.locator("label.option").first.click()
    button(page, WORDS["en"]["next"])
    page.locator("textarea").fill("😀" * 10)
    expect(page.locator("#counter")).to_have_text("You have 3,990 characters left")
    page.locator("textarea").fill("x" * 4003)
    expect(page.locator("#counter")).to_have_text("3 characters too many")
    button(page, WORDS["en"]["next"])
    expect(page.locator("#summary")).to_be_focused()
    expect(page.locator("#summary")).to_contain_text("3 characters too long")
    assert len(page.locator("textarea").input_value()) == 4003


def test_warns_before_the_visit_ends_and_can_be_extended(open_page: Callable[..., Page]) -> None:
    page = open_page()
    fill_in(page, "id")
    left = {"left_s": 25}
    page.route("**/sisa", lambda route: route.fulfill(json=left))
    page.clock.install()
    page.reload()
    page.clock.fast_forward(155_000)  # 180 s less the 30 s of the warning, and a little
    dialog = page.locator("#warning")
    expect(dialog).to_be_visible()
    expect(page.locator("#stay")).to_be_focused()
    page.clock.run_for(3_000)
    assert int(page.locator("#seconds").inner_text()) <= 25
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    page.clock.fast_forward(155_000)
    expect(dialog).to_be_visible()
    page.clock.fast_forward(31_000)
    expect(page.locator("h1")).to_have_text("Kunjungan Anda berakhir")


@pytest.mark.long
def test_a_real_timeout_clears_the_screen(browser: Browser, tmp_path: Path) -> None:
    with RunningKiosk(tmp_path, session_timeout_s=60, warning_s=20) as kiosk:
        context = browser.new_context()
        try:
            page = context.new_page()
            page.goto(kiosk.url)
            fill_in(page, "id", "kanari waktu")
            expect(page.locator("#warning")).to_be_visible(timeout=50_000)
            expect(page.locator("h1")).to_have_text("Kunjungan Anda berakhir", timeout=30_000)
            assert "kanari" not in page.content()
        finally:
            context.close()


# -- Every screen: access, targets, sizes ------------------------------------------------------------------


def screens(page: Page, kiosk: RunningKiosk, language: str) -> Iterator[str]:
    """Walk through every screen; yields its name while it is shown."""
    words = WORDS[language]
    yield "welcome"
    button(page, words["file"])
    yield "choice"
    button(page, words["next"])
    yield "choice with error"
    page.locator("label.option").first.click()
    yield "choice made"
    button(page, words["next"])
    yield "text"
    button(page, words["next"])
    yield "text with error"
    page.locator("textarea").fill("Jalan di depan pasar rusak. " * 40)
    button(page, words["next"])
    yield "contact"
    page.locator("input.line").fill("?")
    button(page, words["next"])
    yield "contact with error"
    page.locator("input.line").fill("warga.yang.panjang.sekali.namanya@kantor-camat-amen.lebongkab.go.id")
    button(page, words["next"])
    yield "check"
    button(page, words["send"])
    yield "check with error"
    page.evaluate("document.getElementById('warning').showModal()")
    yield "warning"
    page.evaluate("document.getElementById('warning').close()")
    page.locator("label.agree").click()
    button(page, words["send"])
    expect(page.locator("h1")).to_have_text(words["saved"])
    yield "filed"
    for state in ("sent", "stored", "refused"):
        inbox = kiosk.inbox()
        try:
            inbox.set_submission_state(kiosk.rows()[-1][0], state)
        finally:
            inbox.close()
        page.reload()
        yield f"filed, {state}"
    page.goto(f"{kiosk.url}/peringatan")
    yield "warning page"
    page.goto(f"{kiosk.url}/tidak-ada")
    yield "nothing here"
    page.goto(f"{kiosk.url}/lacak")
    yield "track"
    page.locator("input.line").fill("AAAA")
    button(page, words["look"])
    yield "track with error"
    page.goto(f"{kiosk.url}/habis")
    yield "expired"
    page.goto(f"{kiosk.url}/tersimpan")
    button(page, words["finish"])
    yield "finished"


MEASURE = """() => {
  const wide = document.documentElement;
  const open = document.querySelector('dialog[open]');
  const inside = open ?? document.body;
  const all = inside.querySelectorAll('a, button, textarea, input:not([type=hidden]), label.option');
  const small = [...all].filter(one => one.checkVisibility()).map(one => {
    const box = one.getBoundingClientRect();
    return [one.outerHTML.slice(0, 90), Math.round(box.width), Math.round(box.height)];
  }).filter(([, width, height]) => width < TARGET || height < TARGET);
  const cut = [...all].filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1
    && !['TEXTAREA', 'INPUT'].includes(one.tagName)).map(one => one.outerHTML.slice(0, 90));
  const primary = inside.querySelector('.button.primary, .tile.primary')?.getBoundingClientRect();
  return {
    small, cut,
    overflow: wide.scrollWidth - wide.clientWidth,
    primary_in_view: !primary || (primary.bottom <= innerHeight && primary.right <= innerWidth),
    text_px: parseFloat(getComputedStyle(document.body).fontSize),
  };
}"""


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_screen_fits_and_its_targets_are_large(
    open_page: Callable[..., Page], kiosk: RunningKiosk, size: tuple[int, int], language: str
) -> None:
    page = open_page(size, language=language)
    for name in screens(page, kiosk, language):
        measured = page.evaluate(MEASURE.replace("TARGET", str(TARGET_PX)))
        assert measured["small"] == [], name
        assert measured["cut"] == [], name
        assert measured["overflow"] <= 0, name
        assert measured["primary_in_view"], name
        assert measured["text_px"] >= 18, name
        folder = os.environ.get("LOKET_SCREENSHOTS")
        if folder:
            page.screenshot(path=Path(folder) / f"kiosk-{size[0]}x{size[1]}-{language}-{name}.png")


@pytest.fixture(scope="module")
def axe() -> str:
    path = Path(os.environ.get("LOKET_AXE", REPOSITORY / "node_modules/axe-core/axe.min.js"))
    if not path.exists():
        pytest.skip(f"{path} is not installed: npm ci")
    return path.read_text(encoding="utf-8")


AXE_RUN = """() => axe.run(document, {
  rules: {'color-contrast-enhanced': {enabled: true}, 'target-size': {enabled: true}},
}).then(found => found.violations.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 160))]))"""


def violations(page: Page, axe: str) -> str:
    """What axe-core finds, contrast of 7:1 included; as text to read."""
    page.evaluate(axe)
    return json.dumps(page.evaluate(AXE_RUN), indent=1)


@pytest.mark.parametrize("size", [(1024, 600), (1080, 1920)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_nothing_on_any_screen(
    open_page: Callable[..., Page], kiosk: RunningKiosk, axe: str, size: tuple[int, int], language: str
) -> None:
    page = open_page(size, language=language, reduced_motion="reduce")
    for name in screens(page, kiosk, language):
        assert violations(page, axe) == "[]", name


def test_axe_finds_what_is_wrong(open_page: Callable[..., Page], axe: str) -> None:
    page = open_page()
    page.evaluate("document.querySelector('h1').style.color = '#aaa'")
    assert "color-contrast" in violations(page, axe)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_text_twice_as_large_still_fits(
    playwright: Playwright, kiosk: RunningKiosk, size: tuple[int, int]
) -> None:
    """The browser's text size at 200 %: all of it is reached by scrolling down, never sideways."""
    browser = launch(playwright, "--blink-settings=defaultFontSize=32")
    try:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.set_default_timeout(30_000)
        page.goto(kiosk.url)
        for name in screens(page, kiosk, "id"):
            measured = page.evaluate(MEASURE.replace("TARGET", str(TARGET_PX)))
            assert measured["text_px"] >= 36, name
            assert measured["overflow"] <= 0, name
            assert measured["cut"] == [], name
            assert measured["small"] == [], name
    finally:
        browser.close()


def test_a_kiosk_without_room_says_so_accessibly(
    open_page: Callable[..., Page], kiosk: RunningKiosk, axe: str
) -> None:
    page = open_page()
    content = (REPOSITORY / "edge_agent/kiosk/templates/welcome.html").read_text()
    assert "not has_room" in content
    notice = '<div class="notice stop" role="alert"><h2>Kiosk</h2><p>Ruang habis. Hubungi petugas.</p></div>'
    page.evaluate("notice => document.querySelector('h1').insertAdjacentHTML('afterend', notice)", notice)
    assert violations(page, axe) == "[]"
