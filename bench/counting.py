"""How well lines count: on held-out scenes of the street simulator, whose true passages are known.

    scripts/bench counting [--scenes N] [--seconds S] [--seed N] [--model NAME | --no-model] [--threshold T]
                           [--keep DIR] [--json]

The scenes are the scenarios that no model was trained on, by seeds from `--seed` on, ten frames a second.
`error_perfect`: with a perfect detector, the true box of everybody in the picture, hidden or not.
`error_flickering`: the same, with a tenth of the boxes missing and a seventh unsure, at random, frame by
frame. `error_visible`: that, without those of whom less than a fifth can be seen. `error_own_model`: what
`--model` finds in the rendered pictures. An error is the passages that were missed and the counts without a
passage, over the passages; a passage and a count belong together by line, label, direction and time, so that
one too many here does not make up for one too few there. `net_` errors are those of the sums alone, by line
and direction. `optional` passages may be counted or not (see `bench/_counting.py`). `entries` compares how
often zones were entered with the truth, `dwell_s` the median dwell times.

Why the model's counts are wrong, by share of the passages: `missed_hidden` were hidden by more than four
fifths for a whole second before or after they passed; `missed_unfound` were to be seen, but the model did not
find them surely for a second before or after; `missed_lost` are the tracker's and the rule's. Of the counts
without a passage, `extra_double` are within two seconds of a passage that is counted already, `extra_ghost`
of none.

`--keep DIR` keeps there what was found in each scene and takes it from there: a change of tracker, rules or
threshold is then measured in a minute. The threshold was chosen on other seeds.
"""

import argparse
import itertools
import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from bench._counting import (
    EARLY_S,
    LATE_S,
    SLACK_S,
    Flicker,
    Key,
    Passage,
    Score,
    boxes_of,
    counted,
    dwelled,
    errors,
    lane_of,
    passages,
    scene,
    score,
    watch,
)
from bench._film import Film, film
from edge_agent.device import Device
from edge_agent.street.cast.actor import LABELS
from edge_agent.street.painter import Street
from edge_agent.street.scenario import Scenario, load_scenario, names
from edge_agent.street.truth import Truth
from edge_agent.vision.detector import Detections
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.models import load_detector
from edge_agent.vision.saying import Saying
from edge_agent.vision.settings import CameraSettings, VisionSettings
from edge_agent.vision.tracker import overlaps

FPS = 10.0
FIRST_SEED = 9001
THRESHOLD = 0.6
VISIBLE = 0.2
AROUND_S = 1.0
FOUND_OVERLAP = 0.4
PROCESSES = 2


