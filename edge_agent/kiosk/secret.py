"""A file of a citizen's in memory: as secret as words, and overwritten like them."""


class Secret:
    """Bytes that a citizen gave. Shows only their number when printed; `wipe` overwrites the buffer."""

    __slots__ = ("_buffer",)

    def __init__(self, content: bytes | bytearray) -> None:
        self._buffer = bytearray(content)

    def __bool__(self) -> bool:
        return bool(self._buffer)

    def read(self) -> bytes:
        """The file."""
        return bytes(self._buffer)

    def wipe(self) -> None:
        """Overwrite and forget it."""
        self._buffer[:] = bytes(len(self._buffer))
        self._buffer.clear()

    def __repr__(self) -> str:
        return f"<{len(self._buffer)} secret bytes>"
