"""One frame: what was found in it continues tracks, begins and ends them."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.detector import Detections
from edge_agent.vision.tracker import motion
from edge_agent.vision.tracker.pairing import Shares, Which, insides, overlap, pairs
from edge_agent.vision.tracker.rules import Rules
from edge_agent.vision.tracker.state import (
    BOX,
    FIRST_S,
    FRAMES,
    LABEL,
    LAST_S,
    NUMBER,
    PLACE,
    ROWS,
    SCORE,
    SPEED,
    SPREAD,
    SURE_S,
    Places,
    State,
    Table,
    Track,
    ahead,
)

Found = Annotated[NDArray[np.float64], "6 D: left, top, right, bottom, label, -score; the surest first"]
UNSURE_SHARE = 0.8
"""A near unsure detection is believed only if it lies this much better than a sure one."""
JUST_S = 0.35
"""Who was seen so shortly ago is looked for a little beyond where they should be: a box may jump..."""
WIDER = 0.3
"""...by so much of its size at every side. Whoever has been away for longer is not: it may be another."""
_SIDES = slice(0, 4)
_KIND, _DOUBT = 4, 5


def step(
    state: State, t_mono: float, detections: Detections, *, rules: Rules
) -> tuple[State, tuple[list[Track], list[Track]]]:
    """The tracks after a frame seen at `t_mono` (s, never going back), and those that started and ended.

    Nothing depends on the order of the detections. A frame without detections moves time alone.
    """
    if not len(state) and not len(detections):
        return state, ([], [])
    found = _sound(detections, rules)
    sure = int(found[_DOUBT].searchsorted(-rules.threshold, side="right"))
    table = state.table
    expected = ahead(table, t_mono)
    tracks, columns = _matched(table, found, sure, now_s=t_mono, expected=expected, rules=rules)
    if len(tracks):
        table = _seen(
            table,
            tracks,
            found.take(columns, axis=1),
            expected=expected.take(tracks, axis=1),
            now_s=t_mono,
            rules=rules,
        )
    begun = _begun(found, columns, sure, room=2 * rules.most - len(state), rules=rules)
    if len(begun):
        table = np.concatenate([table, _born(found[:, begun], t_mono)], axis=1)
    state, ended = _end(State(table, state.next_number), t_mono, rules)
    state, started = _confirm(state, t_mono, rules)
    return state, (started, ended)


def finish(state: State) -> tuple[State, list[Track]]:
    """No tracks, and every believed one of before as ended: the camera stops."""
    ended = [state.track(column) for column in np.flatnonzero(state.number > 0).tolist()]
    return State(next_number=state.next_number), ended


def _sound(detections: Detections, rules: Rules) -> Found:
    """What may be looked at, the surest first; nothing in it that is no number, and no empty box."""
    found = np.empty((6, len(detections)))
    found[_SIDES] = detections.boxes.T
    found[_KIND] = detections.labels
    np.negative(detections.scores, out=found[_DOUBT])
    numbers = np.isfinite(found)
    if not numbers.all():
        found = found[:, numbers.all(axis=0)]
    sizes = found[2:4] - found[:2]
    if not sizes.min(initial=1.0) > 0.0:
        found = found[:, (sizes > 0.0).all(axis=0)]
    order = np.lexsort(found)  # by the last row first
    unsure = int(found[_DOUBT].searchsorted(-rules.unsure, side="right", sorter=order))
    return found.take(order[: min(unsure, rules.most)], axis=1)


def _matched(
    table: Table, found: Found, sure: int, *, now_s: float, expected: Places, rules: Rules
) -> tuple[Which, Which]:
    """Which tracks are continued by which of `found`: first by sure ones, then by unsure, then by near ones.

    Overlaps are squared, for a pair that lies well is worth more than two that lie half as well: else one who
    is missed for a moment takes another's detection, who takes a third's. Unsure detections, which continue
    believed tracks alone, wait for the sure all the same: a smear behind one who walks often lies better.
    """
    count, detected = table.shape[1], found.shape[1]
    if not count or not detected:
        return _NOWHERE, _NOWHERE
    alike = _alike(table, found, overlap(expected, found[_SIDES]))
    tracks, columns = pairs(alike[:, :sure], least=rules.min_overlap**2)
    lost = _others(tracks, count)
    lost = lost[table[NUMBER, lost] > 0]
    if sure < detected and len(lost):
        more, others = pairs(alike[lost, sure:], least=rules.min_overlap**2)
        tracks, columns = np.concatenate([tracks, lost[more]]), np.concatenate([columns, others + sure])
    if len(tracks) == count or len(tracks) == detected:
        return tracks, columns
    lost, free = _others(tracks, count), _others(columns, detected)
    lost = lost[table[LAST_S, lost] >= now_s - JUST_S]
    if len(lost) and len(free):
        near = overlap(_wider(expected[:, lost]), _wider(found[_SIDES, free]))
        near = _alike(table[:, lost], found[:, free], near)
        near[:, free >= sure] *= (UNSURE_SHARE**2 * (table[NUMBER, lost] > 0))[:, np.newaxis]
        more, others = pairs(near, least=rules.min_overlap**2)
        tracks, columns = np.concatenate([tracks, lost[more]]), np.concatenate([columns, free[others]])
    return tracks, columns


def _alike(table: Table, found: Found, overlaps: Shares) -> Shares:
    """How well tracks and detections fit by their `overlaps`, in place."""
    overlaps *= np.equal.outer(table[LABEL], found[_KIND])
    return np.square(overlaps, out=overlaps)


def _wider(sides: Places) -> Places:
    """The same boxes, with `WIDER` of their size more at every side."""
    by = WIDER * (sides[2:] - sides[:2])
    wider: Places = np.concatenate([sides[:2] - by, sides[2:] + by])
    return wider


def _others(columns: Which, count: int) -> Which:
    """Those of the first `count` places that are not among `columns`."""
    free = np.ones(count, np.bool_)
    free[columns[columns < count]] = False
    return free.nonzero()[0]


def _seen(
    table: Table, tracks: Which, found: Found, *, expected: Places, now_s: float, rules: Rules
) -> Table:
    """The table with `tracks` seen again as `found`."""
    part = table.take(tracks, axis=1)
    sure = found[_DOUBT] <= -rules.threshold
    motion.correct(
        part[PLACE],
        part[SPEED],
        part[SPREAD],
        passed_s=now_s - part[LAST_S],
        expected=expected,
        found=found[_SIDES],
        noise=np.where(sure, 1.0, motion.UNSURE),
    )
    part[BOX] = found[_SIDES]
    np.maximum(part[SCORE], -found[_DOUBT], out=part[SCORE])
    part[FRAMES] += 1
    part[LAST_S] = now_s
    part[SURE_S, sure] = now_s
    table = table.copy()
    table[:, tracks] = part
    return table


def _begun(found: Found, columns: Which, sure: int, *, room: int, rules: Rules) -> Which:
    """The sure ones of `found` that continue no track, and are no second box of an object."""
    new = _others(columns, sure)
    if not len(new):
        return new
    rival = np.tri(sure, found.shape[1], -1, np.bool_)[new]  # the surer ones, and those that continue a track
    rival[:, columns] = True
    rival &= np.equal.outer(found[_KIND, new], found[_KIND])
    rival &= insides(found[_SIDES, new], found[_SIDES]) >= _most_inside(found[_DOUBT], new, rules)
    return new[~rival.any(axis=1)][: max(room, 0)]


def _most_inside(doubt: Shares, new: Which, rules: Rules) -> Shares:
    """How far each of `new` may lie in each of the others, or around it, and still be another object."""
    unlike = np.maximum.outer(doubt[new], doubt) >= rules.unlike * np.minimum.outer(doubt[new], doubt)
    return np.where(unlike, rules.max_inside_unlike, rules.max_inside)


def _born(found: Found, now_s: float) -> Table:
    """Each of `found` as a new track, not yet believed."""
    table = np.zeros((ROWS, found.shape[1]))
    table[LABEL] = found[_KIND]
    table[SCORE] = -found[_DOUBT]
    table[FRAMES] = 1
    table[FIRST_S] = table[LAST_S] = table[SURE_S] = now_s
    table[BOX] = table[PLACE] = found[_SIDES]
    table[SPREAD] = motion.BORN
    return table


def _end(state: State, now_s: float, rules: Rules) -> tuple[State, list[Track]]:
    """Let go of the tracks that were out of sight for too long."""
    table = state.table
    soonest_s = min(rules.miss_s, rules.tentative_s)
    if now_s - table[LAST_S : SURE_S + 1].min(initial=now_s) < soonest_s:
        return state, []
    patience_s = np.where(table[NUMBER] > 0, rules.miss_s, rules.tentative_s)
    gone = (now_s - table[LAST_S] >= patience_s) | (now_s - table[SURE_S] >= 2 * patience_s)
    if not gone.any():
        return state, []
    ended = [state.track(column) for column in (gone & (state.number > 0)).nonzero()[0].tolist()]
    return State(table[:, ~gone], state.next_number), ended


def _confirm(state: State, now_s: float, rules: Rules) -> tuple[State, list[Track]]:
    """Number the tracks that were now seen often enough."""
    table = state.table
    if table[NUMBER].min(initial=1.0) > 0:
        return state, []
    ready = (table[NUMBER] == 0) & (table[FRAMES] >= rules.confirm_hits) & (table[LAST_S] >= now_s)
    columns = ready.nonzero()[0]
    if not len(columns):
        return state, []
    table = table.copy()
    table[NUMBER, columns] = np.arange(state.next_number, state.next_number + len(columns))
    state = State(table, state.next_number + len(columns))
    return state, [state.track(column) for column in columns.tolist()]


_NOWHERE = np.zeros(0, np.intp)
