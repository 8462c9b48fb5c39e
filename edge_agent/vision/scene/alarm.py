"""An alert's beginning and end: raised when its cause has lasted, ended when the cause has been away."""

from typing import NamedTuple

from edge_agent.contract.events import Alert, AlertEnded, AlertStarted
from edge_agent.vision.saying import Saying
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.rule import Rule


class Alarm(NamedTuple):
    """One alert, on or off, that a rule raises again and again."""

    raised: int = 0
    """How often: the number of the alert that is on, or was last."""
    on: bool = False
    since_s: float | None = None
    """When the cause began; None: it is not there."""
    away_s: float | None = None
    """Since when the cause of an alert that is on has been away."""
    most: int = 0


def step(
    alarm: Alarm,
    moment: Moment,
    *,
    rule: Rule,
    alert: Alert,
    cause: bool,
    count: int,
    after_s: float,
    clear_s: float,
) -> tuple[Alarm, list[Saying]]:
    """The alarm after a moment at which its cause is there or not, concerning `count`."""
    now_s = moment.now_s
    if moment.last:
        cause, clear_s = False, 0.0
    if not alarm.on:
        since_s = (now_s if alarm.since_s is None else alarm.since_s) if cause else None
        most = max(alarm.most, count) if cause else 0
        if since_s is None or now_s - since_s < after_s:
            return Alarm(alarm.raised, False, since_s, None, most), []
        number = alarm.raised + 1
        said = started(moment, rule=rule, alert=alert, number=number, count=count, after_s=now_s - since_s)
        return Alarm(number, True, since_s, None, most), [said]
    if cause:
        return alarm._replace(away_s=None, most=max(alarm.most, count)), []
    away_s = now_s if alarm.away_s is None else alarm.away_s
    if now_s - away_s < clear_s:
        return alarm._replace(away_s=away_s), []
    since_s = away_s if alarm.since_s is None else alarm.since_s
    said = ended(
        moment,
        rule=rule,
        alert=alert,
        number=alarm.raised,
        duration_s=away_s - since_s,
        most=alarm.most,
        at_s=away_s,
    )
    return Alarm(alarm.raised), [said]


def started(
    moment: Moment,
    *,
    rule: Rule,
    alert: Alert,
    number: int,
    count: int,
    after_s: float,
    label: str | None = None,
    at_s: float | None = None,
) -> Saying:
    """An alert has begun, now unless `at_s` says otherwise."""
    event = AlertStarted(
        camera=moment.camera,
        rule=rule.called,
        alert=alert,
        run=moment.run,
        number=number,
        place=rule.place,
        label=label,
        count=count,
        after_s=round(after_s, 3),
    )
    return Saying(event, moment.now_s if at_s is None else at_s, pictured=True)


def ended(
    moment: Moment, *, rule: Rule, alert: Alert, number: int, duration_s: float, most: int, at_s: float
) -> Saying:
    """An alert is over."""
    event = AlertEnded(
        camera=moment.camera,
        rule=rule.called,
        alert=alert,
        run=moment.run,
        number=number,
        place=rule.place,
        duration_s=round(max(0.0, duration_s), 3),
        most=most,
    )
    return Saying(event, at_s)
