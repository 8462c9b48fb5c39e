"""What the fleet sends: acknowledgements of what it stored, commands, notices. Nothing counts unsigned."""

from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from edge_agent.clock import SystemClock
from edge_agent.contract import ContractError, topics
from edge_agent.contract.events import CommandFinished, NoticesReceived
from edge_agent.contract.notices import Notice
from edge_agent.contract.signed import verify
from edge_agent.contract.stored import Stored
from edge_agent.contract.streams import Stream
from edge_agent.device import Device
from edge_agent.inbox.doorbell import bell_of, ring
from edge_agent.inbox.store import Inbox
from edge_agent.outbox import OutboxError
from edge_agent.outbox.port import Outbox
from edge_agent.uplink.commands import Give, Ignore, Refuse, judge
from edge_agent.uplink.courier import Courier
from edge_agent.uplink.lane import Lane
from edge_agent.uplink.proof import TimeProof
from edge_agent.uplink.submissions import outcome
from loket import log as logs

log = logs.get(__name__)


class Answers:
    """The receiving side of the uplink."""

    def __init__(
        self,
        *,
        device: Device,
        key: Ed25519PublicKey,
        courier: Courier,
        inbox: Inbox,
        outbox: Outbox,
        clock: SystemClock,
        proof: TimeProof,
    ) -> None:
        self.settled_total = 0
        self.forged_total = 0
        self.notices_total = 0
        self._told_through = 0
        self._device = device
        self._key = key
        self._courier = courier
        self._inbox = inbox
        self._outbox = outbox
        self._clock = clock
        self._proof = proof

    def received(self, topic: str, payload: bytes, now: float) -> None:
        """Deal with a message, durably; after this it may be confirmed. Raises InboxError."""
        if topic == topics.stored(self._device.id):
            self._stored(payload, now)
        elif topic == topics.notice(self._device.id):
            self._noticed(payload)
        else:
            self._command(topic, payload)

    def expire_commands(self) -> None:
        """Tell the fleet of commands that a unit did not carry out in time, and forget old ones."""
        reading = self._clock.read()
        if reading.trusted:
            for command_id in self._inbox.overdue(reading.wall.timestamp()):
                if self._inbox.finish_command(command_id):
                    self._tell(command_id, "failed", "no unit carried it out in time")
        self._inbox.forget_commands(self._proof.proven)

    def tell_noticed(self, *, anyway: bool = False) -> None:
        """Say how far we have the fleet's notices, where that has changed, or `anyway`. Raises InboxError."""
        through = self._inbox.noticed_through()
        if through == self._told_through and not anyway:
            return
        try:
            self._outbox.append(NoticesReceived(through=through))
        except OutboxError as error:
            log.warning("notices_not_told", through=through, cause=str(error))
        else:
            self._told_through = through

    def _noticed(self, payload: bytes) -> None:
        try:
            notice: Notice = verify(payload, Notice, key=self._key, device=self._device.id)
        except ContractError as error:
            self.forged_total += 1
            log.error("notice_ignored", cause=str(error))
            return
        self._proof.witness(notice.issued_at)
        if self._inbox.note(notice):
            self.notices_total += 1
            log.info("notice_noted", number=notice.number, tells=notice.body.tell)
            ring(bell_of(self._device.run, "kiosk"))

    def _stored(self, payload: bytes, now: float) -> None:
        try:
            stored: Stored = verify(payload, Stored, key=self._key, device=self._device.id)
        except ContractError as error:
            self.forged_total += 1
            log.error("acknowledgement_ignored", cause=str(error))
            return
        self._proof.witness(stored.issued_at)
        lane = self._courier.lanes.get(stored.stream)
        if lane is None:
            return
        self._courier.attempt(lane, partial(self._settle, lane, stored, now))

    def _settle(self, lane: Lane, stored: Stored, now: float) -> None:
        if stored.stream is Stream.SUBMISSIONS:
            # What the kiosk is told comes before the row goes: a crash between the two only repeats it.
            states = outcome(lane.file.settled_by(stored), stored)
            if states:
                self._inbox.set_submission_states(states)
                ring(bell_of(self._device.run, "kiosk"))
        settled = lane.settle(stored, now)
        self.settled_total += settled.rows
        if settled.refused:
            log.error(
                "events_refused_by_the_fleet",
                stream=stored.stream.value,
                count=settled.refused,
                next_step="see `fleet refused` for the reason",
            )

    def _command(self, topic: str, payload: bytes) -> None:
        self._clock.reread()
        verdict = judge(
            payload, topic=topic, key=self._key, device=self._device.id, reading=self._clock.read()
        )
        match verdict:
            case Ignore(reason=reason):
                self.forged_total += 1
                log.error("command_ignored", topic=topic, cause=reason)
            case Give(command=command, unit=unit):
                self._proof.witness(command.issued_at)
                if self._inbox.add_command(command, unit=unit):
                    log.info("command_given", command=command.id, unit=unit, action=command.action.do)
                    ring(bell_of(self._device.run, unit))
            case Refuse(command_id=command_id, reason=reason, command=refused):
                if refused is not None:
                    self._proof.witness(refused.issued_at)
                    if not self._inbox.add_command(refused, unit="none"):
                        return
                    self._inbox.finish_command(refused.id)
                log.warning("command_refused", command=command_id, cause=reason)
                self._tell(command_id, "refused", reason)

    def _tell(self, command_id: str, outcome: str, reason: str) -> None:
        finished = CommandFinished.model_validate(
            {"command": command_id, "outcome": outcome, "reason": reason}
        )
        try:
            self._outbox.append(finished, event_id=f"cmd-{command_id}"[:64])
        except OutboxError as error:
            log.error("command_outcome_not_told", command=command_id, cause=str(error))