@dataclass(slots=True)
class Tally:
    """What one way of seeing came to."""

    score: Score = field(default_factory=lambda: Score(0, 0, 0, 0))
    net: int = 0
    entered: int = 0
    true_entered: int = 0
    why: Counter[str] = field(default_factory=Counter)
    dwells_s: list[float] = field(default_factory=list)
    true_dwells_s: list[float] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in another scene."""
        self.score += other.score
        self.net += other.net
        self.why += other.why
        self.entered += other.entered
        self.true_entered += other.true_entered
        self.dwells_s += other.dwells_s
        self.true_dwells_s += other.true_dwells_s


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench counting", description=__doc__)
    parser.add_argument("--scenes", type=int, default=50, help="how many; default: 50")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each scene; default: 20")
    parser.add_argument("--seed", type=int, default=FIRST_SEED, help=f"the first; default: {FIRST_SEED}")
    parser.add_argument("--scenario", action="append", help="default: those that are held out")
    parser.add_argument("--model", default="street_sim", help="default: street_sim")
    parser.add_argument("--no-model", action="store_true", help="the perfect detector alone: no rendering")
    parser.add_argument(
        "--threshold", type=float, default=THRESHOLD, help=f"the model's; default: {THRESHOLD}"
    )
    parser.add_argument("--keep", type=Path, help="folder: keep what was found, and begin from what is there")
    parser.add_argument("--json", action="store_true", help="print one JSON object last, and nothing else")
    arguments = parser.parse_args()
    chosen = arguments.scenario or [name for name in names() if load_scenario(name).held_out]
    seeds = itertools.count(arguments.seed)
    scenes = list(itertools.islice(((name, seed) for seed in seeds for name in chosen), arguments.scenes))
    model = None if arguments.no_model else arguments.model
    look_ = partial(
        look, seconds=arguments.seconds, model=model, threshold=arguments.threshold, keep=arguments.keep
    )
    result = measure(scenes, look_)
    if not arguments.json:
        for name, value in result.items():
            print(f"{name:>22}: {value}")
    print(json.dumps(result))


def measure(
    scenes: Sequence[tuple[str, int]], look_: Callable[[str, int], dict[str, Tally]]
) -> dict[str, object]:
    """The figures over these scenes."""
    tallies: dict[str, Tally] = {}
    with (
        Progress(console=Console(stderr=True), transient=True) as progress,
        ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool,
    ):
        bar = progress.add_task("scenes", total=len(scenes))
        jobs = [pool.submit(look_, name, seed) for name, seed in scenes]
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
    if "own_model" in tallies:
        why = tallies["own_model"].why
        passed = max(1, perfect.score.demanded)
        for cause in ("missed_hidden", "missed_unfound", "missed_lost", "extra_double", "extra_ghost"):
            result[cause] = round(why[cause] / passed, 4)
        result["error_by_scenario"] = {
            name: round(why[f"wrong {name}"] / max(1, why[f"passages {name}"]), 4)
            for name in sorted({name for name, _ in scenes})
        }
    return result | {"dwell_s": round(_median(perfect.true_dwells_s), 2)}


def look(
    name: str, seed: int, *, seconds: float, model: str | None, threshold: float, keep: Path | None
) -> dict[str, Tally]:
    """What each way of seeing counts in one scene."""
    scenario = scene(name, seconds=seconds, fps=FPS)
    street = Street(scenario, seed=seed)
    shape = Truth(street)
    true = passages(street)
    kept = keep / f"{name}-{seed}-{seconds:g}s-{_hash(model) if model else 'none'}.npz" if keep else None
    seen = film(street, partial(_detector, model) if model else None, kept=kept)
    stays = [
        stay for stay in shape.events().stays if EARLY_S <= stay.entered_s <= scenario.duration_s - LATE_S
    ]
    tallies = {}
    for way, found in _ways(seen, seed):
        own = {"threshold": threshold} if way == "own_model" else {}
        lane = lane_of(
            scenario, shape, labels=_settings(model).manifest.labels if model and own else LABELS, **own
        )
        said = list(watch(lane, found, fps=FPS))
        tallies[way] = _tally(said, true, scenario, true_dwells_s=[stay.dwell_s for stay in stays])
        if own:
            missed, extra = errors(true, counted(said), lasts_s=scenario.duration_s)
            why = tallies[way].why
            why.update(_why_missed(passage, seen, threshold) for passage in missed)
            why.update(_why_extra(key, at_s, true) for key, at_s in extra)
            why[f"wrong {name}"] = len(missed) + len(extra)
            why[f"passages {name}"] = tallies[way].score.demanded
    return tallies


def _ways(seen: Film, seed: int) -> Iterator[tuple[str, list[Detections]]]:
    """The detections of each way of seeing."""
    for way, flicker, visible in (
        ("perfect", Flicker(0.0, 0.0), 0.0),
        ("flickering", Flicker(), 0.0),
        ("visible", Flicker(), VISIBLE),
    ):
        rng = np.random.default_rng([seed, 1])
        scenario = seen.street.scenario
        yield way, [boxes_of(one, scenario, rng=rng, flicker=flicker, visible=visible) for one in seen.truth]
    if seen.found is not None:
        yield "own_model", seen.found


def _why_missed(passage: Passage, seen: Film, threshold: float) -> str:
    """Whether the model could see whoever passed, and found them, before and after."""
    middle, span = round(passage.at_s * FPS), round(AROUND_S * FPS)
    sides = range(middle - span, middle), range(middle, middle + span)
    if not all(any(_visible(seen, n, passage.number) for n in side) for side in sides):
        return "missed_hidden"
    if not all(any(_is_found(seen, n, passage.number, threshold) for n in side) for side in sides):
        return "missed_unfound"
    return "missed_lost"


def _visible(seen: Film, frame: int, number: int) -> bool:
    return any(one.number == number and one.visibility >= VISIBLE for one in seen.truth[frame])


def _is_found(seen: Film, frame: int, number: int, threshold: float) -> bool:
    assert seen.found is not None
    scenario, found = seen.street.scenario, seen.found[frame]
    size = np.array([scenario.width, scenario.height] * 2)
    boxes = np.array([one.box for one in seen.truth[frame] if one.number == number]).reshape(-1, 4) / size
    sure = found.boxes[found.scores >= threshold]
    return bool((overlaps(boxes.astype(np.float32), sure) >= FOUND_OVERLAP).any())


def _why_extra(key: Key, at_s: float, true: Sequence[Passage]) -> str:
    near = any(passage.key == key and abs(passage.at_s - at_s) <= SLACK_S for passage in true)
    return "extra_double" if near else "extra_ghost"


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


def _settings(model: str) -> VisionSettings:
    camera = CameraSettings(name="none", source="none", labels=["person"])
    return VisionSettings(cameras=[camera], model=model, threads=1)


def _hash(model: str) -> str:
    return _settings(model).manifest.weights.sha256[:8]


def _detector(model: str) -> SsdDetector:
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as data:
        device = Device(region="17.07", name="bench", data=Path(data), run=Path(data))
        return load_detector(device, _settings(model))


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0


if __name__ == "__main__":
    main()
