"""`[cameras.gate]`: what a person may set about a camera's gate."""

from pydantic import Field

from loket.settings import Section


class GateSettings(Section):
    """`[cameras.gate]`."""

    enabled: bool = Field(
        default=True, description="Whether pictures in which nothing moves are left undecoded and unseen."
    )
    sensitivity: float = Field(
        default=0.5, ge=0, le=1, description="How little motion opens it: from 0, twice as much, to 1, half."
    )
    hold_s: float = Field(
        default=4, ge=1, le=600, description="Seconds it stays open after the last motion or subject."
    )
    longest_wait_s: float = Field(
        default=4,
        ge=0.5,
        le=30,
        description="Where key frames are farther apart than this, every picture is decoded.",
    )
    audits_per_hour: float = Field(
        default=30, ge=0, le=3600, description="Skipped pictures that are looked at all the same, to be sure."
    )

    @property
    def eagerness(self) -> float:
        """What divides the limits of motion."""
        return float(4.0 ** (self.sensitivity - 0.5))
