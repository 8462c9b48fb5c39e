"""How well and how fast the tracker follows, beside norfair and ByteTrack on the same detections.

    scripts/bench tracker [--seed N] [--scenario NAME] [--seconds S] [--model NAME] [--video FILE] [--json]

The sequences are scenes of the street simulator at 10 frames a second, their truth made into what a detector
would say (`Noise`), or what the model `--model` says of the rendered pictures. TrackEval gives HOTA, IDF1 and
MOTA as for MOT17; people and vehicles are separate sequences. Who is hidden by more than four fifths, or too
small, is neither asked for nor counted as wrong.

`speedup_20` is the median time of a step of norfair over ours, with 20 objects, taking turns in one process;
norfair is set up as Frigate does it, with a distance of its own in Python. `speedup_20_iou` is the same with
the quickest of norfair's own distances. Of norfair's and ByteTrack's two settings each, the scores are of the
better, which `setting_norfair` and `setting_bytetrack` name.

With `--video`, the detections are those of the default model on that footage. It has no truth, so only the
number of tracks of each is told.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from edge_agent.device import Device
from edge_agent.street.cast.actor import LABELS
from edge_agent.street.painter import Street
from edge_agent.street.scenario import load_scenario
from edge_agent.street.truth import Seen, Truth
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.models import load_detector
from edge_agent.vision.resize import Resizer
from edge_agent.vision.settings import CameraSettings, VisionSettings

CHECKOUT = Path(__file__).resolve().parent.parent
PYTHON = CHECKOUT / ".venv-bench/bin/python"
SCENARIOS = ("rush_hour", "occlusion", "market", "queue", "high_mast")
FPS = 10.0
ASKED_VISIBILITY = 0.2
ASKED_HEIGHT_PX = 12
_ASKED, _NOT_ASKED = 1, 8
"""The classes of MOT17 for a pedestrian, and for a distractor, of which no answer is right or wrong."""

Row = tuple[float, float, float, float, float, int]
"""Left, top, right, bottom in pixels, score, label."""


class Noise:
    """What a detector makes of the truth; its errors go on from frame to frame, as real ones do."""

    def __init__(self, rng: np.random.Generator, *, width: int, height: int) -> None:
        self._rng = rng
        self._size = width, height
        self._drift: dict[int, NDArray[np.float64]] = {}
        self._ghosts: list[tuple[Row, int]] = []

    def __call__(self, seen: Sequence[Seen]) -> Iterator[Row]:
        """The detections of one frame."""
        for one in seen:
            yield from self._of(one)
        yield from self._ghostly()

    def _of(self, one: Seen) -> Iterator[Row]:
        rng = self._rng
        edges = np.array(one.box)
        width, height = edges[2] - edges[0], edges[3] - edges[1]
        scale = np.array([width, height, width, height])
        drift = self._drift.get(one.number, np.zeros(4))
        self._drift[one.number] = drift = 0.8 * drift + rng.normal(0, 0.015, 4)
        hidden = 1.0 - one.visibility
        edges = edges + scale * (drift + rng.normal(0, 0.02 + 0.06 * hidden, 4))
        small = min(1.0, one.height_px / 40)
        score = 0.85 * small**0.5 * (1 - hidden**2) + rng.normal(0, 0.1)
        if score < 0.1 or rng.random() < 0.04 + 0.1 * (1 - small) or edges[2] - edges[0] < 2:
            return
        label = LABELS.index(one.label)
        yield (*self._clipped(edges), min(score, 0.99), label)
        if rng.random() < 0.02:  # the detector's own suppression leaves a second box now and then
            part = edges + scale * np.array([0.1, 0.0, -0.1, -0.45])
            yield (*self._clipped(part), min(score, 0.99) * 0.7, label)

    def _ghostly(self) -> Iterator[Row]:
        """What is not there: some come once, some stay a while."""
        rng = self._rng
        if rng.random() < 0.08:
            width, height = self._size
            tall = rng.uniform(20, 80)
            left, top = rng.uniform(0, width - tall * 0.4), rng.uniform(0, height - tall)
            row = (left, top, left + tall * 0.4, top + tall, rng.uniform(0.15, 0.6), 0)
            self._ghosts.append((row, int(rng.geometric(0.4))))
        for row, _ in self._ghosts:
            jitter = rng.normal(0, 1.5, 4)
            left, top, right, bottom = (float(edge) for edge in np.array(row[:4]) + jitter)
            yield (left, top, right, bottom, max(0.1, row[4] + rng.normal(0, 0.05)), row[5])
        self._ghosts = [(row, left - 1) for row, left in self._ghosts if left > 1]

    def _clipped(self, edges: NDArray[np.float64]) -> tuple[float, float, float, float]:
        width, height = self._size
        left, right = np.clip(edges[[0, 2]], 0, width)
        top, bottom = np.clip(edges[[1, 3]], 0, height)
        return float(left), float(top), max(float(right), float(left) + 1), max(float(bottom), float(top) + 1)


@dataclass(slots=True)
class Found:
    """The detections of a scene, gathered frame by frame."""

    folder: Path
    width: int
    height: int
    fps: float

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)

    def write(self, frames: Sequence[tuple[float, Sequence[Row]]]) -> None:
        """Write (time, detections) of all frames."""
        rows = np.array([row for _, some in frames for row in some], float).reshape(-1, 6)
        np.savez(
            self.folder / "found.npz",
            size=(self.width, self.height),
            fps=self.fps,
            times_s=np.array([at_s for at_s, _ in frames]),
            frame=np.repeat(np.arange(len(frames)), [len(some) for _, some in frames]),
            boxes=rows[:, :4].astype(np.float32),
            scores=rows[:, 4].astype(np.float32),
            labels=rows[:, 5].astype(np.intp),
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench tracker", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scenario", action="append", help=f"default: {', '.join(SCENARIOS)}")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each scene")
    parser.add_argument("--model", help="detections of this model on rendered pictures")
    parser.add_argument("--video", type=Path, action="append", default=[], help="footage, without truth")
    parser.add_argument("--json", action="store_true", help="print one JSON object last, and nothing else")
    arguments = parser.parse_args()
    if not PYTHON.exists():
        sys.exit("bench tracker: there is no .venv-bench; run: scripts/setup bench")
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as name:
        folder = Path(name)
        for video in arguments.video:
            watch(video, folder / "scenes" / video.stem, data=folder)
        for scenario in () if arguments.video else arguments.scenario or SCENARIOS:
            play(
                scenario,
                folder / "scenes" / Path(scenario).stem,
                seed=arguments.seed,
                seconds=arguments.seconds,
                detector=_detector(folder, arguments.model) if arguments.model else None,
            )
        result = compare(folder / "scenes")
    if not arguments.json:
        for key, value in result.items():
            print(f"{key:>24}: {value}")
    print(json.dumps(result))


def play(name: str, folder: Path, *, seed: int, seconds: float, detector: SsdDetector | None = None) -> None:
    """A scene of the simulator: its detections and its truth."""
    scenario = load_scenario(name).model_copy(update={"fps": FPS})
    street = Street(scenario, seed=seed)
    truth = Truth(street)
    noise = Noise(np.random.default_rng([seed, 0]), width=scenario.width, height=scenario.height)
    frames: list[tuple[float, list[Row]]] = []
    asked: dict[int, list[str]] = {label: [] for label in range(len(LABELS))}
    resizer = Resizer(detector.input_size) if detector else None
    for number in range(min(scenario.frames, round(seconds * FPS))):
        if truth.stale(number) or truth.blind(number):
            frames.append((number / FPS, []))
            continue
        seen = truth.frame(number)
        if detector is not None and resizer is not None:
            image = av.VideoFrame.from_ndarray(street.picture(number), format="rgb24")
            rows = list(_rows(detector, resizer(image), (scenario.width, scenario.height), LABELS))
        else:
            rows = list(noise(seen))
        frames.append((number / FPS, rows))
        for one in seen:
            counts = one.visibility >= ASKED_VISIBILITY and one.height_px >= ASKED_HEIGHT_PX
            left, top, right, bottom = one.box
            asked[LABELS.index(one.label)].append(
                f"{number + 1},{one.number},{left:.2f},{top:.2f},{right - left:.2f},{bottom - top:.2f},1,"
                f"{_ASKED if counts else _NOT_ASKED},{one.visibility:.3f}"
            )
    Found(folder, scenario.width, scenario.height, FPS).write(frames)
    for label, lines in asked.items():
        if lines:
            (folder / f"gt_{label}.txt").write_text("\n".join(lines) + "\n")


def watch(video: Path, folder: Path, *, data: Path) -> None:
    """The default model's detections of people and vehicles in footage."""
    detector = _detector(data, None)
    resizer = Resizer(detector.input_size)
    frames = []
    with av.open(video) as container:
        stream = container.streams.video[0]
        due_s = 0.0
        for image in container.decode(stream):
            if image.time < due_s:
                continue
            due_s = max(due_s + 1 / FPS, image.time)
            size = image.width, image.height
            frames.append((image.time, list(_rows(detector, resizer(image), size, detector.labels))))
    Found(folder, *size, FPS).write(frames)


