"""The rule `queue`: how many stand and wait in a zone, and for how long.

Who walks through does not wait: one joins by standing still in the zone for `join_s`, and has waited since
they came to stand. The queue is served in the order in which they joined: the first `serving` of it wait no
longer.
"""

import statistics
from collections.abc import Mapping
from typing import Literal, NamedTuple

from pydantic import Field

from edge_agent.contract.events import QueueMeasured
from edge_agent.vision.saying import Saying
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.rule import ZoneRule


class State(NamedTuple):
    """Who stands in the queue, and what was told."""

    joined_s: Mapping[int, float] = {}
    """When each visit came to stand, in the order in which they joined."""
    served: frozenset[int] = frozenset()
    """Those of them who are served, and wait no longer."""
    done_s: tuple[float, ...] = ()
    """The waits that ended since the last event."""
    length: int = 0
    told_s: float | None = None


class Queue(ZoneRule):
    """Measures a queue."""

    kind: Literal["queue"] = Field(description="`queue`: how many wait in a zone, and for how long.")
    serving: int = Field(
        default=0, ge=0, le=20, description="How many of those in the zone are being served and do not wait."
    )
    join_s: float = Field(
        default=3, ge=0.5, le=60, description="Who stands still in the zone for so long has joined."
    )
    every_s: float = Field(default=5, ge=0.5, le=3600, description="Least time between two events.")
    remind_s: float = Field(
        default=60, ge=1, le=86_400, description="Time between two events while the length stays the same."
    )

    def begin(self) -> State:
        """Nobody waits."""
        return State()

    def step(self, state: State, moment: Moment) -> tuple[State, list[Saying]]:
        """Who joined, who is served, who left; told when the length changes, or when it is time."""
        now_s = moment.now_s
        stays = self.stays(moment)
        came: list[tuple[float, int]] = []
        for number, stay in stays.inside.items():
            since_s = max(stay.entered_s, stay.visit.rests_s)
            if number not in state.joined_s and stay.visit.seen and now_s - since_s >= self.join_s:
                came.append((since_s, number))
        joined_s = {number: at_s for number, at_s in state.joined_s.items() if number in stays.inside}
        joined_s |= {number: since_s for since_s, number in sorted(came)}
        joined_s = dict(sorted(joined_s.items(), key=lambda item: (item[1], item[0])))
        done_s = list(state.done_s)
        left_s = {left.stay.visit.number: left.left_s for left in stays.left}
        for number, at_s in state.joined_s.items():
            if number not in joined_s and number not in state.served:
                done_s.append(max(0.0, left_s.get(number, now_s) - at_s))
        served = state.served & joined_s.keys()
        for number, at_s in joined_s.items():
            if len(served) < self.serving and number not in served:
                served |= {number}
                done_s.append(max(0.0, now_s - at_s))
        waits = [now_s - at_s for number, at_s in joined_s.items() if number not in served]
        state = State(joined_s, served, tuple(done_s), state.length, state.told_s)
        pause_s = self.every_s if len(waits) != state.length else self.remind_s
        nothing_to_tell = len(waits) == state.length and not waits and not done_s
        early = state.told_s is not None and now_s - state.told_s < pause_s
        if nothing_to_tell or (early and not moment.last):
            return state, []
        event = QueueMeasured(
            camera=moment.camera,
            rule=self.called,
            zone=self.zone,
            length=len(waits),
            longest_wait_s=round(max(waits, default=0.0), 3),
            median_wait_s=round(statistics.median(waits) if waits else 0.0, 3),
            done=len(done_s),
            done_wait_s=round(statistics.median(done_s) if done_s else 0.0, 3),
        )
        return State(joined_s, served, (), len(waits), now_s), [Saying(event, now_s)]
