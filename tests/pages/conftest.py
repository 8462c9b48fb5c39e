"""What holds for all pages: patience, for a browser shares its machine with the fleet and the units."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.kiosk.unit import RunningKiosk
from tests.pages.screens import go, launch

PATIENCE_MS = 30_000
REPOSITORY = Path(__file__).resolve().parents[2]

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKiosk]:
    """A kiosk that the tests of a module share; each has its own visit."""
    folder = tmp_path_factory.mktemp("kiosk")
    with RunningKiosk(folder, sessions_max=1000, office="Kantor Camat Amen") as running:
        yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright, started once for a module."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, without a screen."""
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
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: errors.append(message.text) if "Content Security" in message.text else None,
        )
        page.goto(kiosk.url)
        if language != "id":
            go(page, f"button.language[value={language}]")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core."""
    path = Path(os.environ.get("LOKET_AXE", REPOSITORY / "node_modules/axe-core/axe.min.js"))
    if not path.exists():
        pytest.skip(f"{path} is not installed: npm ci")
    return path.read_text(encoding="utf-8")
