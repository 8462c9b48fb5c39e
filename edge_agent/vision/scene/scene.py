"""The scene before one camera: from subjects to what there is to say, step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from edge_agent.vision.saying import Saying
from edge_agent.vision.scene import crossings, stays, visit
from edge_agent.vision.scene.edge import Standing
from edge_agent.vision.scene.geometry import Line, Polygon
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.rule import LineRule, Rule, ZoneRule
from edge_agent.vision.subject import Subject


@dataclass(frozen=True, slots=True)
class Scene:
    """What is looked at: constant while the unit runs."""

    camera: str
    run: str
    labels: Sequence[str]
    """The detector's."""
    lines: Mapping[str, Line]
    zones: Mapping[str, Polygon]
    rules: tuple[Rule, ...]
    patience_s: float
    """How long one who is not seen stays believed."""

    @property
    def watched_lines(self) -> dict[str, Line]:
        """The lines that a rule is about."""
        names = {rule.line for rule in self.rules if isinstance(rule, LineRule)}
        return {name: line for name, line in self.lines.items() if name in names}

    @property
    def watched_zones(self) -> dict[str, Polygon]:
        """The zones that a rule is about."""
        names = {rule.zone for rule in self.rules if isinstance(rule, ZoneRule)}
        return {name: zone for name, zone in self.zones.items() if name in names}

    def begin(self) -> "State":
        """The state before the first frame."""
        return State(
            lines={name: {} for name in self.watched_lines},
            zones={name: stays.State() for name in self.watched_zones},
            rules=tuple(rule.begin() for rule in self.rules),
        )


@dataclass(frozen=True, slots=True)
class State:
    """All that is remembered from frame to frame."""

    visits: visit.State = field(default_factory=visit.State)
    lines: Mapping[str, Mapping[int, Standing]] = field(default_factory=dict)
    zones: Mapping[str, stays.State] = field(default_factory=dict)
    rules: tuple[Any, ...] = ()
    notes: tuple[str, ...] = ()
    """Why rules cannot judge."""


def step(
    scene: Scene,
    state: State,
    now_s: float,
    subjects: Sequence[Subject],
    *,
    watched: bool = True,
    wall: datetime | None = None,
) -> tuple[State, list[Saying]]:
    """The scene at `now_s` (never going back), and what there is to say.

    `watched`: whether the camera shows what happens. `wall`: the time, where the clock is trusted.
    """
    if not scene.rules:
        return state, []
    visits, over = visit.step(state.visits, now_s, subjects, labels=scene.labels, patience_s=scene.patience_s)
    return _judge(scene, state, visits, over, now_s=now_s, watched=watched, wall=wall, last=False)


def finish(scene: Scene, state: State, now_s: float) -> tuple[State, list[Saying]]:
    """The camera stops: every visit is over, and so is what depends on it."""
    if not scene.rules:
        return state, []
    visits, over = visit.finish(state.visits)
    return _judge(scene, state, visits, over, now_s=now_s, watched=False, wall=None, last=True)


def _judge(
    scene: Scene,
    state: State,
    visits: visit.State,
    over: list[visit.Visit],
    *,
    now_s: float,
    watched: bool,
    wall: datetime | None,
    last: bool,
) -> tuple[State, list[Saying]]:
    present = visits.visits.values()
    lines, zones = {}, {}
    crossed: dict[str, list[crossings.Crossing]] = {}
    stayed: dict[str, stays.Stays] = {}
    for name, standings in state.lines.items():
        lines[name], crossed[name] = crossings.step(scene.lines[name], standings, present, over)
    for name, zone in state.zones.items():
        zones[name], stayed[name] = stays.step(scene.zones[name], zone, present, over)
    moment = Moment(
        camera=scene.camera,
        run=scene.run,
        now_s=now_s,
        wall=wall,
        watched=watched,
        visits=visits.visits,
        over=over,
        crossings=crossed,
        stays=stayed,
        last=last,
    )
    rules: list[Any] = []
    said: list[Saying] = []
    notes: list[str] = []
    for rule, before in zip(scene.rules, state.rules, strict=True):
        after, told = rule.step(before, moment)
        rules.append(after)
        said += told
        if note := rule.note(moment):
            notes.append(note)
    return State(visits, lines, zones, tuple(rules), tuple(notes)), said
