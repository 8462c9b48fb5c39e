"""The stored-acknowledgement: what the fleet has committed of a stream, so that the device may forget it."""

from pydantic import ConfigDict, Field

from edge_agent.contract.events import Uuid
from edge_agent.contract.signed import Statement
from edge_agent.contract.streams import Stream


class Stored(Statement):
    """What the fleet has settled of one stream: cumulative for one incarnation, with exceptions.

    Every seq up to `through` is settled (stored, or known to be evicted, or refused); of those above it,
    the inclusive ranges in `also` are settled. A seq in `refused` was kept aside by the fleet with a reason:
    it is settled too, but it was not accepted. `refused` lists the recent ones only.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)

    stream: Stream
    incarnation: Uuid
    through: int = Field(ge=0)
    also: list[tuple[int, int]] = Field(default=[], max_length=512)
    refused: list[int] = Field(default=[], max_length=512)

    def settles(self, seq: int) -> bool:
        """Whether the device need not send `seq` again."""
        return seq <= self.through or any(first <= seq <= last for first, last in self.also)
