"""The rule `crossing`: every passage over a line is told, and counted by direction and label."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from edge_agent.contract.events import LineCrossed
from edge_agent.vision.saying import Saying
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.rule import LineRule

State = Mapping[tuple[str, str], int]
"""How many crossed, by direction and label."""


class Crossing(LineRule):
    """Tells each passage over a line, by direction."""

    kind: Literal["crossing"] = Field(description="`crossing`: every passage over a line, by direction.")

    def begin(self) -> State:
        """Nobody crossed yet."""
        return {}

    def step(self, state: State, moment: Moment) -> tuple[State, list[Saying]]:
        """Tell the crossings of this moment."""
        said: list[Saying] = []
        for crossing in self.crossings(moment):
            key = crossing.direction, crossing.visit.label
            state = {**state, key: state.get(key, 0) + 1}
            event = LineCrossed(
                camera=moment.camera,
                rule=self.called,
                line=self.line,
                direction=crossing.direction,
                label=crossing.visit.label,
                run=moment.run,
                count=state[key],
            )
            said.append(Saying(event, crossing.at_s))
        return state, said
