"""The window of one stream: which rows go out now, until the fleet has settled each of them.

A state machine without I/O; the clock is an argument (monotonic, in s). A row is in the window from when it
is read until an acknowledgement settles it. Rows go out in the order of their seq, and again

- after a reconnect: all of them, for what the broker had may be gone;
- after a deadline without progress: all of them, the deadline doubling up to tenfold;
- at once, where an acknowledgement settles what was published *later* on the same connection;
- much later, where the broker refused them.
"""

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate, takewhile
from random import Random

from edge_agent.contract.stored import Stored

_LONGEST_BACKOFF = 10
_REFUSED_BACKOFF = 10


@dataclass(slots=True)
class _Entry:
    """A row in the window; publications are numbered within one connection."""

    first: int | None = None
    latest: int | None = None
    waits: bool = False
    refused: bool = False


class Window:
    """Rows on their way: at most `size`."""

    def __init__(self, *, size: int, resend_after_s: float, random: Random) -> None:
        self.size = size
        self._resend_after_s = resend_after_s
        self._random = random
        self._entries: dict[int, _Entry] = {}
        self._queue: list[int] = []
        self._high = 0
        self._connected = False
        self._publications = 0
        self._backoff = 1
        self._deadline: float | None = None
        self._refused_until: float | None = None

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def high(self) -> int:
        """The highest seq that was offered."""
        return self._high

    @property
    def wants(self) -> int:
        """How many more rows may be offered."""
        return self.size - len(self._entries)

    def waiting_at(self, now: float) -> int:
        """How many rows could go out at `now`."""
        if not self._connected:
            return 0
        self._tick(now)
        return len(self._queue)

    @property
    def refused(self) -> int:
        """How many rows the broker has refused and holds up."""
        return sum(entry.refused for entry in self._entries.values())

    def offer(self, seqs: Iterable[int]) -> None:
        """Take rows in: ascending, each above `high`."""
        for seq in seqs:
            if seq <= self._high:
                raise ValueError(f"row {seq} after row {self._high}")
            self._high = seq
            self._entries[seq] = _Entry()
            if self._connected:
                self._enqueue(seq)

    def connected(self) -> None:
        """A new connection stands: everything goes out again, in order."""
        self._connected = True
        self._publications = 0
        self._backoff = 1
        self._deadline = self._refused_until = None
        self._queue = []
        for seq, entry in self._entries.items():
            entry.first = entry.latest = None
            entry.refused = entry.waits = False
            self._enqueue(seq)

    def disconnected(self) -> None:
        """The connection is gone: nothing goes out."""
        self._connected = False
        self._queue = []
        self._deadline = self._refused_until = None
        for entry in self._entries.values():
            entry.waits = False

    def due(self, now: float, *, room: int) -> list[int]:
        """The rows to publish now, in order, at most `room`; they count as published."""
        if not self._connected:
            return []
        self._tick(now)
        out: list[int] = []
        while self._queue and len(out) < room:
            seq = heapq.heappop(self._queue)
            entry = self._entries.get(seq)
            if entry is None:
                continue
            entry.waits = False
            self._publications += 1
            entry.latest = self._publications
            if entry.first is None:
                entry.first = entry.latest
            out.append(seq)
        if out and self._deadline is None:
            self._deadline = now + self._patience()
        return out

    def refuse(self, seq: int, now: float) -> None:
        """The broker refused a row: it stays, and is tried again much later."""
        entry = self._entries.get(seq)
        if entry is not None and self._connected:
            entry.refused = True
            if self._refused_until is None:
                self._refused_until = now + self._resend_after_s * _REFUSED_BACKOFF

    def settle(self, stored: Stored, now: float) -> list[int]:
        """Take an acknowledgement in; the rows that leave the window, in order."""
        entries = iter(self._entries)  # in order, for that is how they were offered
        if stored.also:
            gone = list(filter(_settler(stored), entries))
        else:
            gone = list(takewhile(lambda seq: seq <= stored.through, entries))
        evidence = 0
        for seq in gone:
            entry = self._entries.pop(seq)
            evidence = max(evidence, entry.first or 0)
        if not gone:
            return gone
        for seq, entry in self._entries.items():
            # Published before something that has arrived: lost. What was settled may have arrived by its
            # first publication, what is missing may still come by its latest; so these two are compared.
            if entry.latest is not None and entry.latest < evidence and not entry.refused:
                self._enqueue(seq)
        self._backoff = 1
        self._deadline = now + self._patience() if self._under_way() and self._connected else None
        return gone

    def wake_at(self) -> float | None:
        """When `due` may have something although nothing else happens."""
        times = [time for time in (self._deadline, self._refused_until) if time is not None]
        return min(times) if times else None

    def _tick(self, now: float) -> None:
        if self._deadline is not None and now >= self._deadline:
            for seq in self._under_way():
                self._enqueue(seq)
            self._backoff = min(2 * self._backoff, _LONGEST_BACKOFF)
            self._deadline = now + self._patience() if self._queue else None
        if self._refused_until is not None and now >= self._refused_until:
            self._refused_until = None
            for seq, entry in self._entries.items():
                if entry.refused:
                    entry.refused = False
                    self._enqueue(seq)

    def _under_way(self) -> list[int]:
        """The rows that went out on this connection and may still arrive."""
        return [seq for seq, entry in self._entries.items() if entry.latest is not None and not entry.refused]

    def _patience(self) -> float:
        return self._resend_after_s * self._backoff * self._random.uniform(1.0, 1.25)

    def _enqueue(self, seq: int) -> None:
        entry = self._entries[seq]
        if not entry.waits:
            entry.waits = True
            heapq.heappush(self._queue, seq)


def _settler(stored: Stored) -> Callable[[int], bool]:
    """`stored.settles`, fast for many rows."""
    ranges = sorted(stored.also)
    firsts = [first for first, _ in ranges]
    reach = list(accumulate((last for _, last in ranges), max))  # ranges may overlap

    def settles(seq: int) -> bool:
        if seq <= stored.through:
            return True
        place = bisect_right(firsts, seq) - 1
        return place >= 0 and seq <= reach[place]

    return settles
