"""The pictures of `explanation/kiosk.md`: one site, visited by citizens and served by officers.

`scripts/pictures` makes them anew in `docs/images`. Every page is a running site's: what is filed at the
kiosk goes over the broker into the office, and what the office does comes back. Only the survey's answers
are put into the store, for a few hundred are needed before there is a grade.

It must run while the demo's offices are open (Monday to Friday, 08.00 to 16.00 in Jakarta): at other times
numbers are given for the next day, and nobody waits at a desk.
"""

import io
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from demo.choice import STREET
from demo.layout import Layout
from demo.site import Site, free_port_base
from edge_agent.contract.events import Scores, SurveyAnswered
from edge_agent.model_store.manifest import manifests_folder
from fleet.settings import load_fleet
from fleet.store.engine import open_store
from fleet.testing.seeds import Seeds

FOLDER = Path(__file__).with_name("images")
CHROMIUM = "/usr/bin/chromium"
PROCESSES = ("broker", "fleet-ingest", "fleet-serve", "edge-uplink", "edge-kiosk")
WAIT_MS = 60_000.0

LANDSCAPE = {"width": 1024, "height": 600}
PORTRAIT = {"width": 1080, "height": 1920}
DESKTOP = {"width": 1366, "height": 768}
WIDE = {"width": 1560, "height": 620}
HALL = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 780}

NEXT = ".actions button.primary:visible"
FINISH = "form#finish"
LAMP = "Lampu jalan di depan pasar padam sudah dua minggu. Kalau malam gelap sekali."
WORDS = (
    "Sampah di belakang pasar sudah menumpuk dan tidak diangkut sejak Senin.",
    "Air PDAM di desa kami tidak mengalir setiap pagi.",
    "Jalan menuju sekolah berlubang dan tergenang kalau hujan.",
)
ASPIRATION = "Mohon dibangun jembatan gantung untuk anak sekolah."
REASONS = {
    "forwarded": "Diteruskan karena lampu jalan adalah tugas Dinas Perhubungan.",
    "in_progress": "Petugas memeriksa tiang pada Kamis; lampu pengganti sudah dipesan.",
}
SURVEYS = {"dpmptsp": 270, "disdukcapil": 41}
"""How many answers each agency has: enough for a grade, and not."""

Keep = Callable[[str, bytes], None]
"""Keeps a picture under its name."""


class Citizen:
    """Somebody at the kiosk, with a finger."""

    def __init__(self, browser: Browser, url: str, size: dict[str, int] = LANDSCAPE) -> None:
        self.url = url
        self._context = browser.new_context(viewport=size, has_touch=True, reduced_motion="reduce")  # type: ignore[arg-type]
        self.page = self._context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.page.goto(url)

    def __enter__(self) -> "Citizen":
        return self

    def __exit__(self, *_: object) -> None:
        """Finish and erase, and go."""
        if self.page.locator(FINISH).count():
            with self.page.expect_navigation():
                self.page.evaluate("document.getElementById('finish').submit()")
        self._context.close()

    def press(self, selector: str, at: int = 0) -> None:
        """Touch what leads to another page; a touch counts once a page has settled."""
        self.page.locator("html[data-settled=yes]").wait_for(state="attached")
        with self.page.expect_navigation(wait_until="load"):
            self.page.locator(selector).nth(at).tap()

    def choose(self, at: int = 0) -> None:
        """Take an option, and go on."""
        self.page.locator("label.option").nth(at).tap()
        self.press(NEXT)

    def type(self, text: str) -> None:
        """Type on the screen's keyboard."""
        for sign in text:
            key = "[data-name=space]" if sign == " " else f"[data-value='{sign}']"
            self.page.locator(f"#keyboard button{key}").tap()

    def choose_value(self, value: str) -> None:
        """Take the option of this value, on whichever page of options it is, and go on."""
        option = self.page.locator(f"label.option:has(input[value='{value}'])")
        while not option.count():
            self.press("button[value=more]")
        option.tap()
        self.press(NEXT)

    def write(self, text: str) -> None:
        """Write into the page's field, and go on."""
        self.page.locator("textarea, input.line").fill(text)
        self.press(NEXT)

    def answer_the_rest(self) -> None:
        """The first option of each question that has some, and nothing to the others, up to the review."""
        while not self.page.locator("label.agree").count():
            if self.page.locator("label.option").count():
                self.page.locator("label.option").first.tap()
            self.press(NEXT)

    def send(self) -> str:
        """Agree and send; the code."""
        self.page.locator("label.agree").tap()
        self.press(NEXT)
        return self.page.locator("#code").inner_text()

    def shot(self) -> bytes:
        """What the screen shows."""
        self.page.wait_for_function("[...document.images].every(one => one.complete)")
        return self.page.screenshot(animations="disabled")


