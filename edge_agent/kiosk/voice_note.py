"""A voice note in memory: as secret as words, and overwritten like them."""


class VoiceNote:
    """What a citizen said: WebM with Opus, `length_s` long. Shows only its length when printed.

    `wipe` overwrites the buffer.
    """

    __slots__ = ("_buffer", "length_s")

    def __init__(self, sound: bytes, *, length_s: int) -> None:
        self._buffer = bytearray(sound)
        self.length_s = length_s

    def __bool__(self) -> bool:
        return bool(self._buffer)

    def read(self) -> bytes:
        """The file."""
        return bytes(self._buffer)

    def wipe(self) -> None:
        """Overwrite and forget what was said."""
        self._buffer[:] = bytes(len(self._buffer))
        self._buffer.clear()
        self.length_s = 0

    def __repr__(self) -> str:
        return f"<{self.length_s} s of voice>"
