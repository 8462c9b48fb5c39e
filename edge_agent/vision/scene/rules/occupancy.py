"""The rule `occupancy`: how many are in a zone, told when it changes and not too often."""

from typing import Literal, NamedTuple

from pydantic import Field

from edge_agent.contract.events import ZoneCounted
from edge_agent.vision.saying import Saying
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.rule import ZoneRule


class State(NamedTuple):
    """What was told, and what has been since."""

    told: int = 0
    most: int = 0
    told_s: float | None = None


class Occupancy(ZoneRule):
    """Counts who is in a zone."""

    kind: Literal["occupancy"] = Field(description="`occupancy`: how many are in a zone.")
    every_s: float = Field(default=10, ge=0.5, le=3600, description="Least time between two events.")

    def begin(self) -> State:
        """Empty."""
        return State()

    def step(self, state: State, moment: Moment) -> tuple[State, list[Saying]]:
        """Tell the count if it, or its peak, is not what was told; the last change is never left untold."""
        count = len(self.inside(moment))
        most = max(state.most, count)
        news = count != state.told or most > state.told
        early = state.told_s is not None and moment.now_s - state.told_s < self.every_s
        if not news or (early and not moment.last):
            return state._replace(most=most), []
        event = ZoneCounted(camera=moment.camera, rule=self.called, zone=self.zone, count=count, most=most)
        return State(told=count, most=count, told_s=moment.now_s), [Saying(event, moment.now_s)]
