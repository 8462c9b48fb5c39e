"""Where people may be in a picture: whatever may be one counts; no face detector is trusted."""

from dataclasses import dataclass

import numpy as np

from edge_agent.vision.detector import Boxes, Detections

PERSON = "person"


@dataclass(frozen=True, slots=True)
class Caution:
    """How readily something is taken for a person; defaults chosen by attack, as `bench/privacy.py` does."""

    person_floor: float = 0.2
    """The score from which a box may be a person."""
    crowd_floor: float = 0.4
    """Where the detector is full and its least sure object scores this, it has likely left people out."""


DEFAULT = Caution()


def people_in(found: Detections, tracked: Boxes, *, person: int, caution: Caution = DEFAULT) -> Boxes | None:
    """Every box that may be a person: found in this very picture, or followed by the tracker.

    None means that people may be anywhere. `person` is the place of that label.
    """
    if found.missing_below >= caution.crowd_floor:
        return None
    maybe = (found.labels == person) & ~(found.scores < caution.person_floor)
    boxes: Boxes = np.concatenate([found.boxes[maybe], tracked.reshape(-1, 4)])
    return boxes


def unexplained(moved: Boxes, found: Boxes) -> Boxes:
    """Those of the areas that `moved` of which nothing that was found covers half: somebody may be there whom
    the detector missed."""
    if not len(moved) or not len(found):
        return moved
    wide = np.minimum(moved[:, None, 2], found[None, :, 2]) - np.maximum(moved[:, None, 0], found[None, :, 0])
    tall = np.minimum(moved[:, None, 3], found[None, :, 3]) - np.maximum(moved[:, None, 1], found[None, :, 1])
    common = np.clip(wide, 0, None) * np.clip(tall, 0, None)
    size = (moved[:, 2] - moved[:, 0]) * (moved[:, 3] - moved[:, 1])
    alone: Boxes = moved[common.max(axis=1) < 0.5 * size]
    return alone
