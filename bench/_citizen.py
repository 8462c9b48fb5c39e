"""A citizen in a real browser who knows nothing of the kiosk: fills in whatever a page asks, and taps on."""

from collections.abc import Iterator

from playwright.sync_api import BrowserContext, Locator, Page

MOST_PAGES = 60
_NEXT = "button[form=question][name=go][value=next]:visible, #question button[name=go][value=next]:visible"
_OPTIONS = "#question button.option:visible, #question button.tile:visible, #question a.option:visible"

_WATCH = """addEventListener('pointerdown', (event) => {
  loketTapped(performance.timeOrigin + event.timeStamp);
}, true);"""
_PAINTED = """() => {
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  return paint ? performance.timeOrigin + paint.startTime : 0;
}"""


class Taps:
    """How long each tap took, from the finger's touch to the next page's first paint, milliseconds."""

    def __init__(self, context: BrowserContext) -> None:
        """Watch every page of `context` that is opened from now on."""
        self.taken_ms: list[float] = []
        self._began: float | None = None
        context.expose_binding("loketTapped", lambda _source, at: self._touched(at))
        context.add_init_script(_WATCH)

    def tap(self, page: Page, target: Locator) -> None:
        """Tap, wait for the page that it leads to, and note how long it took."""
        self._began = None
        painted = tap(page, target)
        if self._began is not None:
            self.taken_ms.append(painted - self._began)

    def _touched(self, at: float) -> None:
        self._began = at


def services_of(page: Page) -> list[str]:
    """What the first page offers."""
    tiles: list[str] = page.locator("#question button.tile[name=go]").evaluate_all(
        "tiles => tiles.map(tile => tile.value)"
    )
    return tiles


def walk(
    page: Page, url: str, service: str, *, words: str, others: tuple[str, ...], taps: Taps | None = None
) -> Iterator[str]:
    """Go through a service, page by page; yields the path of each page once it is there."""
    go = taps.tap if taps is not None else tap
    page.goto(url)
    go(page, page.locator(f"#question button.tile[value={service}]"))
    seen: dict[str, int] = {}
    for _ in range(MOST_PAGES):
        path = page.evaluate("location.pathname")
        attempt = seen.get(path, 0)
        seen[path] = attempt + 1
        yield path
        if attempt > len(others) + 1:
            return
        answer(page, (words, *others)[attempt % (len(others) + 1)])
        onwards = page.locator(_NEXT)
        if not onwards.count():
            onwards = page.locator(_OPTIONS)
        if not onwards.count():
            return
        go(page, onwards.first)
    raise RuntimeError(f"{service} has no end")


def answer(page: Page, words: str) -> None:
    """Fill in what the page asks: the first of options, `words` wherever something can be typed."""
    radios = page.locator("#question label:has(input[type=radio]):visible")
    if radios.count():
        radios.first.tap()
    for box in page.locator("#question label:has(input[type=checkbox]):visible").all():
        if not box.locator("input").is_checked():
            box.tap()
    for line in page.locator("#question textarea:visible, #question input[type=text]:visible").all():
        line.fill(words)


def tap(page: Page, target: Locator) -> float:
    """Tap once the page counts taps (taps.js), and wait for the page that it leads to.

    Returns when that was painted first, ms since 1970.
    """
    page.locator("html[data-settled=yes]").wait_for(state="attached")
    with page.expect_navigation(wait_until="load"):
        target.tap()
    while not (painted := page.evaluate(_PAINTED)):
        page.wait_for_timeout(20)
    return float(painted)
