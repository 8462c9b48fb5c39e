"""The calibration page in a real browser: drawing by mouse, finger and keys; access; sizes."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.vision.footage import write_clip

pytestmark = [pytest.mark.page, pytest.mark.timeout(300)]

REPOSITORY = Path(__file__).resolve().parents[2]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
DESK, PHONE = (1280, 800), (390, 844)
TARGET_PX = 44
VISION = """\
model = "street_sim"

[[cameras]]
name = "hall"
source = "hall.mp4"

[[cameras.masks]]
name = "window"
corners = [[0.05, 0.05], [0.3, 0.05], [0.3, 0.3], [0.05, 0.3]]

[[cameras.lines]]
name = "door"   # in and out
start = [0.2, 0.9]
end = [0.2, 0.5]

[[cameras.zones]]
name = "waiting"
corners = [[0.4, 0.5], [0.8, 0.5], [0.8, 0.9], [0.4, 0.9]]

[[cameras.rules]]
kind = "occupancy"
zone = "waiting"

[[cameras]]
name = "road"
source = "nothing.mp4"
"""


class Running:
    """`edge-agent camera calibrate` as a process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        write_clip(folder / "hall.mp4", seconds=1.5)
        self.write()
        command = [str(Path(sys.executable).with_name("edge-agent")), "camera", "calibrate"]
        self.process = subprocess.Popen(
            [*command, "--config", str(folder), "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
        )  # fmt: skip
        assert self.process.stdout is not None
        self.address = json.loads(self.process.stdout.readline())["address"]
        self.url = self.address.partition("?")[0]

    def write(self) -> None:
        """The settings as they were at first."""
        (self.folder / "vision.toml").write_text(VISION)

    @property
    def camera(self) -> dict[str, Any]:
        """The first camera as it stands in the file."""
        cameras: list[dict[str, Any]] = tomllib.loads((self.folder / "vision.toml").read_text())["cameras"]
        return cameras[0]

    def stop(self) -> int:
        """End it as a person does."""
        with self.process as process:
            process.terminate()
            return process.wait(20)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("LOKET_CHROMIUM", "/usr/bin/chromium")
    started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield started
    started.close()


@pytest.fixture(scope="module")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Any]]:
    """The page, and the cookies of the browser that came in by its address."""
    running = Running(tmp_path_factory.mktemp("device"))
    try:
        context = browser.new_context()
        context.new_page().goto(running.address)
        cookies = context.storage_state()
        context.close()
        yield running, cookies
    finally:
        assert running.stop() == 0


@pytest.fixture
def open_page(browser: Browser, served: tuple[Running, Any]) -> Iterator[Callable[..., Page]]:
    """Opens the page in a fresh context on the first settings; fails on an error in its console."""
    running, cookies = served
    running.write()
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_one(size: tuple[int, int] = DESK, *, path: str = "", **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, storage_state=cookies, **options
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda told: errors.append(told.text) if "Content Security" in told.text else None)
        page.goto(running.url + path)
        if "road" not in path:
            page.locator("#veil").wait_for(state="hidden")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def running(served: tuple[Running, Any]) -> Running:
    return served[0]


