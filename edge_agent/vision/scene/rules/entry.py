"""The rule `entry`: who enters a zone and who leaves it, with how long they stayed."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from edge_agent.contract.events import ZoneEntered, ZoneLeft
from edge_agent.vision.saying import Saying
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.rule import ZoneRule

State = Mapping[tuple[str, str], int]
"""How many entered and left, by that word and label."""


class Entry(ZoneRule):
    """Tells who enters a zone and who leaves it, with the dwell time."""

    kind: Literal["entry"] = Field(description="`entry`: who enters and leaves a zone, with the dwell time.")

    def begin(self) -> State:
        """Nobody came yet."""
        return {}

    def step(self, state: State, moment: Moment) -> tuple[State, list[Saying]]:
        """Tell who came and went at this moment."""
        said: list[Saying] = []
        stays = self.stays(moment)
        for stay in stays.entered:
            state = _one_more(state, "entered", stay.visit.label)
            entered = ZoneEntered(
                camera=moment.camera,
                rule=self.called,
                zone=self.zone,
                label=stay.visit.label,
                run=moment.run,
                count=state["entered", stay.visit.label],
            )
            said.append(Saying(entered, stay.entered_s))
        for over in stays.left:
            label = over.stay.visit.label
            state = _one_more(state, "left", label)
            left = ZoneLeft(
                camera=moment.camera,
                rule=self.called,
                zone=self.zone,
                label=label,
                run=moment.run,
                count=state["left", label],
                dwell_s=round(over.dwell_s, 3),
            )
            said.append(Saying(left, over.left_s))
        return state, said


def _one_more(state: State, what: str, label: str) -> State:
    return {**state, (what, label): state.get((what, label), 0) + 1}
