"""Clips that play in a loop: what the unit holds in memory does not grow.

A minute in CI, five in the long tier. A leak of one picture of 320x240 (a third of a MiB with its resized
copy) in each lap of seven seconds is 2.6 MiB a minute, so the slope may be half of that: what is left is what
the allocator and SQLite's caches still gain after the warm-up, which is told by the longer run to be an end.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.vision.conftest import RunningUnit, eventually
from tests.vision.gate.film import pictures, write

MIB = 1024 * 1024


@dataclass(frozen=True)
class Soak:
    warm_s: float
    seconds: float
    most_mib_per_min: float


def rss_mib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "soak",
    [Soak(25, 45, 1.3), pytest.param(Soak(60, 300, 0.5), marks=pytest.mark.long)],
    ids=["a minute", "five minutes"],
)
def test_memory_does_not_grow(
    soak: Soak, media: Path, unit: Callable[[str], RunningUnit], tmp_path: Path
) -> None:
    street = write(tmp_path / "street.mp4", pictures(60, walks=(10, 50)))
    clip = media / "intel_sample_videos/store-aisle-detection.gif"
    running = unit(
        "health_every_s = 5\n"
        + "".join(
            f"[[cameras]]\nname = '{name}'\nsource = {json.dumps(str(source))}\n"
            for name, source in (("aisle", clip), ("street", street))
        )
    ).start()
    eventually(lambda: running.of("vision.track.started"), within_s=60)
    assert running.process is not None
    pid = running.process.pid
    time.sleep(soak.warm_s)
    began, samples = time.monotonic(), []
    while (passed_s := time.monotonic() - began) < soak.seconds:
        samples.append((passed_s / 60, rss_mib(pid)))
        time.sleep(0.5)
    minutes, held = np.array(samples).T
    slope = float(np.polyfit(minutes, held, 1)[0])
    assert slope < soak.most_mib_per_min, f"{slope:.2f} MiB a minute, from {held[0]:.0f} to {held[-1]:.0f}"
    assert held.max() < 150 + 15 * 2
    assert running.stop() == 0
