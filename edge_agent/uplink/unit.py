"""The uplink's loop: one thread that waits for the broker, the doorbell and the clock."""

import random
import select
import threading
import time
from collections.abc import Callable

from edge_agent.clock import SystemClock
from edge_agent.contract import topics
from edge_agent.contract.envelope import CONTENT_TYPE
from edge_agent.contract.streams import Stream
from edge_agent.device import Device
from edge_agent.inbox.store import Inbox, InboxError
from edge_agent.outbox import OutboxError
from edge_agent.outbox.doorbell import Doorbell
from edge_agent.outbox.port import Outbox
from edge_agent.uplink import Unreachable
from edge_agent.uplink.answers import Answers
from edge_agent.uplink.courier import Courier
from edge_agent.uplink.health import health
from edge_agent.uplink.link import Acknowledged, Connected, Link, Lost, Received, Will
from edge_agent.uplink.presence import next_session, presence
from edge_agent.uplink.proof import TimeProof
from edge_agent.uplink.receipt_key import Certifier
from edge_agent.uplink.settings import UplinkSettings
from edge_agent.uplink.tls import ClampedContext
from edge_agent.uplink.turns import retry_in_s
from edge_agent.uplink.uploads import Uploads
from loket import log as logs
from loket.notify import notify

log = logs.get(__name__)

_LONGEST_WAIT_S = 1.0
_CHORES_EVERY_S = 5.0
_WATCHDOG_EVERY_S = 5.0
_STEADY_AFTER_S = 10.0
_FAREWELL_S = 2.0


