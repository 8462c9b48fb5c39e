"""What a citizen typed: cleaned at the door, hidden from logs, overwritten when they leave."""

import unicodedata

_BIDI_CONTROLS = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
"""Embeddings, overrides and isolates (UAX #9): they let a text show other than it reads."""


def clean(text: str, *, lines: bool) -> str:
    """`text` as we keep it: NFC, one sort of line end, no control characters or bidi overrides, trimmed.

    Where `lines` is false, line ends become spaces. Emoji, joiners and every script's letters stay.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not lines:
        text = text.replace("\n", " ")
    text = unicodedata.normalize("NFC", text)
    return "".join(character for character in text if _kept(character)).strip()


def _kept(character: str) -> bool:
    if character == "\n":
        return True
    if character in _BIDI_CONTROLS or character == "\ufeff":
        return False
    return unicodedata.category(character) not in ("Cc", "Cs")


class Words:
    """A citizen's words in memory. Shows only their length when printed, so no log can leak them.

    `wipe` overwrites the buffer. Python keeps copies that we cannot reach (a request's body, a rendered
    page) until their memory is used again; the kiosk writes no core dump, and its unit has no swap.
    """

    __slots__ = ("_buffer",)

    def __init__(self, text: str) -> None:
        self._buffer = bytearray(text.encode())

    def read(self) -> str:
        """The words."""
        return self._buffer.decode()

    def wipe(self) -> None:
        """Overwrite and forget the words."""
        self._buffer[:] = bytes(len(self._buffer))
        self._buffer.clear()

    def __repr__(self) -> str:
        return f"<{len(self._buffer)} bytes of words>"
