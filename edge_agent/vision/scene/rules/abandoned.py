"""The rule `abandoned`: an alert while nobody is in a zone, such as behind a counter, in its opening hours.

Opening hours need the wall clock, and a device may not know the time: until its clock is trusted, a rule with
opening hours does not judge, and says so. Neither does it while its camera shows nothing.
"""

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from edge_agent.vision.saying import Saying
from edge_agent.vision.scene import alarm
from edge_agent.vision.scene.alarm import Alarm
from edge_agent.vision.scene.hours import parse_hours
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.rule import ZoneRule


def _hours(text: str) -> str:
    parse_hours(text)
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no time zone; write Asia/Jakarta, Asia/Makassar or Asia/Jayapura") from None
    return name


class Abandoned(ZoneRule):
    """Alerts while a place is abandoned."""

    kind: Literal["abandoned"] = Field(description="`abandoned`: an alert while nobody is in a zone.")
    after_s: float = Field(default=300, gt=0, le=86_400, description="For how long, before the alert.")
    stay_s: float = Field(
        default=5, ge=0, le=3600, description="Who is in the zone for less is passing by, and does not count."
    )
    hours: list[Annotated[str, AfterValidator(_hours)]] = Field(
        default=[],
        max_length=20,
        description='When it is open, as in ["mon-thu 08:00-16:00", "fri 08:00-11:30"]; default: always.',
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="Asia/Jakarta", description="Of `hours`: Asia/Jakarta, Asia/Makassar or Asia/Jayapura."
    )

    def begin(self) -> Alarm:
        """Somebody is there, as far as is known."""
        return Alarm()

    def step(self, state: Alarm, moment: Moment) -> tuple[Alarm, list[Saying]]:
        """Raise or end the alert."""
        staffed = any(stay.visit.last_s - stay.entered_s >= self.stay_s for stay in self.inside(moment))
        if not (staffed or moment.last) and (not moment.watched or self.note(moment)):
            # Not judged: an alert that is on stays so, and the time that passes counts for nothing.
            return (state if state.on else state._replace(since_s=None)), []
        return alarm.step(
            state,
            moment,
            rule=self,
            alert="abandoned",
            cause=not staffed and self.open_at(moment.wall),
            count=0,
            after_s=self.after_s,
            clear_s=0.0,
        )

    def note(self, moment: Moment) -> str:
        """Why it cannot judge, or ""."""
        if self.hours and moment.wall is None:
            return f"rule {self.called} waits for a trusted clock; see that the device reaches its fleet"
        return ""

    def open_at(self, wall: datetime | None) -> bool:
        """Whether the place is open at that time."""
        if not self.hours:
            return True
        if wall is None:
            return False
        there = wall.astimezone(ZoneInfo(self.timezone))
        return any(parse_hours(text).hold(there) for text in self.hours)
