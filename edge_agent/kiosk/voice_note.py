"""A voice note in memory."""

from edge_agent.kiosk.secret import Secret


class VoiceNote(Secret):
    """What a citizen said: WebM with Opus, `length_s` long. Shows only its length when printed."""

    __slots__ = ("length_s",)

    def __init__(self, sound: bytes | bytearray, *, length_s: int) -> None:
        super().__init__(sound)
        self.length_s = length_s

    def wipe(self) -> None:
        """Overwrite and forget what was said."""
        super().wipe()
        self.length_s = 0

    def __repr__(self) -> str:
        return f"<{self.length_s} s of voice>"
