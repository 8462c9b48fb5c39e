"""Every screen of the kiosk in a real browser: access, targets, sizes, looks.

A walk through all screens takes a minute, so that each screen is looked at in every way at once.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.kiosk.unit import RunningKiosk
from tests.pages.screens import MEASURE, SIZES, launch, screens, violations

pytestmark = [pytest.mark.page, pytest.mark.timeout(900)]

PLAIN_PX, LARGE_PX = 18, 36
LOOKS = [("100", "plain"), ("100", "contrast"), ("200", "plain"), ("200", "contrast")]
SMALLEST, TALL = SIZES[0], SIZES[1]


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_screen_is_accessible_and_fits_in_every_look_and_size(
    open_page: Callable[..., Page], kiosk: RunningKiosk, axe: str, language: str
) -> None:
    page = open_page(reduced_motion="reduce")
    wrong: dict[str, object] = {}
    names = []
    for name in screens(page, kiosk, language=language):
        names.append(name)
        for size in SIZES:
            with sized(page, size):
                _keep_picture(page, f"{size[0]}x{size[1]}-{language}-{name}")
                wrong |= {f"{name} {size}": found for found in _misfits(page, text_px=PLAIN_PX, primary=True)}
                with looking(page, "200", "plain"):
                    wrong |= {f"{name} {size} 200 %": found for found in _misfits(page, text_px=LARGE_PX)}
        for look in LOOKS:
            with looking(page, *look):
                wrong |= {f"{name} {look}": told for told in _violations(page, axe)}
        with sized(page, TALL):
            wrong |= {f"{name} {TALL}": told for told in _violations(page, axe)}
    assert wrong == {}
    assert len(names) >= 50


def test_axe_finds_what_is_wrong(open_page: Callable[..., Page], axe: str) -> None:
    page = open_page()
    page.evaluate("document.querySelector('h1').style.color = '#aaa'")
    assert "color-contrast" in violations(page, axe)


def test_what_does_not_fit_is_found(open_page: Callable[..., Page]) -> None:
    page = open_page()
    assert not list(_misfits(page, text_px=PLAIN_PX, primary=True))
    page.evaluate("document.querySelector('h1').style.width = '120vw'")
    assert list(_misfits(page, text_px=PLAIN_PX))


def test_the_browsers_own_text_twice_as_large_still_fits(playwright: Playwright, kiosk: RunningKiosk) -> None:
    browser = launch(playwright, "--blink-settings=defaultFontSize=32")
    try:
        page = browser.new_page(viewport={"width": SMALLEST[0], "height": SMALLEST[1]})
        page.set_default_timeout(30_000)
        wrong: dict[str, object] = {}
        for name in screens(page, kiosk):
            for size in SIZES:
                with sized(page, size):
                    wrong |= {f"{name} {size}": found for found in _misfits(page, text_px=LARGE_PX)}
        assert wrong == {}
    finally:
        browser.close()


@contextmanager
def sized(page: Page, size: tuple[int, int]) -> Iterator[None]:
    """The page on a screen of another size, px."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    try:
        yield
    finally:
        page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})


@contextmanager
def looking(page: Page, text: str, theme: str) -> Iterator[None]:
    """The page in another look, as its root element has it: what the visit's buttons would set."""
    before = page.evaluate(_LOOK, [text, theme])
    try:
        yield
    finally:
        page.evaluate(_LOOK, before)


_LOOK = """([text, theme]) => {
  const look = document.documentElement.dataset, before = [look.text, look.theme];
  [look.text, look.theme] = [text, theme];
  return before;
}"""


def _misfits(page: Page, *, text_px: float, primary: bool = False) -> Iterator[dict[str, object]]:
    """What is cut, too small, or wider than the screen; `primary`: or a way on that is out of sight."""
    found = page.evaluate(MEASURE)
    is_wrong = found["small"] or found["cut"] or found["overflow"] > 0 or found["text_px"] < text_px
    if is_wrong or (primary and not found["primary_in_view"]):
        yield found


def _violations(page: Page, axe: str) -> Iterator[str]:
    found = violations(page, axe)
    if found != "[]":
        yield found


def _keep_picture(page: Page, name: str) -> None:
    folder = os.environ.get("LOKET_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"kiosk-{name}.png")
