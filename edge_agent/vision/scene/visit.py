"""A visit: one object's stay in the picture, across the tracks that it falls into.

A tracker ends a track when its object is hidden for too long, and begins another when it comes out. For
counts the two must be one, so a new track takes over the visit of one that was lost nearby a short while
ago, if it has the same label and size and could have moved there. Distances are in units of the object's
size (see `geometry`), durations in seconds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from edge_agent.vision.scene.geometry import Point, Unit
from edge_agent.vision.subject import Subject

REJOIN_S = 3.0
"""How long after its track's end a visit may be taken over by another."""
NEAR = 1.0
"""How far from where it should be a lost object may come out, in units..."""
SPREAD_S = 0.7
"""...and how much farther for each second that it was away..."""
DOUBT = 0.5
"""...and for each unit that it should have moved meanwhile."""
AHEAD_S = 2.0
"""A speed is believed no longer than this: objects turn and stop."""
ALIKE = 2.0
"""How many times as high or as low a lost object may come out: it may have been half hidden."""
BORDER = 0.004
"""What ends so near the picture's border may go on outside of it, in shares..."""
OUT_S = 0.25
"""...and who would be outside so soon has gone out, if nothing is seen of them."""
STILL = 0.5
"""Who stays within so many units stands still."""
SPEED_S, SIZE_S = 0.4, 1.0
"""Over how long speed and size are averaged."""
_SMALLEST = 1e-3


class Visit(NamedTuple):
    """One object in the picture at one moment. Times are monotonic, in seconds."""

    number: int
    label: str
    foot: Point
    unit: Unit
    box: tuple[float, float, float, float]
    seen: bool
    """Whether it was seen at this very moment."""
    first_s: float
    last_s: float
    """When it was seen last: `foot`, `unit` and `box` are of then."""
    speed: tuple[float, float]
    """Of the foot, in shares of the picture a second."""
    rests_at: Point
    """The place that it does not leave..."""
    rests_s: float
    """...and since when it has not."""
    strays: int
    """How many times in a row it was seen away from there."""


@dataclass(frozen=True, slots=True)
class State:
    """The visits that are not over."""

    visits: dict[int, Visit] = field(default_factory=dict)
    """By number, in the order in which they began."""
    of_track: dict[int, int] = field(default_factory=dict)
    """The visit of each track that the tracker still follows."""
    robbed: frozenset[int] = frozenset()
    """Tracks whose visit another took over; one that is seen again all the same is somebody else."""
    next_number: int = 1


def step(
    state: State, now_s: float, subjects: Sequence[Subject], *, labels: Sequence[str], patience_s: float
) -> tuple[State, list[Visit]]:
    """The visits at `now_s`, and those that are over: not seen for `patience_s`, or gone over the border."""
    visits: dict[int, Visit] = {}
    of_track: dict[int, int] = {}
    strangers: list[Subject] = []
    for subject in subjects:
        number = state.of_track.get(subject.number)
        if number is None:
            strangers.append(subject)
            continue
        of_track[subject.number] = number
        visit = state.visits[number]
        visits[number] = _seen(visit, subject, now_s) if subject.seen else visit._replace(seen=False)
    lost = [visit for number, visit in state.visits.items() if number not in visits]
    next_number = state.next_number
    robbed = state.robbed
    if robbed:
        robbed &= {subject.number for subject in strangers}
        strangers = [
            replace(subject, first_s=now_s) if subject.number in robbed else subject for subject in strangers
        ]
    strangers = [subject for subject in strangers if subject.seen]
    if strangers:
        hidden = [visit for visit in visits.values() if not visit.seen]
        taken = _rejoin(strangers, [*lost, *hidden], labels)
        lost = [visit for visit in lost if visit.number not in taken.values()]
        for subject in strangers:
            number = taken.get(subject.number, 0)
            if number:
                robbed |= {track for track, of in of_track.items() if of == number}
                of_track = {track: of for track, of in of_track.items() if of != number}
                visits[number] = _seen(state.visits[number], subject, now_s)
            else:
                number, next_number = next_number, next_number + 1
                visits[number] = _begun(number, subject, labels[subject.label], now_s)
            of_track[subject.number] = number
        robbed -= of_track.keys()
    over: list[Visit] = []
    for visit in lost:
        if now_s - visit.last_s >= patience_s or _went_out(visit):
            over.append(visit)
        else:
            visits[visit.number] = visit._replace(seen=False)
    if lost:
        visits = dict(sorted(visits.items()))
    return State(visits, of_track, robbed, next_number), over


