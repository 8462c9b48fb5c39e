"""Every screen of the kiosk, walked through as a citizen does; and what is measured on each."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, Playwright, expect

from edge_agent.inbox.store import Inbox
from edge_agent.kiosk.services.survey import ELEMENTS
from tests.kiosk.unit import RunningKiosk

SIZES = [(1024, 600), (1080, 1920), (1920, 1080)]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
TARGET_PX = 72

NEXT = ".actions button[value=next]"
BACK = ".actions button[value=back]"
FINISH = ".actions button[form=finish]"
OPTION = "label.option"


def launch(playwright: Playwright, *arguments: str, bfcache: bool = False) -> Browser:
    """Chromium; with its own memory of pages (bfcache) where `bfcache`."""
    return playwright.chromium.launch(
        executable_path=os.environ.get("LOKET_CHROMIUM", "/usr/bin/chromium"),
        args=[*ARGUMENTS, *arguments],
        ignore_default_args=["--disable-back-forward-cache"] if bfcache else None,
    )


def go(page: Page, selector: str) -> None:
    """Press what leads to another page, and wait until that is there with its style and script.

    It waits until the page counts a tap (taps.js); without scripts that is at once.
    """
    if page.locator("html[data-settled]").count():
        settled(page)
    with page.expect_navigation(wait_until="load"):
        page.locator(selector).first.click()


def settled(page: Page) -> None:
    """Wait until a tap counts: the second of a double tap does not."""
    page.locator("html[data-settled=yes]").wait_for(state="attached")


def choose(page: Page, at: int = 0) -> None:
    """Choose an option and go on."""
    page.locator(OPTION).nth(at).click()
    go(page, NEXT)


def fill_in(page: Page, text: str = "Lampu jalan padam.", *, contact: str = "", kind: int = 0) -> None:
    """A complaint from the first page to the review, by touch; without a contact, anonymously."""
    go(page, "button[value=complaint]")
    choose(page, kind)
    page.locator("textarea").fill(text)
    go(page, NEXT)
    choose(page, 0)
    choose(page, 1)
    choose(page, 2 if contact else 0)
    if contact:
        page.locator("input.line").fill("Warga")
        go(page, NEXT)
        page.locator("input.line").fill(contact)
        go(page, NEXT)


def send(page: Page) -> str:
    """Agree and send; the code."""
    page.locator("label.agree").click()
    go(page, NEXT)
    expect(page.locator("#code")).to_be_visible()
    return page.locator("#code").inner_text()


def finish(page: Page) -> None:
    """Finish and erase, from wherever it is."""
    page.goto(page.url)
    if page.locator(FINISH).count():
        go(page, FINISH)


@dataclass(frozen=True)
class Stand:
    """A kiosk as each visitor of the walk sets it up: the language and the look end with a visit."""

    kiosk: RunningKiosk
    language: str = "id"
    look: str = ""

    @property
    def url(self) -> str:
        return self.kiosk.url

    def rows(self) -> list[tuple[str, dict[str, object]]]:
        """As `RunningKiosk.rows`."""
        return self.kiosk.rows()

    def inbox(self) -> Inbox:
        """As `RunningKiosk.inbox`."""
        return self.kiosk.inbox()


def dress(page: Page, stand: Stand) -> None:
    """Set language and look by the page's own buttons."""
    if page.locator("html").get_attribute("lang") != stand.language:
        go(page, f"button.language[value={stand.language}]")
    if stand.look == "text-200":
        while page.locator("html").get_attribute("data-text") != "200":
            go(page, "#look-text")
    if stand.look == "theme-contrast" and page.locator("html").get_attribute("data-theme") != "contrast":
        go(page, "#look-theme")


def screens(page: Page, kiosk: RunningKiosk, *, language: str = "id", look: str = "") -> Iterator[str]:
    """Walk through every screen; yields its name while it is shown."""
    stand = Stand(kiosk, language, look)
    yield from _complaint(page, stand)
    yield from _aspiration(page, stand)
    yield from _ticket(page, stand)
    yield from _survey(page, stand)
    yield from _sheets(page, stand)
    yield from _track(page, stand)
    yield from _emergency(page, stand)


def _home(page: Page, kiosk: Stand) -> None:
    page.goto(kiosk.url)
    dress(page, kiosk)


