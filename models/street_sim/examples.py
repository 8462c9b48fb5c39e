"""Pictures of the simulator with what is on them, rendered once by worker processes and kept on the disk."""

import hashlib
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

import edge_agent.street
from edge_agent.street.cast.actor import LABELS
from edge_agent.street.painter import Street
from edge_agent.street.truth import Truth
from models.street_sim import variety
from models.street_sim.anchors import Boxes

WIDTH, HEIGHT = 480, 360
"""Kept larger than the network's input, so that crops of it are sharp."""
FRAMES = 30
"""Of each street, at times of their own."""
CLEAR = 0.25
"""The visibility from which somebody counts in a crowd."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One picture and the objects on it."""

    picture: NDArray[np.uint8]
    boxes: Boxes
    labels: NDArray[np.int32]
    visibility: NDArray[np.float32]


class Examples(Sequence[Example]):
    """All examples of some streets, read from the disk where they lie."""

    def __init__(self, shards: Sequence[Path]) -> None:
        self._pictures = [np.load(shard.with_suffix(".npy"), mmap_mode="r") for shard in shards]
        self._truth = [np.load(shard.with_suffix(".truth.npy")) for shard in shards]

        counts = [
            np.bincount(rows[rows[:, 6] > CLEAR, 0].astype(int), minlength=FRAMES) for rows in self._truth
        ]
        weights = np.sqrt(1.0 + np.concatenate(counts))
        self.shares: NDArray[np.float64] = weights / weights.sum()
        """How often each is to be learned from: crowds more often."""

    def __len__(self) -> int:
        return len(self._pictures) * FRAMES

    def __getitem__(self, place: int) -> Example:  # type: ignore[override]
        shard, frame = divmod(place, FRAMES)
        rows = self._truth[shard]
        rows = rows[rows[:, 0] == frame]
        return Example(
            np.asarray(self._pictures[shard][frame]),
            rows[:, 1:5].astype(np.float32),
            rows[:, 5].astype(np.int32),
            rows[:, 6].astype(np.float32),
        )


def prepare(streets: int, *, folder: Path, workers: int, first: int = 0) -> Examples:
    """The examples of the scenarios `first`, `first` + 1, ..., rendered where the disk has them not yet."""
    home = folder / _key()
    home.mkdir(parents=True, exist_ok=True)
    shards = [home / f"{seed:05d}" for seed in range(first, first + streets)]
    missing = [shard for shard in shards if not shard.with_suffix(".truth.npy").exists()]
    if missing:
        # A fresh interpreter for each worker: what TensorFlow started does not survive a fork.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            list(track(pool.map(_render, missing), total=len(missing), description="rendering"))
    return Examples(shards)


def _key() -> str:
    """Of all that decides the pictures."""
    here = Path(__file__).parent
    street = Path(edge_agent.street.__file__).parent
    told = hashlib.sha256(f"{WIDTH} {HEIGHT} {FRAMES}".encode())
    for path in sorted(
        [*street.rglob("*.py"), *street.rglob("*.toml"), here / "variety.py", here / "examples.py"]
    ):
        told.update(path.read_bytes())
    return told.hexdigest()[:16]


def _render(shard: Path) -> None:
    cv2.setNumThreads(1)
    seed = int(shard.name)
    street = Street(variety.scenario(seed), seed=seed)
    truth = Truth(street)
    spaced = np.linspace(0, street.scenario.frames - 1, FRAMES + 1)[:-1]
    late = np.random.default_rng([seed, 5]).uniform(0, spaced[1], FRAMES)
    pictures, rows = [], []
    for place, frame in enumerate((spaced + late).astype(int).tolist()):
        pictures.append(cv2.resize(street.picture(frame), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))
        rows += list(_rows(place, truth, frame, street))
    np.save(shard.with_suffix(".npy"), np.stack(pictures))
    # Written last: it says that the shard is whole.
    np.save(shard.with_suffix(".truth.npy"), np.array(rows, np.float32).reshape(-1, 7))


def _rows(place: int, truth: Truth, frame: int, street: Street) -> Iterator[tuple[float, ...]]:
    width, height = street.scenario.width, street.scenario.height
    for seen in truth.frame(frame):
        left, top, right, bottom = seen.box
        yield (
            place, left / width, top / height, right / width, bottom / height,
            LABELS.index(seen.label), seen.visibility,
        )  # fmt: skip
