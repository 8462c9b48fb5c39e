"""Four idle cameras and a busy one on two cores: whose pictures wait, and what each camera costs in memory.

    scripts/bench cameras [--video FILE ...] [--seed N] [--seconds S] [--json]

`edge-vision` itself runs on two cores with two threads, first with one idle camera, then with four and a busy
one. An idle camera is a street of the simulator on which nobody is, H.264 of 768x576 at 10 pictures a second;
the busy one is a rush hour, or the videos, each a camera of its own. All play in a loop.

`overdue_max_s` is the longest that any picture waited beyond its due time, once the unit is warm, as its
health tells; `rss_mb` the memory with all cameras, `rss_one_mb` with one, `rss_per_camera_mb` the increment.
"""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.gate import NOBODY, SIZE, film
from edge_agent.street.scenario import Scenario

IDLE = 4
CORES = 2
WARM_S = 12.0
MIB = 1024 * 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="bench cameras", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--video", type=Path, action="append", default=[], help="a busy camera's")
    parser.add_argument("--seed", type=int, default=1, help="of the simulated streets")
    parser.add_argument("--seconds", type=float, default=60, help="of each of the two runs")
    parser.add_argument("--json", action="store_true", help="print one JSON object last, and nothing else")
    arguments = parser.parse_args()
    missing = [path for path in arguments.video if not path.exists()]
    if missing:
        sys.exit(f"bench cameras: no video {missing[0]}")
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
        root = Path(folder)
        idle = root / "idle.mp4"
        film(Scenario(about="idle", duration_s=30, **SIZE, **NOBODY), idle, seed=arguments.seed)
        busy = [path.resolve() for path in arguments.video]
        if not busy:
            busy = [root / "busy.mp4"]
            crowd = {"crowd": {"per_minute": 40}, "traffic": {"per_minute": 10}}
            film(Scenario(about="busy", duration_s=30, **SIZE, **crowd), busy[0], seed=arguments.seed)
        one = run([idle], folder=root / "one", seconds=arguments.seconds)
        every = run([idle] * IDLE + busy, folder=root / "all", seconds=arguments.seconds)
    added = IDLE + len(busy) - 1
    result = {
        "overdue_max_s": round(max(each["overdue_max_ms"] for each in every) / 1000, 3),
        "rss_mb": round(every[-1]["rss_bytes"] / MIB, 1),
        "rss_one_mb": round(one[-1]["rss_bytes"] / MIB, 1),
        "rss_per_camera_mb": round((every[-1]["rss_bytes"] - one[-1]["rss_bytes"]) / MIB / added, 1),
        "cameras": IDLE + len(busy),
        "inferences_per_s": every[-1]["inferences_per_s"],
        "invoke_p50_ms": every[-1]["invoke_p50_ms"],
        "gate_open_ratio": every[-1]["gate_open_ratio"],
    }
    if not arguments.json:
        for name, value in result.items():
            print(f"{name:>18}: {value}")
    print(json.dumps(result))


def run(videos: Sequence[Path], *, folder: Path, seconds: float) -> list[dict[str, Any]]:
    """The unit's metrics once it is warm, while it looks at `videos`."""
    folder.mkdir()
    (folder / "device.toml").write_text('region = "17.07"\nname = "bench"\ndata = "data"\nrun = "run"\n')
    cameras = "".join(
        f'[[cameras]]\nname = "camera-{place}"\nsource = {json.dumps(str(video))}\nmax_fps = 5\n'
        for place, video in enumerate(videos)
    )
    (folder / "vision.toml").write_text(f"health_every_s = 2\nthreads = {CORES}\n{cameras}")
    with (folder / "stderr").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "edge_agent.vision.app", "--config", str(folder)],
            stderr=log,
            env={**os.environ, "NOTIFY_SOCKET": ""},
        )
        os.sched_setaffinity(process.pid, sorted(os.sched_getaffinity(0))[:CORES])
        time.sleep(seconds)
        process.send_signal(signal.SIGTERM)
        if process.wait(30) != 0:
            sys.exit(f"bench cameras: {(folder / 'stderr').read_text()[-500:]}")
    database = sqlite3.connect(folder / "data/outbox/machine/telemetry.db")
    rows = database.execute("SELECT data FROM rows WHERE kind = 'device.health' ORDER BY seq").fetchall()
    database.close()
    told: list[dict[str, Any]] = [json.loads(data)["metrics"] for (data,) in rows]
    warm = [each for each in told if each["uptime_s"] >= WARM_S]
    if not warm:
        sys.exit("bench cameras: it told no health; give it more --seconds")
    return warm


if __name__ == "__main__":
    main()
