"""What the gate costs while nothing moves, and what it misses when something does.

    scripts/bench gate [--video FILE ...] [--seed N] [--json]

Cost is the CPU time of one thread that reads the same H.264 file, 768x576 at 10 pictures a second with a key
frame every 2 s, of a simulated street on which nobody is, three times over:

- bare decode: every picture decoded, and nothing done with it
- decode all: the same, and motion detection as Frigate does it (`ImprovedMotionDetector`, re-created: the Y
  plane resized to 100 pixels high with INTER_NEAREST, the cheapest it has used; contrast by the 4th and 96th
  percentile; blur; difference to a running average; threshold; dilate; contours). Its pipe from ffmpeg's
  process to its own is left out, in its favour.
- gated: what the unit's reader does, audits included

`vs_decode_all` and `vs_bare_decode` say how many times less the gate costs, by the median of the rounds.

`recall` is over simulated scenes with small, slow, distant and night subjects. An event is a subject that is
in the picture for a group of pictures (2 s) or more, half visible at least; it counts as caught if the gate
handed on a frame that shows it, taken no later than one group after it appeared, and handed on no later than
that either. `recall_at_all` asks only that it was shown once; `recall_brief` is of who was there for one to
two seconds, which may fall between two key frames. The detector that tells the gate what it saw is perfect,
but sees only what the gate hands on.
With --video, events are the tracks of the shipped detector on every picture.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.device import Device
from edge_agent.street.export.video import VideoFile
from edge_agent.street.painter import Street
from edge_agent.street.scenario import Scenario
from edge_agent.street.truth import Seen, Truth
from edge_agent.vision.camera import Shot
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.luma import luma_of
from edge_agent.vision.gate.settings import GateSettings
from edge_agent.vision.gate.tally import Tally
from edge_agent.vision.gate.watch import Watch
from edge_agent.vision.lane import Lane
from edge_agent.vision.models import load_detector
from edge_agent.vision.resize import Resizer
from edge_agent.vision.settings import CameraSettings, VisionSettings
from edge_agent.vision.sources import libav

GROUP_S = 2.0
WARM_S = 20.0
"""Cost is counted from here on, for a camera's first ten seconds are looked at in any case."""
ROUNDS = 5
SIZE: dict[str, Any] = {"width": 768, "height": 576, "fps": 10}
SCENE: dict[str, Any] = {"width": 480, "height": 360, "fps": 10}
NOBODY: dict[str, Any] = {
    "crowd": {"per_minute": 0}, "traffic": {"per_minute": 0}, "counter": {"officer": False},
}  # fmt: skip
KBPS = 1024
LEAST_HEIGHT = 0.04
"""Of the picture's: a smaller subject no detector of ours finds (23 pixels of 576)."""
LEAST_VISIBLE = 0.5
LEAST_S = 1.0
"""A subject that is there for less is no event, not even a brief one."""

Subjects = Callable[[float], set[int]]
"""The numbers of the subjects at a time of the video, seconds."""


def scenes(about: str) -> dict[str, dict[str, Any]]:
    """What the gate must not miss: few people, so that it is closed before most of them."""
    few = {"per_minute": 1.5, "loiter_share": 0.0, "run_share": 0.0, "group_share": 0.0}
    street: dict[str, Any] = {"about": about, "duration_s": 150, **SCENE}
    dark = [[0, 0.0]]
    no_office: dict[str, Any] = {"counter": {"officer": False}}
    nobody_drives = no_office | {"traffic": {"per_minute": 0}}
    return {
        "small": street | nobody_drives | {
            "crowd": few, "camera": {"height_m": 9, "pitch_deg": 24, "fov_deg": 80},
        },
        "slow": street | {
            "crowd": few | {"loiter_share": 0.9}, "traffic": {"per_minute": 0},
            "counter": {"per_minute": 1, "officer": False},
        },
        "distant": street | nobody_drives | {
            "crowd": few, "camera": {"height_m": 6, "yaw_deg": 68, "pitch_deg": 6, "fov_deg": 50},
        },
        "night": street | nobody_drives | {"crowd": few, "light": {"daylight": dark, "night": "lamps"}},
        "infrared": street | nobody_drives | {"crowd": few, "light": {"daylight": dark, "night": "infrared"}},
        "trees": street | nobody_drives | {
            "crowd": few, "weather": {"wind": 1.0}, "ground": {"trees": [[-4, 11], [2, 11.2], [5, 4.5]]},
        },
        "rain": street | nobody_drives | {"crowd": few, "weather": {"rain": 0.7, "wind": 0.5}},
        "vehicles": street | no_office | {"crowd": {"per_minute": 0}, "traffic": {"per_minute": 3}},
    }  # fmt: skip


