"""The photo of a document in a real browser, from a camera that films what the test draws."""

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from fleet.intake import Intake
from models.document_photo.render import photograph
from tests.kiosk.unit import RunningKiosk
from tests.pages.screens import MEASURE, NEXT, fill_in, go, launch, send, violations
from tests.pages.test_kiosk_access import Listener, press

pytestmark = [pytest.mark.page, pytest.mark.timeout(300)]

CAMERA: dict[str, Any] = {"camera.documents": True, "camera.name": "fake_device_1"}
DRAWN = {(): 3_000_022, ("blur",): 3_000_002, ("blur", "cut"): 3_000_042}
"""Seeds of photos that were not learned from, by their faults; all of one size."""
WIDTH = 1280
LOOKS = [
    ((1024, 600), "id", ""), ((1080, 1920), "id", "theme-contrast"), ((1024, 600), "en", "text-200"),
]  # fmt: skip


class Film:
    """What the camera sees from the next time that it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.show()

    def show(self, *faults: str) -> None:
        """Lay a document before the camera, so that its photo has these faults."""
        photo = photograph(DRAWN[faults])
        assert photo.faults == set(faults)
        fresh = self.path.with_suffix(".fresh")
        fresh.write_bytes(photo.jpeg * 10)
        fresh.replace(self.path)  # the browser has the one before in its memory until the page is left


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKiosk]:
    """A kiosk that has a camera for documents."""
    with RunningKiosk(tmp_path_factory.mktemp("kiosk"), **CAMERA) as running:
        yield running


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    return Film(tmp_path_factory.mktemp("film") / "camera.mjpeg")


@pytest.fixture(scope="module")
def seeing(playwright: Playwright, film: Film) -> Iterator[Browser]:
    """A browser with a camera that sees the film."""
    started = launch(
        playwright,
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film.path}",
    )
    yield started
    started.close()


@pytest.fixture
def page(seeing: Browser, kiosk: RunningKiosk) -> Iterator[Page]:
    context = seeing.new_context(viewport={"width": 1024, "height": 600}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    page.goto(kiosk.url)
    yield page
    context.close()
    assert errors == []


ANSWERS: dict[str, dict[str, str | float | bool]] = {
    "jenis": {"class": "pengaduan"}, "isi": {"text": "Lampu jalan padam."}, "topik": {"topic": "lain"},
    "tempat": {"place": "tidak_tertentu"}, "identitas": {"identity": "anonymous"},
}  # fmt: skip


def to_photo(page: Page) -> None:
    """From the first page to the photo's; the questions between are answered without being drawn."""
    go(page, "button[value=complaint]")
    kept: dict[str, str | float | bool] = {
        "csrf": page.locator("body").get_attribute("data-csrf") or "",
        "go": "next",
    }
    site = page.url.removesuffix("/jenis")
    for path, answer in ANSWERS.items():
        assert page.request.post(f"{site}/{path}", form=kept | answer).ok
    page.goto(f"{site}/foto")


def live(page: Page) -> None:
    """Wait until the camera's picture is there."""
    expect(page.locator("#camera")).to_have_attribute("data-state", "live")


def take(page: Page) -> None:
    """By touch."""
    live(page)
    with page.expect_navigation(wait_until="load"):
        page.locator("#take").click()


def filed(kiosk: RunningKiosk, folder: Path) -> bytes:
    """The photo that was filed last, by the fleet's hand."""
    (folder / "intake.key").write_bytes(base64.b64encode(bytes(kiosk.intake)))
    intake = Intake(folder / "intake.key")
    _, created = kiosk.rows()[-1]
    (recording,) = intake.open(str(created["sealed"])).recordings
    assert recording.media == "image/jpeg"
    return intake.open_recording(recording, [str(data["sealed"]) for _, data in kiosk.rows()])


SENT = """() => {
  const real = window.fetch;
  window.fetch = async (path, options) => {
    if (options?.body instanceof Blob) {
      const bytes = new Uint8Array(await options.body.arrayBuffer());
      console.log(`sent ${btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""))}`);
    }
    return real(path, options);
  };
}"""


