"""Average precision at an overlap of 0.5: all points of the precision-recall curve."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.detector import Boxes
from edge_agent.vision.tracker import overlaps

LEAST_OVERLAP = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What was found of one label in one picture, and what was there."""

    found: Boxes
    scores: NDArray[np.float32]
    there: Boxes
    counts: NDArray[np.bool_]
    """Which of `there` count; what finds another counts neither for nor against."""
    aside: NDArray[np.bool_]
    """Which of `found` do not count against it where they find nothing: too small, say."""

    def hits(self) -> list[tuple[float, bool]]:
        """Of each that counts its score, and whether it was right.

        The surest chooses first, and chooses what counts before what does not.
        """
        hits: list[tuple[float, bool]] = []
        overlap = overlaps(self.found, self.there) if len(self.there) else np.zeros((len(self.found), 0))
        taken = np.zeros(len(self.there), np.bool_)
        for row in np.argsort(-self.scores, kind="stable"):
            near = (overlap[row] >= LEAST_OVERLAP) & ~taken
            choice = near & self.counts if (near & self.counts).any() else near
            if choice.any():
                best = int(np.argmax(np.where(choice, overlap[row], -1.0)))
                taken[best] = True
                if self.counts[best]:
                    hits.append((float(self.scores[row]), True))
            elif not self.aside[row]:
                hits.append((float(self.scores[row]), False))
        return hits


def average_precision(sights: Iterable[Sight]) -> float:
    """Over all pictures; 0 where nothing counts."""
    hits: list[tuple[float, bool]] = []
    there = 0
    for sight in sights:
        there += int(sight.counts.sum())
        hits += sight.hits()
    hits.sort(key=lambda hit: -hit[0])
    right = np.cumsum([hit for _, hit in hits])
    precision = right / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    recall = right / max(there, 1)
    return float(np.sum(np.diff(recall, prepend=0.0) * envelope))


def recall(sights: Iterable[Sight], *, threshold: float) -> float:
    """The share of what counts that is found with a score of `threshold` at least; 0 where nothing counts."""
    right = there = 0
    for sight in sights:
        there += int(sight.counts.sum())
        right += sum(hit for score, hit in sight.hits() if score >= threshold)
    return right / max(there, 1)