def finish(state: State) -> tuple[State, list[Visit]]:
    """No visits, and those of before: the camera stops."""
    return State(next_number=state.next_number), list(state.visits.values())


def _begun(number: int, subject: Subject, label: str, now_s: float) -> Visit:
    foot = subject.foot
    return Visit(
        number=number,
        label=label,
        foot=foot,
        unit=_unit(subject.box),
        box=subject.box,
        seen=True,
        first_s=subject.first_s,
        last_s=now_s,
        speed=(0.0, 0.0),
        rests_at=foot,
        rests_s=subject.first_s,
        strays=0,
    )


def _seen(visit: Visit, subject: Subject, now_s: float) -> Visit:
    foot = x, y = subject.foot
    passed_s = max(now_s - visit.last_s, 1e-3)
    blend = passed_s / (passed_s + SPEED_S)
    speed = (
        visit.speed[0] + blend * ((x - visit.foot[0]) / passed_s - visit.speed[0]),
        visit.speed[1] + blend * ((y - visit.foot[1]) / passed_s - visit.speed[1]),
    )
    blend = passed_s / (passed_s + SIZE_S)
    across, down = _unit(subject.box)
    unit = (
        visit.unit[0] + blend * (across - visit.unit[0]),
        visit.unit[1] + blend * (down - visit.unit[1]),
    )
    rests_at, rests_s, strays = visit.rests_at, visit.rests_s, 0
    if math.hypot((x - rests_at[0]) / unit[0], (y - rests_at[1]) / unit[1]) > STILL:
        strays = visit.strays + 1
        if strays > 1:  # a single box that is off is no step
            rests_at, rests_s, strays = foot, now_s, 0
    return Visit(
        visit.number,
        visit.label,
        foot,
        unit,
        subject.box,
        True,
        visit.first_s,
        now_s,
        speed,
        rests_at,
        rests_s,
        strays,
    )


def _unit(box: tuple[float, float, float, float]) -> Unit:
    left, top, right, bottom = box
    return max(right - left, _SMALLEST), max((bottom - top) / 3, _SMALLEST)


def _rejoin(strangers: Sequence[Subject], lost: Sequence[Visit], labels: Sequence[str]) -> dict[int, int]:
    """Which visit each new track takes over, the nearest pairs first."""
    pairs = sorted(
        (away, subject.number, visit.number)
        for subject in strangers
        for visit in lost
        if visit.label == labels[subject.label] and visit.last_s < subject.first_s
        if (away := _away(visit, subject)) <= 1.0
    )
    taken: dict[int, int] = {}
    for _, track, number in pairs:
        if track not in taken and number not in taken.values():
            taken[track] = number
    return taken


def _away(visit: Visit, subject: Subject) -> float:
    """How far `subject` is from where the lost one may be by now: up to 1 it can be the same."""
    (across, down), other = visit.unit, _unit(subject.box)
    if not 1 / ALIKE <= other[1] / down <= ALIKE or _went_out(visit):
        return math.inf
    gone_s = subject.last_s - visit.last_s
    ahead_s = min(gone_s, AHEAD_S)
    moved = visit.speed[0] * ahead_s, visit.speed[1] * ahead_s
    x, y = subject.foot
    apart = min(
        math.hypot(
            (x - visit.foot[0] - share * moved[0]) / across, (y - visit.foot[1] - share * moved[1]) / down
        )
        for share in (0.0, 0.5, 1.0)
    )
    stray = DOUBT * math.hypot(moved[0] / across, moved[1] / down)
    return apart / (NEAR + SPREAD_S * gone_s + stray)


def _went_out(visit: Visit) -> bool:
    """Whether it went over the picture's border, by where it was last and how it moved."""
    left, _, right, bottom = visit.box
    (x, y), (across, down) = visit.foot, visit.speed
    if (left <= BORDER and across < 0) or (right >= 1 - BORDER and across > 0):
        return True
    return not 0 < x + across * OUT_S < 1 or (bottom >= 1 - BORDER and down > 0) or y + down * OUT_S > 1
