"""Clips that play in a loop: what the unit holds in memory does not grow.

Five minutes in CI, an hour in the long tier. A leak of one picture of 320x240 (a third of a MiB with its
resized copy) in each lap of seven seconds is 2.6 MiB a minute. The slope is the median of the slopes between
all pairs of samples (Theil and Sen): what an allocator takes once, whenever it does, is no slope; what grows
steadily is.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

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


def slope_of(at: NDArray[np.float64], held: NDArray[np.float64]) -> float:
    """The median slope of all pairs of samples."""
    first, second = np.triu_indices(len(at), k=1)
    return float(np.median((held[second] - held[first]) / (at[second] - at[first])))


def test_one_step_is_no_slope_and_a_leak_is() -> None:
    at = np.linspace(0, 5, 300)
    assert slope_of(at, np.where(at < 2, 130.0, 133.0)) == 0
    assert slope_of(at, 130 + 0.3 * np.floor(at * 60 / 7)) == pytest.approx(2.6, abs=0.1)


@pytest.mark.parametrize(
    "soak",
    [
        pytest.param(Soak(60, 300, 0.5), marks=pytest.mark.timeout(600), id="five minutes"),
        pytest.param(Soak(60, 3600, 0.05), marks=[pytest.mark.timeout(4200), pytest.mark.long], id="an hour"),
    ],
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
        time.sleep(1)
    minutes, held = np.array(samples).T
    slope = slope_of(minutes, held)
    assert slope < soak.most_mib_per_min, f"{slope:.2f} MiB a minute, from {held[0]:.0f} to {held[-1]:.0f}"
    assert held.max() < 150 + 15 * 2
    assert running.stop() == 0
