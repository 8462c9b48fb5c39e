"""The kiosk's pages in a real browser: journeys by touch and by keys, and what must not stay."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.kiosk.unit import RunningKiosk
from tests.pages.screens import FINISH, NEXT, choose, fill_in, go, launch, opened, send, violations

pytestmark = [pytest.mark.page, pytest.mark.timeout(300)]

REPOSITORY = Path(__file__).resolve().parents[2]

WORDS = {
    "id": {
        "saved": "Kiriman Anda tersimpan",
        "received": "Pusat layanan sudah menyimpannya.",
        "thanks": "Terima kasih",
    },
    "en": {
        "saved": "Your submission is saved",
        "received": "The service centre has stored it.",
        "thanks": "Thank you",
    },
}


def last_submission(kiosk: RunningKiosk) -> tuple[str, dict[str, object]]:
    """The id of what was filed last, and what the intake reads in it."""
    event_id, data = kiosk.rows()[-1]
    return event_id, kiosk.open_sealed(data)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_journey_by_touch(open_page: Callable[..., Page], kiosk: RunningKiosk, language: str) -> None:
    page = open_page(language=language, has_touch=True)
    text = f"Dengan jari, {language}"
    fill_in(page, text, contact="0812 3456 7890", kind=1)
    code = send(page)
    expect(page.locator("h1")).to_have_text(WORDS[language]["saved"])
    submission, document = last_submission(kiosk)
    assert (document["text"], document["class"], document["language"]) == (
        text,
        "permintaan_informasi",
        language,
    )
    with opened(kiosk) as inbox:
        inbox.set_submission_state(submission, "stored")
    expect(page.get_by_text(WORDS[language]["received"])).to_be_visible()
    go(page, FINISH)
    expect(page.locator("h1")).to_have_text(WORDS[language]["thanks"])
    assert code not in page.content()


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_journey_by_number_keys_and_enter(
    open_page: Callable[..., Page], kiosk: RunningKiosk, language: str
) -> None:
    page = open_page(language=language)
    press = page.keyboard.press

    def chosen(*keys: str, then: str) -> None:
        for key in keys[:-1]:
            press(key)
        with page.expect_navigation(wait_until="load"):
            press(keys[-1])
        expect(page).to_have_url(re.compile(f"/{then}$"))

    chosen("1", then="jenis")
    chosen("2", "Enter", then="isi")
    expect(page.locator("textarea")).to_be_focused()
    page.keyboard.type(f"Dengan tombol, {language} 123")
    go(page, NEXT)
    expect(page).to_have_url(re.compile("/topik$"))
    chosen("9", then="topik")
    chosen("1", "Enter", then="tempat")
    chosen("3", "Enter", then="identitas")
    chosen("3", "Enter", then="nama")
    expect(page.locator("input.line")).to_be_focused()
    page.keyboard.type("Warga")
    chosen("Enter", then="kontak")
    page.keyboard.type("warga@contoh.id")
    chosen("Enter", then="periksa")
    chosen("1", "Enter", then="tersimpan")
    _, document = last_submission(kiosk)
    assert document["text"] == f"Dengan tombol, {language} 123"
    assert document["class"] == "permintaan_informasi"
    assert (document["topic"], document["place"]) == ("kependudukan", "17.07.03")
    assert (document["identity"], document["name"]) == ("named", "Warga")
    assert document["contact"] == "warga@contoh.id"


def test_a_number_by_three_keys(open_page: Callable[..., Page], kiosk: RunningKiosk) -> None:
    page = open_page()
    for key in "331":
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press(key)
    expect(page.locator("#number")).to_have_text(re.compile(r"^C\d+$"))
    assert kiosk.rows()[-1][1]["queue"] == "umum"


def test_a_survey_by_eleven_keys_and_hash(open_page: Callable[..., Page], kiosk: RunningKiosk) -> None:
    page = open_page()
    for key in "51123412341":
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press(key)
    expect(page).to_have_url(re.compile("/survei/periksa$"))
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("NumpadEnter")
    expect(page.locator("h1")).to_have_text("Terima kasih atas penilaian Anda")
    assert sorted(kiosk.rows()[-1][1]["scores"].values()) == [1, 1, 1, 2, 2, 3, 3, 4, 4]  # type: ignore[attr-defined]


def test_help_is_called_by_one_tap(open_page: Callable[..., Page], kiosk: RunningKiosk) -> None:
    page = open_page(has_touch=True)
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name="Ambulans").tap()
    expect(page.locator("#dial")).to_have_text("119")
    expect(page.locator("#state")).to_contain_text("BELUM terkirim")
    expect(page.locator("#state")).to_contain_text("tidak tersambung", timeout=15_000)
    assert "ersimpan" not in page.locator("main").inner_text()
    emergency, data = kiosk.rows()[-1]
    assert data["sort"] == "ambulans"
    with opened(kiosk) as inbox:
        inbox.set_submission_state(emergency, "stored")
    expect(page.locator("#state")).to_contain_text("sudah sampai di pusat komando")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on `selector`, as somebody without a mouse does."""
    for _ in range(40):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


