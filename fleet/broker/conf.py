"""Mosquitto's settings file (Mosquitto 2.0, as in Debian 12 and 13)."""

from edge_agent.contract import MAX_MESSAGE_BYTES
from fleet.layout import Layout
from fleet.settings import Broker

MAX_PACKET_BYTES = 2 * MAX_MESSAGE_BYTES
"""Above our own limit, so that an oversize event still reaches the ingest and is kept aside with its reason;
what is larger than this is cut off by the broker itself."""


def settings_text(broker: Broker, *, layout: Layout, user: str) -> str:
    """The text of `mosquitto.conf`; `user` is whom the broker becomes if root starts it."""
    # user: started by root, Mosquitto would become "mosquitto", which cannot read keys that only their
    # owner may read. It stays who owns the data folder; started by anyone but root, the line is ignored.
    folder = layout.folder.absolute()
    at = Layout(folder)
    return f"""\
# Written by `fleet init`; edits are lost. Start with: mosquitto -c {at.broker_settings}
per_listener_settings false
user {user}
pid_file {at.broker_pid}

listener {broker.port} {broker.host}
cafile {at.root_certificate}
certfile {at.certificate("server")}
keyfile {at.key("server")}
tls_version tlsv1.2
# A client is who its certificate says, also as a client id: nobody can take over another's session.
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {at.broker_acl}

persistence true
persistence_location {at.broker_persistence}/
autosave_interval 60
persistent_client_expiration 14d

max_packet_size {MAX_PACKET_BYTES}
# Messages on their way to one client, and those that wait for it; what is above is dropped, which costs
# nothing but time: a device sends again whatever the fleet has not acknowledged as stored.
max_inflight_messages 2000
max_queued_messages 20000
max_queued_bytes 67108864
set_tcp_nodelay true

log_dest stderr
log_timestamp true
log_timestamp_format %Y-%m-%dT%H:%M:%S
log_type error
log_type warning
log_type notice
connection_messages true
sys_interval 0
"""
