"""Who crossed a line, when and which way: once for each passage, however boxes tremble."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from edge_agent.vision.scene import edge
from edge_agent.vision.scene.edge import Standing
from edge_agent.vision.scene.geometry import Line
from edge_agent.vision.scene.visit import Visit

Direction = Literal["forward", "backward"]

State = Mapping[int, Standing]
"""How each visit, by number, stands to the line."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One passage over a line, from its left to its right (forward) or back."""

    visit: Visit
    direction: Direction
    at_s: float


def step(
    line: Line, state: State, visits: Iterable[Visit], over: Iterable[Visit]
) -> tuple[dict[int, Standing], list[Crossing]]:
    """The standings after a frame, and the crossings that are certain now; `over` are visits that ended."""
    standings: dict[int, Standing] = {}
    found: list[Crossing] = []
    for visit in visits:
        before = state.get(visit.number)
        if before is None:
            depth = line.depth(visit.foot, visit.unit)
            standings[visit.number] = edge.arrived(visit, depth, margin=edge.NEARER)
        elif not visit.seen:
            standings[visit.number] = before
        else:
            after, changed = edge.seen(before, visit, line.depth(visit.foot, visit.unit))
            standings[visit.number] = after
            if changed and before.side and _on(line, after):
                found.append(_crossing(visit, after))
    for visit in over:
        before = state.get(visit.number)
        if before is None:
            continue
        after = edge.at_the_end(before)
        if after.side != before.side and _on(line, after):
            found.append(_crossing(visit, after))
    return standings, found


def _on(line: Line, standing: Standing) -> bool:
    """Whether the foot came over the line itself, and not past one of its ends."""
    return 0.0 <= line.share(standing.came_at) <= 1.0


def _crossing(visit: Visit, standing: Standing) -> Crossing:
    return Crossing(visit, "forward" if standing.side > 0 else "backward", standing.came_s)
