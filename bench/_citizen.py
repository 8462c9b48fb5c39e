"""A citizen in a real browser who knows nothing of the kiosk: fills in whatever a page asks, and taps on."""

from collections.abc import Iterator

from playwright.sync_api import Locator, Page

MOST_PAGES = 60
_NEXT = "button[form=question][name=go][value=next]:visible, #question button[name=go][value=next]:visible"
_OPTIONS = "#question button.option:visible, #question button.tile:visible, #question a.option:visible"

WATCH = """
const began = () => Number(sessionStorage.getItem('tapped'));
addEventListener('pointerdown', (event) => {
  sessionStorage.setItem('tapped', performance.timeOrigin + event.timeStamp);
}, true);
new PerformanceObserver((list) => {
  for (const paint of list.getEntriesByName('first-contentful-paint')) {
    if (!began()) continue;
    const taken = performance.timeOrigin + paint.startTime - began();
    const all = JSON.parse(sessionStorage.getItem('taps') || '[]');
    sessionStorage.setItem('taps', JSON.stringify([...all, taken]));
    sessionStorage.removeItem('tapped');
  }
}).observe({ type: 'paint', buffered: true });
"""
"""Told to each page before its own script: how long from a finger's touch to the next page's paint."""


def taps_ms(page: Page) -> list[float]:
    """How long each tap took to the next page's first paint, so far in this tab, milliseconds."""
    taken: list[float] = page.evaluate("JSON.parse(sessionStorage.getItem('taps') || '[]')")
    return taken


def services_of(page: Page) -> list[str]:
    """What the first page offers."""
    tiles: list[str] = page.locator("#question button.tile[name=go]").evaluate_all(
        "tiles => tiles.map(tile => tile.value)"
    )
    return tiles


def walk(page: Page, url: str, service: str, *, words: str, others: tuple[str, ...]) -> Iterator[str]:
    """Go through a service, page by page; yields the path of each page once it is there."""
    page.goto(url)
    tap(page, page.locator(f"#question button.tile[value={service}]"))
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
        tap(page, onwards.first)
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


def tap(page: Page, target: Locator) -> None:
    """Tap once the page counts taps (taps.js), and wait for the page that it leads to."""
    page.locator("html[data-settled=yes]").wait_for(state="attached")
    with page.expect_navigation(wait_until="load"):
        target.tap()
    while not page.evaluate("performance.getEntriesByName('first-contentful-paint').length"):
        page.wait_for_timeout(20)
