"""The trackers that `bench/tracker.py` compares, on the same detections; it runs in `.venv-bench`.

    python -m bench._trackers FOLDER

Reads `FOLDER/SCENE/found.npz` (and `gt_LABEL.txt`, where there is a truth), writes MOT results, and prints
one JSON object: TrackEval's scores of each tracker, and how long their steps took. Every tracker is given the
thresholds, sights and times that ours has, in its own terms; norfair and ByteTrack stand here twice.
"""

import contextlib
import json
import logging
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import norfair
import numpy as np
import supervision
import trackeval
from numpy.typing import NDArray
from trackers import ByteTrackTracker

from edge_agent.vision.detector import Detections
from edge_agent.vision.tracker import Rules, State, step

Rows = NDArray[np.float64]
"""N 5: a number, left, top, right, bottom in pixels."""

RULES = Rules(threshold=0.4, unsure=0.2, confirm_hits=3, tentative_s=1.0, miss_s=2.0)
"""The unit's own, with its default settings."""
SIZES = {5: 100, 20: 40, 50: 15, 200: 3}
"""How many objects, and for how many steps each is timed."""


Distance = Callable[[Any, Any], float]
"""Between a detection and an object, as norfair has them."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The detections of a scene: arrays with a row for each."""

    name: str
    width: int
    height: int
    fps: float
    times_s: NDArray[np.float64]
    frame: NDArray[np.intp]
    boxes: NDArray[np.float32]
    """N 4: left, top, right, bottom in pixels."""
    scores: NDArray[np.float32]
    labels: NDArray[np.intp]

    def frames(self) -> Iterator[tuple[float, Detections]]:
        """Time and detections (in pixels) of each frame."""
        order = np.argsort(self.frame, kind="stable")
        cuts = np.searchsorted(self.frame[order], np.arange(len(self.times_s) + 1))
        for at_s, low, high in zip(self.times_s.tolist(), cuts[:-1], cuts[1:], strict=True):
            rows = order[low:high]
            yield at_s, Detections(self.boxes[rows], self.scores[rows], self.labels[rows])


@dataclass(frozen=True, slots=True)
class Following:
    """A tracker at work on a scene. Only `step` is timed; what goes in and comes out is in its own form."""

    ready: Callable[[float, Detections], Any]
    """What a step takes, from the time and the detections, whose boxes are in pixels."""
    step: Callable[[Any], Any]
    told: Callable[[Any], Mapping[int, Rows]]
    """By label: who is where, of those seen in this frame."""


def ours(scene: Scene) -> Following:
    """The unit's tracker; it takes shares of the picture."""
    size = np.array([scene.width, scene.height] * 2, np.float32)
    state = State()
    now_s = 0.0

    def ready(at_s: float, found: Detections) -> tuple[float, Detections]:
        return at_s, Detections(found.boxes / size, found.scores, found.labels)

    def advance(given: tuple[float, Detections]) -> None:
        nonlocal state, now_s
        now_s = given[0]
        state, _ = step(state, now_s, given[1], rules=RULES)

    def told(_: None) -> dict[int, Rows]:
        return _by_label(
            (subject.label, subject.number, subject.box * size)
            for subject in state.subjects(now_s)
            if subject.seen
        )

    return Following(ready, advance, told)


def norfair_by(
    *, distance: Callable[[Any, Any], float] | str, threshold: float
) -> Callable[[Scene], Following]:
    """norfair with a distance; it counts time in frames."""

    def made(scene: Scene) -> Following:
        tracker = norfair.Tracker(
            distance_function=distance,
            distance_threshold=threshold,
            initialization_delay=RULES.confirm_hits - 1,
            hit_counter_max=round(RULES.miss_s * scene.fps),
        )
        now_s = 0.0

        def ready(at_s: float, found: Detections) -> list[norfair.Detection]:
            nonlocal now_s
            now_s = at_s
            sure = found[found.scores >= RULES.threshold]
            return [
                norfair.Detection(points=box.reshape(2, 2), label=label, data=at_s)
                for box, label in zip(sure.boxes.astype(float), sure.labels.tolist(), strict=True)
            ]

        def told(objects: list[Any]) -> dict[int, Rows]:
            return _by_label(
                (one.label, one.id, one.last_detection.points.ravel())
                for one in objects
                if one.last_detection.data == now_s
            )

        return Following(ready, tracker.update, told)

    return made


