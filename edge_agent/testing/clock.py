"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime, timedelta

from edge_agent.clock import Reading


class FixedClock:
    """A clock whose time the test sets."""

    def __init__(
        self,
        wall: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
        *,
        trusted: bool = True,
        monotonic: float = 1000.0,
    ) -> None:
        self.wall = wall
        self.trusted = trusted
        self.monotonic = monotonic

    def read(self) -> Reading:
        """The time that was set."""
        return Reading(wall=self.wall, trusted=self.trusted, monotonic=self.monotonic)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass on both clocks."""
        self.wall += timedelta(seconds=seconds)
        self.monotonic += seconds
