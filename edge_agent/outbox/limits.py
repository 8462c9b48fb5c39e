"""How much the outbox may hold, and what is given up first when the disk runs full."""

from dataclasses import dataclass, field
from enum import Enum

from edge_agent.contract.streams import Stream

_MIB = 1024 * 1024


class Class(Enum):
    """What takes room on the disk, in the order in which it is given up."""

    SNAPSHOTS = "snapshots"
    TELEMETRY = "telemetry"
    EVENTS = "events"
    SUBMISSIONS = "submissions"


CLASS_OF = {
    Stream.TELEMETRY: Class.TELEMETRY,
    Stream.EVENTS: Class.EVENTS,
    Stream.SUBMISSIONS: Class.SUBMISSIONS,
}

_SHARE = {Class.SNAPSHOTS: 4, Class.TELEMETRY: 3, Class.EVENTS: 2, Class.SUBMISSIONS: 1}


@dataclass(frozen=True, slots=True)
class Room:
    """The most that one stream may hold."""

    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of all streams of a device.

    `min_free_bytes` of the disk are left to others. `reserve_bytes` are held back in a file that is let go so
    that eviction can work on a full disk. `chunk_rows` and `chunk_bytes` bound what one eviction takes.
    """

    submissions: Room = Room(rows=100_000, bytes=512 * _MIB)
    events: Room = Room(rows=500_000, bytes=512 * _MIB)
    telemetry: Room = Room(rows=100_000, bytes=64 * _MIB)
    min_free_bytes: int = 64 * _MIB
    reserve_bytes: int = 4 * _MIB
    chunk_rows: int = 256
    chunk_bytes: int = 512 * 1024
    remembered_ids: int = field(default=4096)

    def room(self, stream: Stream) -> Room:
        """The limit of one stream."""
        return {
            Stream.SUBMISSIONS: self.submissions,
            Stream.EVENTS: self.events,
            Stream.TELEMETRY: self.telemetry,
        }[stream]

    def floor(self, kind: Class) -> int:
        """The free space, in bytes, below which `kind` is given up and no more of it is taken in.

        Citizens come last: below a quarter of `min_free_bytes`, no submission is accepted, so that one that
        was accepted can also be sent and settled.
        """
        return self.min_free_bytes * _SHARE[kind] // 4

    def given_up(self, free_bytes: int) -> list[Class]:
        """What is evicted, in this order, while so much is free. Submissions never are."""
        return [kind for kind in Class if kind is not Class.SUBMISSIONS and free_bytes < self.floor(kind)]
