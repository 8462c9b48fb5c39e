"""The courier: carries rows to the broker in turns, and notes which of them it took."""

import random
from collections.abc import Callable, Collection, Mapping
from functools import partial

from edge_agent.contract.envelope import CONTENT_TYPE
from edge_agent.contract.streams import Stream
from edge_agent.device import Device
from edge_agent.inbox.doorbell import bell_of, ring
from edge_agent.inbox.store import Inbox, InboxError, SubmissionState
from edge_agent.outbox import Full, OutboxError
from edge_agent.outbox.stream import Status, StreamFile
from edge_agent.uplink.lane import Lane, Posted
from edge_agent.uplink.link import Acknowledged, Link
from edge_agent.uplink.settings import UplinkSettings
from edge_agent.uplink.submissions import submissions_in
from edge_agent.uplink.turns import allot
from loket import log as logs

log = logs.get(__name__)

_MARK_EVERY_S = 0.1
_MARK_AT = 250
_SMALLER_WINDOWS = 4
_AT_ONCE = 100
_TIDY_FROM_PAGES = 512  # 2 MiB


class Courier:
    """All lanes, and the publications under way."""

    def __init__(
        self,
        files: Collection[StreamFile],
        *,
        device: Device,
        settings: UplinkSettings,
        inbox: Inbox,
        ease: Callable[[], bool],
    ) -> None:
        self.published_total = 0
        self.sent_total = 0
        self.lanes: Mapping[Stream, Lane] = {
            file.stream: Lane(
                file,
                device=device.id,
                size=settings.window
                if file.stream is Stream.EVENTS
                else max(1, settings.window // _SMALLER_WINDOWS),
                resend_after_s=settings.resend_after_s,
                random=random.Random(),  # noqa: S311 - spreads load, hides nothing
            )
            for file in files
        }
        self._inbox = inbox
        self._ease = ease
        self._kiosk = bell_of(device.run, "kiosk")
        self._link: Link | None = None
        self._in_flight_max = 0
        self._in_flight: dict[int, Posted | None] = {}
        self._streams: dict[int, Stream] = {}
        self._mark_at = 0.0
        self._refusals: dict[Stream, str] = {}
        self._troubles: dict[Stream, str] = {}

    def connected(self, link: Link, *, in_flight_max: int) -> None:
        """A connection stands; everything that waits goes out, in order."""
        self._link = link
        self._in_flight_max = in_flight_max
        self._in_flight.clear()
        self._streams.clear()
        self._refusals.clear()
        for lane in self.lanes.values():
            lane.connected()

    def disconnected(self) -> None:
        """The connection is gone."""
        self._link = None
        self._in_flight.clear()
        self._streams.clear()
        for lane in self.lanes.values():
            lane.disconnected()

    def carry(self, now: float, *, rung: bool) -> bool:
        """Read, publish and note what there is; whether more could be done at once."""
        for lane in self.lanes.values():
            self.attempt(lane, partial(lane.look, now, rung=rung))
        published = self._publish(now)
        if now >= self._mark_at or len(self._in_flight) >= _MARK_AT:
            self._mark_at = now + _MARK_EVERY_S
            self.note_sent()
        return published == _AT_ONCE

    def acknowledged(self, happening: Acknowledged, now: float, *, wall_s: float) -> None:
        """The broker answered a publication; `wall_s` is s since 1970."""
        posted = self._in_flight.pop(happening.mid, None)
        stream = self._streams.pop(happening.mid, None)
        if posted is None or stream is None:
            return
        lane = self.lanes[stream]
        if happening.refusal is not None:
            lane.refused(posted, now)
            if stream not in self._refusals:
                self._refusals[stream] = happening.refusal
                log.error(
                    "publication_refused_by_the_broker",
                    stream=stream.value,
                    seq=posted.seq,
                    cause=happening.refusal,
                    next_step="is this certificate for another device, or the device unknown to the fleet?",
                )
        elif happening.taken:
            self.sent_total += 1
            lane.taken(posted, wall_s)

    def note_sent(self) -> None:
        """Mark in the files what the broker took; of citizens, tell the kiosk first."""
        for lane in self.lanes.values():
            seqs = lane.take_sent()
            if seqs:
                self.attempt(lane, partial(self._note, lane, seqs))

    def wake_at(self, now: float) -> float:
        """When to carry again although nothing happens (monotonic)."""
        times = [lane.wake_at() for lane in self.lanes.values()]
        if any(lane.has_sent for lane in self.lanes.values()):
            times.append(self._mark_at)
        return max(now, min(times))

    def tidy(self) -> None:
        """Return to the disk what a drained backlog has left empty, a part at a time."""
        for lane in self.lanes.values():
            self.attempt(lane, partial(lane.file.shrink, unless_below=_TIDY_FROM_PAGES))

    @property
    def ages(self) -> dict[str, float]:
        """How old events were when the broker acknowledged them, lately: metrics; none before the first."""
        ages_s = sorted(self.lanes[Stream.EVENTS].ages_s)
        if not ages_s:
            return {}
        shares = {"puback_p50_ms": 0.5, "puback_p95_ms": 0.95}
        return {name: round(1000 * ages_s[int(len(ages_s) * share)], 1) for name, share in shares.items()}

    def reasons(self) -> list[str]:
        """Why the uplink is degraded, as far as the courier knows."""
        refusals = [
            f"{stream}: refused by the broker ({why}); is the certificate another device's?"
            for stream, why in self._refusals.items()
            if self.lanes[stream].window.refused
        ]
        return refusals + list(self._troubles.values())

    def statuses(self) -> dict[Stream, Status]:
        """What the files hold, as far as they can be read."""
        found = {}
        for stream, lane in self.lanes.items():
            try:
                found[stream] = lane.file.status()
            except OutboxError as error:
                self._troubles[stream] = str(error)
        return found

    def _publish(self, now: float) -> int:
        if self._link is None:
            return 0
        room = min(_AT_ONCE, self._in_flight_max - len(self._in_flight))
        if room <= 0:
            return 0
        published = 0
        wants = {stream: lane.wants_to_send(now) for stream, lane in self.lanes.items()}
        for stream, share in allot(room, wants).items():
            for posted, letter in self.lanes[stream].due(now, room=share) if share else ():
                mid = self._link.publish(letter.topic, letter.payload, content_type=CONTENT_TYPE)
                self._in_flight[mid] = posted
                self._streams[mid] = stream
                published += 1
        self.published_total += published
        return published

    def _note(self, lane: Lane, seqs: list[int]) -> None:
        if lane.stream is Stream.SUBMISSIONS:
            sent = dict.fromkeys(submissions_in(lane.file.rows(seqs)).values(), SubmissionState.SENT)
            if sent:
                self._inbox.set_submission_states(sent)
                ring(self._kiosk)
        lane.mark_sent(seqs)

    def attempt(self, lane: Lane, work: Callable[[], None]) -> bool:
        """Do something with a lane's file and the inbox; whether it worked. It may run twice.

        On a full disk the reserve is let go once, so that rows can leave. What fails is told once, and tried
        again when it is due: a row that could not be marked or deleted only goes out once more.
        """
        for _ in range(2):
            try:
                work()
            except (OutboxError, InboxError) as error:
                if isinstance(error, Full | InboxError) and self._ease():
                    continue
                if lane.stream not in self._troubles:
                    log.error("outbox_trouble", stream=lane.stream.value, cause=str(error))
                self._troubles[lane.stream] = str(error)
                return False
            self._troubles.pop(lane.stream, None)
            return True
        return False
