"""How fast the simulated street is painted, and how well its detector finds who is on it.

    scripts/bench street [--full] [--frames N] [--json]

Painting: `frames_per_s` is the median over all scenarios of how many pictures of 640x480 one core paints in a
second of its own time (`_min` is the slowest scenario).

Detection: scenarios that the detector was trained without, a picture each half second, as a unit sees them.
`ap50` is the average precision at an overlap of 0.5, the mean of people and vehicles, over who is more than
24 pixels tall and more than half visible; others count neither for nor against. `ap50_baseline` is that of
background subtraction with blobs, which sees the same pictures in their order, the first 20 of a scenario
for practice; those count for neither. `invoke_ms` is the median in one thread, by the clock on the wall.
`--full` adds `ap50_by_area` (over 24 pixels in the root of the box's area, which is how COCO counts size),
labels, scenarios, sizes, visibility, light, and scenarios that the detector was trained with, under a seed
that it was not.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bench._precision import Sight, average_precision, recall
from edge_agent.model_store.manifest import Enclosed, load_manifest, manifests_folder
from edge_agent.street.cast.actor import LABELS, PERSON
from edge_agent.street.export.video import frame_of
from edge_agent.street.painter import Street
from edge_agent.street.scenario import Scenario, load_scenario, names
from edge_agent.street.truth import Truth
from edge_agent.vision.detector import Detections
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.resize import Resizer

MODEL = "street_sim"
SEED = 1_000_003
"""No seed so large was trained with."""
EVERY_S = 0.5
PRACTICE = 20
LEAST_PX = 24
LEAST_VISIBILITY = 0.5
SURE = 0.4
"""The score from which a unit's camera takes a detection for sure."""
PAINTED = 40
INVOKES = 200


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One picture: who was there, and what the detector and the baseline found."""

    scenario: str
    light: str
    size: NDArray[np.float32]
    """Width and height, pixels."""
    labels: NDArray[np.intp]
    boxes: NDArray[np.float32]
    visibility: NDArray[np.float32]
    heights_px: NDArray[np.float32]
    found: Detections
    blobs: Detections


Counts = Callable[[Scene], NDArray[np.bool_]]
Little = Callable[[NDArray[np.float32]], NDArray[np.bool_]]
"""Of boxes in pixels, which are too small to count against the detector where they find nothing."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench street", description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help="also by label, scenario, size, visibility, light"
    )
    parser.add_argument("--frames", type=int, default=200, help="pictures of each scenario that count")
    parser.add_argument("--json", action="store_true", help="print one JSON object last, and nothing else")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    every = {name: load_scenario(name) for name in names()}
    detector = _detector()
    held_out = _scenes(every, [name for name in every if every[name].held_out], detector, arguments.frames)
    result: dict[str, float] = {
        **_painting(every),
        "ap50": _mean_precision(held_out, _of_the_goal),
        "ap50_baseline": _mean_precision(held_out, _of_the_goal, blobs=True),
        "invoke_ms": _invoke_ms(detector),
    }
    if arguments.full:
        known = [name for name in every if not every[name].held_out and not every[name].faults]
        result |= breakdown(held_out, _scenes(every, known, detector, arguments.frames))
    result = {name: round(value, 3) for name, value in result.items()}
    if not arguments.json:
        for name, value in result.items():
            print(f"{name:>40}: {value:g}")
    print(json.dumps(result))


def breakdown(held_out: list[Scene], known: list[Scene]) -> dict[str, float]:
    """The further figures of `--full`."""
    result = {
        "ap50_by_area": _mean_precision(
            held_out, _of_the_goal_by_area, little=lambda boxes_px: _side_px(boxes_px) <= LEAST_PX
        ),
        "ap50_known_scenarios": _mean_precision(known, _of_the_goal),
    }
    for scenes, prefix in ((held_out, ""), (known, "known_")):
        for scenario in dict.fromkeys(scene.scenario for scene in scenes):
            mine = [scene for scene in scenes if scene.scenario == scenario]
            result[f"ap50_{prefix}{scenario}"] = _mean_precision(mine, _of_the_goal)
    for label in range(len(LABELS)):
        result[f"ap50_{LABELS[label]}"] = average_precision(_sights(held_out, _of_the_goal, label=label))
    both = held_out + known
    for light in dict.fromkeys(scene.light for scene in both):
        result[f"ap50_light_{light}"] = _mean_precision(
            [scene for scene in both if scene.light == light], _of_the_goal
        )
    for label in range(len(LABELS)):
        for least, most in ((10, 16), (16, 24), (24, 32), (32, 48), (48, 96), (96, 1000)):
            result[f"recall_{LABELS[label]}_{least}_to_{most}_px"] = recall(
                _sights(held_out, _tall(least, most), label=label), threshold=SURE
            )
        for least, most in ((0.1, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.01)):
            result[f"recall_{LABELS[label]}_visible_{least:g}_to_{min(most, 1):g}"] = recall(
                _sights(held_out, _visible(least, most), label=label), threshold=SURE
            )
    return result


def _of_the_goal(scene: Scene) -> NDArray[np.bool_]:
    return (scene.heights_px > LEAST_PX) & (scene.visibility > LEAST_VISIBILITY)


def _tall(least: float, most: float) -> Counts:
    return lambda scene: (
        (scene.visibility > LEAST_VISIBILITY) & (scene.heights_px >= least) & (scene.heights_px < most)
    )


def _visible(least: float, most: float) -> Counts:
    return lambda scene: (
        (scene.heights_px > LEAST_PX) & (scene.visibility >= least) & (scene.visibility < most)
    )


def _low(boxes_px: NDArray[np.float32]) -> NDArray[np.bool_]:
    return boxes_px[:, 3] - boxes_px[:, 1] <= LEAST_PX


