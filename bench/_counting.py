"""What counting is measured against: scenes of the street with their true passages, and how counts compare.

Where a foot is, a box does not say to the centimetre: its lower edge is that of the nearer shoe, or of a
vehicle's near side. So some true passages may be counted or not, and neither is wrong: those nearer to an end
of the line than half a body and `END_M`, those of somebody who never is `STEP_M` away from the line either
before or after (from the passage before, or the beginning; until the next, or the end), and those at the
picture's border. How many these are is told.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import lap
import numpy as np

from edge_agent.contract.events import LineCrossed, ZoneEntered, ZoneLeft
from edge_agent.street.camera.lens import lens_of
from edge_agent.street.cast.actor import LABELS, Actor
from edge_agent.street.cast.looks import VehicleLook
from edge_agent.street.events import crossings_of
from edge_agent.street.painter import Street
from edge_agent.street.scenario import Line, Scenario, load_scenario
from edge_agent.street.truth import Seen, Truth
from edge_agent.vision.detector import Detections
from edge_agent.vision.lane import Lane
from edge_agent.vision.saying import Saying
from edge_agent.vision.settings import CameraSettings

END_M = 0.3
PERSON_M = 0.5
STEP_M = 0.3
BORDER = 0.08
"""What is so near the picture's border, in shares, is seen too late or too little."""
EARLY_S, LATE_S = 3.0, 2.0
"""Passages so soon after the beginning, or so shortly before the end, may be counted or not."""
SLACK_S = 2.0
"""How far a count may lie from its passage in time: a box's foot comes over the line sooner or later."""
_NEARER = 1e-3
"""What it is worth that a count and its passage are at the same time, where one missed is worth 1."""

Key = tuple[str, str, str]
"""Line, label, direction."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A true passage over a line."""

    key: Key
    at_s: float
    number: int
    demanded: bool
    """Whether it must be counted; otherwise it may be."""


@dataclass(frozen=True, slots=True)
class Score:
    """How the counts of a scene compare with its truth."""

    demanded: int
    optional: int
    missed: int
    extra: int

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.demanded + other.demanded,
            self.optional + other.optional,
            self.missed + other.missed,
            self.extra + other.extra,
        )

    @property
    def error(self) -> float:
        """Missed and extra counts, over what was to be counted."""
        return (self.missed + self.extra) / max(1, self.demanded)


def scene(name: str, *, seconds: float, fps: float) -> Scenario:
    """A scenario that is looked at for a while, `fps` times a second."""
    whole = load_scenario(name)
    return whole.model_copy(update={"duration_s": min(seconds, whole.duration_s), "fps": fps})


def lane_of(scenario: Scenario, truth: Truth, *, labels: Sequence[str] = LABELS, **camera: object) -> Lane:
    """The lane of a camera that counts at each of the scenario's lines and zones."""
    lines = [(line.name, truth.line_in_picture(line)) for line in scenario.lines]
    zones = [(f"zone-{zone.name}", truth.zone_in_picture(zone)) for zone in scenario.zones]
    settings = CameraSettings.model_validate(
        {
            "name": "bench",
            "source": "none",
            "labels": list(LABELS),
            "lines": [{"name": name, "start": shown[0], "end": shown[1]} for name, shown in lines if shown],
            "zones": [{"name": name, "corners": shown} for name, shown in zones if shown],
            "rules": [
                *({"kind": "crossing", "line": name} for name, shown in lines if shown),
                *({"kind": "entry", "zone": name} for name, shown in zones if shown),
            ],
            **camera,
        }
    )
    return Lane(settings, labels=labels, run="00000000")


@dataclass(frozen=True, slots=True)
class Flicker:
    """What a perfect detector is made to do: to miss now and then, and to be unsure."""

    miss: float = 0.1
    drop: float = 0.15


def boxes_of(
    seen: Iterable[Seen], scenario: Scenario, *, rng: np.random.Generator, flicker: Flicker, visible: float
) -> Detections:
    """The truth of a frame as detections: of all who are visible to that share, but for the flicker."""
    rows = []
    for one in seen:
        missed, dropped, score = (
            rng.random() < flicker.miss,
            rng.random() < flicker.drop,
            rng.uniform(0.2, 0.45),
        )
        if missed or one.visibility < visible:
            continue
        left, top, right, bottom = one.box
        rows.append((left, top, right, bottom, score if dropped else 0.9, LABELS.index(one.label)))
    table = np.array(rows, np.float64).reshape(-1, 6)
    table[:, :4] /= np.array([scenario.width, scenario.height] * 2)
    return Detections(
        table[:, :4].astype(np.float32), table[:, 4].astype(np.float32), table[:, 5].astype(np.intp)
    )


def watch(lane: Lane, frames: Iterable[Detections], *, fps: float) -> Iterator[Saying]:
    """What a lane says of frames from time 0."""
    last_s = 0.0
    for number, found in enumerate(frames):
        last_s = number / fps
        yield from lane.see(found, captured_s=last_s)
    yield from lane.finish(last_s)


def counted(said: Iterable[Saying]) -> list[tuple[Key, float]]:
    """The passages that were counted, with their times."""
    return [
        ((saying.data.line, saying.data.label, saying.data.direction), saying.at_s)
        for saying in said
        if isinstance(saying.data, LineCrossed)
    ]


def dwelled(said: Iterable[Saying], *, from_s: float, until_s: float) -> tuple[int, list[float]]:
    """How many entered zones in a time, and how long those stayed who came then and left."""
    entered, dwells_s = 0, []
    for saying in said:
        if isinstance(saying.data, ZoneEntered):
            entered += from_s <= saying.at_s <= until_s
        elif isinstance(saying.data, ZoneLeft) and from_s <= saying.at_s - saying.data.dwell_s <= until_s:
            dwells_s.append(saying.data.dwell_s)
    return entered, dwells_s


