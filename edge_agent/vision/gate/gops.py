"""What of a coded stream is kept undecoded: the group of pictures at hand and the one before it; pure."""

from typing import Generic, Protocol, TypeVar

MOST_BYTES = 8 * 1024 * 1024


class Piece(Protocol):
    """A packet of a coded stream."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def is_keyframe(self) -> bool:
        """Whether decoding may begin with it."""


P = TypeVar("P", bound=Piece)


class Gops(Generic[P]):
    """The packets from which an event's beginning can be decoded; never more than `most_bytes`."""

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        self.before: list[P] = []
        """A whole group, from its key frame, or nothing."""
        self.current: list[P] = []
        """From the latest key frame; nothing where none came yet, or the group is too large to be kept."""
        self.size = 0
        self._most_bytes = most_bytes

    def add(self, piece: P) -> None:
        """Keep one more packet."""
        if piece.is_keyframe:
            self.before, self.current = self.current, [piece]
            self.size = sum(each.size for each in self.before) + piece.size
        elif self.current:
            self.current.append(piece)
            self.size += piece.size
        if self.size > self._most_bytes:
            self.before = []
            self.size = sum(each.size for each in self.current)
        if self.size > self._most_bytes:
            self.clear()

    def clear(self) -> None:
        """Keep nothing until the next key frame."""
        self.before, self.current, self.size = [], [], 0
