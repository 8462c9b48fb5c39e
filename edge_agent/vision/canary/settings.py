"""`[slots]`: what a model must be before it serves, and when the one before it serves again."""

from collections.abc import Sequence

from pydantic import Field

from edge_agent.device import SettingsPath
from edge_agent.vision.canary.verdict import Limits
from loket.settings import Section


class SlotSettings(Section):
    """`[slots]`."""

    key: SettingsPath | None = Field(
        default=None, description="A minisign public key's file: models that did not come with Loket need it."
    )
    least_rate: float = Field(
        default=0.2, gt=0, le=1, description="Share of all cameras' `max_fps` that a model must keep up with."
    )
    most_mb: int = Field(default=256, ge=16, le=16384, description="Memory that it may take, megabytes.")
    timeout_s: float = Field(default=60, ge=1, le=600, description="Seconds that its canary may take.")
    healthy_s: float = Field(
        default=120,
        gt=0,
        le=86400,
        description="Seconds at work after which a new model is on trial no more.",
    )
    most_starts: int = Field(
        default=3,
        ge=1,
        le=100,
        description="Starts without them, after which the one before it serves again.",
    )

    def limits(self, rates: Sequence[float]) -> Limits:
        """What the canary asks for, for cameras of these `max_fps`."""
        return Limits(
            slowest_ms=1000 / (self.least_rate * sum(rates)),
            most_bytes=self.most_mb * 1_000_000,
            timeout_s=self.timeout_s,
        )
