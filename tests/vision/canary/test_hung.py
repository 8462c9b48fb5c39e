"""A model that hangs, in a real unit: the watchdog is not fed, and in the end the one before it serves."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from edge_agent.model_store.manifest import MANIFEST
from edge_agent.model_store.shelf import Shelf, pin_of
from edge_agent.model_store.slots import Slot, promoted
from edge_agent.vision.canary.trial import runtime
from tests.vision.canary.bench import MODELS, add_model
from tests.vision.conftest import RunningUnit, eventually

SETTINGS = """
model = "new"
models_folder = "manifests"
threads = 1
health_every_s = 1
[slots]
most_starts = 2
[[cameras]]
name = "gate"
source = "sim:rush_hour?seed=7"
gate = { enabled = false }
"""
SILENCE_S = 3.0
"""A unit at work feeds the watchdog every second."""


def on_shelf(device: Path, name: str, file: str) -> None:
    """A model that serves as if it had passed its canary."""
    weights = (MODELS / f"{file}.tflite").read_bytes()
    manifest = add_model(device / "manifests", name, weights)
    shelf = Shelf(device / "data" / "models")
    slot = Slot(name, "1", pin_of(manifest), hashlib.sha256(weights).hexdigest(), runtime())
    shelf.put(slot, {MANIFEST: manifest, f"{name}.tflite": manifest.with_name(f"{name}.tflite")})
    shelf.change(lambda before: promoted(before, slot, change=f"{name}-1"))


def test_a_hung_invoke_starves_the_watchdog_and_the_model_before_it_returns(
    unit: Callable[[str], RunningUnit], tmp_path: Path
) -> None:
    running = unit(SETTINGS)
    on_shelf(running.folder, "old", "sound")
    on_shelf(running.folder, "new", "endless")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        for _ in range(2):
            hangs(running, manager)
            running.process.send_signal(signal.SIGABRT)  # as systemd does
            assert running.process.wait(10) == -signal.SIGABRT
    running.start()
    eventually(lambda: any(health["metrics"]["inferences_total"] for health in running.health))
    changes = running.of("vision.model.changed")
    assert [(change["cause"], change["model"]) for change in changes] == [
        ("promoted", "old"), ("promoted", "new"), ("returned", "old"),
    ]  # fmt: skip
    (reason,) = [reason for reason in running.health[-1]["reasons"] if "model new" in reason]
    assert "ended 2 times" in reason
    assert "old 1 serves instead" in reason
    assert running.stop() == 0


def hangs(running: RunningUnit, manager: socket.socket) -> None:
    """Start the unit and return once it has been silent for longer than it ever is."""
    with (running.folder / "stderr").open("a") as log:
        running.process = subprocess.Popen(
            [sys.executable, "-m", "edge_agent.vision.app", "--config", str(running.folder)],
            stderr=log, env={**os.environ, "NOTIFY_SOCKET": manager.getsockname()}, text=True,
        )  # fmt: skip
    manager.settimeout(30)
    manager.recv(4096)  # it is ready
    manager.settimeout(SILENCE_S)
    for _ in range(20):
        try:
            manager.recv(4096)
        except TimeoutError:
            assert running.process.poll() is None
            return
    raise AssertionError("it goes on feeding the watchdog")
