"""The kiosk's voice: a text in, a WAV out of memory; neither touches the disk or the list of processes."""

from typing import Protocol


class Mute(Exception):
    """There is no voice: the program is missing, fails, or is too slow."""


class Voice(Protocol):
    """Speaks a text in a language."""

    async def speak(self, text: str, language: str) -> bytes:
        """A WAV file of it. Raises Mute."""
        ...