def test_blurred_and_taken_again_by_ear_and_keys_and_filed_as_it_was_sent(
    page: Page, kiosk: RunningKiosk, film: Film, tmp_path: Path
) -> None:
    sent: list[bytes] = []
    page.on(
        "console",
        lambda said: sent.append(base64.b64decode(said.text[5:])) if said.text[:5] == "sent " else None,
    )
    page.add_init_script(f"({SENT})()")
    to_photo(page)
    film.show("blur")
    ear = Listener(page)
    with page.expect_navigation(wait_until="load"):
        press(page, "F13")  # headphones are plugged in
    ear.listen("Foto dokumen")
    ear.listen("keempat sudutnya")
    ear.leave("Ambil foto")
    ear.listen("Foto kurang tajam")
    ear.key_for("Gunakan foto ini")  # it is advice: the photo could be used
    film.show()
    ear.leave("Foto lagi")
    live(page)
    ear.leave("Ambil foto")
    ear.listen("tidak menemukan kekurangan")
    assert not [said for said in ear.heard if "kurang tajam" in said]
    picture = page.locator("img.picture")
    assert picture.evaluate("image => image.complete && image.naturalWidth") == WIDTH
    ear.leave("Gunakan foto ini")
    ear.listen("Periksa jawaban")
    press(page, "Numpad0")  # what one gave is spoken when it is asked for
    ear.listen("Foto Anda")
    send(page)
    assert len(sent) == 2
    assert filed(kiosk, tmp_path) == sent[-1]


def test_every_screen_of_it_fits_and_axe_finds_nothing(
    page: Page, film: Film, axe: str, kiosk: RunningKiosk
) -> None:
    film.show("blur", "cut")
    to_photo(page)
    wrong: dict[str, object] = {}

    def look(screen: str) -> None:
        measured = page.evaluate(MEASURE)
        if measured["small"] or measured["cut"] or measured["overflow"] > 0:
            wrong[f"{screen}, {size}, {how}"] = measured
        if not how.startswith("text") and not measured["primary_in_view"]:
            wrong[f"{screen}, {size}, {how}: onward"] = measured
        folder = os.environ.get("LOKET_SCREENSHOTS")
        if folder:
            page.screenshot(path=Path(folder) / f"photo-{size[0]}x{size[1]}-{language}-{how}-{screen}.png")
        told = violations(page, axe)
        if told != "[]":
            wrong[f"{screen}, {size}, {how}: axe"] = told

    for size, language, how in LOOKS:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{kiosk.url}/pengaduan/foto")
        dressed(page, language, how)
        live(page)
        look("live")
        take(page)
        expect(page.locator("#advice")).to_be_visible()
        look("taken")
        go(page, "button[value=again]")
    take(page)
    go(page, NEXT)
    expect(page.locator("img.thumb")).to_be_visible()
    look("check")
    assert wrong == {}


def dressed(page: Page, language: str, look: str) -> None:
    """The page in this language and look, from whatever it was in."""
    for _ in range(8):
        html = page.locator("html")
        if html.get_attribute("lang") != language:
            go(page, f"button.language[value={language}]")
        elif html.get_attribute("data-text") != ("200" if look == "text-200" else "100"):
            go(page, "#look-text")
        elif html.get_attribute("data-theme") != ("contrast" if look == "theme-contrast" else "plain"):
            go(page, "#look-theme")
        else:
            return
    raise AssertionError(f"never {language}, {look}")


def test_without_a_camera_one_goes_on_without_a_photo(
    open_page: Callable[..., Page], kiosk: RunningKiosk, axe: str
) -> None:
    """This browser has none, as where it is unplugged."""
    page = open_page()
    fill_in(page)
    expect(page.locator("#camera")).to_have_attribute("data-state", "off")
    expect(page.get_by_role("status")).to_contain_text("Kamera tidak berfungsi.")
    expect(page.locator("#take")).to_be_hidden()
    expect(page.locator("#without.primary")).to_be_in_viewport(ratio=1)
    assert violations(page, axe) == "[]"
    measured = page.evaluate(MEASURE)
    assert (measured["small"], measured["cut"]) == ([], [])
    with page.expect_navigation(wait_until="load"):
        press(page, "NumpadEnter")
    expect(page).to_have_url(f"{kiosk.url}/pengaduan/periksa")
    expect(page.get_by_text("Tanpa foto")).to_be_visible()


def test_of_several_cameras_the_settings_name_one_and_what_was_not_kept_is_told(
    playwright: Playwright, kiosk: RunningKiosk
) -> None:
    browser = launch(
        playwright, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=device-count=3"
    )
    try:
        page = browser.new_page()
        page.goto(kiosk.url)
        to_photo(page)
        live(page)
        label = page.evaluate("document.querySelector('video').srcObject.getVideoTracks()[0].label")
        assert label == CAMERA["camera.name"]
        page.route("**/foto", lambda route: route.abort())
        page.locator("#take").click()
        expect(page.get_by_role("status")).to_have_text("Foto belum tersimpan. Silakan coba lagi.")
        page.unroute("**/foto")
        with page.expect_navigation(wait_until="load"):
            page.locator("#take").click()
        expect(page.locator("img.picture")).to_be_visible()
    finally:
        browser.close()
