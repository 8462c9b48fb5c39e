"""Presence: whether the device is connected, retained by the broker; also its last will."""

from edge_agent.clock import Reading
from edge_agent.contract import topics
from edge_agent.contract.envelope import envelope
from edge_agent.contract.events import Presence
from edge_agent.contract.identity import DeviceId
from edge_agent.inbox.store import Inbox, InboxError
from edge_agent.uplink.link import Will
from loket import log as logs

log = logs.get(__name__)

SESSION_FLAG = "uplink.session"


def next_session(inbox: Inbox, *, proven: float, former: int) -> int:
    """A session number above all former ones, written down before it is used.

    `former` is this process's last one. It starts from the newest proven time (s since 1970), so that it
    grows even where the card was written anew.
    """
    try:
        known = inbox.flag(SESSION_FLAG) or "0"
    except InboxError:
        known = "0"
    session = max(int(known) + 1 if known.isdigit() else 1, int(proven), former + 1)
    try:
        inbox.set_flag(SESSION_FLAG, str(session))
    except InboxError as error:  # a full disk: better a number that may come again than no connection
        log.warning("session_not_noted", session=session, cause=str(error))
    return session


def presence(device: DeviceId, *, online: bool, session: int, version: str, reading: Reading) -> Will:
    """The message that says so."""
    data = Presence(online=online, session=session, version_installed=version)
    message = envelope(data, device=device, time=reading.wall, clock_trusted=reading.trusted)
    return Will(topic=topics.state(device), payload=message.to_json())
