"""Killed at any step of changing the model, the device has one that it can load."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]


MEMORY = Path("/dev/shm")
"""A killed process loses nothing that it wrote, so no disk need wait for it."""


def test_killed_at_each_step_the_old_or_the_new_model_can_be_loaded(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        rows = killed_in(folder)
    steps = [(loadable, again, parts) for _, _, loadable, again, parts in rows]
    assert len(steps) > 60
    loadable = [step[0] for step in steps]
    assert set(loadable) == {"old", "new"}
    assert loadable == sorted(loadable, reverse=True)  # once it is new, it stays new
    assert {step[1] for step in steps} == {"new"}
    assert {step[2] for step in steps} == {"0"}


def killed_in(folder: str) -> list[list[str]]:
    """By step: what could be loaded after it, what served at the next start, and what was left behind."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.vision.canary.killed", folder],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=100,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines() if line.startswith("step ")]