def test_a_journey_by_tab_and_space_alone(open_page: Callable[..., Page], kiosk: RunningKiosk) -> None:
    page = open_page()

    def space(selector: str, then: str) -> None:
        tab_to(page, selector)
        page.keyboard.press("Space")
        expect(page).to_have_url(re.compile(f"/{then}$"))

    tab_to(page, "button[lang=en]")
    page.keyboard.press("Space")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    space("button[value=complaint]", "jenis")
    tab_to(page, "input[type=radio]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    space(NEXT, "isi")
    tab_to(page, "textarea")
    page.keyboard.type("only keys")
    space(NEXT, "topik")
    space(".actions button[value=back]", "isi")
    expect(page.locator("textarea")).to_have_value("only keys")
    space(NEXT, "topik")
    for then in ("tempat", "identitas", "periksa"):
        tab_to(page, "input[type=radio]")
        page.keyboard.press("Space")
        space(NEXT, then)
    tab_to(page, "#consent")
    page.keyboard.press("Space")
    space(NEXT, "tersimpan")
    assert last_submission(kiosk)[1]["class"] == "permintaan_informasi"
    space(FINISH, "selesai\\?.*")


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_journey_without_scripts(
    open_page: Callable[..., Page], kiosk: RunningKiosk, language: str
) -> None:
    page = open_page(language=language, java_script_enabled=False)
    fill_in(page, "tanpa skrip")
    code = send(page)
    assert last_submission(kiosk)[1]["text"] == "tanpa skrip"
    go(page, FINISH)
    expect(page.locator("h1")).to_have_text(WORDS[language]["thanks"])
    page.goto(kiosk.url)
    go(page, "button[value=track]")
    page.locator("input.line").fill(code.lower())
    go(page, NEXT)
    expect(page.locator("#code")).to_have_text(code)


def test_words_survive_the_browsers_back_and_reload(open_page: Callable[..., Page]) -> None:
    page = open_page()
    go(page, "button[value=complaint]")
    choose(page)
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
        fill_in(page, "kanari kembali", contact="kanari@contoh.id")
        code = send(page)
        go(page, FINISH)
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
    fill_in(page, "ketuk dua kali")
    page.locator("label.agree").click()
    page.locator(NEXT).dblclick()
    expect(page.locator("h1")).to_have_text("Kiriman Anda tersimpan")
    found = [kiosk.open_sealed(data)["text"] for _, data in kiosk.rows() if "sealed" in data]
    assert found.count("ketuk dua kali") == 1


def test_the_second_of_a_double_tap_answers_nothing(open_page: Callable[..., Page]) -> None:
    page = open_page(has_touch=True)
    go(page, "button[value=survey]")
    go(page, "button.option")
    page.clock.install()
    page.reload()
    page.locator("button.option").last.tap()  # at the moment at which the page appears
    page.clock.run_for(300)
    expect(page).to_have_url(re.compile("/survei/persyaratan$"))
    page.clock.run_for(200)
    with page.expect_navigation(wait_until="load"):
        page.locator("button.option").last.tap()
    expect(page).to_have_url(re.compile("/survei/prosedur$"))


def test_a_key_held_down_answers_one_question(open_page: Callable[..., Page]) -> None:
    page = open_page()
    go(page, "button[value=survey]")
    go(page, "button.option")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.down("1")
    for _ in range(5):
        page.keyboard.down("1")  # repeats, since it was not released
    expect(page).to_have_url(re.compile("/survei/prosedur$"))


def test_counts_characters_as_people_do(open_page: Callable[..., Page]) -> None:
    page = open_page(language="en")
    go(page, "button[value=complaint]")
    choose(page)
    page.locator("textarea").fill("😀" * 10)
    expect(page.locator("#counter")).to_have_text("You have 3,990 characters left")
    page.locator("textarea").fill("x" * 4003)
    expect(page.locator("#counter")).to_have_text("3 characters too many")
    go(page, NEXT)
    expect(page.locator("#summary")).to_be_focused()
    expect(page.locator("#summary")).to_contain_text("3 characters too long")
    assert len(page.locator("textarea").input_value()) == 4003


def test_warns_before_the_visit_ends_and_can_be_extended(open_page: Callable[..., Page]) -> None:
    page = open_page()
    fill_in(page)
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
            fill_in(page, "kanari waktu")
            expect(page.locator("#warning")).to_be_visible(timeout=50_000)
            expect(page.locator("h1")).to_have_text("Kunjungan Anda berakhir", timeout=30_000)
            assert "kanari" not in page.content()
        finally:
            context.close()


def test_a_kiosk_without_room_says_so_accessibly(
    open_page: Callable[..., Page], kiosk: RunningKiosk, axe: str
) -> None:
    page = open_page()
    content = (REPOSITORY / "edge_agent/kiosk/templates/welcome.html").read_text()
    assert "not has_room" in content
    notice = '<div class="notice stop" role="alert"><h2>Kiosk</h2><p>Ruang habis. Hubungi petugas.</p></div>'
    page.evaluate("notice => document.querySelector('h1').insertAdjacentHTML('afterend', notice)", notice)
    assert violations(page, axe) == "[]"