def _side_px(boxes_px: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of the square of the same area, which is what COCO calls the size of an object."""
    side: NDArray[np.float32] = np.sqrt(np.prod(boxes_px[:, 2:] - boxes_px[:, :2], axis=1))
    return side


def _of_the_goal_by_area(scene: Scene) -> NDArray[np.bool_]:
    sides_px = _side_px(scene.boxes * np.tile(scene.size, 2))
    return (sides_px > LEAST_PX) & (scene.visibility > LEAST_VISIBILITY)


def _mean_precision(
    scenes: list[Scene], counts: Counts, *, little: Little = _low, blobs: bool = False
) -> float:
    """Over the labels of which something counts."""
    every = [_sights(scenes, counts, label=label, little=little, blobs=blobs) for label in range(len(LABELS))]
    each = [average_precision(sights) for sights in every if any(sight.counts.any() for sight in sights)]
    return statistics.fmean(each) if each else 0.0


def _sights(
    scenes: list[Scene], counts: Counts, *, label: int, little: Little = _low, blobs: bool = False
) -> list[Sight]:
    sights = []
    for scene in scenes:
        found = scene.blobs if blobs else scene.found
        found = found[found.labels == label]
        there = scene.labels == label
        sights.append(
            Sight(
                found=found.boxes,
                scores=found.scores,
                there=scene.boxes[there],
                counts=counts(scene)[there],
                aside=little(found.boxes * np.tile(scene.size, 2)),
            )
        )
    return sights


def _scenes(
    scenarios: dict[str, Scenario], chosen: list[str], detector: SsdDetector, frames: int
) -> list[Scene]:
    """The pictures that count, of the scenarios `chosen`."""
    scenes = []
    for name in chosen:
        print(f"bench street: {name}", file=sys.stderr, flush=True)
        scenes += list(_looked_at(name, scenarios[name], detector, frames))[PRACTICE:]
    return scenes


def _looked_at(name: str, scenario: Scenario, detector: SsdDetector, frames: int) -> Iterator[Scene]:
    street = Street(scenario, seed=SEED)
    truth, resize, baseline = Truth(street), Resizer(detector.input_size), Baseline()
    step = max(1, round(EVERY_S * scenario.fps))
    for frame in range(0, min(scenario.frames, step * (frames + PRACTICE)), step):
        picture = street.picture(frame)
        seen = [one for one in truth.frame(frame) if one.visibility > 0]
        shape = np.array([scenario.width, scenario.height] * 2, np.float32)
        yield Scene(
            scenario=name,
            light=_light(street, frame),
            size=shape[:2],
            labels=np.array([LABELS.index(one.label) for one in seen], np.intp),
            boxes=np.array([one.box for one in seen], np.float32).reshape(-1, 4) / shape,
            visibility=np.array([one.visibility for one in seen], np.float32),
            heights_px=np.array([one.box.bottom - one.box.top for one in seen], np.float32),
            found=detector.detect(resize(frame_of(picture))),
            blobs=baseline.detect(picture),
        )


def _light(street: Street, frame: int) -> str:
    time_s = street.time_of(frame)
    if street.light.infrared(time_s):
        return "infrared"
    level = street.light.level(time_s)
    return "day" if level >= 0.6 else "dusk" if level >= 0.2 else "night"


class Baseline:
    """What moves before a background that was learned (Zivkovic, ICPR 2004): higher than wide is a person."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._moving = cv2.createBackgroundSubtractorMOG2(history=100, varThreshold=25, detectShadows=True)
        self._close = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 7))

    def detect(self, picture: NDArray[np.uint8]) -> Detections:
        """The blobs of the next picture; a blob that fills more of its box is surer."""
        mask = cv2.medianBlur(cv2.compare(self._moving.apply(picture), 200, cv2.CMP_GT), 3)
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, self._close)
        blobs = cv2.connectedComponentsWithStats(mask)[2][1:]
        blobs = blobs[blobs[:, cv2.CC_STAT_AREA] >= 60]
        left, top, width, height, area = blobs.T.astype(np.float32)
        shape = np.array([picture.shape[1], picture.shape[0]] * 2, np.float32)
        return Detections(
            np.stack([left, top, left + width, top + height], axis=1) / shape,
            area / np.maximum(width * height, 1),
            np.where(height > 1.2 * width, LABELS.index(PERSON), 1 - LABELS.index(PERSON)),
        )


def _painting(scenarios: dict[str, Scenario]) -> dict[str, float]:
    rates = []
    for scenario in scenarios.values():
        street = Street(scenario, seed=SEED)
        first = scenario.frames // 2
        street.picture(first)
        began = time.process_time()
        for frame in range(first + 1, first + 1 + PAINTED):
            street.picture(frame)
        rates.append(PAINTED / (time.process_time() - began))
    return {"frames_per_s": statistics.median(rates), "frames_per_s_min": min(rates)}


def _detector() -> SsdDetector:
    manifest = load_manifest(MODEL, folder=manifests_folder())
    if not isinstance(manifest.weights, Enclosed):
        raise TypeError(f"{MODEL} is no model that comes with Loket")
    return SsdDetector(manifest.weights.enclosed, labels=manifest.labels, threads=1)


def _invoke_ms(detector: SsdDetector) -> float:
    """The median of an invoke in one thread, on a picture of a busy street."""
    width, height = detector.input_size
    street = Street(load_scenario("rush_hour"), seed=SEED)
    detector.load(np.asarray(cv2.resize(street.picture(0), (width, height)), np.uint8))
    times = []
    for _ in range(INVOKES):
        began = time.perf_counter()
        detector.invoke()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


if __name__ == "__main__":
    main()