class Unit:
    """The uplink. `run` returns when `stopping` is set."""

    def __init__(
        self,
        *,
        device: Device,
        settings: UplinkSettings,
        context: ClampedContext,
        courier: Courier,
        answers: Answers,
        uploads: Uploads,
        certifier: Certifier,
        inbox: Inbox,
        outbox: Outbox,
        clock: SystemClock,
        proof: TimeProof,
        bell: Doorbell,
        stopping: threading.Event,
        version: str,
        troubles: Callable[[], list[str]],
    ) -> None:
        self._device = device
        self._settings = settings
        self._context = context
        self._courier = courier
        self._answers = answers
        self._uploads = uploads
        self._certifier = certifier
        self._inbox = inbox
        self._outbox = outbox
        self._clock = clock
        self._proof = proof
        self._bell = bell
        self._stopping = stopping
        self._version = version
        self._troubles = troubles
        self._link: Link | None = None
        self._session = 0
        self._opened_at = 0.0
        self._connected_at: float | None = None
        self._attempts = 0
        self._connections = 0
        self._retry_at = 0.0
        self._cause = ""

    def run(self) -> None:
        """Carry until it is time to stop; then say goodbye."""
        notify("READY=1")
        health_at = chores_at = watchdog_at = 0.0
        rung, busy = True, False
        while not self._stopping.is_set():
            now = time.monotonic()
            if now >= watchdog_at:
                notify("WATCHDOG=1")
                watchdog_at = now + _WATCHDOG_EVERY_S
            if now >= health_at:
                self._report()
                health_at = now + self._settings.health_every_s
            if now >= chores_at:
                self._chores()
                chores_at = now + _CHORES_EVERY_S
            self._keep_connected(now)
            busy = self._courier.carry(time.monotonic(), rung=rung)
            rung = self._wait(0.0 if busy else self._patience(min(health_at, chores_at)))
        self._leave()

    # -- the connection ------------------------------------------------------------------------------------

    def _keep_connected(self, now: float) -> None:
        if self._link is None:
            if now >= self._retry_at:
                self._connect()
        elif self._connected_at is None and now - self._opened_at > self._settings.connect_timeout_s:
            self._lost("the broker does not answer")

    def _connect(self) -> None:
        settings = self._settings
        self._session = next_session(self._inbox, proven=self._proof.proven, former=self._session)
        link = Link(
            client_id=self._device.name,
            context=self._context,
            ca=settings.ca,
            will=self._presence(online=False),
            connect_timeout_s=settings.connect_timeout_s,
        )
        self._link = link
        self._opened_at = time.monotonic()
        try:
            link.open(
                settings.broker_host,
                settings.broker_port,
                keepalive_s=settings.keepalive_s,
                session_expiry_s=settings.session_expiry_s,
                subscribe=[
                    topics.stored(self._device.id),
                    topics.commands(self._device.id),
                    topics.notice(self._device.id),
                ],
            )
        except Unreachable as error:
            self._lost(str(error))

    def _connected(self, link: Link, happening: Connected) -> None:
        self._connected_at = time.monotonic()
        self._connections += 1
        self._cause = ""
        log.info("broker_connected", session=self._session, in_flight_max=happening.in_flight_max)
        notify("STATUS=connected")
        message = self._presence(online=True)
        link.publish(message.topic, message.payload, retain=True, content_type=CONTENT_TYPE)
        self._courier.connected(link, in_flight_max=happening.in_flight_max)
        # A device at which nothing was ever filed is told nothing, so it has nothing to say of it.
        self._tell_noticed(anyway=self._has_filed())

    def _lost(self, cause: str) -> None:
        if self._link is not None:
            self._link.abandon()
            self._link = None
        self._courier.disconnected()
        now = time.monotonic()
        if self._connected_at is not None and now - self._connected_at >= _STEADY_AFTER_S:
            self._attempts = 0
        self._connected_at = None
        self._attempts += 1
        wait_s = retry_in_s(
            self._attempts,
            least_s=self._settings.reconnect_min_s,
            most_s=self._settings.reconnect_max_s,
            chance=random.random(),  # noqa: S311 - spreads load, hides nothing
        )
        self._retry_at = now + wait_s
        if cause != self._cause:
            self._cause = cause
            broker = f"{self._settings.broker_host}:{self._settings.broker_port}"
            log.warning("broker_not_connected", broker=broker, cause=cause, retry_in_s=round(wait_s, 1))
            notify(f"STATUS=not connected: {cause}")

    def _presence(self, *, online: bool) -> Will:
        return presence(
            self._device.id,
            online=online,
            session=self._session,
            version=self._version,
            reading=self._clock.read(),
        )

    # -- waiting -------------------------------------------------------------------------------------------

    def _patience(self, next_chore: float) -> float:
        now = time.monotonic()
        until = min(now + _LONGEST_WAIT_S, next_chore, self._courier.wake_at(now))
        if self._link is None:
            until = min(until, self._retry_at)
        return max(0.0, until - now)

    def _wait(self, wait_s: float) -> bool:
        """Wait for something to happen and deal with it; whether the doorbell rang."""
        link = self._link
        channel = link.fileno() if link is not None else None
        readers: list[int] = [self._bell.fileno(), *([channel] if channel is not None else [])]
        writers = [channel] if link is not None and channel is not None and link.wants_write else []
        readable, writable, _ = select.select(readers, writers, [], wait_s)
        if link is not None:
            link.step(readable=channel in readable, writable=channel in writable)
            self._deal(link)
        rung = self._bell.fileno() in readable and self._bell.answer()
        if rung:
            self._uploads.wake()
        return rung

    def _deal(self, link: Link) -> None:
        for happening in link.take():
            match happening:
                case Connected():
                    self._connected(link, happening)
                case Lost(why=why):
                    self._lost(why)
                    return
                case Acknowledged():
                    self._acknowledged(happening)
                case Received(topic=topic, payload=payload):
                    try:
                        self._answers.received(topic, payload, time.monotonic())
                    except InboxError as error:
                        # Not confirmed: the broker brings it again on the next connection.
                        log.error("message_not_noted", topic=topic, cause=str(error))
                    else:
                        link.confirm(happening)

    def _acknowledged(self, happening: Acknowledged) -> None:
        reading = self._clock.read()
        self._courier.acknowledged(happening, reading.monotonic, wall_s=reading.wall.timestamp())

    # -- chores --------------------------------------------------------------------------------------------

    def _chores(self) -> None:
        try:
            self._answers.expire_commands()
        except InboxError as error:
            log.error("commands_not_expired", cause=str(error))
        self._certifier.look()
        if self._connected_at is not None:
            self._tell_noticed()
        self._courier.tidy()
        self._outbox.room(Stream.TELEMETRY)  # eases a full disk, if it is

    def _tell_noticed(self, *, anyway: bool = False) -> None:
        try:
            self._answers.tell_noticed(anyway=anyway)
        except InboxError as error:
            log.error("notices_not_told", cause=str(error))

    def _has_filed(self) -> bool:
        return any(
            status.newest_seq > 0
            for stream, status in self._courier.statuses().items()
            if stream is Stream.SUBMISSIONS
        )

    def _report(self) -> None:
        reading = self._clock.read()
        reasons = self._troubles() + self._courier.reasons()
        if self._cause:
            reasons.append(f"broker: {self._cause}")
        if self._uploads.trouble:
            reasons.append(f"snapshots wait: {self._uploads.trouble}")
        event = health(
            streams=self._courier.statuses(),
            counters={
                "connections_total": self._connections,
                "published_total": self._courier.published_total,
                "sent_total": self._courier.sent_total,
                **self._courier.ages,
                "settled_total": self._answers.settled_total,
                "forged_total": self._answers.forged_total,
                "notices_total": self._answers.notices_total,
                "snapshots_uploaded_total": self._uploads.uploaded,
                "snapshots_dropped_total": self._uploads.dropped,
                "clock_trusted": float(reading.trusted),
            },
            reasons=reasons,
            data=self._device.data,
            now=reading.wall.timestamp(),
        )
        try:
            self._outbox.append(event, reading=reading)
        except OutboxError as error:
            log.warning("health_not_told", cause=str(error))

    def _leave(self) -> None:
        """Say that we go, and go; what is not acknowledged waits for the next start."""
        notify("STOPPING=1")
        self._report()
        link = self._link
        if link is None or self._connected_at is None:
            if link is not None:
                link.abandon()
            return
        message = self._presence(online=False)
        farewell = link.publish(message.topic, message.payload, retain=True, content_type=CONTENT_TYPE)
        until = time.monotonic() + _FAREWELL_S
        answered = False
        while not answered and time.monotonic() < until and (channel := link.fileno()) is not None:
            writers = [channel] if link.wants_write else []
            readable, writable, _ = select.select([channel], writers, [], 0.1)
            link.step(readable=bool(readable), writable=bool(writable))
            for happening in link.take():
                if isinstance(happening, Acknowledged):
                    self._acknowledged(happening)
                    answered = answered or happening.mid == farewell
        self._courier.note_sent()
        link.close()
        log.info("broker_left", session=self._session)
