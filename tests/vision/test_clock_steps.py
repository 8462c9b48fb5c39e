"""A wall clock that jumps while the unit works: a day on, a day back, 1970. No track, no duration changes."""

import json
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import pytest

from edge_agent.device import load_device
from edge_agent.vision.models import serving_of, wanted_of
from edge_agent.vision.settings import load_vision
from tests.vision.conftest import RunningUnit, eventually, picture_of

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
JUMPS = ("+1d", "-1d", "@1970-01-01 00:10:00", "+0d")

pytestmark = [
    pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed: apt-get install libfaketime"),
    pytest.mark.timeout(240),
]


def test_a_clock_that_jumps_changes_no_duration_and_ends_no_track(
    media: Path, unit: Callable[[str], RunningUnit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = standing(media / "coral_images/grace_hopper.bmp", tmp_path / "standing.mp4")
    running = unit(
        "health_every_s = 1\n[[cameras]]\nname = 'gate'\nlabels = ['person']\n"
        f"source = {json.dumps(str(film))}\nmax_fps = 5\ngate.enabled = false\n"
    )
    pass_the_canary(running)
    wall = tmp_path / "faketime"
    wall.write_text("+0d\n")
    for name, value in {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(wall),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_NO_CACHE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    running.start()
    monkeypatch.undo()
    eventually(lambda: running.of("vision.track.started"), within_s=60)
    began = time.monotonic()
    for jump in JUMPS:
        wall.write_text(jump + "\n")
        enough = looked_at(running) + 6
        eventually(partial(reached, running, enough), within_s=60)
        assert running.of("vision.track.ended") == []
    passed_s = time.monotonic() - began
    assert running.stop() == 0
    (ended,) = running.of("vision.track.ended")
    assert passed_s - 3 <= ended["duration_s"] <= passed_s + 60
    for health in running.health:
        assert 0 <= health["metrics"]["uptime_s"] < passed_s + 120
        assert health["metrics"]["readers_replaced_total"] == 0
        assert health["metrics"]["frames_per_s"] < 100


def pass_the_canary(running: RunningUnit) -> None:
    """Before time is faked: under libfaketime 0.9.10 a process cannot wait for another with a time limit."""
    settings = load_vision(running.folder)
    serving_of(load_device(running.folder), settings).choose(wanted_of(settings))


def looked_at(running: RunningUnit) -> int:
    return int(running.health[-1]["metrics"]["inferences_total"]) if running.health else 0


def reached(running: RunningUnit, count: int) -> bool:
    return looked_at(running) >= count


def standing(picture: Path, film: Path) -> Path:
    """Half a minute of one picture with somebody in it."""
    image = picture_of(picture).reformat(width=320, height=384, format="yuv420p")
    with av.open(str(film), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = image.width, image.height, "yuv420p"
        for number in range(300):
            image.pts, image.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(image))
        container.mux(stream.encode(None))
    return film
