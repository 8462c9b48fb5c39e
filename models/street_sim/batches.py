"""Batches of augmented pictures, made by one thread ahead of the training; the same for the same seed."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from queue import Queue
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from models.street_sim.anchors import FULL, WINDOW, Field, lesson
from models.street_sim.augment import augmented
from models.street_sim.examples import Examples
from models.street_sim.loss import Target

AHEAD = 4
WINDOWS = 16
FULLS = 8
FULL_EVERY = 4
"""One batch in so many is of full pictures, the others are of windows of them."""
_FULL, _WINDOW = Field(FULL), Field(WINDOW)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Pictures and what their places are to learn."""

    pictures: Annotated[NDArray[np.uint8], "B H W 3"]
    target: Target


def batch(examples: Examples, *, seed: int, step: int) -> Batch:
    """The batch of a step, of examples by chance."""
    field, number = (_FULL, FULLS) if step % FULL_EVERY == 0 else (_WINDOW, WINDOWS)
    pictures, rows, anchors, boxes, labels, silent = [], [], [], [], [], []
    for row in range(number):
        chance = np.random.default_rng([seed, step, row])
        example = examples[int(chance.choice(len(examples), p=examples.shares))]
        picture, seen, visibility = augmented(example, chance, size=field.size)
        learned = lesson(seen, example.labels, visibility, field=field)
        pictures.append(picture)
        rows.append(_of(row, learned.places))
        silent.append(_of(row, learned.silent))
        anchors.append(field.anchors_px[learned.places])
        boxes.append(learned.boxes)
        labels.append(learned.labels)
    target = (np.concatenate(parts) for parts in (rows, anchors, boxes, labels, silent))
    return Batch(np.stack(pictures), Target(*target))


def _of(row: int, places: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.stack([np.full(len(places), row, np.int32), places], axis=1)


def batches(examples: Examples, *, seed: int, first: int) -> Iterator[Batch]:
    """The batches of the steps from `first` on, without end."""
    queue: Queue[Batch] = Queue(AHEAD)

    def work() -> None:
        step = first
        while True:
            queue.put(batch(examples, seed=seed, step=step))
            step += 1

    threading.Thread(target=work, name="batches", daemon=True).start()
    while True:
        yield queue.get()
