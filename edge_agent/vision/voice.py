"""What the unit says: events into the outbox at their capture's time, pictures into the spool; a full disk
costs what cannot be said, and no more."""

from datetime import datetime, timedelta

from edge_agent.clock import Clock, Reading, released_at
from edge_agent.contract.events import EventData
from edge_agent.outbox import Full
from edge_agent.outbox.port import Outbox
from edge_agent.outbox.snapshots import SnapshotSpool
from edge_agent.vision.pictures.books import Books
from edge_agent.vision.pictures.ledger import Purpose
from edge_agent.vision.pictures.release import Released
from loket import log

_log = log.get(__name__)


class Voice:
    """The way out, which counts what found no room."""

    def __init__(self, outbox: Outbox, spool: SnapshotSpool, *, books: Books, clock: Clock) -> None:
        self.said = 0
        self.unsaid = 0
        self.pictures = 0
        self.pictures_lost = 0
        self.full = False
        self._outbox = outbox
        self._spool = spool
        self._books = books
        self._clock = clock

    def say(
        self,
        data: EventData,
        *,
        captured_s: float | None = None,
        event_id: str | None = None,
        subject: str | None = None,
    ) -> bool:
        """Append an event that happened at `captured_s` (monotonic; default: now); whether there was room.

        Raises OutboxError for anything but a full disk.
        """
        reading = self._clock.read()
        if captured_s is not None:
            reading = earlier(reading, captured_s)
        try:
            self._outbox.append(data, event_id=event_id, subject=subject, reading=reading)
        except Full as full:
            self.unsaid += 1
            self._turn(full=True, reason=str(full))
            return False
        self.said += 1
        self._turn(full=False, reason="")
        return True

    def wall_at(self, captured_s: float) -> datetime | None:
        """The wall clock's time at `captured_s` (monotonic) in UTC; None where it cannot be trusted."""
        reading = self._clock.read()
        return earlier(reading, captured_s).wall if reading.trusted else None

    def keep(self, released: Released, *, camera: str, purpose: Purpose) -> str | None:
        """Let a picture out: it is entered in the books, then kept to be sent. Its hash, or None where
        there is no room for either."""
        wall = self.wall_at(self._clock.read().monotonic)
        entered = self._books.enter(released, camera=camera, wall=wall, purpose=purpose)
        sha256 = self._spool.put(released.jpeg) if entered else None
        if sha256 is None:
            self.pictures_lost += 1
        else:
            self.pictures += 1
        return sha256

    def keep_house(self) -> None:
        """Say what the books have that was not said yet, and give up pictures that waited too long.

        How long is told only by a clock that can be trusted.
        """
        reading = self._clock.read()
        wall = reading.wall if reading.trusted else None
        self._books.tell(lambda row, id_: self.say(row, event_id=id_, subject=row.camera), wall=wall)
        if wall is not None:
            expired = self._spool.expire(now=wall.timestamp(), born=released_at())
            if expired:
                self.pictures_lost += expired
                _log.warning("snapshots_expired", count=expired)

    def _turn(self, *, full: bool, reason: str) -> None:
        if full != self.full:
            self.full = full
            if full:
                _log.warning("outbox_full", reason=reason)
            else:
                _log.info("outbox_has_room")


def earlier(reading: Reading, monotonic: float) -> Reading:
    """The reading as it was at `monotonic`, by the monotonic clock's distance."""
    ago = timedelta(seconds=max(0.0, reading.monotonic - monotonic))
    return Reading(wall=reading.wall - ago, trusted=reading.trusted, monotonic=monotonic)
