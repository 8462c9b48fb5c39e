"""The rule `stopped`: an alert for each vehicle that stands still in a zone."""

from typing import Literal

from pydantic import Field

from edge_agent.contract.events import Label
from edge_agent.vision.saying import Saying
from edge_agent.vision.scene import alarms
from edge_agent.vision.scene.alarms import Alarms, Cause
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.rule import ZoneRule


class Stopped(ZoneRule):
    """Alerts about what stands still in a zone."""

    kind: Literal["stopped"] = Field(
        description="`stopped`: an alert for each vehicle that stands still in a zone."
    )
    labels: list[Label] = Field(
        min_length=1, max_length=100, description="What it looks at, such as car and truck."
    )
    after_s: float = Field(default=20, gt=0, le=86_400, description="For how long, before the alert.")

    def begin(self) -> Alarms:
        """Nothing."""
        return Alarms()

    def step(self, state: Alarms, moment: Moment) -> tuple[Alarms, list[Saying]]:
        """Raise or end alerts."""
        stays = self.stays(moment)
        return alarms.step(
            state,
            moment,
            rule=self,
            alert="stopped",
            causes={
                number: Cause(stay.visit.label, stay.visit.rests_s)
                for number, stay in stays.inside.items()
                # One that moved on gives no cause until it has stood anew.
                if number not in state.on or stay.visit.rests_s <= state.on[number].since_s
            },
            after_s=self.after_s,
            over_s={left.stay.visit.number: left.left_s for left in stays.left},
        )
