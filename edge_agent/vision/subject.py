"""An object that is believed to be before the camera at one moment: what the scene rules are told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """One believed object at one moment. Times are monotonic, in seconds."""

    number: int
    """Its track's; never given twice in a run."""
    label: int
    """A place in the detector's labels."""
    box: tuple[float, float, float, float]
    """Left, top, right, bottom in shares of the picture; where it should be by now while it is not seen."""
    seen: bool
    """Whether it was seen at this very moment; otherwise it is believed to be there still."""
    first_s: float
    last_s: float
    """When it was seen last."""

    @property
    def foot(self) -> tuple[float, float]:
        """Where it stands: the middle of its box's lower side, in shares of the picture."""
        left, _, right, bottom = self.box
        return ((left + right) / 2, bottom)
