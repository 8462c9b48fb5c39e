"""An event that is to be said, and when it happened."""

from dataclasses import dataclass

from edge_agent.contract.events import EventData


@dataclass(frozen=True, slots=True)
class Saying:
    """What a camera's lane has to say."""

    data: EventData
    at_s: float
    """When it happened, which may be a while before it is certain; monotonic, in seconds."""
    pictured: bool = False
    """Whether a picture belongs to it: its `snapshot` is then filled in, if one can be made."""
