"""A lane: one stream on its way from its file to the fleet."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from edge_agent.contract import Oversize, topics
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.stored import Stored
from edge_agent.outbox.row import Row
from edge_agent.outbox.stream import Settled, StreamFile
from edge_agent.uplink.window import Window
from loket import log as logs

log = logs.get(__name__)

_LOOK_AGAIN_AFTER_S = 5.0
_MARKS_AT_ONCE = 500
_RECENT = 256


class Letter(NamedTuple):
    """A row as it is published."""

    topic: str
    payload: bytes
    happened_s: float
    """By the wall clock, s since 1970."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Which row a publication carried."""

    incarnation: str
    seq: int


class Lane:
    """One stream's file, its window, and the letters in it."""

    def __init__(
        self, file: StreamFile, *, device: DeviceId, size: int, resend_after_s: float, random: Random
    ) -> None:
        self.file = file
        self.stream = file.stream
        self.ages_s: deque[float] = deque(maxlen=_RECENT)
        """How old the recent rows were, by the wall clock, when the broker took them."""
        self._device = device
        self._size = size
        self._resend_after_s = resend_after_s
        self._random = random
        self._incarnation = ""
        self._connected = False
        self._letters: dict[int, Letter] = {}
        self._sent: set[int] = set()
        self._look_at = 0.0
        self.window = self._new_window()

    def look(self, now: float, *, rung: bool) -> None:
        """Read rows into the window: when the doorbell rang, when more are known, or now and then.

        Raises OutboxError.
        """
        if rung:
            self._look_at = now
        if now < self._look_at or not self._has_space:
            return
        wanted = self.window.wants
        rows = self.file.peek(after=self.window.high, limit=wanted)
        if self.file.incarnation != self._incarnation:
            if self._incarnation:
                log.warning("outbox_begins_anew", stream=self.stream, incarnation=self.file.incarnation)
            self._begin(self.file.incarnation)
            rows = self.file.peek(after=0, limit=self.window.wants)
        self._look_at = now if len(rows) == wanted else now + _LOOK_AGAIN_AFTER_S
        self._take_in(rows)

    def connected(self) -> None:
        """A connection stands."""
        self._connected = True
        self.window.connected()

    def disconnected(self) -> None:
        """The connection is gone."""
        self._connected = False
        self.window.disconnected()

    def wants_to_send(self, now: float) -> int:
        """How many rows would go out now, were there room."""
        return self.window.waiting_at(now)

    @property
    def _has_space(self) -> bool:
        """Whether it is worth reading: an eighth of the window is free."""
        return self.window.wants >= min(self._size, 1 + self._size // 8)

    @property
    def has_sent(self) -> bool:
        """Whether rows were taken by the broker that are not marked yet."""
        return bool(self._sent)

    def wake_at(self) -> float:
        """When to look again although nothing happens (monotonic)."""
        times = [self.window.wake_at(), self._look_at if self._has_space else None]
        return min((time for time in times if time is not None), default=math.inf)

    def due(self, now: float, *, room: int) -> list[tuple[Posted, Letter]]:
        """What to publish now."""
        return [
            (Posted(incarnation=self._incarnation, seq=seq), self._letters[seq])
            for seq in self.window.due(now, room=room)
        ]

    def taken(self, posted: Posted, wall_s: float) -> None:
        """The broker took a row."""
        if posted.incarnation == self._incarnation and posted.seq in self._letters:
            self._sent.add(posted.seq)
            self.ages_s.append(max(0.0, wall_s - self._letters[posted.seq].happened_s))

    def refused(self, posted: Posted, now: float) -> None:
        """The broker refused a row."""
        if posted.incarnation == self._incarnation:
            self.window.refuse(posted.seq, now)

    def take_sent(self) -> list[int]:
        """The rows that the broker took and that are not marked yet."""
        sent = sorted(self._sent)[:_MARKS_AT_ONCE]
        self._sent.difference_update(sent)
        return sent

    def mark_sent(self, seqs: Iterable[int]) -> None:
        """Note them in the file. Raises OutboxError."""
        self.file.mark_sent(seqs, incarnation=self._incarnation)

    def settle(self, stored: Stored, now: float) -> Settled:
        """Forget what the fleet has settled, in the file first. Raises OutboxError."""
        settled = self.file.settle(stored)
        if stored.incarnation == self._incarnation:
            if settled.renewed:
                log.error("outbox_older_than_the_fleet", stream=self.stream, through=stored.through)
                self._begin(self.file.incarnation)
                self._look_at = now
            else:
                for seq in self.window.settle(stored, now):
                    self._letters.pop(seq, None)
                    self._sent.discard(seq)
        return settled

    def _begin(self, incarnation: str) -> None:
        self._incarnation = incarnation
        self._letters.clear()
        self._sent.clear()
        self.window = self._new_window()
        if self._connected:
            self.window.connected()

    def _new_window(self) -> Window:
        return Window(size=self._size, resend_after_s=self._resend_after_s, random=self._random)

    def _take_in(self, rows: list[Row]) -> None:
        for row in rows:
            try:
                payload = row.to_message(
                    device=self._device, stream=self.stream, incarnation=self._incarnation
                )
            except (Oversize, KeyError, ValueError) as error:
                # Another release wrote it. Send its name alone, so that the fleet keeps it aside, refused,
                # and settles its seq: a stream must not stop for ever at one row.
                log.error("outbox_row_unreadable", stream=self.stream, seq=row.seq, cause=str(error)[:200])
                payload = _name_alone(row, incarnation=self._incarnation)
            self._letters[row.seq] = Letter(topics.event(self._device, row.kind), payload, row.time)
        self.window.offer(row.seq for row in rows)


def _name_alone(row: Row, *, incarnation: str) -> bytes:
    return f'{{"incarnation":"{incarnation}","seq":{row.seq}}}'.encode()
