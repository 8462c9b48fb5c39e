"""How long from a frame's capture until the fleet has stored what it showed, on a whole site.

    scripts/bench latency [--video FILE] [--seconds N] [--json]

A reader of the northbound topics takes the time: an event arrives there only after its commit, so the
figures are upper bounds of "capture to stored". The clocks of both ends are this machine's.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from bench._site import bench_site, fleet_health
from demo.camera import CLIP, mirror
from demo.northbound import Northbound
from demo.report import quantile

CHECKOUT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench latency", description=__doc__)
    parser.add_argument("--video", type=Path, help=f"default: {CLIP} in the mirror folder")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", action="store_true", help="print one JSON object last")
    arguments = parser.parse_args()
    folder = mirror(CHECKOUT)
    video = arguments.video or (folder / CLIP if folder else None)
    if video is None or not video.exists():
        sys.exit(f"bench latency: no video {video or ''}; name one with --video FILE")
    delays: list[float] = []
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as root:
        site = bench_site(Path(root), camera=str(video.absolute()))
        try:
            for name in ("broker", "fleet-ingest"):
                site.start_one(name)
            with Northbound(site) as north:
                for name in ("fleet-serve", "edge-uplink", "edge-kiosk", "edge-vision"):
                    site.start_one(name)
                time.sleep(arguments.seconds)
                delays = sorted(
                    1000 * (arrival.at - arrival.event.time.timestamp())
                    for arrival in list(north.arrivals)
                    if arrival.event.kind.startswith("vision.track.")
                )
            site.stop()
            health = fleet_health(site)
        finally:
            for child in site.children.values():
                child.kill()
    result = {
        "events": len(delays),
        "p50_ms": quantile(delays, 0.50),
        "p95_ms": quantile(delays, 0.95),
        "invoke_p50_ms": health.get("invoke_p50_ms"),
    }
    print(json.dumps(result) if arguments.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


if __name__ == "__main__":
    main()
