"""The canary's own process: loads the model, shows it pictures, and tells what came of it as JSON.

It may crash, hang or take all memory: see `trial`.
"""

import contextlib
import hashlib
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import av
import numpy as np
import simplejpeg

from edge_agent.model_store import ModelError
from edge_agent.model_store.manifest import Golden, Manifest
from edge_agent.vision import DetectorError
from edge_agent.vision.canary.verdict import Measured, fault_in, missing_in
from edge_agent.vision.detector import Picture
from edge_agent.vision.health import rss_bytes
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.resize import Resizer
from loket.settings import SettingsError, load

INVOKES = 12
ENOUGH_S = 5.0
"""A slow model is timed for so long."""


def look(manifest: Manifest, weights: Path, *, threads: int) -> Measured:
    """Load the model and try it. Raises DetectorError."""
    before = rss_bytes()
    detector = SsdDetector(weights, labels=manifest.labels, threads=threads)
    for picture in _pictures(detector.input_size):
        fault = fault_in(detector.outputs(picture), labels=len(manifest.labels))
        if fault:
            return Measured(fault)
    for golden in manifest.golden:
        found = detector.detect(_golden(golden, detector.input_size))
        fault = missing_in(found, golden.objects, labels=manifest.labels)
        if fault:
            return Measured(f"in {golden.picture.name} {fault}")
    times = list(_times(detector))
    return Measured(invoke_ms=statistics.median(times) * 1000, grown_bytes=max(0, _peak_bytes() - before))


def _peak_bytes() -> int:
    """The most memory that this program has held, from proc(5); getrusage(2) begins with its parent's."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _times(detector: SsdDetector) -> Iterator[float]:
    began = time.perf_counter()
    for _ in range(INVOKES):
        before = time.perf_counter()
        detector.invoke()
        now = time.perf_counter()
        yield now - before
        if now - began > ENOUGH_S:
            return


def _pictures(size: tuple[int, int]) -> Iterator[Picture]:
    """Black, white, a slope and noise: what a model answers to them may be anything but nonsense."""
    width, height = size
    chance = np.random.default_rng(7)
    slope = np.linspace(0, 255, width).astype(np.uint8)
    yield np.zeros((height, width, 3), np.uint8)
    yield np.full((height, width, 3), 255, np.uint8)
    yield np.ascontiguousarray(np.broadcast_to(slope[np.newaxis, :, np.newaxis], (height, width, 3)))
    yield chance.integers(0, 256, (height, width, 3), np.uint8)
    yield (
        chance.integers(0, 256, (-(-height // 16), -(-width // 16), 3), np.uint8)
        .repeat(16, 0)
        .repeat(16, 1)[:height, :width]
    )


def _golden(golden: Golden, size: tuple[int, int]) -> Picture:
    try:
        jpeg = golden.picture.read_bytes()
    except OSError as error:
        raise ModelError(f"{golden.picture}: cannot be read ({error.strerror})") from error
    if hashlib.sha256(jpeg).hexdigest() != golden.sha256:
        raise ModelError(f"{golden.picture}: is not the picture that the manifest names")
    image = simplejpeg.decode_jpeg(jpeg, colorspace="RGB")
    return Resizer(size)(av.VideoFrame.from_ndarray(image, format="rgb24"))


def _bound(*, most_bytes: int, most_cpu_s: int) -> None:
    """Bounds that hold also where nobody waits for this process any more."""
    data = next(
        int(line.split()[1]) * 1024
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        if line.startswith("VmData:")
    )
    resource.setrlimit(resource.RLIMIT_DATA, (data + most_bytes, data + most_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (most_cpu_s, most_cpu_s))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Arguments: a manifest, the weights, threads, most bytes, most seconds of processor time."""
    manifest, weights, threads, most_bytes, most_cpu_s = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):
        try:
            told = load(Path(manifest), Manifest)
            _bound(most_bytes=int(most_bytes), most_cpu_s=int(most_cpu_s))
            measured = look(told, Path(weights), threads=int(threads))
        except (DetectorError, ModelError, SettingsError, RuntimeError, ValueError, MemoryError) as fault:
            measured = Measured(str(fault).splitlines()[0] if str(fault) else "it took too much memory")
    sys.stdout.write(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main()
