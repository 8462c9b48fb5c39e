"""The real detector, real pictures, and a vision unit as a process."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.model_store.manifest import load_manifest, manifests_folder
from edge_agent.model_store.store import ModelStore, default_folder, default_mirror, default_places
from edge_agent.vision.camera import Source
from edge_agent.vision.detector import Detections
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.settings import GateSettings
from edge_agent.vision.gate.tally import Tally
from edge_agent.vision.gate.watch import Watch
from edge_agent.vision.litert import SsdDetector

DEVICE = 'region = "17.07"\nname = "lebong-001"\ndata = "data"\nrun = "run"\n'


@pytest.fixture(scope="session")
def media() -> Path:
    """The mirror's pictures and clips."""
    mirror = default_mirror()
    if mirror is None or not (mirror / "media").is_dir():
        pytest.skip("no mirror folder with media: set LOKET_MIRROR")
    return mirror / "media"


@pytest.fixture(scope="session")
def clip(media: Path) -> Path:
    """Six people walk through a room, one after the other; 139 s."""
    return media / "intel_sample_videos/one-by-one-person-detection.mp4"


def model(name: str) -> Path:
    """The weights of a model, verified; skips where they cannot be had."""
    if default_mirror() is None:
        pytest.skip("no mirror folder: set LOKET_MIRROR")
    manifest = load_manifest(name, folder=manifests_folder())
    return ModelStore(default_folder(), default_places()).resolve(manifest, manifest.weights)


@pytest.fixture(scope="session")
def detector() -> SsdDetector:
    """SSD on the real runtime."""
    labels = load_manifest("ssd_mobilenet_v1_coco", folder=manifests_folder()).labels
    return SsdDetector(model("ssd_mobilenet_v1_coco"), labels=labels)


def picture_of(path: Path) -> av.VideoFrame:
    """The first picture of an image or a video."""
    with av.open(path) as container:
        return next(container.decode(video=0))


def detections(*rows: tuple[float, float, float, float, float, int]) -> Detections:
    """Detections from (left, top, right, bottom, score, label)."""
    table: NDArray[np.float64] = np.array(rows, np.float64).reshape(-1, 6)
    return Detections(
        table[:, :4].astype(np.float32), table[:, 4].astype(np.float32), table[:, 5].astype(np.intp)
    )  # fmt: skip


def ungated(*, interest: Interest | None = None, tally: Tally | None = None) -> Watch:
    """A watch without a gate: it shows everything."""
    return Watch(
        GateSettings(enabled=False), most_per_s=1e6, interest=interest or Interest(), tally=tally or Tally()
    )


def pictures_of(source: Source) -> Iterator[av.VideoFrame]:
    """All pictures of a source, decoded."""
    return (frame.image for frame in ungated().frames(source.frames()))


def eventually(check: Callable[[], Any], *, within_s: float = 30.0) -> Any:
    """What `check` gives once it is true. Raises AssertionError after `within_s`."""
    give_up = time.monotonic() + within_s
    while not (value := check()):
        assert time.monotonic() < give_up, f"not within {within_s} s: {check}"
        time.sleep(0.05)
    return value


@dataclass
class RunningUnit:
    """`edge-vision` as a process, and what it has told."""

    folder: Path
    process: "subprocess.Popen[str] | None" = None

    @classmethod
    def configured(cls, folder: Path, vision: str) -> "RunningUnit":
        """A settings folder with `vision.toml`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "device.toml").write_text(DEVICE)
        (folder / "vision.toml").write_text(vision)
        return cls(folder)

    def start(self) -> "RunningUnit":
        """Start the process."""
        with (self.folder / "stderr").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "edge_agent.vision.app", "--config", str(self.folder)],
                stderr=log, env={**os.environ, "NOTIFY_SOCKET": ""}, text=True,
            )  # fmt: skip
        return self

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Signal it, and its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(20)

    def run_to_end(self) -> tuple[int, str]:
        """Exit status and standard error of a unit that should end by itself."""
        self.start()
        assert self.process is not None
        return self.process.wait(30), self.errors

    @property
    def errors(self) -> str:
        """Its standard error so far."""
        return (self.folder / "stderr").read_text()

    @property
    def log(self) -> list[dict[str, Any]]:
        """Its log so far."""
        return [json.loads(line) for line in self.errors.splitlines() if line.startswith("{")]

    def rows(self, stream: str = "events") -> list[tuple[str, dict[str, Any]]]:
        """(kind, data) of the rows in its outbox, in order."""
        path = self.folder / "data/outbox/machine" / f"{stream}.db"
        if not path.exists():
            return []
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            found = database.execute("SELECT kind, data FROM rows ORDER BY seq").fetchall()
        except sqlite3.OperationalError:
            return []  # it is just being made
        finally:
            database.close()
        return [(kind, json.loads(data)) for kind, data in found]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The data of its events of one kind."""
        return [data for found, data in self.rows() if found == kind]

    @property
    def health(self) -> list[dict[str, Any]]:
        """Its health events."""
        return [data for _, data in self.rows("telemetry")]

    @property
    def snapshots(self) -> list[Path]:
        """The pictures in its spool."""
        return sorted((self.folder / "data/snapshots").glob("*.jpg"))


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Callable[[str], RunningUnit]]:
    """Make a unit with the given `vision.toml`; it is ended with the test."""
    made: list[RunningUnit] = []

    def make(vision: str) -> RunningUnit:
        made.append(RunningUnit.configured(tmp_path / f"device-{len(made)}", vision))
        return made[-1]

    yield make
    for each in made:
        if each.process is not None and each.process.poll() is None:
            each.process.kill()
            each.process.wait(10)