def complaint(citizen: Citizen, words: str) -> str:
    """A complaint without a name, from the first page to the receipt; the code."""
    citizen.press("button[value=complaint]")
    citizen.choose()
    citizen.write(words)
    citizen.answer_the_rest()
    return citizen.send()


def aspiration(citizen: Citizen) -> str:
    """An aspiration; the code."""
    citizen.press("button[value=aspiration]")
    citizen.write(ASPIRATION)
    citizen.answer_the_rest()
    return citizen.send()


def ticket(citizen: Citizen, *, spoken: bool = False) -> None:
    """A number of the first queue."""
    citizen.press("button[value=ticket]")
    citizen.press("button.option")
    citizen.press("button.option", 1 if spoken else 0)


def visit(browser: Browser, url: str, keep: Keep) -> tuple[str, bytes]:
    """One complaint from the welcome to its receipt: the code, and a picture of the receipt's QR code."""
    with Citizen(browser, url) as citizen:
        keep("kiosk-welcome", citizen.shot())
        citizen.press("button[value=complaint]")
        citizen.choose()
        citizen.page.locator("textarea").tap()
        citizen.type("Lampu jalan di depan pasar padam")
        keep("kiosk-keyboard", citizen.shot())
        citizen.page.locator("#keyboard button[data-name=close]").tap()
        citizen.write(LAMP)
        keep("kiosk-topic", citizen.shot())
        citizen.choose()
        citizen.choose_value("17.07.10")
        citizen.answer_the_rest()
        keep("kiosk-check", citizen.shot())
        code = citizen.send()
        known(citizen.page)
        keep("kiosk-receipt", citizen.shot())
        return code, citizen.page.locator(".qr svg").screenshot()


def known(page: Page) -> None:
    """Wait until the office has it, as the page tells."""
    states = "#state [data-state=received], #state [data-state=proposed]"
    page.locator(states).first.wait_for(state="attached")


def followed(browser: Browser, url: str, code: str) -> bytes:
    """`kiosk-why`: why it is not done, once the office's steps have come down."""
    with Citizen(browser, url) as citizen:
        citizen.press("button[value=track]")
        citizen.write(code)
        deadline = time.monotonic() + WAIT_MS / 1000
        while not citizen.page.locator("[data-state=in_progress]").count():
            if time.monotonic() > deadline:
                raise TimeoutError("the office's steps have not come down")
            citizen.page.reload()
            citizen.page.wait_for_timeout(500)
        citizen.press("a[href*=mengapa]")
        return citizen.shot()


def looks(browser: Browser, url: str, keep: Keep) -> None:
    """Text twice as large in high contrast, a screen on end, and a number of the queue."""
    with Citizen(browser, url) as citizen:
        citizen.press("#look-theme")
        while citizen.page.locator("html").get_attribute("data-text") != "200":
            citizen.press("#look-text")
        citizen.press("button[value=survey]")
        citizen.press("button.option")
        keep("kiosk-contrast-200", citizen.shot())
    with Citizen(browser, url, PORTRAIT) as citizen:
        keep("kiosk-portrait", citizen.shot())
    with Citizen(browser, url) as citizen:
        ticket(citizen)
        citizen.page.locator("#state [data-state=waiting]").first.wait_for(state="attached")
        keep("kiosk-ticket", citizen.shot())


def unconnected(browser: Browser, url: str) -> bytes:
    """`kiosk-emergency`: a call for help that has not gone out."""
    with Citizen(browser, url) as citizen:
        citizen.press(".emergencies button.alarm")
        citizen.page.locator("#state", has_text="tidak tersambung").wait_for()
        return citizen.shot()


