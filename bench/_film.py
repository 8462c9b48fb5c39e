"""A scene frame by frame: who is in it, and what a model finds in its pictures; kept, for both take long.

What is found depends on the model and the street alone, not on how it is followed and counted. So who changes
that looks at the same films again, and who is interrupted goes on where he was.
"""

import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from edge_agent.street.cast.actor import LABELS
from edge_agent.street.painter import Street
from edge_agent.street.truth import Box, Seen, Truth
from edge_agent.vision.detector import Detections, Detector
from edge_agent.vision.resize import Resizer


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """The frames of a street, in order."""

    street: Street
    truth: list[tuple[Seen, ...]]
    found: list[Detections] | None
    """What the model found in each; None: no model looked."""


def film(
    street: Street,
    make: Callable[[], Detector] | None,
    *,
    kept: Path | None = None,
    pictures: Iterable[VideoFrame] | None = None,
) -> Film:
    """The film of a street as a detector sees it; from the file `kept` if it is there, else put there.

    `pictures` are looked at in place of the street's own: those of a video of it.
    """
    frames = street.scenario.frames
    if kept is not None and kept.exists():
        with np.load(kept) as rows:
            found = _found(rows["found"], frames) if make is not None else None
            return Film(street, _truth(rows["seen"], frames), found)
    cv2.setNumThreads(1)
    made = _made(street, make() if make is not None else None, pictures)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, suffix=".npz", delete=False) as file:
            np.savez_compressed(file, seen=_seen_rows(made.truth), found=_found_rows(made.found or []))
        Path(file.name).rename(kept)
    return made


def _made(street: Street, detector: Detector | None, pictures: Iterable[VideoFrame] | None) -> Film:
    truth = Truth(street)
    seen: list[tuple[Seen, ...]] = []
    found: list[Detections] = []
    resizer = Resizer(detector.input_size) if detector else None
    shown = iter(pictures) if pictures is not None else _drawn(street)
    for number in range(street.scenario.frames):
        if detector is not None and resizer is not None:
            found.append(detector.detect(resizer(next(shown))))
        seen.append(truth.frame(number))
    return Film(street, seen, found if detector is not None else None)


def _drawn(street: Street) -> Iterator[VideoFrame]:
    for number in range(street.scenario.frames):
        yield VideoFrame.from_ndarray(street.picture(number), format="rgb24")


def _seen_rows(frames: Sequence[Sequence[Seen]]) -> NDArray[np.float64]:
    rows = [
        (number, one.number, LABELS.index(one.label), *one.box, one.visibility, one.height_px)
        for number, seen in enumerate(frames)
        for one in seen
    ]
    return np.array(rows, np.float64).reshape(-1, 9)


def _truth(rows: NDArray[np.float64], frames: int) -> list[tuple[Seen, ...]]:
    truth: list[list[Seen]] = [[] for _ in range(frames)]
    for number, actor, label, left, top, right, bottom, visibility, height_px in rows.tolist():
        box = Box(left, top, right, bottom)
        truth[int(number)].append(Seen(int(actor), LABELS[int(label)], box, visibility, height_px))
    return [tuple(seen) for seen in truth]


def _found_rows(frames: Sequence[Detections]) -> NDArray[np.float64]:
    rows = [
        (number, *box, score, label)
        for number, found in enumerate(frames)
        for box, score, label in zip(
            found.boxes.tolist(), found.scores.tolist(), found.labels.tolist(), strict=True
        )
    ]
    return np.array(rows, np.float64).reshape(-1, 7)


def _found(rows: NDArray[np.float64], frames: int) -> list[Detections]:
    cuts = np.searchsorted(rows[:, 0], np.arange(frames + 1))
    return [
        Detections(
            rows[low:high, 1:5].astype(np.float32),
            rows[low:high, 5].astype(np.float32),
            rows[low:high, 6].astype(np.intp),
        )
        for low, high in itertools.pairwise(cuts)
    ]
