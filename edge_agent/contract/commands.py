"""Commands to a device: signed by the fleet, for one device, expiring; each is carried out at most once."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from edge_agent.contract.events import Name, Uuid
from edge_agent.contract.signed import Statement


class TakeSnapshot(BaseModel):
    """Make a picture of what a camera sees now, heads pixelated, and send it."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)

    do: Literal["take_snapshot"] = "take_snapshot"
    camera: Name


class Command(Statement):
    """One command; what arrives after `expires_at` is refused, not carried out."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)

    id: Uuid
    expires_at: float
    action: TakeSnapshot
