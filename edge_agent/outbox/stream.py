"""A stream: rows in the order in which they were appended, numbered without gaps, oldest evicted first."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_agent.clock import Clock
from edge_agent.contract.stored import Stored
from edge_agent.contract.streams import Stream
from edge_agent.outbox import Full, ledger
from edge_agent.outbox.database import Database
from edge_agent.outbox.ledger import Reason
from edge_agent.outbox.limits import Limits
from edge_agent.outbox.row import Row

_SELECT = "SELECT seq, event_id, kind, time, clock_trusted, subject, data FROM rows"


@dataclass(frozen=True, slots=True)
class Status:
    """What a stream holds; times in s since 1970 as its rows carry them, `oldest` None if it is empty."""

    incarnation: str
    rows: int
    bytes: int
    unsent: int
    oldest: float | None
    newest_seq: int
    appended: int
    evicted: int
    settled: int
    refused: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What an acknowledgement did: rows that left, and those of them that the fleet refused."""

    rows: int = 0
    refused: int = 0
    renewed: bool = False


class StreamFile:
    """One stream in its file. `durable` as in `Database`. Methods raise Full and OutboxError."""

    def __init__(
        self, path: Path, *, stream: Stream, limits: Limits, clock: Clock, durable: bool = True
    ) -> None:
        self.stream = stream
        self._limits = limits
        self._clock = clock
        self._file = Database(path, durable=durable, clock=clock)

    @property
    def path(self) -> Path:
        """The database file."""
        return self._file.path

    @property
    def incarnation(self) -> str:
        """The incarnation that was used last; empty before the first use."""
        return self._file.incarnation

    def close(self) -> None:
        """Close the file; it opens again when it is used."""
        self._file.close()

    # -- the writing side ----------------------------------------------------------------------------------

    def append(self, row: Row, *, keeps_id: bool) -> tuple[str, int]:
        """Commit `row`; its incarnation and seq.

        With `keeps_id`, an event id that is here, or left lately, is the same event and nothing is added.
        At the stream's limit the oldest rows give way; submissions do not: then Full is raised.
        """
        size = ledger.size_of(row)

        def work(database: sqlite3.Connection) -> tuple[str, int]:
            if keeps_id:
                known = database.execute(
                    "SELECT seq FROM rows WHERE event_id = :id"
                    " UNION ALL SELECT seq FROM remembered WHERE event_id = :id"
                    " UNION ALL SELECT seq FROM refused WHERE event_id = :id LIMIT 1",
                    {"id": row.event_id},
                ).fetchone()
                if known:
                    return self.incarnation, int(known[0])
            self._fit(database, size)
            return self.incarnation, ledger.insert(database, row, keeps_id=keeps_id)

        return self._file.change(work)

    def fits(self, size: int = 64 * 1024) -> bool:
        """Whether a row of `size` bytes would be within the stream's limit, or older rows could give way."""
        if self.stream is not Stream.SUBMISSIONS:
            return True
        room = self._limits.room(self.stream)
        rows, held = self._file.read(ledger.held)
        return rows < room.rows and held + size <= room.bytes

    def evict(self) -> int:
        """Give up the oldest rows (one chunk) for want of disk, leaving a tombstone; how many rows.

        Never of submissions: 0. The space is returned to the disk.
        """
        if (
            self.stream is Stream.SUBMISSIONS
            or not self.path.exists()
            or not self._file.read(ledger.evictable)
        ):
            return 0  # found out by reading, for on a full disk the reserve goes to whoever must write
        count = self._file.change(lambda database: self._evict(database, reason="disk_pressure"))
        if count:
            self.shrink()
        return count

    def shrink(self, *, unless_below: int = 0) -> None:
        """Return free pages to the disk, and empty the write-ahead log; not for fewer pages than told."""
        if self._file.free_pages() >= unless_below:
            self._file.shrink()

    # -- the reading side: the uplink ----------------------------------------------------------------------

    def peek(self, *, after: int, limit: int) -> list[Row]:
        """The next rows after the seq `after`, at most `limit`."""
        return self._rows(f"{_SELECT} WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))

    def rows(self, seqs: Sequence[int]) -> list[Row]:
        """Those of the rows `seqs` that are still here, in order."""
        marks = ",".join("?" * len(seqs))
        return self._rows(f"{_SELECT} WHERE seq IN ({marks}) ORDER BY seq", seqs)

    def mark_sent(self, seqs: Iterable[int], *, incarnation: str) -> None:
        """Note that the broker took these rows."""
        at = self._now()

        def work(database: sqlite3.Connection) -> None:
            if self.incarnation == incarnation:
                database.executemany("UPDATE rows SET sent_at = ? WHERE seq = ?", [(at, seq) for seq in seqs])

        self._file.change(work)

    def settled_by(self, stored: Stored) -> list[Row]:
        """The rows here that an acknowledgement settles."""
        if self._file.read(lambda _: self.incarnation) != stored.incarnation:
            return []
        ranges = [(0, stored.through), *stored.also]
        return [
            row
            for first, last in ranges
            for row in self._rows(f"{_SELECT} WHERE seq BETWEEN ? AND ? ORDER BY seq", (first, last))
        ]

    def settle(self, stored: Stored) -> Settled:
        """Forget what the fleet has settled. Refused submissions are kept in a table of their own.

        An acknowledgement of rows that were never appended means that this file is older than what the fleet
        knows (a restored copy, a disk that lied): the rows here are numbered anew in a new incarnation, for
        under the old numbers the fleet would take them for others. Of another incarnation: nothing happens.
        """

        def work(database: sqlite3.Connection) -> Settled:
            if self.incarnation != stored.incarnation:
                return Settled()
            if max([stored.through, *(last for _, last in stored.also)]) > ledger.newest(database):
                ledger.renew(database)
                return Settled(renewed=True)
            refused = self._keep_refused(database, stored)
            database.execute(
                "INSERT OR IGNORE INTO remembered SELECT seq, event_id FROM rows WHERE keeps_id AND seq <= ?",
                (stored.through,),
            )
            gone = database.execute("DELETE FROM rows WHERE seq <= ?", (stored.through,)).rowcount
            for first, last in stored.also:
                database.execute(
                    "INSERT OR IGNORE INTO remembered SELECT seq, event_id FROM rows"
                    " WHERE keeps_id AND seq BETWEEN ? AND ?",
                    (first, last),
                )
                gone += database.execute("DELETE FROM rows WHERE seq BETWEEN ? AND ?", (first, last)).rowcount
            database.execute(
                "DELETE FROM remembered WHERE seq <= (SELECT max(seq) FROM remembered) - ?",
                (self._limits.remembered_ids,),
            )
            ledger.count(database, "settled", gone)
            ledger.count(database, "refused", refused)
            return Settled(rows=gone, refused=refused)

        return self._file.change(work)

    def status(self) -> Status:
        """What the stream holds."""

        def work(database: sqlite3.Connection) -> Status:
            counters = dict(database.execute("SELECT name, value FROM counters"))
            oldest = database.execute("SELECT time FROM rows ORDER BY seq LIMIT 1").fetchone()
            unsent = database.execute("SELECT count(*) FROM rows WHERE sent_at IS NULL").fetchone()[0]
            return Status(
                incarnation=self.incarnation,
                rows=counters["rows"],
                bytes=counters["bytes"],
                unsent=unsent,
                oldest=oldest[0] if oldest else None,
                newest_seq=ledger.newest(database),
                appended=counters["appended"],
                evicted=counters["evicted"],
                settled=counters["settled"],
                refused=counters["refused"],
            )

        return self._file.read(work)

    def _now(self) -> float:
        return self._clock.read().wall.timestamp()

    # -- inside a transaction ------------------------------------------------------------------------------

    def _fit(self, database: sqlite3.Connection, size: int) -> None:
        room = self._limits.room(self.stream)
        while True:
            rows, held = ledger.held(database)
            if rows < room.rows and held + size <= room.bytes:
                return
            if self.stream is Stream.SUBMISSIONS:
                raise Full(f"{self.path}: {rows} submissions wait, which is the limit")
            if not self._evict(database, reason="retention"):
                return

    def _evict(self, database: sqlite3.Connection, *, reason: Reason) -> int:
        limits = self._limits
        return ledger.evict(
            database, most_rows=limits.chunk_rows, most_bytes=limits.chunk_bytes, reason=reason,
            reading=self._clock.read(),
        )  # fmt: skip

    def _keep_refused(self, database: sqlite3.Connection, stored: Stored) -> int:
        count = 0
        for seq in stored.refused:
            if not stored.settles(seq):
                continue
            if self.stream is Stream.SUBMISSIONS:
                database.execute(
                    "INSERT OR IGNORE INTO refused"
                    " SELECT seq, ?, event_id, kind, time, clock_trusted, subject, data, ? FROM rows"
                    " WHERE seq = ?",
                    (self.incarnation, self._now(), seq),
                )
            count += database.execute("DELETE FROM rows WHERE seq = ?", (seq,)).rowcount
        return count

    def _rows(self, query: str, values: Sequence[object]) -> list[Row]:
        def work(database: sqlite3.Connection) -> list[Row]:
            return [
                Row(
                    seq=seq, event_id=event_id, kind=kind, time=time, clock_trusted=bool(clock_trusted),
                    subject=subject, data=data,
                )
                for seq, event_id, kind, time, clock_trusted, subject, data in database.execute(query, values)
            ]  # fmt: skip

        return self._file.read(work)
