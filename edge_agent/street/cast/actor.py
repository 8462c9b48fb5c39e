"""Somebody or something that moves on the street."""

from dataclasses import dataclass

from edge_agent.street.cast.looks import PersonLook, VehicleLook
from edge_agent.street.cast.path import Path

LABELS = ("person", "vehicle")
PERSON, VEHICLE = LABELS


@dataclass(frozen=True, slots=True)
class Actor:
    """One person, or one vehicle with who rides it. `number` is its identity in the ground truth, from 1."""

    number: int
    look: PersonLook | VehicleLook
    path: Path

    @property
    def label(self) -> str:
        """What a detector should call it."""
        return PERSON if isinstance(self.look, PersonLook) else VEHICLE

    def present(self, time_s: float) -> bool:
        """Whether it is on the street at a time."""
        return self.path.from_s <= time_s < self.path.until_s
