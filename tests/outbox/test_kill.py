"""Killed at any moment, an appender loses nothing that it was told is safe."""

import os
import random
import signal
import subprocess
import sys
import time

from edge_agent.contract.streams import Stream
from edge_agent.outbox.limits import Limits
from edge_agent.outbox.store import stream_path
from edge_agent.outbox.stream import StreamFile
from edge_agent.testing.clock import FixedClock

APPENDER = """
import sys
from pathlib import Path
from edge_agent.clock import SystemClock
from edge_agent.contract.events import Health
from edge_agent.contract.streams import Stream
from edge_agent.device import Device
from edge_agent.outbox.store import open_outbox

folder = Path(sys.argv[1])
device = Device(region="17.07", name="a", data=folder / "data", run=folder / "run")
outbox = open_outbox(device, streams=[Stream.TELEMETRY], clock=SystemClock())
while True:
    identity = outbox.append(Health(unit="vision", status="ok"))
    sys.stdout.write(f"{identity.seq} {identity.event_id}\\n")
    sys.stdout.flush()
"""

ROUNDS = 12


def test_every_append_that_returned_is_there_after_a_kill(tmp_path):
    chance = random.Random(17)
    told: dict[int, str] = {}
    for _ in range(ROUNDS):
        appender = subprocess.Popen(
            [sys.executable, "-c", APPENDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert appender.stdout is not None
        lines = [appender.stdout.readline()]  # it works; from here on any moment will do
        time.sleep(chance.uniform(0, 0.15))
        os.kill(appender.pid, signal.SIGKILL)
        lines += appender.stdout.read().splitlines()
        appender.stdout.close()
        appender.wait(10)
        for line in lines:
            parts = line.split()
            if len(parts) == 2 and len(parts[1]) == 36:
                assert int(parts[0]) not in told, "a number is given once"
                told[int(parts[0])] = parts[1]
    device_path = stream_path(tmp_path / "data", Stream.TELEMETRY)
    file = StreamFile(device_path, stream=Stream.TELEMETRY, limits=Limits(), clock=FixedClock())
    try:
        rows = {row.seq: row.event_id for row in file.peek(after=0, limit=10**6)}
    finally:
        file.close()
    assert len(told) > ROUNDS
    assert {seq: rows.get(seq) for seq in told} == told
    assert sorted(rows) == list(range(1, len(rows) + 1))
    assert len(rows) - len(told) <= ROUNDS, "at most one per kill was committed and not told"
