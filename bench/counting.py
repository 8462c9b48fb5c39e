"""How well lines count: on held-out scenes of the street simulator, whose true passages are known.

    scripts/bench counting [--scenes N] [--seconds S] [--seed N] [--model NAME | --no-model] [--json]

The scenes are the scenarios that no model was trained on, by seeds from `--seed` on, ten frames a second.
`error_perfect`: with a perfect detector (the true box of everybody in the picture) that is made to flicker:
a tenth of the boxes is missing and a seventh unsure, at random, frame by frame. `error_visible`: the same,
without those of whom less than a fifth can be seen. `error_own_model`: what `--model` finds in the rendered
pictures. An error is the passages that were missed and the counts without a passage, over the passages; a
passage and a count belong together by line, label, direction and time, so that one too many here does not
make up for one too few there. `net_` errors are those of the sums alone, by line and direction.
`optional` passages may be counted or not (see `bench/_counting.py`). `entries` compares how often zones were
entered with the truth, `dwell_s` the median dwell times.
"""

import argparse
import itertools
import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from av import VideoFrame
from rich.console import Console
from rich.progress import Progress

from bench._counting import (
    EARLY_S,
    LATE_S,
    Flicker,
    Key,
    Passage,
    Score,
    boxes_of,
    counted,
    dwelled,
    lane_of,
    passages,
    scene,
    score,
)
from edge_agent.device import Device
from edge_agent.street.painter import Street
from edge_agent.street.scenario import Scenario, load_scenario, names
from edge_agent.street.truth import Seen, Truth
from edge_agent.vision.detector import Detections
from edge_agent.vision.lane import Lane
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.models import load_detector
from edge_agent.vision.resize import Resizer
from edge_agent.vision.saying import Saying
from edge_agent.vision.settings import CameraSettings, VisionSettings

FPS = 10.0
FIRST_SEED = 7001
VISIBLE = 0.2
PROCESSES = 2