@pytest.fixture(scope="module")
def axe() -> str:
    path = Path(os.environ.get("LOKET_AXE", REPOSITORY / "node_modules/axe-core/axe.min.js"))
    if not path.exists():
        pytest.skip(f"{path} is not installed: npm ci")
    return path.read_text(encoding="utf-8")


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a share of the picture is on the screen."""
    box = page.locator("#sheet").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def save(page: Page) -> None:
    page.locator("#save").click()
    expect(page.locator("#status")).to_contain_text("Tersimpan")


def near(corners: Any, wanted: list[tuple[float, float]]) -> bool:
    pairs = zip(corners, wanted, strict=True)
    return all(abs(a - b) < 0.02 for corner, place in pairs for a, b in zip(corner, place, strict=True))


def test_a_zone_is_drawn_by_mouse_named_and_saved(open_page: Callable[..., Page], running: Running) -> None:
    page = open_page()
    page.locator("[data-new=zones]").click()
    wanted = [(0.1, 0.4), (0.35, 0.4), (0.35, 0.8)]
    for place in [*wanted, wanted[0]]:
        page.mouse.click(*at(page, *place))
    name = page.locator("#name-zones-1")
    expect(name).to_be_focused()
    name.fill("Ruang Tunggu")
    name.press("Enter")
    expect(name).to_have_value("ruang-tunggu")
    expect(page.locator("#status")).to_have_class("status good")
    save(page)
    zone = running.camera["zones"][1]
    assert zone["name"] == "ruang-tunggu"
    assert near(zone["corners"], wanted)
    assert "# in and out" in (running.folder / "vision.toml").read_text()
    expect(page.locator("#status")).to_contain_text("systemctl restart edge-vision")
    expect(page.locator("#save")).to_be_disabled()


def test_a_line_is_drawn_by_finger_and_its_direction_turned(
    open_page: Callable[..., Page], running: Running
) -> None:
    page = open_page(PHONE, has_touch=True, is_mobile=True)
    page.locator("[data-new=lines]").tap()
    page.touchscreen.tap(*at(page, 0.5, 0.9))
    page.touchscreen.tap(*at(page, 0.9, 0.45))
    page.locator("#flip-1").tap()
    save(page)
    line = running.camera["lines"][1]
    assert near([line["start"], line["end"]], [(0.9, 0.45), (0.5, 0.9)])


def test_a_place_is_made_moved_and_saved_by_keys_alone(
    open_page: Callable[..., Page], running: Running
) -> None:
    page = open_page()
    page.locator("[data-new=masks]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#simple")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#head-masks-1")).to_have_attribute("aria-expanded", "true")
    corner = page.locator('[data-point="0"]')
    corner.focus()
    for key in ("Shift+ArrowLeft", "Shift+ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    expect(corner).to_be_focused()
    expect(corner).to_have_attribute("aria-label", "mask-1, Sudut 1: 30.5 %, 30 %. "
                                     "Tombol panah memindahkannya, Delete menghapusnya.")  # fmt: skip
    page.locator('[data-point="3"]').focus()
    page.keyboard.press("Delete")
    field = page.locator("#at-masks-1-2-1")
    field.fill("70")
    field.press("Tab")
    page.locator("#save").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text("Tersimpan")
    assert running.camera["masks"][1] == {
        "name": "mask-1", "corners": [[0.305, 0.3], [0.65, 0.35], [0.65, 0.7]],
    }  # fmt: skip


def test_corners_and_whole_places_are_dragged_and_edges_divided(
    open_page: Callable[..., Page], running: Running
) -> None:
    page = open_page()
    drag(page, (0.6, 0.7), (0.5, 0.6))  # the zone by its inside
    drag(page, (0.3, 0.4), (0.25, 0.35))  # its first corner
    drag(page, (0.7, 0.6), (0.75, 0.6))  # the middle of its right edge
    save(page)
    assert near(
        running.camera["zones"][0]["corners"],
        [(0.25, 0.35), (0.7, 0.4), (0.75, 0.6), (0.7, 0.8), (0.3, 0.8)],
    )


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    page.mouse.move(*at(page, *end))
    page.mouse.up()


def test_a_place_dragged_beyond_the_picture_stays_in_it(
    open_page: Callable[..., Page], running: Running
) -> None:
    page = open_page()
    drag(page, (0.6, 0.7), (0.95, 0.95))
    save(page)
    assert near(running.camera["zones"][0]["corners"], [(0.6, 0.6), (1, 0.6), (1, 1), (0.6, 1)])


def test_mistakes_are_told_while_drawing_and_undone(open_page: Callable[..., Page], running: Running) -> None:
    page = open_page()
    page.locator("#head-zones-0").click()
    field = page.locator("#at-zones-0-0-0")
    field.fill("95")
    field.press("Tab")
    expect(page.locator("#status")).to_contain_text("crosses itself")
    expect(page.locator("#status")).to_have_class("status bad")
    expect(page.locator(".place.wrong")).to_have_count(1)
    before = (running.folder / "vision.toml").read_text()
    page.locator("#save").click()
    expect(page.locator("#status")).to_contain_text("crosses itself")
    assert (running.folder / "vision.toml").read_text() == before
    page.locator("#undo").click()
    expect(page.locator("#status")).to_have_text("Sama dengan isi berkas.")
    page.locator("#redo").click()
    expect(page.locator("#status")).to_contain_text("crosses itself")
    page.locator("body").press("Control+z")
    expect(page.locator("#save")).to_be_disabled()


def test_a_zone_that_a_rule_watches_is_not_lost_unnoticed(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.locator("#head-zones-0").click()
    expect(page.locator(".place.open")).to_contain_text("occupancy")
    page.locator("#delete-zones-0").click()
    expect(page.locator("#status")).to_contain_text("no zone of this name")
    page.locator("#head-lines-0").click()
    page.locator("#delete-lines-0").click()  # nobody watches it, but the first mistake is still there
    expect(page.locator("#status")).to_contain_text("no zone of this name")


def test_drawing_can_be_left_and_a_zone_needs_three_corners(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.locator("[data-new=zones]").click()
    page.mouse.click(*at(page, 0.1, 0.4))
    page.mouse.click(*at(page, 0.3, 0.4))
    page.locator("#done").click()
    expect(page.locator("#hint-text")).to_have_text("Paling sedikit tiga sudut.")
    page.keyboard.press("Escape")
    expect(page.locator("#hint")).to_be_hidden()
    expect(page.locator("#status")).to_have_text("Sama dengan isi berkas.")


def test_the_picture_is_covered_where_masks_are(open_page: Callable[..., Page]) -> None:
    page = open_page()
    shade = page.evaluate("""async () => {
      const canvas = new OffscreenCanvas(320, 240), still = document.getElementById('still');
      const context = canvas.getContext('2d');
      context.drawImage(still, 0, 0, 320, 240);
      const {data} = context.getImageData(30, 25, 50, 35);
      return [Math.min(...data.filter((_, n) => n % 4 < 3)), Math.max(...data.filter((_, n) => n % 4 < 3))];
    }""")
    assert 40 <= shade[0] <= shade[1] <= 56


def test_a_camera_that_gives_nothing_says_why_and_can_be_drawn_on(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(path="?camera=road")
    expect(page.locator("#veil")).to_contain_text("nothing.mp4: no such file")
    page.locator("[data-new=lines]").click()
    page.locator("#simple").click()
    expect(page.locator("#status")).to_have_class("status good")


def test_the_file_that_somebody_else_changed_is_told(
    open_page: Callable[..., Page], running: Running
) -> None:
    page = open_page()
    with (running.folder / "vision.toml").open("a") as other:
        other.write("# mine\n")
    page.locator("#head-lines-0").click()
    page.locator("#flip-0").click()
    page.locator("#save").click()
    expect(page.locator("#status")).to_contain_text("changed by somebody else")
    assert (running.folder / "vision.toml").read_text().endswith("# mine\n")


# -- Every state: access, targets, sizes ---------------------------------------------------------------------


def states(page: Page) -> Iterator[str]:
    """Walk through what the page can look like; yields its name while it is shown."""
    yield "start"
    for kind in ("zones", "lines", "masks"):
        page.locator(f"#head-{kind}-0").click()
        yield f"{kind} open"
    page.locator("[data-new=zones]").click()
    page.mouse.click(*at(page, 0.1, 0.4))
    page.mouse.click(*at(page, 0.9, 0.6))
    yield "drawing"
    page.mouse.click(*at(page, 0.9, 0.4))
    page.mouse.click(*at(page, 0.1, 0.6))
    page.locator("#done").click()
    expect(page.locator("#status")).to_have_class("status bad")
    yield "mistake"
    page.locator("#delete-zones-1").click()
    page.locator("#head-lines-0").click()
    page.locator("#flip-0").click()
    expect(page.locator("#status")).to_have_class("status good")
    yield "not saved"
    page.locator("#save").click()
    expect(page.locator("#save")).to_be_disabled()
    page.locator("#veil").wait_for(state="hidden")
    yield "saved"


AXE_RUN = """() => axe.run(document, {
  rules: {'color-contrast-enhanced': {enabled: true}, 'target-size': {enabled: true}},
}).then(found => found.violations.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 160))]))"""

MEASURE = """() => {
  const all = [...document.querySelectorAll('a, button, input')].filter(one => one.checkVisibility());
  const small = all.map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
    .filter(([, box]) => box.width < TARGET - 0.5 || box.height < TARGET - 0.5).map(([html]) => html);
  const wide = document.documentElement;
  return {small, overflow: wide.scrollWidth - wide.clientWidth};
}"""


@pytest.mark.parametrize(("size", "language"), [(DESK, "id"), (PHONE, "id"), ((1024, 600), "en")])
def test_axe_finds_nothing_and_everything_fits(
    open_page: Callable[..., Page], axe: str, size: tuple[int, int], language: str
) -> None:
    page = open_page(size, path=f"?bahasa={language}", bypass_csp=True, reduced_motion="reduce")
    page.evaluate(axe)
    for name in states(page):
        assert page.evaluate(AXE_RUN) == [], name
        measured = page.evaluate(MEASURE.replace("TARGET", str(TARGET_PX)))
        assert measured["small"] == [], name
        assert measured["overflow"] <= 0, name
        if folder := os.environ.get("LOKET_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"calibration-{size[0]}x{size[1]}-{language}-{name}.png")


def test_a_stranger_sees_a_problem_page_that_axe_finds_nothing_in(
    browser: Browser, running: Running, axe: str
) -> None:
    context = browser.new_context(bypass_csp=True)
    try:
        page = context.new_page()
        answer = page.goto(running.url)
        assert answer is not None
        assert answer.status == 403
        page.evaluate(axe)
        assert page.evaluate(AXE_RUN) == []
    finally:
        context.close()
