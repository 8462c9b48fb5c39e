"""What one camera's gate did, in numbers."""

from collections import deque

RECENT = 256


class Tally:
    """Written by the reader's thread; read by anybody."""

    def __init__(self) -> None:
        self.shots = 0
        """Pictures that the camera gave, decoded or not."""
        self.decoded = 0
        self.looks = 0
        self.opened = 0
        """How often the gate opened."""
        self.damaged = 0
        """Pictures or groups of pictures left out because they came damaged."""
        self.is_open = True
        self.settled_s: float | None = None
        """Capture time up to which every frame was handed on, or never will be; None before the first."""
        self.open_s = 0.0
        self.closed_s = 0.0
        self.decode_s: deque[float] = deque(maxlen=RECENT)
        """How long decoding the recent pictures took."""

    @property
    def open_ratio(self) -> float:
        """The share of time that the gate was open; 0 before anything came."""
        whole_s = self.open_s + self.closed_s
        return self.open_s / whole_s if whole_s else 0.0

    def pass_time(self, seconds: float, *, is_open: bool) -> None:
        """The gate was open or closed for so long, until now."""
        self.is_open = is_open
        if is_open:
            self.open_s += seconds
        else:
            self.closed_s += seconds
