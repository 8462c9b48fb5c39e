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
