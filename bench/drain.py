"""How fast a full outbox empties into the fleet, acknowledged as stored, against bare publishing.

    scripts/bench drain [--events N] [--json]

The baseline publishes as many messages of the same sizes with QoS 1 by plain paho, over mutual TLS to a
broker of the same settings to which nobody listens, and waits for the broker's acknowledgements only.
"""

import argparse
import json
import statistics
import tempfile
import threading
import time
from pathlib import Path

import paho.mqtt.client as mqtt

from bench._site import bench_site
from demo.process import eventually
from demo.site import Site
from edge_agent.clock import SystemClock
from edge_agent.contract import topics
from edge_agent.contract.events import Box, TrackStarted
from edge_agent.contract.streams import Stream
from edge_agent.device import load_device
from edge_agent.outbox.limits import Limits
from edge_agent.outbox.store import open_outbox, stream_path
from edge_agent.outbox.stream import StreamFile

_BOX = Box(left=0.1, top=0.2, right=0.3, bottom=0.9)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench drain", description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object last")
    arguments = parser.parse_args()
    ours, bare = [], []
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as root:
        site, alone = bench_site(Path(root) / "ours"), bench_site(Path(root) / "bare")
        try:
            site.start_one("broker")
            site.start_one("fleet-ingest")
            alone.start_one("broker")
            for _ in range(arguments.rounds):
                sizes = fill(site, arguments.events)
                ours.append(arguments.events / drain_s(site))
                bare.append(arguments.events / bare_s(alone, sizes))
        finally:
            for child in [*site.children.values(), *alone.children.values()]:
                child.kill()
    result = {
        "events": arguments.events,
        "events_per_s": round(statistics.median(ours), 1),
        "bare_per_s": round(statistics.median(bare), 1),
        "ratio_to_bare": round(statistics.median(o / b for o, b in zip(ours, bare, strict=True)), 3),
    }
    print(json.dumps(result) if arguments.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


def fill(site: Site, number: int) -> list[int]:
    """Append `number` events while the uplink is away; the sizes of their messages in bytes."""
    device = load_device(site.layout.settings)
    outbox = open_outbox(device, streams={Stream.EVENTS}, clock=SystemClock())
    try:
        for track in range(1, number + 1):
            outbox.append(
                TrackStarted(camera="bench", track=track, run="00000000", label="person", score=0.5, box=_BOX)
            )
    finally:
        outbox.close()
    file = _events(site)
    try:
        incarnation = file.status().incarnation
        return [
            len(row.to_message(device=device.id, stream=Stream.EVENTS, incarnation=incarnation))
            for row in file.peek(after=0, limit=number)
        ]
    finally:
        file.close()


def drain_s(site: Site) -> float:
    """From the uplink's first word to the last acknowledgement as stored, in s; its start is not counted."""
    file = _events(site)
    uplink = site.children["edge-uplink"]
    try:
        before = file.status()
        uplink.start()
        eventually(lambda: file.status().rows < before.rows, within_s=60, what="the first acknowledgement")
        begun, first = time.monotonic(), file.status().rows
        eventually(lambda: not file.status().rows, within_s=300, what="an empty outbox")
        return (time.monotonic() - begun) * before.rows / first
    finally:
        file.close()
        uplink.stop()


def bare_s(site: Site, sizes: list[int]) -> float:
    """The baseline, in s: from the first publish to the last PUBACK."""
    layout, device = site.layout, load_device(site.layout.settings).id
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=device.name, protocol=mqtt.MQTTv5)
    client.tls_set(
        ca_certs=str(layout.fleet / "pki" / "root.pem"),
        certfile=str(layout.settings / "device.pem"),
        keyfile=str(layout.settings / "device.key"),
    )
    client.max_inflight_messages_set(500)
    client.max_queued_messages_set(0)
    connected, done = threading.Event(), threading.Event()
    left = len(sizes)

    def count_down(*_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set()

    client.on_connect = lambda *_: connected.set()
    client.on_publish = count_down
    client.connect("127.0.0.1", layout.broker_port)
    client.loop_start()
    try:
        connected.wait(10)
        begun = time.monotonic()
        for size in sizes:
            client.publish(topics.event(device, "vision.track.started"), b"0" * size, qos=1)
        done.wait(300)
        return time.monotonic() - begun
    finally:
        client.disconnect()
        client.loop_stop()


def _events(site: Site) -> StreamFile:
    path = stream_path(site.layout.device_data, Stream.EVENTS)
    return StreamFile(path, stream=Stream.EVENTS, limits=Limits(), clock=SystemClock())


if __name__ == "__main__":
    main()
