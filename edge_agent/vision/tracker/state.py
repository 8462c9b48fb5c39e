"""The tracks of one camera at one moment, as a table: a row for each property, a column for each track."""

from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.detector import Boxes
from edge_agent.vision.subject import Subject
from edge_agent.vision.tracker import motion

Table = Annotated[NDArray[np.float64], "ROWS T"]
Row = Annotated[NDArray[np.float64], "T"]
Places = Annotated[NDArray[np.float64], "4 T: left, top, right, bottom, in shares of the picture"]

NUMBER: Final = 0
"""0 until a track is believed."""
LABEL: Final = 1
SCORE: Final = 2
"""The best so far."""
FRAMES: Final = 3
FIRST_S: Final = 4
LAST_S: Final = 5
SURE_S: Final = 6
BOX = slice(7, 11)
"""As it was seen last."""
PLACE = slice(11, 15)
"""The same, smoothed."""
SPEED = slice(15, 17)
SPREAD = slice(17, 20)
ROWS: Final = 20


@dataclass(frozen=True, slots=True)
class Track:
    """One believed object, as an event tells it. Times are monotonic, in seconds."""

    number: int
    label: int
    score: float
    """The best so far."""
    box: tuple[float, float, float, float]
    first_s: float
    last_s: float
    frames: int


def _empty() -> Table:
    return np.zeros((ROWS, 0))


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """One table rather than ten arrays: with few tracks, a frame costs so much as there are operations."""

    table: Table = field(default_factory=_empty)
    next_number: int = 1

    def __len__(self) -> int:
        return int(self.table.shape[1])

    @property
    def number(self) -> Row:
        """0 until a track is believed."""
        row: Row = self.table[NUMBER]
        return row

    @property
    def label(self) -> Row:
        """Places in the detector's labels."""
        row: Row = self.table[LABEL]
        return row

    @property
    def last_s(self) -> Row:
        """When each was seen last."""
        row: Row = self.table[LAST_S]
        return row

    @property
    def box(self) -> Boxes:
        """As each was seen last."""
        boxes: Boxes = self.table[BOX].T.astype(np.float32)
        return boxes

    def track(self, column: int) -> Track:
        """One of them as a value."""
        number, label, score, frames, first_s, last_s, _, left, top, right, bottom = self.table[
            : BOX.stop, column
        ].tolist()
        return Track(
            number=int(number),
            label=int(label),
            score=score,
            box=(left, top, right, bottom),
            first_s=first_s,
            last_s=last_s,
            frames=int(frames),
        )

    def subjects(self, now_s: float) -> list[Subject]:
        """Every believed object at `now_s`, by number: in its box if seen then, else where it should be."""
        believed = self.table[:, self.table[NUMBER] > 0]
        seen = believed[LAST_S] >= now_s
        boxes = np.where(seen, believed[BOX], motion.inside(ahead(believed, now_s)))
        return [
            Subject(int(number), int(label), (box[0], box[1], box[2], box[3]), now, first_s, last_s)
            for number, label, box, now, first_s, last_s in sorted(
                zip(
                    believed[NUMBER].tolist(),
                    believed[LABEL].tolist(),
                    boxes.T.tolist(),
                    seen.tolist(),
                    believed[FIRST_S].tolist(),
                    believed[LAST_S].tolist(),
                    strict=True,
                )
            )
        ]

    def predicted(self, now_s: float) -> Boxes:
        """Where each track should be at `now_s`, within the picture."""
        return motion.inside(ahead(self.table, now_s)).T.astype(np.float32)


def ahead(table: Table, now_s: float) -> Places:
    """Where each track should be at `now_s`, be it outside the picture."""
    return motion.ahead(table[PLACE], table[SPEED], now_s - table[LAST_S])