def _complaint(page: Page, kiosk: Stand) -> Iterator[str]:
    _home(page, kiosk)
    yield "welcome"
    go(page, "button[value=complaint]")
    yield "choice"
    go(page, NEXT)
    yield "choice with error"
    page.locator(OPTION).first.click()
    yield "choice made"
    go(page, NEXT)
    yield "text"
    go(page, NEXT)
    yield "text with error"
    page.locator("textarea").fill("Jalan di depan pasar rusak, hubungi 0812 3456 7890. " * 20)
    go(page, NEXT)
    yield "topic"
    go(page, "button[value=more]")
    yield "topic, second page"
    go(page, NEXT)
    yield "topic with error"
    choose(page)
    yield "place"
    choose(page)
    yield "identity"
    choose(page, 2)
    yield "name"
    go(page, NEXT)
    yield "name with error"
    page.locator("input.line").fill("Warga Yang Panjang Sekali Namanya Sampai Ke Ujung Kolom")
    go(page, NEXT)
    yield "contact"
    page.locator("input.line").fill("?")
    go(page, NEXT)
    yield "contact with error"
    page.locator("input.line").fill("warga.yang.panjang.sekali.namanya@kantor-camat-amen.lebongkab.go.id")
    go(page, NEXT)
    yield "check"
    go(page, NEXT)
    yield "check with error"
    page.evaluate("document.getElementById('warning').showModal()")
    yield "warning"
    page.evaluate("document.getElementById('warning').close()")
    send(page)
    yield "filed"
    submission = kiosk.rows()[-1][0]
    for state in ("sent", "stored", "refused"):
        with opened(kiosk) as inbox:
            inbox.set_submission_state(submission, state)
        page.reload()
        yield f"filed, {state}"
    page.goto(f"{kiosk.url}/tersimpan/mengapa")
    yield "why"
    page.goto(f"{kiosk.url}/peringatan")
    yield "warning page"
    page.goto(f"{kiosk.url}/tidak-ada")
    yield "nothing here"
    page.goto(f"{kiosk.url}/habis")
    yield "expired"
    page.goto(f"{kiosk.url}/tersimpan")
    go(page, FINISH)
    yield "finished"


def _aspiration(page: Page, kiosk: Stand) -> Iterator[str]:
    _home(page, kiosk)
    go(page, "button[value=aspiration]")
    yield "aspiration"
    page.locator("textarea").fill("Mohon dibangun jembatan")
    go(page, NEXT)
    for _ in range(3):
        choose(page)
    yield "aspiration, check"
    send(page)
    yield "aspiration, filed"
    finish(page)


def _ticket(page: Page, kiosk: Stand) -> Iterator[str]:
    _home(page, kiosk)
    go(page, "button[value=ticket]")
    yield "queue"
    go(page, "button.option")
    yield "call"
    go(page, "button.option")
    yield "ticket"
    page.goto(f"{kiosk.url}/tersimpan/batal")
    yield "give back"
    go(page, NEXT)
    yield "given back"
    finish(page)


def _survey(page: Page, kiosk: Stand) -> Iterator[str]:
    _home(page, kiosk)
    go(page, "button[value=survey]")
    yield "survey, agency"
    go(page, "button.option")
    for element in ELEMENTS:
        yield f"survey, {element.name}"
        go(page, "button.option[data-key='3']")
    yield "survey, check"
    go(page, NEXT)
    yield "survey, thanks"
    finish(page)


def _sheets(page: Page, kiosk: Stand) -> Iterator[str]:
    for service in ("permits", "standards", "announcements"):
        _home(page, kiosk)
        go(page, f"button[value={service}]")
        yield service
        go(page, "a.option")
        yield f"{service}, sheet"


def _track(page: Page, kiosk: Stand) -> Iterator[str]:
    _home(page, kiosk)
    go(page, "button[value=track]")
    yield "track"
    page.locator("input.line").fill("AAAA")
    go(page, NEXT)
    yield "track with error"
    page.locator("input.line").fill("0000-0000")
    go(page, NEXT)
    yield "asking"
    finish(page)


def _emergency(page: Page, kiosk: Stand) -> Iterator[str]:
    page.goto(f"{kiosk.url}/darurat")
    dress(page, kiosk)
    yield "emergency"
    go(page, "button.alarm")
    yield "alarm"
    emergency = kiosk.rows()[-1][0]
    with opened(kiosk) as inbox:
        inbox.set_submission_state(emergency, "stored")
    page.reload()
    yield "alarm, received"
    finish(page)


class opened:  # noqa: N801 - reads as a statement
    """The device's inbox for a moment, as the uplink has it."""

    def __init__(self, kiosk: RunningKiosk | Stand) -> None:
        self._inbox = kiosk.inbox()

    def __enter__(self) -> Inbox:
        return self._inbox

    def __exit__(self, *_: object) -> None:
        self._inbox.close()


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
  const primary = inside.querySelector('.button.primary:not([data-act]), .tile.primary')
    ?.getBoundingClientRect();
  return {
    small, cut,
    overflow: wide.scrollWidth - wide.clientWidth,
    primary_in_view: !primary || (primary.bottom <= innerHeight && primary.right <= innerWidth),
    text_px: parseFloat(getComputedStyle(document.body).fontSize),
  };
}""".replace("TARGET", str(TARGET_PX))

AXE_RUN = """() => axe.run(document, {
  rules: {'color-contrast-enhanced': {enabled: true}, 'target-size': {enabled: true}},
}).then(found => found.violations.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 160))]))"""


def violations(page: Page, axe: str) -> str:
    """What axe-core finds, contrast of 7:1 included; as text to read."""
    page.evaluate(axe)
    return json.dumps(page.evaluate(AXE_RUN), indent=1)