def compare(folder: Path) -> dict[str, Any]:
    """Let every tracker follow the scenes in `folder`."""
    command = [str(PYTHON), "-m", "bench._trackers", str(folder)]
    said = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, check=True).stdout
    told = json.loads(said.splitlines()[-1])  # before it, a library may say what it could not import
    steps, scores, tracks = told["step_ms"], told["scores"], told["tracks"]
    at_20 = steps["20"]
    result: dict[str, Any] = {
        "speedup_20": round(at_20["norfair_frigate"] / at_20["ours"], 1),
        "speedup_20_iou": round(at_20["norfair_iou"] / at_20["ours"], 1),
        "speedup_20_bytetrack": round(at_20["bytetrack_ours"] / at_20["ours"], 1),
    }
    for name in ("ours", "norfair", "bytetrack") if scores else ():
        variants = [variant for variant in scores if variant.split("_")[0] == name]
        best = max(variants, key=lambda variant: float(scores[variant]["hota"]))
        suffix = "" if name == "ours" else f"_{name}"
        result |= {f"{key}{suffix}": value for key, value in scores[best].items()}
        if suffix:
            result[f"setting{suffix}"] = best.removeprefix(f"{name}_")
    result |= {f"tracks_{name}": count for name, count in tracks.items()}
    for count, by_name in steps.items():
        result |= {f"step_ms_{count}_{name}": value for name, value in by_name.items()}
    return result


def _rows(
    detector: SsdDetector, picture: NDArray[np.uint8], size: tuple[int, int], labels: Sequence[str]
) -> Iterator[Row]:
    found = detector.detect(picture)
    boxes = found.boxes * np.array([*size, *size], np.float32)
    for box, score, label in zip(boxes.tolist(), found.scores.tolist(), found.labels.tolist(), strict=True):
        name = detector.labels[label]
        if name in labels:
            yield (box[0], box[1], box[2], box[3], score, labels.index(name))


def _detector(data: Path, model: str | None) -> SsdDetector:
    camera = CameraSettings(name="bench", source="none")
    settings = VisionSettings(cameras=[camera], **({"model": model} if model else {}))
    return load_detector(Device(region="17.07", name="bench", data=data, run=data), settings)


if __name__ == "__main__":
    main()
