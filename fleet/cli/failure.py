"""A command that could not do what was asked."""


class Failed(Exception):
    """What to tell a person: the thing, the cause and the next step; `status` becomes the exit status."""

    def __init__(self, message: str, *, status: int = 1) -> None:
        """`status` 1: refused or not found; 2: a mistake in the command or in the settings."""
        super().__init__(message)
        self.status = status