def feet_apart(found: Any, tracked: Any) -> float:
    """How far apart two boxes' feet are in their sizes, and how unlike these are: what Frigate compares."""
    box, guess = found.points, tracked.estimate
    size, other = box[1] - box[0], guess[1] - guess[0]
    feet = np.array([box[:, 0].mean(), box[:, 1].max()])
    expected = np.array([guess[:, 0].mean(), guess[:, 1].max()])
    change = np.maximum(size, other) / np.minimum(size, other) - 1.0
    return float(np.linalg.norm(np.concatenate([(feet - expected) / other, change])))


def bytetrack_by(*, high: float, begin: float) -> Callable[[Scene], Following]:
    """ByteTrack, which knows no labels: one for each."""

    def made(scene: Scene) -> Following:
        by_label: dict[int, ByteTrackTracker] = {}
        now_s = 0.0

        def ready(at_s: float, found: Detections) -> dict[int, supervision.Detections]:
            nonlocal now_s
            now_s = at_s
            some = found[found.scores >= 0.1]
            return {
                label: supervision.Detections(
                    xyxy=some.boxes[some.labels == label].astype(float),
                    confidence=some.scores[some.labels == label],
                )
                for label in set(some.labels.tolist()) | set(by_label)
            }

        def advance(given: dict[int, supervision.Detections]) -> dict[int, supervision.Detections]:
            for label in given.keys() - by_label.keys():
                by_label[label] = ByteTrackTracker(
                    lost_track_buffer=round(RULES.miss_s * 30),
                    frame_rate=scene.fps,
                    track_activation_threshold=begin,
                    minimum_consecutive_frames=RULES.confirm_hits,
                    high_conf_det_threshold=high,
                )
            return {label: by_label[label].update(some, timestamp=now_s) for label, some in given.items()}

        def told(answers: dict[int, supervision.Detections]) -> dict[int, Rows]:
            return _by_label(
                (label, int(number), box)
                for label, some in answers.items()
                if some.tracker_id is not None
                for number, box in zip(some.tracker_id, some.xyxy, strict=True)
                if number >= 0
            )

        return Following(ready, advance, told)

    return made


def _by_label(rows: Iterable[tuple[int, int, NDArray[Any]]]) -> dict[int, Rows]:
    gathered: dict[int, list[list[float]]] = {}
    for label, number, box in rows:
        gathered.setdefault(label, []).append([float(number), *box.tolist()])
    return {label: np.array(some) for label, some in gathered.items()}


TRACKERS: dict[str, Callable[[Scene], Following]] = {
    "ours": ours,
    "norfair_frigate": norfair_by(distance=feet_apart, threshold=2.5),
    "norfair_iou": norfair_by(distance="iou", threshold=0.7),
    "bytetrack_ours": bytetrack_by(high=RULES.threshold, begin=RULES.threshold),
    "bytetrack_default": bytetrack_by(high=0.6, begin=0.7),
}


def main() -> None:
    """Follow, score and print."""
    logging.disable(logging.WARNING)  # norfair warns of a distance that is not its own
    folder = Path(sys.argv[1])
    scenes = [_scene(path) for path in sorted(folder.glob("*/found.npz"))]
    results: dict[str, Any] = {"tracks": {}, "scores": {}, "step_ms": {}}
    for name, make in TRACKERS.items():
        results["tracks"][name] = sum(_follow(folder, name, scene, make(scene)) for scene in scenes)
    truths = sorted(folder.glob("*/gt_*.txt"))
    if truths:
        results["scores"] = _scores(folder, truths)
    for count, steps in SIZES.items():
        results["step_ms"][count] = _step_ms(count, steps)
    print(json.dumps(results))


def _scene(path: Path) -> Scene:
    with np.load(path) as data:
        return Scene(
            name=path.parent.name,
            width=int(data["size"][0]),
            height=int(data["size"][1]),
            fps=float(data["fps"]),
            times_s=data["times_s"],
            frame=data["frame"],
            boxes=data["boxes"],
            scores=data["scores"],
            labels=data["labels"],
        )


def _follow(folder: Path, name: str, scene: Scene, tracker: Following) -> int:
    """Write the results of one tracker on one scene; how many tracks it made."""
    lines: dict[int, list[str]] = {}
    tracks = set()
    for number, (at_s, found) in enumerate(scene.frames(), start=1):
        for label, rows in tracker.told(tracker.step(tracker.ready(at_s, found))).items():
            for track, left, top, right, bottom in rows.tolist():
                tracks.add((label, track))
                lines.setdefault(label, []).append(
                    f"{number},{track:.0f},{left:.2f},{top:.2f},"
                    f"{right - left:.2f},{bottom - top:.2f},1,-1,-1,-1"
                )
    data = folder / "trackers" / name / "data"
    data.mkdir(parents=True, exist_ok=True)
    for truth in (folder / scene.name).glob("gt_*.txt"):
        label = int(truth.stem.removeprefix("gt_"))
        (data / f"{scene.name}_{label}.txt").write_text("\n".join(lines.get(label, [])) + "\n")
    return len(tracks)


