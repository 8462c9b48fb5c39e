"""Starts a canary, waits for it, and judges; whatever the model does, this process goes on."""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from edge_agent.vision import DetectorError
from edge_agent.vision.canary.verdict import Limits, Measured, Verdict, judge

_SPARE = 2
"""Memory is bounded at so many times what is allowed, for it is taken before it is used."""


def trial(manifest: Path, weights: Path, *, limits: Limits, threads: int) -> Verdict:
    """Try a model whose files are verified."""
    command = [
        sys.executable, "-m", "edge_agent.vision.canary.child", str(manifest), str(weights), str(threads),
        str(_SPARE * limits.most_bytes), str(int(limits.timeout_s * threads) + 1),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=limits.timeout_s, check=False)
    except subprocess.TimeoutExpired:
        return Verdict(f"its canary was not done within {limits.timeout_s:g} s", lasting=False)
    if done.returncode < 0:
        return Verdict(
            f"the runtime crashed on it (signal {-done.returncode}): it is damaged, not for this runtime, or "
            f"takes more than {_SPARE * limits.most_bytes / 1e6:.0f} MB"
        )
    try:
        measured = Measured(**json.loads(done.stdout))
    except (ValueError, TypeError):
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        return Verdict(f"its canary failed: {last[0]}")
    return judge(measured, limits)


def runtime() -> str:
    """The runtime that is installed and its version. Raises DetectorError: there is none."""
    for name in ("ai-edge-litert", "tflite-runtime"):
        try:
            return f"{name}-{version(name)}"
        except PackageNotFoundError:
            continue
    raise DetectorError("no TFLite runtime is installed; install the package's [edge] extra")
