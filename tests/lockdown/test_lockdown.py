"""Nobody leaves the kiosk: headed Chromium under cage, with real keys and fingers through the compositor."""

import itertools
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.kiosk.unit import RunningKiosk
from tests.lockdown.stage import KEYS, LOCKDOWN, Stage, line, missing, random_events, settings_toml

pytestmark = [pytest.mark.page, pytest.mark.timeout(600)]

needs_stage = pytest.mark.skipif(bool(missing()), reason=missing() or "-")

HOME = {
    "accounts.google.com",
    "clients2.google.com",
    "update.googleapis.com",
    "optimizationguide-pa.googleapis.com",
}
"""Whom Chromium itself calls, whatever its policies say; on a kiosk nobody answers."""

SHORTCUTS = [
    "ctrl+t", "ctrl+w", "ctrl+n", "ctrl+shift+n", "ctrl+l", "ctrl+o", "ctrl+p", "ctrl+u", "ctrl+s", "ctrl+j",
    "ctrl+h", "ctrl+d", "ctrl+f", "ctrl+g", "ctrl+k", "ctrl+e", "ctrl+r", "ctrl+shift+i", "ctrl+shift+j",
    "ctrl+shift+c", "ctrl+shift+t", "ctrl+shift+w", "ctrl+shift+delete", "ctrl+shift+o", "ctrl+shift+b",
    "ctrl+shift+m", "ctrl+shift+p", "ctrl+shift+a", "ctrl+f4", "ctrl+tab", "ctrl+1", "ctrl+9", "ctrl+plus",
    "ctrl+minus", "ctrl+0", "alt+d", "alt+f", "alt+e", "alt+left", "alt+right", "alt+home", "alt+f4",
    "alt+tab", "alt+space", "alt+shift+i",
    "shift+esc", "esc", "f1", "f3", "f5", "f6", "f7", "f10", "f11", "f12",
    "shift+f10", "menu", "super", "super+d", "super+l", "print", "back", "forward", "refresh", "homepage",
    "search", "www", "mail", "ctrl+alt+f1", "ctrl+alt+f2", "ctrl+alt+delete", "ctrl+alt+backspace",
]  # fmt: skip
KEYS["plus"] = KEYS["equal"]


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKiosk]:
    """A kiosk that hands out nonces; who watches the screen here is the test."""
    folder = tmp_path_factory.mktemp("kiosk")
    kiosk = RunningKiosk(folder, sessions_max=1000, emergency_number="112")
    with (kiosk.config / "kiosk.toml").open("a") as file:
        file.write(settings_toml(folder / "none", folder / "drm"))
    with kiosk:
        yield kiosk


@pytest.fixture(scope="module")
def stage(kiosk: RunningKiosk) -> Iterator[Stage]:
    if lack := missing():
        pytest.skip(lack)
    with Stage(f"{kiosk.url}/") as stage:
        stage.eventually(lambda: stage.code() is not None, within_s=60)
        yield stage


def strangers(stage: Stage) -> list[str]:
    """Who was called beside those whom Chromium calls by itself."""
    hosts = []
    for call in stage.sink.calls:
        target = call.split(b" ")[1].decode(errors="replace") if call.count(b" ") else ""
        hosts.append(urlsplit(target if "//" in target else f"//{target}").hostname or target)
    return sorted(set(hosts) - HOME)


def ours(stage: Stage, why: str) -> None:
    """The screen still shows our page, alive, and the browser is the same."""
    assert stage.is_alive, why
    try:
        stage.eventually(lambda: stage.code() is not None, within_s=10)
    except AssertionError as error:
        if keep := os.environ.get("LOKET_SCREENSHOTS"):
            stage.png(Path(keep) / "left.png")
        raise AssertionError(f"{why}: {error}") from error


def home(stage: Stage) -> None:
    """Back on the first page, whatever went before: the visit is finished by its key."""
    stage.press("f16")
    time.sleep(1.5)
    stage.press("kpenter")
    time.sleep(1.5)
    stage.follows()


@needs_stage
def test_no_shortcut_leads_away(stage: Stage) -> None:
    browsers = stage.browsers()[0]
    for chord in SHORTCUTS:
        stage.press(chord)
        time.sleep(0.1)
        ours(stage, chord)
    stage.follows()
    assert stage.browsers()[0] == browsers
    assert strangers(stage) == []


@needs_stage
def test_no_gesture_leads_away(stage: Stage) -> None:
    width, height = stage.size
    stage.tap(width * 0.15, height * 0.45)  # into the first service, so that there is a page to go back to
    stage.follows()
    gestures = {
        "long press": [[(300.0, 140.0)] * 120],
        "long press on a link": [[(300.0, 260.0)] * 120],
        "swipe right": [line((2, 300), (900, 300), 15)],
        "swipe left": [line((1020, 300), (100, 300), 15)],
        "pull from the top": [line((500, 0), (500, 580), 15)],
        "pull from the bottom": [line((500, 599), (500, 20), 15)],
        "pinch out": [line((480, 300), (100, 300), 15), line((520, 300), (900, 300), 15)],
        "pinch in": [line((100, 300), (480, 300), 15), line((900, 300), (520, 300), 15)],
        "drag": [[(200.0, 120.0)] * 60 + line((200, 120), (800, 400), 20)],
        "three fingers": [line((200 * n, 100), (200 * n, 500), 12) for n in (1, 2, 3)],
        "double tap": [[(500.0, 120.0)]],
    }
    for name, paths in gestures.items():
        stage.touch(*paths)
        if name == "double tap":
            stage.touch(*paths)
        time.sleep(0.2)
        ours(stage, name)
    stage.follows()
    assert strangers(stage) == []