def _scores(folder: Path, truths: list[Path]) -> dict[str, dict[str, float]]:
    """HOTA, IDF1 and MOTA of each tracker over all sequences (a sequence: one label of one scene)."""
    lengths = {}
    for truth in truths:
        name = f"{truth.parent.name}_{truth.stem.removeprefix('gt_')}"
        place = folder / "truth" / name / "gt"
        place.mkdir(parents=True)
        (place / "gt.txt").write_bytes(truth.read_bytes())
        lengths[name] = len(_scene(truth.with_name("found.npz")).times_s)
    with contextlib.redirect_stdout(sys.stderr):
        quiet = {"PRINT_CONFIG": False, "PRINT_RESULTS": False, "TIME_PROGRESS": False}
        files = {"OUTPUT_SUMMARY": False, "OUTPUT_DETAILED": False, "PLOT_CURVES": False}
        dataset = trackeval.datasets.MotChallenge2DBox(
            {
                "GT_FOLDER": str(folder / "truth"),
                "TRACKERS_FOLDER": str(folder / "trackers"),
                "SKIP_SPLIT_FOL": True,
                "SEQ_INFO": lengths,
                "PRINT_CONFIG": False,
            }
        )
        metrics = [
            trackeval.metrics.HOTA(),
            trackeval.metrics.CLEAR({"PRINT_CONFIG": False}),
            trackeval.metrics.Identity({"PRINT_CONFIG": False}),
        ]
        evaluator = trackeval.Evaluator({**quiet, **files, "BREAK_ON_ERROR": True})
        told, _ = evaluator.evaluate([dataset], metrics)
    whole = {name: one["COMBINED_SEQ"]["pedestrian"] for name, one in told["MotChallenge2DBox"].items()}
    return {
        name: {
            "hota": round(float(np.mean(one["HOTA"]["HOTA"])), 4),
            "deta": round(float(np.mean(one["HOTA"]["DetA"])), 4),
            "assa": round(float(np.mean(one["HOTA"]["AssA"])), 4),
            "loca": round(float(np.mean(one["HOTA"]["LocA"])), 4),
            "idf1": round(float(one["Identity"]["IDF1"]), 4),
            "mota": round(float(one["CLEAR"]["MOTA"]), 4),
            "switches": int(one["CLEAR"]["IDSW"]),
        }
        for name, one in whole.items()
    }


def _step_ms(count: int, steps: int) -> dict[str, float]:
    """The median time of a step with so many objects that walk about; the trackers take turns."""
    scene = walkers(count, steps)
    trackers = {name: make(scene) for name, make in TRACKERS.items()}
    took: dict[str, list[float]] = {name: [] for name in trackers}
    for number, (at_s, found) in enumerate(scene.frames()):
        for name, tracker in trackers.items():
            given = tracker.ready(at_s, found)
            before = time.perf_counter()
            tracker.step(given)
            if number >= RULES.confirm_hits:
                took[name].append(time.perf_counter() - before)
    return {name: round(statistics.median(all_) * 1000, 4) for name, all_ in took.items()}


def walkers(count: int, steps: int) -> Scene:
    """So many people who walk about in a picture at 10 frames a second, always seen, in ragged boxes."""
    rng = np.random.default_rng(count)
    steps += RULES.confirm_hits
    tall = rng.uniform(40, 90, count)
    size = np.column_stack([tall * 0.4, tall])
    room = np.array([640, 480]) - size
    at = rng.uniform(0, 1, (count, 2)) * room
    speed = rng.normal(0, 1, (count, 2)) * tall[:, np.newaxis] * 0.05
    boxes = []
    for _ in range(steps):
        at = at + speed
        speed = np.where((at < 0) | (at > room), -speed, speed)
        at = np.clip(at, 0, room)
        edges = np.column_stack([at, at + size])
        boxes.append(edges + rng.normal(0, 0.01, edges.shape) * tall[:, np.newaxis])
    return Scene(
        name=f"walkers-{count}",
        width=640,
        height=480,
        fps=10,
        times_s=np.arange(steps) / 10,
        frame=np.repeat(np.arange(steps), count),
        boxes=np.concatenate(boxes).astype(np.float32),
        scores=np.full(steps * count, 0.9, np.float32),
        labels=np.zeros(steps * count, np.intp),
    )


if __name__ == "__main__":
    main()
