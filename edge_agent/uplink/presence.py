"""Presence: whether the device is connected, retained by the broker; also its last will."""

from edge_agent.clock import Reading
from edge_agent.contract import topics
from edge_agent.contract.envelope import envelope
from edge_agent.contract.events import Presence
from edge_agent.contract.identity import DeviceId
from edge_agent.inbox.store import Inbox
from edge_agent.uplink.link import Will

SESSION_FLAG = "uplink.session"


def next_session(inbox: Inbox, *, proven: float) -> int:
    """A session number above all former ones, written down before it is used.

    It starts from the newest proven time, so that it grows even where the card was written anew.
    """
    known = inbox.flag(SESSION_FLAG) or "0"
    session = max(int(known) + 1 if known.isdigit() else 1, int(proven))
    inbox.set_flag(SESSION_FLAG, str(session))
    return session


def presence(device: DeviceId, *, online: bool, session: int, version: str, reading: Reading) -> Will:
    """The message that says so."""
    data = Presence(online=online, session=session, version_installed=version)
    message = envelope(data, device=device, time=reading.wall, clock_trusted=reading.trusted)
    return Will(topic=topics.state(device), payload=message.to_json())
