"""What a person may set about pictures: `[[cameras.masks]]`, `[cameras.snapshots]` and `[snapshots]`."""

from typing import Literal

from pydantic import Field

from edge_agent.contract.events import Name
from edge_agent.vision.scene.geometry import Polygon
from edge_agent.vision.scene.outline import Outline
from loket.settings import Section


class MaskSettings(Section):
    """One of a camera's masks."""

    name: Name = Field(description="What the mask hides; distinct among this camera's masks.")
    corners: Outline = Field(
        description="In order, each right and down from the top left, 0 to 1; solid in every picture."
    )

    @property
    def shape(self) -> Polygon:
        """As geometry."""
        return Polygon(tuple(self.corners))


class SnapshotSettings(Section):
    """`[cameras.snapshots]`: which events get a picture, heads pixelated."""

    tracks: Literal["best", "first", "both", "none"] = Field(
        default="best",
        description="A track's picture: the best, told with its end; the first, with its start; both; none.",
    )
    alerts: bool = Field(default=True, description="Whether an alert that starts gets a picture.")

    @property
    def first(self) -> bool:
        """Whether a track's start gets one."""
        return self.tracks in ("first", "both")

    @property
    def best(self) -> bool:
        """Whether a track's end gets one."""
        return self.tracks in ("best", "both")


class ReleaseSettings(Section):
    """`[snapshots]`: how large pictures are, and how long they wait on the device."""

    side: int = Field(default=640, ge=160, le=1920, description="Longest side of a picture, pixels.")
    most_kib: int = Field(
        default=200,
        ge=10,
        le=500,
        description="Most of a picture, KiB: its quality is lowered until it fits.",
    )
    keep_days: float = Field(
        default=7, gt=0, le=365, description="Days that a picture waits for the fleet before it is deleted."
    )
    keep_mib: int = Field(
        default=128, ge=1, le=100_000, description="Most that wait, MiB; the oldest give way to new ones."
    )
