"""The kiosk without sight, reading or a keyboard: by what it says, by sixteen keys, by touch."""

import io
import re
import time
import wave
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Playwright, Request, Route, expect

from tests.kiosk.unit import RunningKiosk
from tests.pages.screens import TARGET_PX, go, launch

pytestmark = [pytest.mark.page, pytest.mark.timeout(300)]

KEYS = {
    "id": {"tombol pagar": "NumpadEnter", "tombol bintang": "NumpadMultiply", "tombol D": "F16"},
    "en": {"the hash key": "NumpadEnter", "the star key": "NumpadMultiply", "the D key": "F16"},
}  # fmt: skip
PRESS = {"id": r"Tekan (\d|tombol \w+) untuk (.*)\.", "en": r"Press (\d|the \w+ key) for (.*)\."}
TAPS = {letter: (digit, turn) for digit, letters in {
    "2": "abc", "3": "def", "4": "ghi", "5": "jkl", "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz",
}.items() for turn, letter in enumerate(letters, 1)}  # fmt: skip


def silence() -> bytes:
    """A WAV of a hundredth of a second."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(22050)
        sound.writeframes(bytes(441))
    return file.getvalue()


def press(page: Page, code: str) -> None:
    """A key of the board, by its code (Playwright knows no F13)."""
    page.evaluate(
        "code => (document.activeElement ?? document.body).dispatchEvent("
        "new KeyboardEvent('keydown', {code, key: code, bubbles: true, cancelable: true}))",
        code,
    )


class Listener:
    """Somebody who hears the kiosk and sees nothing of it: all they know is what was said."""

    def __init__(self, page: Page, language: str = "id") -> None:
        self.page = page
        self.language = language
        self._all: list[tuple[str, str]] = []
        page.route("**/suara", self._hear)

    def _hear(self, route: Route, request: Request) -> None:
        text = parse_qs(request.post_data or "")["text"][0]
        self._all.append((request.header_value("referer") or "", text))
        route.fulfill(body=silence(), content_type="audio/wav")

    @property
    def heard(self) -> list[str]:
        """What this page has said: the one before may still have had a word on its lips."""
        return [text for page, text in self._all if page == self.page.url]

    def forget(self) -> None:
        """Listen anew."""
        self._all.clear()

    def listen(self, what: str) -> str:
        """Wait until something with `what` (a pattern) is said; what was said."""
        deadline = time.monotonic() + 25
        while True:
            for text in self.heard:
                if re.search(what, text):
                    return text
            assert time.monotonic() < deadline, f"not said: {what}; heard: {self.heard}"
            self.page.wait_for_timeout(50)

    def key_for(self, what: str) -> str:
        """The key that was said to do `what`."""
        deadline = time.monotonic() + 25
        while True:
            for text in self.heard:
                found = re.fullmatch(PRESS[self.language], text)
                if found and re.match(what, found[2]):
                    return KEYS[self.language].get(found[1], f"Numpad{found[1]}")
            assert time.monotonic() < deadline, f"no key for {what}; heard: {self.heard}"
            self.page.wait_for_timeout(50)

    def choose(self, what: str) -> None:
        """Press the key that was said for it."""
        key = self.key_for(what)
        self.forget()
        press(self.page, key)

    def leave(self, what: str) -> None:
        """Press the key for what leads to another page."""
        key = self.key_for(what)
        self.forget()
        with self.page.expect_navigation(wait_until="load"):
            press(self.page, key)

    def tap_out(self, text: str) -> None:
        """Write by multi-tap, as the kiosk said one does."""
        before = ""
        for letter in text:
            digit, turns = ("0", 1) if letter == " " else TAPS[letter.lower()]
            if digit == before:
                self.page.wait_for_timeout(1900)
            for _ in range(turns):
                press(self.page, f"Numpad{digit}")
            before = digit


@pytest.fixture(scope="module")
def loud(playwright: Playwright) -> Iterator[Browser]:
    """A browser that may sound, with a microphone that beeps."""
    started = launch(
        playwright,
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
    )
    yield started
    started.close()


@pytest.fixture
def page(loud: Browser, kiosk: RunningKiosk) -> Iterator[Page]:
    context = loud.new_context(viewport={"width": 1024, "height": 600}, has_touch=True)
    context.set_default_timeout(30_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(kiosk.url)
    yield page
    context.close()
    assert errors == []


def last(kiosk: RunningKiosk) -> dict[str, object]:
    return kiosk.open_sealed(kiosk.rows()[-1][1])


def test_a_complaint_by_ear_and_sixteen_keys(page: Page, kiosk: RunningKiosk) -> None:
    ear = Listener(page)
    with page.expect_navigation(wait_until="load"):
        press(page, "F13")  # headphones are plugged in
    ear.listen("Selamat datang")
    ear.leave("Mengadu")
    ear.choose("Pengaduan")
    ear.listen("Dipilih: Pengaduan")
    ear.leave("Lanjut")
    ear.listen("seperti di telepon")
    ear.forget()
    ear.tap_out("lampu mati")
    expect(page.locator("textarea")).to_have_value("Lampu mati")
    assert "spasi" in ear.heard
    with page.expect_navigation(wait_until="load"):
        press(page, "NumpadEnter")
    for _ in range(3):  # topic, place, identity: each offers its first as number 1
        ear.choose("")
        ear.listen("Dipilih")
        ear.leave("Lanjut")
    ear.listen("Periksa jawaban")
    assert not [text for text in ear.heard if "Lampu mati" in text]  # not aloud before it is asked for
    ear.listen("Tekan nol untuk mendengar tulisan")
    press(page, "Numpad0")
    ear.listen("Lampu mati")
    ear.choose("Saya setuju|Ya, saya")
    ear.listen("Dipilih")
    ear.leave("Kirim")
    code = page.locator("#code").inner_text()
    said = ", ".join(code.replace("-", ""))
    ear.listen(rf"^{said}")
    ear.listen(rf"Sekali lagi: {said}")
    assert last(kiosk)["text"] == "Lampu mati"
    ear.leave("Selesai")
    ear.listen("Terima kasih")


def test_a_queue_ticket_by_ear(page: Page, kiosk: RunningKiosk) -> None:
    ear = Listener(page, "en")
    go(page, "button.language[value=en]")
    with page.expect_navigation(wait_until="load"):
        press(page, "F13")
    ear.leave(".*queue|.*number")
    while not page.locator("#code").count():
        if page.locator("label.option").count():
            ear.choose("")
            ear.listen("Chosen")
            ear.leave("Continue")
        else:
            ear.leave("")
    ear.listen(r"Once more: \w, \w, \w, \w, \w, \w, \w, \w")


def test_another_page_is_silent_again(page: Page) -> None:
    """Nothing is said to who has not asked for it, nor to the next person."""
    ear = Listener(page)
    go(page, "button[value=complaint]")
    page.wait_for_timeout(500)
    assert ear.heard == []
    with page.expect_navigation(wait_until="load"):
        press(page, "F13")
    ear.listen("Pengaduan")
    with page.expect_navigation(wait_until="load"):
        press(page, "F16")
    ear.listen("Terima kasih")
    page.goto("/".join(page.url.split("/")[:3]))
    ear.forget()
    page.wait_for_timeout(500)
    assert ear.heard == []


def test_pulling_out_the_headphones_is_silence(page: Page) -> None:
    ear = Listener(page)
    with page.expect_navigation(wait_until="load"):
        press(page, "F13")
    ear.listen("Selamat datang")
    with page.expect_navigation(wait_until="load"):
        press(page, "F17")
    ear.forget()
    page.wait_for_timeout(400)
    assert ear.heard == []


def test_a_kiosk_without_a_voice_says_so_to_the_eye(page: Page) -> None:
    page.route("**/suara", lambda route: route.fulfill(status=503))
    with page.expect_navigation(wait_until="load"):
        press(page, "F13")
    expect(page.locator("#mute")).to_have_text("Kiosk belum dapat bersuara saat ini.")


def test_it_really_speaks(page: Page) -> None:
    """The kiosk's own voice, through to what the browser plays."""
    with page.expect_response("**/suara") as answered, page.expect_navigation(wait_until="load"):
        press(page, "F13")
    assert answered.value.status == 200
    assert answered.value.body()[:4] == b"RIFF"
    expect(page.locator("#mute")).to_have_count(0)