def office(browser: Browser, site: Site, code: str, keep: Keep) -> None:
    """The office: its inbox, one case and its steps, a desk and its hall, the survey."""
    centre = f"http://127.0.0.1:{site.layout.web_port}"
    context = browser.new_context(viewport=DESKTOP, color_scheme="light")  # type: ignore[arg-type]
    context.add_cookies([{"name": "loket_language", "value": "id", "url": centre}])
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(site.fleet("signin", "--role", "officer", "--name", "Meja layanan")["link"])
    page.goto(f"{centre}/cases")
    page.locator("#cases tr", has_text=code).locator("a").first.click()
    for state, reason in REASONS.items():
        page.locator("select[name=after]").select_option(state)
        page.locator("textarea").fill(reason)
        with page.expect_navigation():
            page.locator("form.fields button").click()
    keep("office-case", page.screenshot())
    page.goto(f"{centre}/cases")
    keep("office-inbox", page.screenshot())
    page.goto(f"{centre}/survey")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.locator("tr", has_text=str(SURVEYS["dpmptsp"])).first.wait_for()
    keep("office-survey", page.screenshot())
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    hall = context.new_page()
    hall.set_viewport_size(HALL)  # type: ignore[arg-type]
    hall.goto(f"{centre}/hall/mpp")
    page.goto(f"{centre}/desk/mpp/kependudukan/1")
    page.locator("#desk-next").click()
    page.locator(".big-number").wait_for()
    keep("office-desk", page.screenshot())
    hall.locator(".hall-number").wait_for()
    if hall.locator("#sound").is_visible():
        hall.locator("#sound").click()
    keep("office-hall", hall.screenshot(animations="disabled"))
    context.close()


def verified(browser: Browser, code: bytes) -> bytes:
    """`receipt-verified`: what a phone shows that has read the receipt's code."""
    picture = cv2.imdecode(np.frombuffer(code, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None  # noqa: S101
    address, *_ = cv2.QRCodeDetector().detectAndDecode(cv2.resize(picture, None, fx=2, fy=2))
    context = browser.new_context(viewport=PHONE, locale="id-ID", timezone_id="Asia/Jakarta")  # type: ignore[arg-type]
    phone = context.new_page()
    phone.goto(address)
    phone.get_by_text("ASLI").first.wait_for(timeout=WAIT_MS)
    shown = phone.screenshot()
    context.close()
    return shown


def answer_surveys(site: Site) -> None:
    """Answers of a year, as the ingest stores them."""
    fleet = load_fleet(site.layout.fleet)
    engine = open_store(fleet.database_url)
    seeds, chance = Seeds(engine, fleet.layout), random.Random(7)  # noqa: S311 - a picture's figures
    for agency, count in SURVEYS.items():
        for _ in range(count):
            scores = Scores(**{name: chance.choice((3, 3, 3, 4, 4, 2)) for name in Scores.model_fields})
            answered = SurveyAnswered(
                survey=str(uuid4()), agency=agency, day=date.today().isoformat(), scores=scores
            )
            seeds.event(site.layout.device, answered)
    engine.dispose()


def pictures(browser: Browser, root: Path, keep: Keep) -> None:
    """Make every picture, as PNG."""
    layout = Layout(root=root, port_base=free_port_base())
    layout.write_device_settings(cameras=[], model=STREET, models_folder=manifests_folder())
    site = Site(layout, env={"LOKET_MIRROR": ""})
    site.prepare()
    url = f"http://127.0.0.1:{layout.kiosk_port}/"
    with _running(site):
        answer_surveys(site)
        code, receipt = visit(browser, url, keep)
        keep("receipt-verified", verified(browser, receipt))
        file_more(browser, url)
        looks(browser, url, keep)
        office(browser, site, code, keep)
        keep("kiosk-why", followed(browser, url, code))
        site.children["edge-uplink"].stop()
        keep("kiosk-emergency", unconnected(browser, url))


def file_more(browser: Browser, url: str) -> None:
    """What others filed before, and the numbers that they hold."""
    for words in WORDS:
        with Citizen(browser, url) as citizen:
            complaint(citizen, words)
            known(citizen.page)
    with Citizen(browser, url) as citizen:
        aspiration(citizen)
        known(citizen.page)
    for spoken in (False, True, False):
        with Citizen(browser, url) as citizen:
            ticket(citizen, spoken=spoken)


@contextmanager
def _running(site: Site) -> Iterator[None]:
    """The site without its camera."""
    try:
        for name in PROCESSES:
            site.start_one(name)
        yield
    finally:
        site.stop(drain_s=1)


def small(png: bytes, *, width: int = 1024) -> bytes:
    """The picture without loss, at most `width` wide."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    if picture.height > picture.width:
        width = width // 2
    if picture.width > width:
        picture = picture.resize(
            (width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS
        )
    packed = io.BytesIO()
    picture.save(packed, "WEBP", quality=80, method=6)
    return packed.getvalue()


def keep(name: str, png: bytes) -> None:
    """Write a picture into its folder."""
    content = small(png)
    (FOLDER / f"{name}.webp").write_bytes(content)
    print(f"docs/images/{name}.webp: {len(content) // 1024} KiB")  # noqa: T201 - what it is for


def main() -> None:
    """Make all of them."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as root:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        )
        pictures(browser, Path(root), keep)
        browser.close()


if __name__ == "__main__":
    main()
