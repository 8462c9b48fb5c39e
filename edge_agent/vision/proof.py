"""Proof that a model file loads and runs here: tried once in a process of its own, remembered by its hash.

A damaged `.tflite` may crash the process that loads it, so no unit is the first to try.
"""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from edge_agent.vision import DetectorError
from loket.files import write_atomically

TRIAL_TIMEOUT_S = 60.0


def prove(model: Path, *, sha256: str, proofs: Path) -> None:
    """Return once `model` is known to load and run with the runtime that is installed.

    `proofs` is the folder of remembered trials; a trial that cannot be remembered is repeated next time.
    Raises DetectorError if the trial failed.
    """
    remembered = proofs / f"{sha256}.{_runtime()}"
    if remembered.exists():
        return
    answer = _trial(model)
    if "error" in answer:
        raise DetectorError(str(answer["error"]))
    try:
        proofs.mkdir(parents=True, exist_ok=True)
        write_atomically(remembered, json.dumps(answer).encode())
    except OSError:
        return  # a full disk costs a second at each start, no more


def _trial(model: Path) -> dict[str, object]:
    command = [sys.executable, "-m", "edge_agent.vision.litert", str(model)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TRIAL_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise DetectorError(
            f"{model.name}: the runtime hung for {TRIAL_TIMEOUT_S:.0f} s on it; choose another model"
        ) from None
    if done.returncode < 0:
        raise DetectorError(
            f"{model.name}: the runtime crashed on it (signal {-done.returncode}): the file is damaged, or "
            f"not for this runtime; check it with: edge-agent models verify"
        )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if done.returncode != 0 or not isinstance(answer, dict):
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise DetectorError(f"{model.name}: its trial failed: {last[0]}")
    return answer


def _runtime() -> str:
    for name in ("ai-edge-litert", "tflite-runtime"):
        try:
            return f"{name}-{version(name)}"
        except PackageNotFoundError:
            continue
    raise DetectorError("no TFLite runtime is installed; install the package's [edge] extra")