def test_keys_for_size_language_and_finish(page: Page) -> None:
    for size in ("150", "200", "100"):
        with page.expect_navigation(wait_until="load"):
            press(page, "F14")
        expect(page.locator("html")).to_have_attribute("data-text", size)
    with page.expect_navigation(wait_until="load"):
        press(page, "F15")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    go(page, "#look-theme")
    expect(page.locator("html")).to_have_attribute("data-theme", "contrast")
    go(page, "button[value=complaint]")
    expect(page.locator("html")).to_have_attribute("data-theme", "contrast")
    with page.expect_navigation(wait_until="load"):
        press(page, "F16")
    expect(page.locator("h1")).to_have_text("Thank you")
    expect(page.locator("html")).to_have_attribute("data-theme", "contrast")
    press(page, "NumpadEnter")
    expect(page.locator("html")).to_have_attribute("data-theme", "plain")  # the next person
    expect(page.locator("html")).to_have_attribute("lang", "id")


def to_text(page: Page) -> None:
    """From the first page to the question that is answered in one's own words."""
    go(page, "button[value=complaint]")
    page.locator("label.option").first.click()
    go(page, ".actions button[value=next]")


def test_multi_tap_writes_erases_and_goes_back(page: Page) -> None:
    to_text(page)
    field = page.locator("textarea")
    for key in ("2", "2", "2", "2", "2"):
        press(page, f"Numpad{key}")
    expect(field).to_have_value("A")  # a, b, c, 2 and round again; a sentence begins large
    press(page, "Numpad3")
    press(page, "Numpad0")
    expect(field).to_have_value("Ad ")
    press(page, "NumpadMultiply")
    press(page, "NumpadMultiply")
    expect(field).to_have_value("A")
    press(page, "NumpadMultiply")
    expect(field).to_have_value("")
    with page.expect_navigation(wait_until="load"):
        press(page, "NumpadMultiply")
    expect(page).to_have_url(re.compile("/jenis$"))


