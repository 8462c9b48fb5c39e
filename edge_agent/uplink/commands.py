"""What to do with a command that arrives: give it to a unit, refuse it, or ignore it."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from edge_agent.clock import Reading
from edge_agent.contract import BadSignature, Malformed
from edge_agent.contract.commands import Command, TakeSnapshot
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.signed import verify


@dataclass(frozen=True, slots=True)
class Give:
    """A unit is to carry it out."""

    command: Command
    unit: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """It is the fleet's, but it is not carried out; the fleet is told why."""

    command_id: str
    reason: str
    command: Command | None = None


@dataclass(frozen=True, slots=True)
class Ignore:
    """It is not the fleet's: nobody is answered."""

    reason: str


Verdict = Give | Refuse | Ignore


_UNIT_OF = {TakeSnapshot: "vision"}


def judge(
    message: bytes, *, topic: str, key: Ed25519PublicKey, device: DeviceId, reading: Reading
) -> Verdict:
    """Judge a signed command that came on `topic`.

    Whether it is still in force can be said only by a clock that is trusted. With any other it is refused: a
    statement proves that it is *at least* as late as when it was signed, never that it is not much later, so
    whoever kept an old command could otherwise have it carried out after a reboot.
    """
    command_id = topic.rsplit("/", maxsplit=1)[-1]
    try:
        command = verify(message, Command, key=key, device=device)
    except BadSignature as error:
        return Ignore(reason=str(error))
    except Malformed as error:
        return Refuse(command_id=command_id[:64], reason=f"not understood by this release: {error}"[:300])
    if command.id != command_id:
        return Ignore(reason=f"command {command.id} came as {command_id}")
    if not reading.trusted:
        return Refuse(
            command_id=command.id,
            command=command,
            reason="the device cannot prove the time, so not that this is still in force; send it again",
        )
    if not command.in_force(reading.wall.timestamp()):
        return Refuse(command_id=command.id, command=command, reason="not in force: it came too late")
    return Give(command=command, unit=_UNIT_OF[type(command.action)])
