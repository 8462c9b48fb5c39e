"""What the rules are told: a camera's lines and zones at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from edge_agent.vision.scene.crossings import Crossing
from edge_agent.vision.scene.stays import Stays
from edge_agent.vision.scene.visit import Visit


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment before one camera."""

    camera: str
    run: str
    """Names this run of the unit, within which things are numbered."""
    now_s: float
    """Monotonic; never going back."""
    wall: datetime | None
    """The time in UTC where the clock is trusted, else None."""
    watched: bool
    """Whether the camera shows what happens; without it, nobody seen does not mean nobody there."""
    visits: Mapping[int, Visit]
    """Everybody in the picture, by number."""
    over: Sequence[Visit]
    """Whose visit ended with this moment."""
    crossings: Mapping[str, Sequence[Crossing]]
    """By line; only those that are certain since the moment before."""
    stays: Mapping[str, Stays]
    """By zone."""
    last: bool = False
    """Whether the camera stops with this moment, so that whatever goes on must be told as over."""
