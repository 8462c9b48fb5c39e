"""The kiosk watches a real compositor: what it tells of a page that follows, freezes or is gone."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.lockdown.stage import Stage
from tests.screen.relay import Relay

pytestmark = [pytest.mark.page, pytest.mark.timeout(400)]

KNOWN_WITHIN_S = 90.0


def told(stage: Stage) -> list[str]:
    """What the kiosk has told of its screen, as it stands in its outbox."""
    rows = stage.kiosk.rows("machine/events")
    return [str(data["screen"]) for _, data in rows if "screen" in data]


def after_painted(stage: Stage) -> str:
    """What was told next after the screen was first called painted."""
    words = told(stage)
    return words[words.index("painted") + 1]


def tells(stage: Stage, screen: str, *, within_s: float) -> float:
    """Wait until the kiosk's last word on its screen is `screen`; how long that took, s."""
    began = time.monotonic()
    stage.eventually(lambda: told(stage)[-1:] == [screen], within_s=within_s)
    return time.monotonic() - began


def restarted(stage: Stage) -> None:
    """The bell is rung; what systemd does then; and all is well again."""
    stage.eventually((stage.drm / "restart").exists, within_s=30)
    stage.stop()
    stage.start()
    tells(stage, "painted", within_s=60)


def renderers(stage: Stage) -> list[int]:
    """The browser's processes that draw pages."""
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in stage.browsers()}
    return [pid for pid, command in commands.items() if b"--type=renderer" in command]


def test_a_frozen_page_is_known_and_the_browser_restarted(stage: Stage) -> None:
    tells(stage, "painted", within_s=60)
    stopped = renderers(stage)
    assert stopped
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    assert tells(stage, "frozen", within_s=KNOWN_WITHIN_S) < KNOWN_WITHIN_S
    # And a browser that is stopped altogether, while the compositor still shows its last picture.
    for pid in stage.browsers():
        os.kill(pid, signal.SIGSTOP)
    assert stage.code() is not None
    restarted(stage)
    assert after_painted(stage) == "frozen"


def test_a_blank_page_is_known_and_the_browser_restarted(relayed: tuple[Stage, Relay]) -> None:
    stage, relay = relayed
    tells(stage, "painted", within_s=60)
    relay.plain = "black"
    stage.press("kp1")
    assert tells(stage, "blank", within_s=KNOWN_WITHIN_S) < KNOWN_WITHIN_S
    shown = stage.capture()
    assert shown is not None
    assert shown.is_plain
    relay.plain = ""
    restarted(stage)
    assert after_painted(stage) == "blank"


def test_a_compositor_that_is_gone_is_unknown_and_restarted(stage: Stage) -> None:
    tells(stage, "painted", within_s=60)
    stage.stop()
    assert tells(stage, "unknown", within_s=KNOWN_WITHIN_S) < KNOWN_WITHIN_S
    stage.eventually((stage.drm / "restart").exists, within_s=30)


def test_a_panel_that_is_off_is_never_called_painted(stage: Stage) -> None:
    connector = stage.drm / "card1-HDMI-A-1"
    tells(stage, "painted", within_s=60)
    (connector / "dpms").write_text("Off\n")
    tells(stage, "unknown", within_s=KNOWN_WITHIN_S)
    assert stage.code() is not None  # the compositor still draws: the browser would say that all is well
    (connector / "dpms").write_text("On\n")
    tells(stage, "painted", within_s=30)
    assert not (stage.drm / "restart").exists()


def test_a_page_that_is_not_ours_is_known(stage: Stage) -> None:
    tells(stage, "painted", within_s=60)
    stage.kiosk.stop()
    stage.press("kp1")  # leads to the browser's own page: there is no kiosk any more
    stage.eventually(lambda: stage.code() is None, within_s=30)
    stage.kiosk.start()
