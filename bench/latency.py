"""How long from a frame's capture until the fleet has stored what it showed, on a whole site.

    scripts/bench latency [--video FILE] [--seconds N] [--json]

A watcher of the fleet's database takes the time when a row is first visible, thus after its commit; it looks
every 2 ms. The clocks of both ends are this machine's. `puback_p50_ms` and `puback_p95_ms` are what the
uplink tells of its latest 256 events: from the frame's capture to the broker's PUBACK.
"""

import argparse
import contextlib
import json
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType

from bench._site import bench_site, fleet_health
from demo.camera import mirror
from demo.report import quantile

CHECKOUT = Path(__file__).resolve().parent.parent
CLIPS = tuple(
    Path("media/intel_sample_videos") / name
    for name in ("one-by-one-person-detection.mp4", "store-aisle-detection.gif")
)
_LOOK_EVERY_S = 0.002


class Watch:
    """A thread that looks for new track events in the fleet's database."""

    def __init__(self, database: Path) -> None:
        """Nothing is watched yet."""
        self.delays_ms: list[float] = []
        self._database = database
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="watch")

    def __enter__(self) -> "Watch":
        """Start."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._ending.set()
        self._thread.join()

    def _work(self) -> None:
        with contextlib.closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as database:
            (position,) = database.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
            while not self._ending.wait(_LOOK_EVERY_S):
                rows = database.execute(
                    "SELECT position, kind, time FROM events WHERE position > ? ORDER BY position",
                    (position,),
                ).fetchall()
                seen = time.time()
                for row, kind, captured in rows:
                    position = row
                    if kind.startswith("vision.track."):
                        self.delays_ms.append(1000 * (seen - captured))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench latency", description=__doc__)
    parser.add_argument("--video", type=Path, action="append", help="default: two clips of the mirror folder")
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--json", action="store_true", help="print one JSON object last")
    arguments = parser.parse_args()
    folder = mirror(CHECKOUT)
    videos = arguments.video or [folder / clip for clip in CLIPS if folder]
    if not videos or not all(video.exists() for video in videos):
        sys.exit(f"bench latency: no video {videos or ''}; name one with --video FILE")
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as root:
        site = bench_site(Path(root), cameras=[str(video.absolute()) for video in videos])
        try:
            site.start()
            with Watch(site.layout.fleet / "fleet.db") as watch:
                time.sleep(arguments.seconds)
            site.stop()
            vision, uplink = fleet_health(site), fleet_health(site, unit="uplink")
        finally:
            for child in site.children.values():
                child.kill()
    delays = sorted(watch.delays_ms)
    result = {
        "events": len(delays),
        "p50_ms": quantile(delays, 0.50),
        "p95_ms": quantile(delays, 0.95),
        "puback_p50_ms": uplink.get("puback_p50_ms"),
        "puback_p95_ms": uplink.get("puback_p95_ms"),
        "invoke_p50_ms": vision.get("invoke_p50_ms"),
    }
    print(json.dumps(result) if arguments.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


if __name__ == "__main__":
    main()
