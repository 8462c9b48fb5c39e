"""What the vision loop costs over bare inference, on the same frames in the same run.

    scripts/bench pipeline [--video FILE] [--frames N] [--json]

`overhead_p50` is the median over all frames of (resize, detect, follow, tell into a real outbox) / (bare
invoke) - 1. Decoding is the reader threads' and is not in it. The two are measured alternately, frame by
frame, so that a busy machine burdens both alike. `overhead_20` and `overhead_50` are the same with so many
objects in every frame, who walk about: the model runs on the real frame, and what it says is then replaced.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from edge_agent.clock import SystemClock
from edge_agent.contract.streams import Stream
from edge_agent.device import Device
from edge_agent.model_store.store import default_mirror
from edge_agent.outbox.snapshots import SnapshotSpool
from edge_agent.outbox.store import open_outbox, snapshots_folder
from edge_agent.vision.album import Album
from edge_agent.vision.camera import Frame
from edge_agent.vision.detector import Detections, Picture
from edge_agent.vision.health import rss_bytes
from edge_agent.vision.lane import Lane
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.models import load_detector
from edge_agent.vision.pictures.books import Books, books_path
from edge_agent.vision.pictures.release import Press
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.settings import CameraSettings, VisionSettings
from edge_agent.vision.voice import Voice

CLIP = Path("media/intel_sample_videos/one-by-one-person-detection.mp4")
WARM_UP = 10
CROWDED = 300
"""Frames with so many objects."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench pipeline", description=__doc__)
    parser.add_argument("--video", type=Path, help=f"default: {CLIP} in the mirror folder")
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print one JSON object last, and nothing else")
    arguments = parser.parse_args()
    mirror = default_mirror()
    video = arguments.video or (mirror / CLIP if mirror else None)
    if video is None or not video.exists():
        sys.exit(f"bench pipeline: no video {video or ''}; name one with --video FILE")
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
        result = measure(video, frames=arguments.frames, threads=arguments.threads, folder=Path(folder))
        for count in (20, 50):
            crowded = measure(
                video,
                frames=min(arguments.frames, CROWDED),
                threads=arguments.threads,
                folder=Path(folder) / f"{count}",
                walkers=count,
            )
            assert crowded["tracks"] == count, f"{crowded['tracks']} of {count} were followed"
            result[f"overhead_{count}"] = crowded["overhead_p50"]
        result["startup_s"] = startup_s(video, Path(folder) / "start")
    if not arguments.json:
        for name, value in result.items():
            print(f"{name:>16}: {value}")
    print(json.dumps(result))


class Crowded:
    """A detector that takes as long as the one it wraps, and says that people walk about."""

    def __init__(self, detector: SsdDetector, *, walkers: int, frames: int) -> None:
        self.input_size = detector.input_size
        self.labels = detector.labels
        self._detector = detector
        self._walkers = walkers
        self._answers = iter([self._of(frame) for frame in range(frames)])

    def detect(self, picture: Picture) -> Detections:
        """As many as there are, a little further on than in the frame before."""
        self._detector.detect(picture)
        return next(self._answers)

    def _of(self, frame: int) -> Detections:
        rng = np.random.default_rng(frame)
        place = np.arange(self._walkers)
        row, column = place // 10, place % 10
        left = 0.02 + 0.09 * column + 0.03 * np.sin(frame / 30 + row)
        top = 0.02 + 0.19 * row
        boxes = np.stack([left, top, left + 0.06, top + 0.16], axis=1) + rng.normal(0, 0.002, (len(place), 4))
        return Detections(
            np.clip(boxes, 0, 1).astype(np.float32),
            rng.uniform(0.5, 0.9, len(place)).astype(np.float32),
            np.full(len(place), self.labels.index("person"), np.intp),
        )


def measure(
    video: Path, *, frames: int, threads: int, folder: Path, walkers: int | None = None
) -> dict[str, float]:
    """The figures of the loop over the first `frames` of `video`."""
    device = Device(region="17.07", name="bench", data=folder / "data", run=folder / "run")
    camera = CameraSettings(name="bench", source=str(video), max_fps=60)
    settings = VisionSettings(cameras=[camera], threads=threads)
    detector = load_detector(device, settings)
    clock = SystemClock()
    outbox = open_outbox(device, streams=(Stream.EVENTS, Stream.TELEMETRY), clock=clock)
    bare_s, loop_s = [], []
    with contextlib.closing(outbox):
        spool = SnapshotSpool(snapshots_folder(device.data))
        voice = Voice(outbox, spool, books=Books(books_path(device.data), run="00000000"), clock=clock)
        lane = Lane(camera, labels=detector.labels, run="00000000")
        seer = detector if walkers is None else Crowded(detector, walkers=walkers, frames=frames + WARM_UP)
        album = Album(lane, labels=seer.labels, press=Press(longest_side=640), voice=voice)
        pipeline = Pipeline(seer, [lane], voice=voice, albums=[album])
        width, height = detector.input_size
        scaler = VideoReformatter()
        with av.open(video) as container:
            began = time.monotonic()
            for number, image in enumerate(container.decode(video=0)):
                if number >= frames + WARM_UP:
                    break
                frame = Frame(image=image, captured_s=began + image.time)
                small = scaler.reformat(image, width=width, height=height, format="rgb24")
                detector.load(np.asarray(small.to_ndarray(), np.uint8))
                times = [time.perf_counter()]
                detector.invoke()
                times.append(time.perf_counter())
                pipeline.process(0, frame)
                times.append(time.perf_counter())
                if number >= WARM_UP:
                    bare_s.append(times[1] - times[0])
                    loop_s.append(times[2] - times[1])
        pipeline.finish(time.monotonic())
    ratios = [whole / bare for whole, bare in zip(loop_s, bare_s, strict=True)]
    return {
        "overhead_p50": round(statistics.median(ratios) - 1, 4),
        "invoke_p50_ms": round(statistics.median(bare_s) * 1000, 3),
        "loop_p50_ms": round(statistics.median(loop_s) * 1000, 3),
        "loop_p95_ms": round(statistics.quantiles(loop_s, n=20)[-1] * 1000, 3),
        "frames": len(loop_s),
        "tracks": lane.tracks,
        "events": voice.said,
        "rss_mb": round(rss_bytes() / 1e6, 1),
    }


def startup_s(video: Path, folder: Path) -> float:
    """Seconds from the start of `edge-vision` to its first inference, warm: the second of two starts."""
    folder.mkdir(parents=True)
    (folder / "device.toml").write_text('region = "17.07"\nname = "bench"\ndata = "data"\nrun = "run"\n')
    (folder / "vision.toml").write_text(f'[[cameras]]\nname = "bench"\nsource = {json.dumps(str(video))}\n')
    seconds = 0.0
    for _ in range(2):
        command = [sys.executable, "-m", "edge_agent.vision.app", "--config", str(folder)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as unit:
            assert unit.stderr is not None
            too_late = threading.Timer(60, unit.kill)
            too_late.start()
            for line in unit.stderr:
                if '"first_inference"' in line:
                    seconds = float(json.loads(line)["startup_s"])
                    unit.terminate()
            too_late.cancel()
    return seconds


if __name__ == "__main__":
    main()
