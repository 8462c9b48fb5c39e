"""The rule `loitering`: an alert for each who stays in a zone for too long."""

from typing import Literal

from pydantic import Field

from edge_agent.vision.saying import Saying
from edge_agent.vision.scene import alarms
from edge_agent.vision.scene.alarms import Alarms, Cause
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.rule import ZoneRule


class Loitering(ZoneRule):
    """Alerts about who stays in a zone for too long."""

    kind: Literal["loitering"] = Field(
        description="`loitering`: an alert for each who stays in a zone for long."
    )
    after_s: float = Field(default=120, gt=0, le=86_400, description="How long is too long.")

    def begin(self) -> Alarms:
        """Nobody."""
        return Alarms()

    def step(self, state: Alarms, moment: Moment) -> tuple[Alarms, list[Saying]]:
        """Raise or end alerts."""
        stays = self.stays(moment)
        return alarms.step(
            state,
            moment,
            rule=self,
            alert="loitering",
            causes={number: Cause(stay.visit.label, stay.entered_s) for number, stay in stays.inside.items()},
            after_s=self.after_s,
            over_s={left.stay.visit.number: left.left_s for left in stays.left},
        )