@dataclass(slots=True)
class Tally:
    """What one way of seeing came to."""

    score: Score = field(default_factory=lambda: Score(0, 0, 0, 0))
    net: int = 0
    entered: int = 0
    true_entered: int = 0
    dwells_s: list[float] = field(default_factory=list)
    true_dwells_s: list[float] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in another scene."""
        self.score += other.score
        self.net += other.net
        self.entered += other.entered
        self.true_entered += other.true_entered
        self.dwells_s += other.dwells_s
        self.true_dwells_s += other.true_dwells_s


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench counting", description=__doc__)
    parser.add_argument("--scenes", type=int, default=50, help="how many; default: 50")
    parser.add_argument("--seconds", type=float, default=45.0, help="of each scene; default: 45")
    parser.add_argument("--seed", type=int, default=FIRST_SEED, help=f"the first; default: {FIRST_SEED}")
    parser.add_argument("--scenario", action="append", help="default: those that are held out")
    parser.add_argument("--model", default="street_sim", help="default: street_sim")
    parser.add_argument("--no-model", action="store_true", help="the perfect detector alone: no rendering")
    parser.add_argument("--json", action="store_true", help="print one JSON object last, and nothing else")
    arguments = parser.parse_args()
    chosen = arguments.scenario or [name for name in names() if load_scenario(name).held_out]
    seeds = itertools.count(arguments.seed)
    scenes = list(itertools.islice(((name, seed) for seed in seeds for name in chosen), arguments.scenes))
    model = None if arguments.no_model else arguments.model
    result = measure(scenes, seconds=arguments.seconds, model=model)
    if not arguments.json:
        for name, value in result.items():
            print(f"{name:>22}: {value}")
    print(json.dumps(result))


def measure(scenes: Sequence[tuple[str, int]], *, seconds: float, model: str | None) -> dict[str, object]:
    """The figures over these scenes."""
    tallies: dict[str, Tally] = {}
    with (
        Progress(console=Console(stderr=True), transient=True) as progress,
        ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool,
    ):
        bar = progress.add_task("scenes", total=len(scenes))
        jobs = [pool.submit(look, name, seed, seconds=seconds, model=model) for name, seed in scenes]
        for job in as_completed(jobs):
            for way, tally in job.result().items():
                tallies.setdefault(way, Tally()).add(tally)
            progress.advance(bar)
    perfect = tallies["perfect"]
    result: dict[str, object] = {
        "scenes": len(scenes),
        "scenarios": sorted({name for name, _ in scenes}),
        "passages": perfect.score.demanded,
        "optional": perfect.score.optional,
    }
    for way, tally in tallies.items():
        demanded = max(1, tally.score.demanded)
        result |= {
            f"error_{way}": round(tally.score.error, 4),
            f"missed_{way}": tally.score.missed,
            f"extra_{way}": tally.score.extra,
            f"net_{way}": round(tally.net / demanded, 4),
            f"entries_{way}": round(tally.entered / max(1, tally.true_entered), 4),
            f"dwell_s_{way}": round(_median(tally.dwells_s), 2),
        }
    return result | {"dwell_s": round(_median(perfect.true_dwells_s), 2)}


def look(name: str, seed: int, *, seconds: float, model: str | None) -> dict[str, Tally]:
    """What each way of seeing counts in one scene."""
    cv2.setNumThreads(1)
    scenario = scene(name, seconds=seconds, fps=FPS)
    street = Street(scenario, seed=seed)
    truth = Truth(street)
    true = passages(street)
    lanes: dict[str, Lane] = {way: lane_of(scenario, truth) for way in ("perfect", "visible")}
    said: dict[str, list[Saying]] = {way: [] for way in lanes}
    detect = _detector(model) if model else None
    if detect is not None:
        labels, see = detect
        lanes["own_model"], said["own_model"] = lane_of(scenario, truth, labels=labels), []
    rngs = {"perfect": np.random.default_rng([seed, 1]), "visible": np.random.default_rng([seed, 1])}
    for number in range(scenario.frames):
        seen = truth.frame(number)
        for way, lane in lanes.items():
            if way == "own_model":
                found = see(street.picture(number))
            else:
                found = _oracle(seen, scenario, rngs[way], visible=VISIBLE if way == "visible" else 0.0)
            said[way] += lane.see(found, captured_s=number / FPS)
    for way, lane in lanes.items():
        said[way] += lane.finish(scenario.frames / FPS)
    stays = [
        stay for stay in truth.events().stays if EARLY_S <= stay.entered_s <= scenario.duration_s - LATE_S
    ]
    return {
        way: _tally(told, true, scenario, true_dwells_s=[stay.dwell_s for stay in stays])
        for way, told in said.items()
    }


def _tally(
    said: Sequence[Saying], true: Sequence[Passage], scenario: Scenario, *, true_dwells_s: list[float]
) -> Tally:
    found = counted(said)
    entered, dwells_s = dwelled(said, from_s=EARLY_S, until_s=scenario.duration_s - LATE_S)
    return Tally(
        score=score(true, found, lasts_s=scenario.duration_s),
        net=_net(true, found, scenario.duration_s),
        entered=entered,
        true_entered=len(true_dwells_s),
        dwells_s=dwells_s,
        true_dwells_s=true_dwells_s,
    )


def _net(true: Sequence[Passage], found: Sequence[tuple[Key, float]], lasts_s: float) -> int:
    """How far the sums are off, by line, label and direction; optional passages may be counted or not."""
    least = Counter(passage.key for passage in true if passage.demanded)
    most = Counter(passage.key for passage in true)
    sums = Counter(key for key, at_s in found if EARLY_S <= at_s <= lasts_s - LATE_S)
    return sum(max(0, least[key] - sums[key], sums[key] - most[key]) for key in {*most, *sums})


def _oracle(
    seen: Sequence[Seen], scenario: Scenario, rng: np.random.Generator, *, visible: float
) -> Detections:
    return boxes_of(seen, scenario, rng=rng, flicker=Flicker(), visible=visible)


class _Eyes:
    """A model that looks at rendered pictures as the unit does."""

    def __init__(self, detector: SsdDetector) -> None:
        self._detector = detector
        self._resizer = Resizer(detector.input_size)

    def __call__(self, picture: np.ndarray) -> Detections:
        return self._detector.detect(self._resizer(VideoFrame.from_ndarray(picture, format="rgb24")))


def _detector(model: str) -> tuple[Sequence[str], _Eyes]:
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as data:
        device = Device(region="17.07", name="bench", data=Path(data), run=Path(data))
        camera = CameraSettings(name="none", source="none", labels=["person"])
        detector = load_detector(device, VisionSettings(cameras=[camera], model=model, threads=1))
    return detector.labels, _Eyes(detector)


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0


if __name__ == "__main__":
    main()
