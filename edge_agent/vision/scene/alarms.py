"""Alerts about single subjects: one for each visit that gives cause for it."""

from collections.abc import Mapping
from typing import NamedTuple

from edge_agent.contract.events import Alert
from edge_agent.vision.saying import Saying
from edge_agent.vision.scene import alarm
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.rule import Rule


class On(NamedTuple):
    """An alert that is on."""

    number: int
    since_s: float


class Alarms(NamedTuple):
    """The alerts of a rule that are on, by visit, and how many it has raised."""

    raised: int = 0
    on: Mapping[int, On] = {}


class Cause(NamedTuple):
    """Why a visit is worth an alert, and since when."""

    label: str
    since_s: float


def step(
    alarms: Alarms,
    moment: Moment,
    *,
    rule: Rule,
    alert: Alert,
    causes: Mapping[int, Cause],
    after_s: float = 0.0,
    over_s: Mapping[int, float] | None = None,
) -> tuple[Alarms, list[Saying]]:
    """Raise the alerts whose causes, by visit, have lasted for `after_s`; end those whose causes are gone.

    `over_s` tells for a visit when its cause went, where that was before now.
    """
    if not causes and not alarms.on:
        return alarms, []
    raised, on = alarms
    said: list[Saying] = []
    for visit, (number, since_s) in alarms.on.items():
        if visit not in causes:
            at_s = (over_s or {}).get(visit, moment.now_s)
            said.append(
                alarm.ended(
                    moment,
                    rule=rule,
                    alert=alert,
                    number=number,
                    duration_s=at_s - since_s,
                    most=1,
                    at_s=at_s,
                )
            )
            on = {known: value for known, value in on.items() if known != visit}
    for visit, (label, since_s) in causes.items():
        known = moment.visits.get(visit)
        if visit in on or (known is not None and not known.seen):
            continue  # about one who is not seen, nothing is raised: they may be gone
        if moment.now_s - since_s >= after_s:
            raised += 1
            on = {**on, visit: On(raised, since_s)}
            said.append(
                alarm.started(
                    moment,
                    rule=rule,
                    alert=alert,
                    number=raised,
                    count=1,
                    after_s=moment.now_s - since_s,
                    label=label,
                )
            )
    return Alarms(raised, on), said
