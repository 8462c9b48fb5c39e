"""The best picture of each track while it lives: which one is worth keeping; pure but for what it holds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edge_agent.vision.detector import Detections, Picture
from edge_agent.vision.pictures.release import Released
from edge_agent.vision.subject import Subject

CLEARLY = 1.25
"""A picture takes the place of another only where it is better by so much: each costs an encoding."""
EVERY_S = 0.5
"""Between two pictures of one camera that are made for keeping."""
MOST_KEPT = 12
"""Tracks of one camera whose picture is held; at 200 KiB each, 2.4 MiB at most."""
_EDGE = 0.01
_CUT_OFF = 0.5
"""What a subject counts that reaches out of the picture."""
_SHARP = 8.0
"""Grey levels from pixel to pixel that are sharp."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture that is held, and how good it is."""

    released: Released
    merit: float


def merit(subject: Subject, score: float, small: Picture) -> float:
    """How good a picture of `subject` is: it is large, sure, sharp, and whole in the picture.

    `small` is the whole picture at any size.
    """
    left, top, right, bottom = subject.box
    size = max(0.0, right - left) * max(0.0, bottom - top)
    whole = _CUT_OFF if min(left, top, 1 - right, 1 - bottom) < _EDGE else 1.0
    sharp = _sharpness(subject.box, small)
    return float(np.sqrt(size)) * score * whole * sharp / (sharp + _SHARP)


def score_of(subject: Subject, found: Detections) -> float:
    """How sure the detector is of `subject` in this frame; 0 where it was not found in it."""
    if not len(found) or not subject.seen:
        return 0.0
    apart = np.abs(found.boxes - np.array(subject.box, np.float32)).max(axis=1)
    same = (found.labels == subject.label) & (apart < 1e-3)
    return float(found.scores[same].max(initial=0.0))


def better(merits: Mapping[int, float], kept: Mapping[int, Kept]) -> list[int]:
    """The tracks of which this picture should be held from now on; by number, with their `merits` in it."""
    worst = min((one.merit for one in kept.values()), default=0.0)
    free = MOST_KEPT - len(kept)
    chosen = []
    for number, here in sorted(merits.items(), key=lambda item: (-item[1], item[0])):
        if here <= 0:
            continue
        if number in kept:
            if here > CLEARLY * kept[number].merit:
                chosen.append(number)
        elif free > 0:
            free -= 1
            chosen.append(number)
        elif here > CLEARLY * worst:
            chosen.append(number)
            worst = here  # one gives way, not all
    return chosen


def with_room(kept: Mapping[int, Kept]) -> dict[int, Kept]:
    """Those of `kept` that are held on: the best, where there are too many."""
    order = sorted(kept.items(), key=lambda item: (-item[1].merit, item[0]))
    return dict(order[:MOST_KEPT])


def _sharpness(box: tuple[float, float, float, float], small: Picture) -> float:
    """The mean step from a pixel to its neighbour within a box, of the green, in grey levels."""
    height, width = small.shape[:2]
    left, right = int(box[0] * width), max(int(box[0] * width) + 2, int(np.ceil(box[2] * width)))
    top, bottom = int(box[1] * height), max(int(box[1] * height) + 2, int(np.ceil(box[3] * height)))
    part = small[top:bottom, left:right, 1].astype(np.int16)
    if part.shape[0] < 1 or part.shape[1] < 2:
        return 0.0
    return float(np.abs(np.diff(part, axis=1)).mean())