@needs_stage
def test_a_pinch_makes_nothing_larger(stage: Stage) -> None:
    home(stage)
    before = stage.below()
    stage.touch(line((480, 300), (100, 300), 15), line((520, 300), (900, 300), 15))
    time.sleep(1)
    ours(stage, "pinch")
    assert stage.below() == before


@needs_stage
def test_no_menu_opens_on_a_long_press(stage: Stage) -> None:
    home(stage)
    before = stage.below()
    stage.touch([(300.0, 130.0)] * 150)
    time.sleep(1)
    assert stage.below() == before


@needs_stage
def test_the_pages_take_most_shortcuts_from_a_usual_keyboard_too(kiosk: RunningKiosk) -> None:
    """Where the layout were lost, the pages still refuse what a browser lets them refuse."""
    refused = ["f1", "f3", "f5", "f6", "f7", "f11", "f12", "shift+esc", "shift+enter", "ctrl+p", "ctrl+s",
               "ctrl+u", "ctrl+f", "ctrl+o", "ctrl+r", "ctrl+shift+i", "alt+left", "alt+d", "back", "refresh",
               "homepage"]  # fmt: skip
    with Stage(f"{kiosk.url}/", own_layout=False) as stage:
        stage.eventually(lambda: stage.code() is not None, within_s=60)
        for chord in refused:
            stage.press(chord)
            time.sleep(0.3)
            ours(stage, chord)
        stage.follows()
        assert strangers(stage) == []


@needs_stage
def test_own_layout_has_no_shortcuts(kiosk: RunningKiosk) -> None:
    """The layout itself swallows what the browser would act upon: the page does not even move."""
    with Stage(f"{kiosk.url}/", own_layout=True) as stage:
        stage.eventually(lambda: stage.code() is not None, within_s=60)
        time.sleep(2)
        before = stage.below()
        for chord in ("ctrl+plus", "ctrl+f", "f5", "f7", "f11", "alt+f", "ctrl+t", "ctrl+n", "ctrl+p"):
            stage.press(chord)
        time.sleep(2)
        assert stage.below() == before
        stage.press("f15")  # while the board's keys work
        stage.eventually(lambda: stage.below() != before)


def storm(stage: Stage, seed: int, count: int, *, tap_s: float = 0.01) -> None:
    """`count` random events; looks at the screen after every 25. A tap lasts `tap_s`."""
    browser = stage.browsers()[0]
    for number, (kind, what) in enumerate(itertools.islice(random_events(seed, stage.size), count)):
        if kind == "tap":
            stage.tap(*what, for_s=tap_s)  # type: ignore[misc, call-arg]
        elif kind == "swipe":
            stage.touch(line(*what, 5), step_s=0.001)  # type: ignore[misc, call-arg]
        elif kind == "pinch":
            one, two, three, four = what  # type: ignore[misc]
            stage.touch(line(one, two, 5), line(three, four, 5), step_s=0.001)
        else:
            stage.press(str(what))
        if number % 25 == 24:
            ours(stage, f"seed {seed}, event {number}")
    stage.follows()
    assert stage.browsers()[0] == browser
    assert strangers(stage) == []


@needs_stage
@pytest.mark.parametrize(("seed", "count"), [(1707, 600), (51, 925)])
def test_random_touches_and_keys_never_leave(stage: Stage, seed: int, count: int) -> None:
    """Both once led away: by a key for the first page of the browser, and by Shift with a link."""
    storm(stage, seed, count)


@needs_stage
@pytest.mark.long
@pytest.mark.timeout(4 * 3600)
def test_a_hundred_thousand_random_events_never_leave(kiosk: RunningKiosk) -> None:
    with Stage(f"{kiosk.url}/") as stage:
        stage.eventually(lambda: stage.code() is not None, within_s=60)
        storm(stage, 5, 100_000, tap_s=0.001)


# -- The files, as an installer reads them ------------------------------------------------------------------


def test_policies_allow_one_origin_and_deny_the_rest() -> None:
    policies = json.loads((LOCKDOWN / "policies.json").read_text())
    assert policies["URLBlocklist"][0] == "*"
    assert {urlsplit(url).hostname for url in policies["URLAllowlist"]} == {"127.0.0.1", "localhost"}
    assert {urlsplit(url).port for url in policies["URLAllowlist"]} == {8701}
    assert policies["DeveloperToolsAvailability"] == 2
    assert policies["AllowFileSelectionDialogs"] is False
    assert policies["PrintingEnabled"] is False
    assert policies["DownloadRestrictions"] == 3


def test_flags_are_one_a_line_and_known_once() -> None:
    flags = [one for one in (LOCKDOWN / "chromium.flags").read_text().splitlines() if one and one[0] != "#"]
    assert all(flag.startswith("--") and " " not in flag for flag in flags)
    names = [flag.partition("=")[0] for flag in flags]
    assert len(names) == len(set(names))
    assert {"--kiosk", "--incognito", "--disable-pinch"} <= set(names)
    assert "--no-sandbox" not in names
