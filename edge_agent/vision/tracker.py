"""Following objects from frame to frame: a pure step over values, vectorised.

Detections are matched to tracks by overlap (intersection over union) with the optimal assignment
(Jonker and Volgenant, 1987); sure detections first, then unsure ones for tracks that are already believed,
after Zhang et al., "ByteTrack", ECCV 2022. All durations are real time, so the rate of frames may vary.
"""

from dataclasses import dataclass, field, replace
from typing import Annotated

import lap
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.detector import Boxes, Detections
from edge_agent.vision.subject import Subject


@dataclass(frozen=True, slots=True)
class Rules:
    """When a track begins, goes on and ends."""

    threshold: float = 0.4
    """The score from which a detection is sure."""
    unsure: float = 0.2
    """The score from which a detection may continue a track that is already believed."""
    confirm_hits: int = 3
    """How often an object must be seen before it is believed."""
    tentative_s: float = 1.0
    """How long an object that is not yet believed may be out of sight."""
    miss_s: float = 2.0
    """How long a believed object may be out of sight before its track ends; twice that for a sure sight."""
    min_overlap: float = 0.3
    """The least overlap of a track's box with its next detection."""
    max_inside: float = 0.7
    """A detection that lies so far inside another of its label (or around it) begins no track of its own."""


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


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The tracks of one camera as parallel arrays; `number` is 0 until a track is believed."""

    number: Annotated[NDArray[np.int64], "T"] = field(default_factory=lambda: np.zeros(0, np.int64))
    label: Annotated[NDArray[np.intp], "T"] = field(default_factory=lambda: np.zeros(0, np.intp))
    score: Annotated[NDArray[np.float32], "T"] = field(default_factory=lambda: np.zeros(0, np.float32))
    box: Boxes = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    speed: Annotated[NDArray[np.float32], "T 4, shares of the picture per second"] = field(
        default_factory=lambda: np.zeros((0, 4), np.float32)
    )
    first_s: Annotated[NDArray[np.float64], "T"] = field(default_factory=lambda: np.zeros(0))
    last_s: Annotated[NDArray[np.float64], "T"] = field(default_factory=lambda: np.zeros(0))
    sure_s: Annotated[NDArray[np.float64], "T"] = field(default_factory=lambda: np.zeros(0))
    frames: Annotated[NDArray[np.int64], "T"] = field(default_factory=lambda: np.zeros(0, np.int64))
    next_number: int = 1

    def __len__(self) -> int:
        return len(self.number)

    def track(self, row: int) -> Track:
        """One row as a value."""
        left, top, right, bottom = self.box[row].tolist()
        return Track(
            number=int(self.number[row]),
            label=int(self.label[row]),
            score=float(self.score[row]),
            box=(left, top, right, bottom),
            first_s=float(self.first_s[row]),
            last_s=float(self.last_s[row]),
            frames=int(self.frames[row]),
        )

    def subjects(self, now_s: float) -> list[Subject]:
        """Every believed object at `now_s`, by number: in its box if seen then, else where it should be."""
        rows = np.flatnonzero(self.number > 0)
        return [
            Subject(number, label, (box[0], box[1], box[2], box[3]), last_s >= now_s, first_s, last_s)
            for number, label, box, first_s, last_s in sorted(
                zip(
                    self.number[rows].tolist(),
                    self.label[rows].tolist(),
                    self.predicted(now_s)[rows].tolist(),
                    self.first_s[rows].tolist(),
                    self.last_s[rows].tolist(),
                    strict=True,
                )
            )
        ]

    def predicted(self, t_mono: float) -> Boxes:
        """Where each track should be at `t_mono`, from its last box and speed."""
        ahead = np.clip(t_mono - self.last_s, 0.0, _AHEAD_S).astype(np.float32)
        boxes: Boxes = np.clip(self.box + self.speed * ahead[:, np.newaxis], 0.0, 1.0)
        return boxes


_AHEAD_S = 1.0
"""A speed is believed no longer than this: objects turn."""
_SPEED_BLEND = 0.5


def step(
    state: State, t_mono: float, detections: Detections, *, rules: Rules
) -> tuple[State, tuple[list[Track], list[Track]]]:
    """The tracks after a frame seen at `t_mono` (s, never going back), and those that started and ended.

    Nothing depends on the order of the detections. A frame without detections moves time alone.
    """
    if not len(state) and not len(detections):
        return state, ([], [])
    kept = detections[detections.scores >= rules.unsure]  # which a score that is no number is not
    kept = kept[np.lexsort((*kept.boxes.T, kept.labels, -kept.scores))]
    sure = kept.scores >= rules.threshold
    predicted = state.predicted(t_mono)

    row_of = np.full(len(kept), -1, np.intp)
    rows = np.ones(len(state), np.bool_)
    _match(predicted, state, kept, rows=rows, chosen=sure, row_of=row_of, min_overlap=rules.min_overlap)
    rows[row_of[row_of >= 0]] = False
    rows &= state.number > 0
    _match(predicted, state, kept, rows=rows, chosen=~sure, row_of=row_of, min_overlap=rules.min_overlap)

    seen = np.flatnonzero(row_of >= 0)
    state = _seen(state, row_of[seen], kept[seen], t_mono, sure=sure[seen])
    state = _born(state, kept[_distinct(kept, row_of, sure, rules.max_inside)], t_mono)
    state, ended = _end(state, t_mono, rules)
    state, started = _confirm(state, t_mono, rules)
    return state, (started, ended)


def finish(state: State) -> tuple[State, list[Track]]:
    """No tracks, and every believed one of before as ended: the camera stops."""
    ended = [state.track(int(row)) for row in np.flatnonzero(state.number > 0)]
    return State(next_number=state.next_number), ended


def overlaps(first: Boxes, second: Boxes) -> Annotated[NDArray[np.float32], "A B"]:
    """Intersection over union of each of A boxes with each of B boxes, 0 to 1."""
    common, area_1, area_2 = _areas(first, second)
    union = area_1[:, np.newaxis] + area_2[np.newaxis, :] - common
    shares: NDArray[np.float32] = common / np.maximum(union, 1e-9)
    return shares


def _match(
    predicted: Boxes,
    state: State,
    detections: Detections,
    *,
    rows: NDArray[np.bool_],
    chosen: NDArray[np.bool_],
    row_of: NDArray[np.intp],
    min_overlap: float,
) -> None:
    """Fill `row_of` for the `chosen` detections that continue one of `rows`."""
    r, d = np.flatnonzero(rows), np.flatnonzero(chosen)
    if not len(r) or not len(d):
        return
    overlap = overlaps(predicted[r], detections.boxes[d])
    overlap[state.label[r][:, np.newaxis] != detections.labels[d][np.newaxis, :]] = 0.0
    cost = (1.0 - overlap).astype(np.float64)
    _, column_of, _ = lap.lapjv(cost, extend_cost=True, cost_limit=1.0 - min_overlap)
    matched = np.flatnonzero(column_of >= 0)
    row_of[d[column_of[matched]]] = r[matched]


def _distinct(
    found: Detections, row_of: NDArray[np.intp], sure: NDArray[np.bool_], max_inside: float
) -> NDArray[np.intp]:
    """The sure ones of `found` (best first) that continue no track, and are no second box of an object."""
    new = np.flatnonzero((row_of < 0) & sure)
    if not len(new):
        return new
    common, area_1, area_2 = _areas(found.boxes[new], found.boxes)
    inside = common / np.maximum(np.minimum(area_1[:, np.newaxis], area_2[np.newaxis, :]), 1e-9)
    rival = found.labels[new][:, np.newaxis] == found.labels[np.newaxis, :]
    rival &= (row_of >= 0) | (sure & (np.arange(len(found)) < new[:, np.newaxis]))
    second = (rival & (inside >= max_inside)).any(axis=1)
    distinct: NDArray[np.intp] = new[~second]
    return distinct


def _areas(
    first: Boxes, second: Boxes
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """The common area of each of A boxes with each of B boxes, and the areas of A and of B."""
    low = np.maximum(first[:, np.newaxis, :2], second[np.newaxis, :, :2])
    high = np.minimum(first[:, np.newaxis, 2:], second[np.newaxis, :, 2:])
    common = np.prod(np.clip(high - low, 0.0, None), axis=2)
    return (
        common,
        np.prod(first[:, 2:] - first[:, :2], axis=1),
        np.prod(second[:, 2:] - second[:, :2], axis=1),
    )


def _seen(
    state: State, rows: NDArray[np.intp], found: Detections, t_mono: float, *, sure: NDArray[np.bool_]
) -> State:
    """`rows` seen again as `found`."""
    if not len(rows):
        return state
    box, speed, score = state.box.copy(), state.speed.copy(), state.score.copy()
    last_s, sure_s, frames = state.last_s.copy(), state.sure_s.copy(), state.frames.copy()
    passed = (t_mono - last_s[rows]).astype(np.float32)[:, np.newaxis]
    measured = np.where(passed > 0, (found.boxes - box[rows]) / np.maximum(passed, 1e-3), 0.0)
    speed[rows] = (1 - _SPEED_BLEND) * speed[rows] + _SPEED_BLEND * measured
    box[rows] = found.boxes
    score[rows] = np.maximum(score[rows], found.scores)
    last_s[rows] = t_mono
    sure_s[rows[sure]] = t_mono
    frames[rows] += 1
    return replace(state, box=box, speed=speed, score=score, last_s=last_s, sure_s=sure_s, frames=frames)


def _born(state: State, found: Detections, t_mono: float) -> State:
    """Each of `found` as a new track, not yet believed."""
    n = len(found)
    if not n:
        return state
    now = np.full(n, t_mono)
    return replace(
        state,
        number=np.concatenate([state.number, np.zeros(n, np.int64)]),
        label=np.concatenate([state.label, found.labels]),
        score=np.concatenate([state.score, found.scores]),
        box=np.concatenate([state.box, found.boxes]),
        speed=np.concatenate([state.speed, np.zeros((n, 4), np.float32)]),
        first_s=np.concatenate([state.first_s, now]),
        last_s=np.concatenate([state.last_s, now]),
        sure_s=np.concatenate([state.sure_s, now]),
        frames=np.concatenate([state.frames, np.ones(n, np.int64)]),
    )


def _end(state: State, t_mono: float, rules: Rules) -> tuple[State, list[Track]]:
    """Let go of the rows that were out of sight for too long."""
    patience = np.where(state.number > 0, rules.miss_s, rules.tentative_s)
    gone = ((t_mono - state.last_s) >= patience) | ((t_mono - state.sure_s) >= 2 * patience)
    if not gone.any():
        return state, []
    ended = [state.track(int(row)) for row in np.flatnonzero(gone & (state.number > 0))]
    stay = ~gone
    return replace(
        state,
        number=state.number[stay],
        label=state.label[stay],
        score=state.score[stay],
        box=state.box[stay],
        speed=state.speed[stay],
        first_s=state.first_s[stay],
        last_s=state.last_s[stay],
        sure_s=state.sure_s[stay],
        frames=state.frames[stay],
    ), ended


def _confirm(state: State, t_mono: float, rules: Rules) -> tuple[State, list[Track]]:
    """Number the rows that were now seen often enough."""
    rows = np.flatnonzero(
        (state.number == 0) & (state.frames >= rules.confirm_hits) & (state.last_s >= t_mono)
    )
    if not len(rows):
        return state, []
    number = state.number.copy()
    number[rows] = np.arange(state.next_number, state.next_number + len(rows))
    state = replace(state, number=number, next_number=state.next_number + len(rows))
    return state, [state.track(int(row)) for row in rows]