@pytest.mark.parametrize(
    "size", [(1024, 600), (1080, 1920), (1920, 1080)], ids=lambda size: f"{size[0]}x{size[1]}"
)
def test_the_keyboard_on_the_screen(page: Page, axe: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    to_text(page)
    field, board = page.locator("textarea"), page.locator("#keyboard")
    expect(board).to_have_count(0)
    field.tap()
    expect(board).to_be_visible()
    for name in ("H", "a", "l", "o"):
        board.get_by_role("button", name=name, exact=True).tap()
    board.locator("[data-name=space]").tap()
    board.locator("[data-name=signs]").tap()
    board.get_by_role("button", name="2", exact=True).tap()
    expect(field).to_have_value("Halo 2")
    board.locator("[data-name=erase]").tap()
    expect(field).to_have_value("Halo ")
    boxes = [key.bounding_box() for key in board.locator("button:visible").all()]
    assert all(box and box["width"] >= TARGET_PX and box["height"] >= TARGET_PX for box in boxes)
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= size[0] for box in boxes)
    shown = field.bounding_box()
    top = board.bounding_box()
    assert shown is not None
    assert top is not None
    assert shown["y"] >= 0
    assert shown["y"] + 40 <= top["y"]  # at least a line of the field stands above the keyboard
    page.evaluate(axe)
    found = page.evaluate("() => axe.run(document).then(found => found.violations.map(one => one.id))")
    assert found == []
    board.locator("[data-name=close]").tap()
    expect(board).to_be_hidden()
    expect(page.locator(".actions button[value=next]")).to_be_visible()


def test_a_voice_note_is_kept_and_erased(page: Page, kiosk: RunningKiosk) -> None:
    to_text(page)
    recorder = page.locator("#recorder")
    expect(recorder.locator("button:visible")).to_have_count(1)
    recorder.get_by_role("button", name="Rekam suara").click()
    expect(recorder).to_have_attribute("data-state", "recording")
    expect(recorder.get_by_role("status")).to_contain_text("Merekam")
    page.wait_for_timeout(1500)
    with page.expect_response("**/rekaman?*") as answered:
        recorder.get_by_role("button", name="Berhenti merekam").click()
    assert answered.value.status == 204
    expect(recorder).to_have_attribute("data-state", "kept")
    page.reload()
    expect(page.locator("#recorder")).to_have_attribute("data-state", "kept")
    with page.expect_response("**/rekaman/hapus") as answered:
        recorder.get_by_role("button", name="Hapus rekaman").click()
    assert answered.value.status == 204
    expect(recorder).to_have_attribute("data-state", "ready")
    for path in kiosk.temp.rglob("*"):
        assert path.stat().st_size == 0


def test_a_voice_note_by_keys_alone(page: Page) -> None:
    to_text(page)
    press(page, "Numpad0")
    expect(page.locator("#recorder")).to_have_attribute("data-state", "recording")
    page.wait_for_timeout(1200)
    press(page, "Numpad0")
    expect(page.locator("#recorder")).to_have_attribute("data-state", "kept")


def test_what_is_no_voice_note_is_refused(page: Page, kiosk: RunningKiosk) -> None:
    to_text(page)
    csrf = page.locator("body").get_attribute("data-csrf")
    send: Callable[..., int] = lambda body, **headers: page.evaluate(  # noqa: E731
        "async ([body, headers]) => (await fetch('/rekaman?detik=3', "
        "{method: 'POST', headers, body: new Uint8Array(body)})).status",
        [list(body), headers],
    )
    good = b"\x1a\x45\xdf\xa3 webm"
    webm = {"content-type": "audio/webm"}
    assert send(good, **webm) == 403
    assert send(good, **webm, **{"x-csrf": "other"}) == 403
    assert send(b"not sound", **webm, **{"x-csrf": csrf}) == 415
    assert send(good, **{"content-type": "text/plain", "x-csrf": csrf}) == 415
    assert send(good + bytes(600_000), **webm, **{"x-csrf": csrf}) == 413
    assert send(good, **webm, **{"x-csrf": csrf}) == 204
