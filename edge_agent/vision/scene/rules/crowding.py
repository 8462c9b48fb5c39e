"""The rule `crowding`: an alert while too many are in a zone."""

from typing import Literal

from pydantic import Field

from edge_agent.vision.saying import Saying
from edge_agent.vision.scene import alarm
from edge_agent.vision.scene.alarm import Alarm
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.rule import ZoneRule


class Crowding(ZoneRule):
    """Alerts while a zone is crowded."""

    kind: Literal["crowding"] = Field(description="`crowding`: an alert while too many are in a zone.")
    at_least: int = Field(ge=2, le=1000, description="How many make a crowd.")
    after_s: float = Field(default=10, ge=0, le=3600, description="For how long, before the alert.")
    clear_s: float = Field(default=10, ge=0, le=3600, description="For how long fewer, before its end.")

    def begin(self) -> Alarm:
        """No crowd."""
        return Alarm()

    def step(self, state: Alarm, moment: Moment) -> tuple[Alarm, list[Saying]]:
        """Raise or end the alert."""
        count = len(self.inside(moment))
        return alarm.step(
            state,
            moment,
            rule=self,
            alert="crowding",
            cause=count >= self.at_least,
            count=count,
            after_s=self.after_s,
            clear_s=self.clear_s,
        )