def passages(street: Street) -> list[Passage]:
    """The true passages over the scenario's lines, in the order of time."""
    found = [
        passage
        for line in street.scenario.lines
        for actor in street.plan.actors
        for passage in _of(street, line, actor)
    ]
    return sorted(found, key=lambda passage: (passage.at_s, passage.number))


def score(true: Sequence[Passage], found: Sequence[tuple[Key, float]], *, lasts_s: float) -> Score:
    """How the counts compare with the passages."""
    missed, extra = errors(true, found, lasts_s=lasts_s)
    demanded = sum(passage.demanded for passage in true)
    return Score(demanded=demanded, optional=len(true) - demanded, missed=len(missed), extra=len(extra))


def errors(
    true: Sequence[Passage], found: Sequence[tuple[Key, float]], *, lasts_s: float
) -> tuple[list[Passage], list[tuple[Key, float]]]:
    """Pair counts with passages of the same line, label and direction; what is wrong in the rest."""
    missed: list[Passage] = []
    extra: list[tuple[Key, float]] = []
    for key in sorted({passage.key for passage in true} | {key for key, _ in found}):
        mine = [passage for passage in true if passage.key == key]
        times = sorted(at_s for other, at_s in found if other == key)
        taken = _paired(mine, times, lasts_s=lasts_s)
        missed += [passage for passage in mine if passage.demanded and passage not in taken]
        free = set(range(len(times))) - set(taken.values())
        extra += [(key, times[n]) for n in sorted(free) if _judged(times[n], lasts_s)]
    return missed, extra


def _paired(true: Sequence[Passage], times: Sequence[float], *, lasts_s: float) -> dict[Passage, int]:
    """A place among `times` for each passage: as few as can be missed and extra, then as near as can be."""
    weighs = [float(passage.demanded) for passage in true]
    counts = [float(_judged(at_s, lasts_s)) for at_s in times]
    apart = np.array([[abs(passage.at_s - at_s) for at_s in times] for passage in true])
    apart = apart.reshape(len(true), len(times))
    gain = np.add.outer(weighs, counts) + _NEARER * (1 - apart / SLACK_S)
    size = max(apart.shape)
    cost = np.zeros((size, size))
    cost[: len(true), : len(times)] = np.where(apart <= SLACK_S, -gain, 0.0)
    place_of = lap.lapjv(cost)[1] if size else []
    return {
        passage: int(place)
        for passage, place in zip(true, place_of, strict=False)
        if place < len(times) and abs(times[place] - passage.at_s) <= SLACK_S
    }


def _judged(at_s: float, lasts_s: float) -> bool:
    return EARLY_S <= at_s <= lasts_s - LATE_S


def _of(street: Street, line: Line, actor: Actor) -> Iterator[Passage]:
    """The passages of one actor over one line and a little past its ends."""
    end_m = END_M + _half_width_m(actor)
    longer = _lengthened(line, end_m)
    lasts_s = street.scenario.duration_s
    crossed = [(at_s, direction) for at_s, direction in crossings_of(actor.path, longer)]
    for place, (at_s, direction) in enumerate(crossed):
        if not 0 <= at_s < lasts_s:
            continue
        before_s = crossed[place - 1][0] if place else 0.0
        after_s = crossed[place + 1][0] if place + 1 < len(crossed) else lasts_s
        demanded = bool(
            _judged(at_s, lasts_s)
            and _from_ends(line, actor, at_s) >= end_m
            and _farthest(line, actor, max(0.0, before_s), at_s) >= STEP_M
            and _farthest(line, actor, at_s, min(lasts_s, after_s)) >= STEP_M
            and _clear_of_border(street, actor, at_s)
        )
        yield Passage((line.name, actor.label, direction), at_s, actor.number, demanded)


def _half_width_m(actor: Actor) -> float:
    return actor.look.width_m / 2 if isinstance(actor.look, VehicleLook) else PERSON_M / 2


def _lengthened(line: Line, by_m: float) -> Line:
    (ax, ay), (bx, by) = line.start, line.end
    length = math.dist(line.start, line.end)
    x, y = (bx - ax) / length * by_m, (by - ay) / length * by_m
    return line.model_copy(update={"start": (ax - x, ay - y), "end": (bx + x, by + y)})


def _from_ends(line: Line, actor: Actor, at_s: float) -> float:
    """How far within the line, metres from the nearer end, somebody crosses it; negative past it."""
    (ax, ay), (bx, by) = line.start, line.end
    length = math.dist(line.start, line.end)
    here = actor.path.at(at_s)
    along = ((here.x - ax) * (bx - ax) + (here.y - ay) * (by - ay)) / length
    return min(along, length - along)


def _farthest(line: Line, actor: Actor, from_s: float, until_s: float) -> float:
    """How far from the line somebody comes in a time, metres."""
    (ax, ay), (bx, by) = line.start, line.end
    length = math.dist(line.start, line.end)
    steps = [actor.path.at(at_s) for at_s in np.linspace(from_s, until_s, 50)]
    return float(max(abs((bx - ax) * (step.y - ay) - (by - ay) * (step.x - ax)) / length for step in steps))


def _clear_of_border(street: Street, actor: Actor, at_s: float) -> bool:
    """Whether the foot is well within the picture there."""
    here = actor.path.at(at_s)
    scenario = street.scenario
    pixels, depth = lens_of(scenario).project(np.array([here.x, here.y, 0.0]))
    x, y = pixels[0] / scenario.width, pixels[1] / scenario.height
    return bool(depth > 0 and BORDER <= x <= 1 - BORDER and y <= 1 - BORDER)
