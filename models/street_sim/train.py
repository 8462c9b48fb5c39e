"""Trains the detector of the simulated street and writes it as street_sim.tflite.

    python models/street_sim/train.py --out FOLDER [--minutes 60] [--streets 240]

Needs the `[train]` extra. What is interrupted goes on from FOLDER when started again. Pictures are rendered
first, and kept in ~/.cache/loket (or LOKET_CACHE) for as long as the simulator does not change.
"""

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np
import tensorflow as tf
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from models.street_sim.augment import plain
from models.street_sim.batches import batch, batches
from models.street_sim.examples import Examples, prepare
from models.street_sim.export import to_tflite
from models.street_sim.learner import Learner
from models.street_sim.network import Network

SAVE_EVERY_S = 120.0
REPRESENTATIVE = 160
"""Pictures that set the ranges of the eight-bit tensors."""


def main() -> None:
    """Render, train, export."""
    parser = argparse.ArgumentParser(prog="train.py", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the state and of the result")
    parser.add_argument("--minutes", type=float, default=60, help="how long the training takes")
    parser.add_argument("--streets", type=int, default=240, help="how many streets are learned from")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    cache = Path(os.environ.get("LOKET_CACHE", Path.home() / ".cache" / "loket"))
    examples = prepare(arguments.streets, folder=cache / "train" / "street_sim", workers=arguments.workers)
    cv2.setNumThreads(1)
    tf.keras.utils.set_random_seed(arguments.seed)
    learner = Learner(Network(seed=arguments.seed))
    state = arguments.out / "state.npz"
    if state.exists():
        learner.load(state)
    else:
        first = batch(examples, seed=arguments.seed, step=0)
        learner.network.settle(tf.cast(first.pictures, tf.float32) / 255)
    train(learner, examples, seconds=60 * arguments.minutes, seed=arguments.seed, state=state)
    result = arguments.out / "street_sim.tflite"
    result.write_bytes(to_tflite(learner.averaged(), representative(examples)))
    sys.stdout.write(f"{result}: {result.stat().st_size} bytes\n")


def train(learner: Learner, examples: Examples, *, seconds: float, seed: int, state: Path) -> None:
    """Let `learner` learn until it has spent `seconds`; its state is saved every two minutes."""
    columns = (
        TextColumn("training"), BarColumn(), TextColumn("{task.fields[told]}"), TimeElapsedColumn(),
        TimeRemainingColumn(),
    )  # fmt: skip
    before = float(learner.spent_s)
    started = saved = time.monotonic()
    smooth = np.zeros(3)
    with Progress(*columns) as bar:
        task = bar.add_task("", total=seconds, told="")
        for lesson in batches(examples, seed=seed, first=int(learner.step)):
            spent = before + time.monotonic() - started
            if spent >= seconds:
                break
            told = np.array(learner.learn(lesson, progress=spent / seconds))
            smooth = told if not smooth.any() else 0.98 * smooth + 0.02 * told
            step = int(learner.step)
            if step % 10 == 0:
                words = f"step {step} scores {smooth[0]:.3f} boxes {smooth[1]:.3f} overlap {smooth[2]:.3f}"
                bar.update(task, completed=spent, told=words)
                if not bar.console.is_terminal and step % 100 == 0:
                    bar.console.print(f"{spent:.0f} s: {words}")
            if time.monotonic() - saved > SAVE_EVERY_S:
                saved = time.monotonic()
                learner.spent_s.assign(spent)
                learner.save(state)
    learner.spent_s.assign(max(before, seconds))
    learner.save(state)


def representative(examples: Examples) -> np.ndarray:
    """Pictures from all over the examples, as they are."""
    places = np.linspace(0, len(examples) - 1, REPRESENTATIVE).astype(int)
    return np.stack([plain(examples[int(place)]) for place in places])


if __name__ == "__main__":
    main()
