"""A board in memory: notes what it was asked for."""


class MemoryBoard:
    """Confirms everything; headphones are plugged by hand."""

    def __init__(self) -> None:
        self.buzzed_s: list[float] = []
        self.is_plugged: bool | None = False
        self.is_speaking = True

    def buzz(self, seconds: float) -> bool:
        """Note it."""
        self.buzzed_s.append(seconds)
        return True

    def headphones(self) -> bool | None:
        """As set."""
        return self.is_plugged

    def speaker(self, *, on: bool) -> bool:
        """Note it."""
        self.is_speaking = on
        return True
