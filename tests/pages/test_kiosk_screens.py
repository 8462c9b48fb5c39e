"""Every screen of the kiosk in a real browser: access, targets, sizes, looks."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.kiosk.unit import RunningKiosk
from tests.pages.screens import MEASURE, SIZES, launch, screens, violations

pytestmark = [pytest.mark.page, pytest.mark.timeout(600)]

LOOKS = ["", "theme-contrast", "text-200"]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_screen_fits_and_its_targets_are_large(
    open_page: Callable[..., Page], kiosk: RunningKiosk, size: tuple[int, int], language: str
) -> None:
    page = open_page(size)
    wrong = {}
    for name in screens(page, kiosk, language=language):
        found = page.evaluate(MEASURE)
        if found["small"] or found["cut"] or found["overflow"] > 0 or not found["primary_in_view"]:
            wrong[name] = found
        assert found["text_px"] >= 18, name
        folder = os.environ.get("LOKET_SCREENSHOTS")
        if folder:
            page.screenshot(path=Path(folder) / f"kiosk-{size[0]}x{size[1]}-{language}-{name}.png")
    assert wrong == {}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_nothing_on_any_screen(
    open_page: Callable[..., Page], kiosk: RunningKiosk, axe: str, language: str, look: str
) -> None:
    page = open_page(reduced_motion="reduce")
    found = {name: violations(page, axe) for name in screens(page, kiosk, language=language, look=look)}
    assert {name: told for name, told in found.items() if told != "[]"} == {}
    assert len(found) >= 50


def test_axe_finds_nothing_on_a_tall_screen(
    open_page: Callable[..., Page], kiosk: RunningKiosk, axe: str
) -> None:
    page = open_page((1080, 1920), reduced_motion="reduce")
    found = {name: violations(page, axe) for name in screens(page, kiosk)}
    assert {name: told for name, told in found.items() if told != "[]"} == {}


def test_axe_finds_what_is_wrong(open_page: Callable[..., Page], axe: str) -> None:
    page = open_page()
    page.evaluate("document.querySelector('h1').style.color = '#aaa'")
    assert "color-contrast" in violations(page, axe)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("by", ["browser", "kiosk"])
def test_text_twice_as_large_still_fits(
    playwright: Playwright, kiosk: RunningKiosk, size: tuple[int, int], by: str
) -> None:
    """At 200 %, by the browser's setting or by the kiosk's button: all is reached by scrolling down."""
    arguments = ["--blink-settings=defaultFontSize=32"] if by == "browser" else []
    browser = launch(playwright, *arguments)
    try:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.set_default_timeout(30_000)
        wrong = {}
        for name in screens(page, kiosk, look="text-200" if by == "kiosk" else ""):
            if by == "kiosk" and name in ("expired", "finished", "nothing here"):
                continue
            found = page.evaluate(MEASURE)
            if found["small"] or found["cut"] or found["overflow"] > 0 or found["text_px"] < 36:
                wrong[name] = found
        assert wrong == {}
    finally:
        browser.close()
