"""Which numbers of a stream are settled: all up to `through`, and some ranges above it."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

Range = tuple[int, int]
"""First and last, both included."""

LIMIT = 512
"""Ranges above `through` at most: as many as one acknowledgement can tell."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A set of positive numbers; `also` is ascending, and its ranges neither touch each other nor `through`.

    It only grows, and what it says it never takes back, so that it may be told to a device which then
    forgets. Its size is bounded: see `add`.
    """

    through: int = 0
    also: tuple[Range, ...] = ()

    def __contains__(self, seq: int) -> bool:
        """Whether `seq` is settled."""
        if seq <= self.through:
            return seq > 0
        place = bisect_right(self.also, seq, key=_first)
        return place > 0 and self.also[place - 1][1] >= seq

    def add(self, first: int, last: int) -> "Settled":
        """With `first` to `last` (both included, 1 <= first <= last) settled too.

        Where that would make one range too many, the set stays as it is: the numbers are not settled then,
        the device sends them again, and by then lower gaps are filled. The number after `through` always
        finds room, so a device that sends in order always gets on.
        """
        if not 1 <= first <= last:
            raise ValueError(f"{first} to {last} is not a range of positive numbers")
        if not self.also and first <= self.through + 1:
            return self if last <= self.through else Settled(through=last)
        if first <= self.through + 1:
            end = bisect_right(self.also, last + 1, key=_first)
            top = max(last, self.through, self.also[end - 1][1] if end else 0)
            return Settled(through=top, also=self.also[end:])
        begin = bisect_left(self.also, first - 1, key=_last)
        end = bisect_right(self.also, last + 1, key=_first)
        if begin < end:
            first, last = min(first, self.also[begin][0]), max(last, self.also[end - 1][1])
        elif len(self.also) >= LIMIT:
            return self
        return Settled(through=self.through, also=(*self.also[:begin], (first, last), *self.also[end:]))


NOTHING = Settled()
"""A stream of which nothing was heard."""


def _first(bounds: Range) -> int:
    return bounds[0]


def _last(bounds: Range) -> int:
    return bounds[1]
