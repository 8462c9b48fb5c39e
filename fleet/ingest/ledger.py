"""What the ingest remembers of each stream, so that it need not ask the database for every batch."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from edge_agent.contract.streams import Stream
from fleet.ingest.settled import NOTHING, Settled
from fleet.store import streams
from fleet.store.streams import REFUSED_TOLD, Key, StreamRow

LIMIT = 4_096
"""Streams remembered; the one that was used longest ago is forgotten first, and read again when needed."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream as it stands: what is settled, and the newest of those numbers that were refused."""

    stream: Stream
    settled: Settled = NOTHING
    refused: tuple[int, ...] = ()

    @classmethod
    def of(cls, row: StreamRow) -> "StreamState":
        """The state that the database holds."""
        settled = Settled(through=row.through, also=row.also)
        return cls(stream=row.stream, settled=settled, refused=row.refused)

    def stored(self, seq: int) -> "StreamState":
        """With `seq` stored."""
        refused = tuple(old for old in self.refused if old != seq) if seq in self.refused else self.refused
        return replace(self, settled=self.settled.add(seq, seq), refused=refused)

    def evicted(self, first: int, last: int, *, by: int) -> "StreamState":
        """With the tombstone `by`, which gives up `first` to `last`.

        Where there is no room for the range, the tombstone is not settled either, so that it comes again.
        """
        settled = self.settled.add(first, last)
        return replace(self, settled=settled).stored(by) if last in settled else self

    def refuse(self, seq: int) -> "StreamState":
        """With `seq` refused for good; a number that is settled already stays what it is."""
        if seq in self.settled:
            return self
        settled = self.settled.add(seq, seq)
        if seq not in settled:
            return self
        return replace(self, settled=settled, refused=(*self.refused, seq)[-REFUSED_TOLD:])


class Ledger:
    """The states of the streams used last. It must be the only writer of its streams."""

    def __init__(self) -> None:
        """Start with nothing remembered."""
        self._states: OrderedDict[Key, StreamState] = OrderedDict()

    def read(self, connection: Connection, keys: Iterable[Key]) -> dict[Key, StreamState]:
        """The states of those `keys` that are known, from memory or from the database."""
        wanted = list(dict.fromkeys(keys))
        found = {key: self._states[key] for key in wanted if key in self._states}
        missing = [key for key in wanted if key not in found]
        found.update((row.key, StreamState.of(row)) for row in streams.load(connection, missing))
        return found

    def remember(self, states: Mapping[Key, StreamState]) -> None:
        """Take over what was committed."""
        for key, state in states.items():
            self._states[key] = state
            self._states.move_to_end(key)
        while len(self._states) > LIMIT:
            self._states.popitem(last=False)

    def forget(self) -> None:
        """Read everything from the database again: after a transaction whose end is not known."""
        self._states.clear()
