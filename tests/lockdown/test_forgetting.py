"""What the browser forgets when a visit ends: in its files and in the memory of every process of it."""

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kiosk.unit import RunningKiosk
from tests.lockdown.stage import Stage, missing, settings_toml

pytestmark = [
    pytest.mark.page,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]

CANARY = "kqzxjwvkqz"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    kiosk = RunningKiosk(tmp_path / "kiosk")
    with (kiosk.config / "kiosk.toml").open("a") as file:
        file.write(settings_toml(tmp_path / "none", tmp_path / "drm"))
    with kiosk, Stage(f"{kiosk.url}/") as stage:
        stage.eventually(lambda: stage.code() is not None, within_s=60)
        yield stage


def in_memory(pid: int, canary: str) -> int:
    """How often a process holds the canary, in UTF-8 or UTF-16."""
    pattern = re.compile(re.escape(canary.encode()) + b"|" + re.escape(canary.encode("utf-16-le")))
    found = 0
    with contextlib.suppress(OSError), Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if "r" not in rights or "w" not in rights or end - start > 1 << 30:
                continue
            with contextlib.suppress(OSError, OverflowError, ValueError):
                memory.seek(start)
                found += len(pattern.findall(memory.read(end - start)))
    return found


def holders(stage: Stage) -> dict[str, int]:
    """Which processes of the browser hold the canary, by their sort."""
    found: dict[str, int] = {}
    for pid in stage.browsers():
        with contextlib.suppress(OSError):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            sort = re.search(rb"--type=([\w-]+)(?:.*--utility-sub-type=([\w.]+))?", command, re.S)
            count = in_memory(pid, CANARY)
            if count:
                found[(sort[2] or sort[1]).decode() if sort else "browser"] = count
    return found


def test_the_renderer_that_drew_the_words_is_gone(stage: Stage) -> None:
    for key in ("kp1", "kp1", "kpenter"):
        stage.press(key)
        time.sleep(2.5)
    for letter in CANARY:
        stage.press(letter)
    time.sleep(2)
    assert holders(stage).get("renderer"), "the canary was never typed"
    stage.press("f16")
    stage.eventually(lambda: "renderer" not in holders(stage), within_s=20)
    profile = [path for path in (stage.run / "home").rglob("*") if path.is_file()]
    for path in profile:
        assert CANARY.encode() not in path.read_bytes(), path
