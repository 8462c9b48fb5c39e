"""The I/O board beside the screen: what the kiosk asks of it. Its keys are keyboard events of the page.

The board itself comes with its firmware; until one is configured there is none.
"""

from typing import Protocol


class Board(Protocol):
    """Buzzer, headphone jack and speaker. No call waits longer than a second, and none raises."""

    def buzz(self, seconds: float) -> bool:
        """Sound the buzzer for so long; returns at once. Whether the board confirmed it."""
        ...

    def headphones(self) -> bool | None:
        """Whether headphones are plugged in; None if nobody can tell."""
        ...

    def speaker(self, *, on: bool) -> bool:
        """Let the speaker sound or not. Whether the board confirmed it."""
        ...


class NoBoard:
    """No board: it confirms nothing and knows nothing."""

    def buzz(self, seconds: float) -> bool:  # noqa: ARG002 - there is nothing to sound
        """False."""
        return False

    def headphones(self) -> bool | None:
        """None."""
        return None

    def speaker(self, *, on: bool) -> bool:  # noqa: ARG002 - there is nothing to mute
        """False."""
        return False


def hear_privately(board: Board) -> bool | None:
    """Mute the speaker exactly while headphones are in; returns whether they are. Call it now and then."""
    plugged = board.headphones()
    if plugged is not None:
        board.speaker(on=not plugged)
    return plugged
