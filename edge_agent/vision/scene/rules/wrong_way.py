"""The rule `wrong_way`: an alert for each that crosses a line in the direction that is not allowed."""

from typing import Literal

from pydantic import Field

from edge_agent.vision.saying import Saying
from edge_agent.vision.scene import alarms
from edge_agent.vision.scene.alarms import Alarms, Cause
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.rule import LineRule


class WrongWay(LineRule):
    """Alerts about what crosses a line the wrong way; the alert ends when it is gone, or turns back."""

    kind: Literal["wrong_way"] = Field(
        description="`wrong_way`: an alert for each that crosses a line the wrong way."
    )
    wrong: Literal["forward", "backward"] = Field(
        description="Which direction is wrong; forward is to the right of one who looks from the line's "
        "start to its end."
    )

    def begin(self) -> Alarms:
        """Nothing."""
        return Alarms()

    def step(self, state: Alarms, moment: Moment) -> tuple[Alarms, list[Saying]]:
        """Raise or end alerts."""
        causes = {
            number: Cause(moment.visits[number].label, on.since_s)
            for number, on in state.on.items()
            if number in moment.visits
        }
        for crossing in self.crossings(moment):
            if crossing.direction == self.wrong:
                causes[crossing.visit.number] = Cause(crossing.visit.label, crossing.at_s)
            else:
                causes.pop(crossing.visit.number, None)
        return alarms.step(
            state,
            moment,
            rule=self,
            alert="wrong_way",
            causes=causes,
            over_s={visit.number: visit.last_s for visit in moment.over},
        )