def empty_scenes(about: str) -> dict[str, dict[str, Any]]:
    """What must not hold the gate open, with nobody there."""
    street: dict[str, Any] = {"about": about, "duration_s": 120, **SCENE, **NOBODY}
    trees = {"trees": [[-4, 11], [2, 11.2], [5, 4.5]]}
    dusk = [[0, 1.0], [40, 1.0], [80, 0.0], [120, 0.0]]
    return {
        "still": street,
        "wind": street | {"weather": {"wind": 1.0}, "ground": trees},
        "rain": street | {"weather": {"rain": 0.8, "wind": 0.6}, "ground": trees},
        "noise": street | {"sensor": {"noise": 4}, "light": {"daylight": [[0, 0.05]]}},
        "dusk": street | {"light": {"daylight": dusk, "night": "infrared"}},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="bench gate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--video", type=Path, action="append", default=[], help="a file instead of the scenes"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the simulated scenes")
    parser.add_argument("--json", action="store_true", help="print one JSON object last, and nothing else")
    arguments = parser.parse_args()
    missing = [path for path in arguments.video if not path.exists()]
    if missing:
        sys.exit(f"bench gate: no video {missing[0]}")
    cv2.setNumThreads(1)

    def tell(line: str) -> None:
        if not arguments.json:
            print(line, flush=True)

    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
        if arguments.video:
            result = of_videos(arguments.video, folder=Path(folder), tell=tell)
        else:
            result = of_street(arguments.seed, folder=Path(folder), tell=tell)
    print(json.dumps(result))


def of_street(seed: int, *, folder: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """The figures on simulated scenes."""
    idle = folder / "idle.mp4"
    film(Scenario(about="idle", duration_s=120, **SIZE, **NOBODY), idle, seed=seed)
    costs = cost([idle])
    tell(f"idle: {costs}")
    opened, found = {}, {}
    for name, described in empty_scenes("Nobody is there.").items():
        path = folder / "scene.mp4"
        film(Scenario(**described), path, seed=seed)
        tally = watched(path, lambda _s: set()).tally
        opened[name] = round(tally.open_ratio, 4)
        tell(f"nobody, {name}: open {opened[name]}, opened {tally.opened} times")
    for name, described in scenes("A few people.").items():
        scenario, path = Scenario(**described), folder / "scene.mp4"
        subjects = film(scenario, path, seed=seed + 100)
        found[name] = score(path, subjects, frames=scenario.frames, fps=scenario.fps)
        tell(f"{name}: {found[name].told()}")
    return costs | summed(found) | {"open_without_subjects": opened}


def of_videos(paths: Sequence[Path], *, folder: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """The figures on videos, whatever happens in them; events are what the shipped detector follows."""
    found = {}
    for path in paths:
        with av.open(path) as container:
            stream = container.streams.video[0]
            fps = float(stream.average_rate or 10)
            frames = stream.frames or round(float(container.duration or 0) / 1e6 * fps)
        found[path.name] = score(path, followed(path, folder=folder), frames=frames, fps=fps)
        tell(f"{path.name}: {found[path.name].told()}")
    return cost(paths) | summed(found)


# What it costs.


def cost(paths: Sequence[Path]) -> dict[str, Any]:
    """CPU time of the three ways to read, by turns."""
    bare, everything, gated = [], [], []
    for _ in range(ROUNDS):
        bare.append(sum(decode_all(path) for path in paths))
        everything.append(sum(decode_all(path, motion=FrigateLikeMotion()) for path in paths))
        gated.append(sum(watched(path, lambda _s: set()).cpu_s for path in paths))
    length_s = sum(max(0.0, duration_s(path) - WARM_S) for path in paths)
    return {
        "vs_decode_all": ratio(everything, gated),
        "vs_bare_decode": ratio(bare, gated),
        "decode_all_core_percent": round(100 * statistics.median(everything) / length_s, 3),
        "bare_decode_core_percent": round(100 * statistics.median(bare) / length_s, 3),
        "gated_core_percent": round(100 * statistics.median(gated) / length_s, 3),
    }


class Meter:
    """CPU time of this thread from a time of the video on."""

    def __init__(self) -> None:
        self._began: float | None = None

    def at(self, video_s: float) -> None:
        """The video is as far as `video_s`."""
        if self._began is None and video_s >= WARM_S:
            self._began = time.thread_time()

    def spent(self) -> float:
        """Seconds so far."""
        return 0.0 if self._began is None else time.thread_time() - self._began


def ratio(many: Sequence[float], few: Sequence[float]) -> float:
    """The median of the rounds' ratios."""
    return round(statistics.median(a / b for a, b in zip(many, few, strict=True)), 2)


def decode_all(path: Path, *, motion: "FrigateLikeMotion | None" = None) -> float:
    """CPU time of decoding every picture, and of looking for motion in each."""
    meter = Meter()
    for picture in pictures_in(path):
        meter.at(float(picture.time))
        if motion is not None:
            motion.boxes(luma_of(picture))
    return meter.spent()


def pictures_in(path: Path) -> Iterator[av.VideoFrame]:
    """Every picture, decoded in this thread."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        yield from container.decode(stream)


def duration_s(path: Path) -> float:
    """Of a video."""
    with av.open(path) as container:
        return float(container.duration or 0) / 1e6


class FrigateLikeMotion:
    """Motion as Frigate 0.14 finds it, written anew after its `improved_motion.py`."""

    HEIGHT, THRESHOLD, CONTOUR_AREA, ALPHA = 100, 30, 10, 0.01

    def __init__(self) -> None:
        self._average: NDArray[np.float32] | None = None
        self._contrast = np.zeros((50, 2), np.uint8)
        self._contrast[:, 1] = 255
        self._count = 0

    def boxes(self, luma: NDArray[np.uint8]) -> int:
        """How many boxes have motion in them."""
        height, width = luma.shape
        small = cv2.resize(
            luma, (self.HEIGHT * width // height, self.HEIGHT), interpolation=cv2.INTER_NEAREST
        )
        low, high = np.percentile(small, 4), np.percentile(small, 96)
        if low < high:
            self._contrast[self._count % len(self._contrast)] = low, high
            self._count += 1
            least, most = self._contrast.mean(axis=0)
            small = ((np.clip(small, least, most) - least) / (most - least) * 255).astype(np.uint8)
        small = cv2.GaussianBlur(small, (3, 3), 1)
        if self._average is None:
            self._average = small.astype(np.float32)
        delta = cv2.absdiff(small, cv2.convertScaleAbs(self._average))
        _, over = cv2.threshold(delta, self.THRESHOLD, 255, cv2.THRESH_BINARY)
        contours, _ = cv2.findContours(
            cv2.dilate(over, None, iterations=1),
            cv2.RETR_EXTERNAL,
            cv2.CHAIN_APPROX_SIMPLE,  # type: ignore[call-overload]
        )
        cv2.accumulateWeighted(small, self._average, self.ALPHA)
        return sum(cv2.contourArea(contour) > self.CONTOUR_AREA for contour in contours)


# What it misses.


@dataclass(slots=True)
class Clock:
    """The time of a video that is read as fast as it can be, as if it came at its own pace."""

    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass(slots=True)
class Watched:
    """What a gate did with a video."""

    tally: Tally
    interest: Interest
    handed: list[tuple[float, float, bool]] = field(default_factory=list)
    """Capture time, the reader's time, and whether it was an audit: of each frame handed on."""
    cpu_s: float = 0.0


def watched(path: Path, subjects: Subjects) -> Watched:
    """Read a video through the gate; `subjects` is the detector, asked about what is handed on."""
    clock, chances = Clock(), np.random.default_rng(1)
    seen = Watched(Tally(), Interest())
    watch = Watch(
        GateSettings(),
        most_per_s=10,
        interest=seen.interest,
        tally=seen.tally,
        now=clock,
        chance=chances.random,
    )
    meter = Meter()
    for frame in watch.frames(paced(path, clock, meter)):
        there = subjects(frame.captured_s)
        if frame.audit:
            seen.interest.audited(frame.captured_s, missed=bool(there))
        elif there:
            seen.interest.saw(frame.captured_s)
        seen.handed.append((frame.captured_s, clock.now_s, frame.audit))
    seen.cpu_s = meter.spent()
    return seen


def paced(path: Path, clock: Clock, meter: Meter) -> Iterator[Shot]:
    """What a file has, the clock set to the time of each."""
    container = libav.open_container(str(path), name=str(path))
    for timed in libav.shots(container, name=str(path)):
        clock.now_s = clock.now_s if timed.at_s is None else timed.at_s
        meter.at(clock.now_s)
        yield timed.shot
    container.close()


@dataclass(frozen=True, slots=True)
class Score:
    """How the gate did on one video."""

    events: int
    caught: int
    from_closed: int
    """Events that began while the gate was closed."""
    added_s: tuple[float, ...]
    """By event that was caught: from its appearance to the first frame of it, in the reader's time."""
    frames: int
    """Pictures with a subject in them; and how many of them were handed on."""
    handed_on: int
    open_ratio: float
    subject_ratio: float
    shown: int
    """Events of which a frame was handed on, however late."""
    brief: int
    """Subjects that were there for less than a group; and how many of them were shown."""
    brief_shown: int

    def told(self) -> str:
        """In a line."""
        worst = max(self.added_s, default=0.0)
        return (
            f"{self.caught} of {self.events} events ({self.from_closed} from closed), latest {worst:.1f} s, "
            f"frames {self.handed_on}/{self.frames}, open {self.open_ratio:.2f} of {self.subject_ratio:.2f}"
        )


def score(path: Path, subjects: Subjects, *, frames: int, fps: float) -> Score:
    """Watch a video and compare with who was there."""
    seen = watched(path, subjects)
    spans: dict[int, list[float]] = {}
    times = [number / fps for number in range(frames)]
    for at_s in times:
        for number in subjects(at_s):
            spans.setdefault(number, [at_s, at_s])[1] = at_s
    spans = {number: span for number, span in spans.items() if span[1] - span[0] >= LEAST_S}
    real = [(captured_s, at_s) for captured_s, at_s, audit in seen.handed if not audit]
    captured = np.array([captured_s for captured_s, _ in real])
    caught, closed, added, at_all, brief, brief_shown = 0, 0, [], 0, 0, 0
    for number, (first_s, last_s) in spans.items():
        shown = [
            (captured_s, at_s) for captured_s, at_s in real
            if first_s <= captured_s <= last_s and number in subjects(captured_s)
        ]  # fmt: skip
        if last_s - first_s < GROUP_S:
            brief, brief_shown = brief + 1, brief_shown + bool(shown)
            continue
        at_all += bool(shown)
        closed += not any(first_s - 0.3 <= at_s <= first_s + 0.05 for captured_s, at_s in real)
        if shown and shown[0][0] - first_s <= GROUP_S and shown[0][1] - first_s <= GROUP_S + 1.5 / fps:
            caught += 1
            added.append(shown[0][1] - first_s)
    peopled = [at_s for at_s in times if subjects(at_s)]
    handed = sum(bool(len(captured)) and np.abs(captured - at_s).min() < 0.5 / fps for at_s in peopled)
    return Score(
        len(spans) - brief, caught, closed, tuple(added), len(peopled), int(handed),
        seen.tally.open_ratio, len(peopled) / max(1, frames),
        at_all, brief, brief_shown,
    )  # fmt: skip


def summed(found: dict[str, Score]) -> dict[str, Any]:
    """All videos together."""
    events, caught = sum(each.events for each in found.values()), sum(each.caught for each in found.values())
    frames = sum(each.frames for each in found.values())
    added = [seconds for each in found.values() for seconds in each.added_s]
    return {
        "recall": share(caught, events),
        "recall_at_all": share(sum(each.shown for each in found.values()), events),
        "recall_brief": share(
            sum(each.brief_shown for each in found.values()), sum(each.brief for each in found.values())
        ),
        "events": events,
        "events_from_closed": sum(each.from_closed for each in found.values()),
        "frames_recall": round(sum(each.handed_on for each in found.values()) / frames, 4)
        if frames
        else None,
        "added_latency_max_s": round(max(added, default=0.0), 2),
        "recall_by_scene": {
            name: round(each.caught / each.events, 3) if each.events else None for name, each in found.items()
        },
        "open_by_scene": {name: round(each.open_ratio, 3) for name, each in found.items()},
    }


def share(some: int, every: int) -> float | None:
    """Of nothing there is none."""
    return round(some / every, 4) if every else None


def film(scenario: Scenario, path: Path, *, seed: int) -> Subjects:
    """Write a scene as a network camera would send it; who is there, by its truth."""
    street = Street(scenario, seed=seed)
    truth = Truth(street)
    there: list[set[int]] = []
    size = {"width": scenario.width, "height": scenario.height, "fps": scenario.fps}
    with VideoFile(path, **size, bitrate_kbps=KBPS) as video:
        for number in range(scenario.frames):
            video.add(street.picture(number))
            there.append({seen.number for seen in truth.frame(number) if counts(seen, scenario)})

    def subjects(at_s: float) -> set[int]:
        return there[min(len(there) - 1, max(0, round(at_s * scenario.fps)))]

    return subjects


def counts(seen: Seen, scenario: Scenario) -> bool:
    """Whether a detector could be asked to find it."""
    return (
        seen.visibility >= LEAST_VISIBLE and seen.box.bottom - seen.box.top >= LEAST_HEIGHT * scenario.height
    )


def followed(path: Path, *, folder: Path) -> Subjects:
    """What the shipped detector and tracker follow in a video, every picture looked at."""
    camera = CameraSettings(name="bench", source=str(path), max_fps=60)
    device = Device(region="17.07", name="bench", data=folder / "data", run=folder / "run")
    detector = load_detector(device, VisionSettings(cameras=[camera]))
    lane = Lane(camera, labels=detector.labels, run="00000000")
    resize = Resizer(detector.input_size)
    times, there = [], []
    for picture in pictures_in(path):
        times.append(float(picture.time))
        lane.see(detector.detect(resize(picture)), captured_s=times[-1])
        there.append({subject.number for subject in lane.subjects() if subject.seen})
    at = np.array(times)
    return lambda at_s: there[int(np.abs(at - at_s).argmin())]


if __name__ == "__main__":
    main()
