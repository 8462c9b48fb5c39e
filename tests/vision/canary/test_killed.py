"""Killed at any step of changing the model, the device has one that it can load."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_killed_at_each_step_the_old_or_the_new_model_can_be_loaded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.vision.canary.killed", str(tmp_path)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=100,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith("step ")]
    steps = [(loadable, again, parts) for _, _, loadable, again, parts in rows]
    assert len(steps) > 15
    loadable = [step[0] for step in steps]
    assert set(loadable) == {"old", "new"}
    assert loadable == sorted(loadable, reverse=True)  # once it is new, it stays new
    assert {step[1] for step in steps} == {"new"}
    assert {step[2] for step in steps} == {"0"}
