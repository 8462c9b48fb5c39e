"""A lasting MQTT 5 connection of one of the fleet's own processes to the broker; it reconnects by itself."""

import ssl
from collections.abc import Callable
from threading import Event
from types import TracebackType
from typing import Any, Literal, Self

from paho.mqtt.client import (
    Client,
    ConnectFlags,
    DisconnectFlags,
    MQTTMessage,
    MQTTv5,
)
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from fleet.broker import BrokerError
from fleet.broker.acl import INGEST, NORTH
from fleet.settings import Fleet
from loket import log

_log = log.get(__name__)

_NAMES = {"ingest": INGEST, "north": NORTH}
_KEEPALIVE_S = 30
_RECONNECT_MAX_S = 10
_STOP_WITHIN_S = 10.0
_INFLIGHT = 1_000


class _Client(Client):
    """A client that tells when its thread has ended.

    The thread is paho's own: only then does a publication or an acknowledgement from another thread wake it
    at once, and only then does no other thread write to the socket.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.ended = Event()

    def loop_forever(self, *arguments: Any, **options: Any) -> MQTTErrorCode:
        """As paho's, which runs this in its thread."""
        try:
            return super().loop_forever(*arguments, **options)
        finally:
            self.ended.set()


class Connection:
    """A context manager: inside it, a thread of its own connects, and connects again when the link is lost.

    The callbacks run in that thread and must be quick. The broker takes the client id from the certificate,
    so a second process under the same certificate takes over the session of the first.
    """

    def __init__(
        self,
        fleet: Fleet,
        *,
        certificate: Literal["ingest", "north"],
        receive_max: int,
        session_expiry_s: int,
        on_up: Callable[[], None],
        on_message: Callable[[MQTTMessage], None] | None = None,
        on_published: Callable[[int, ReasonCode], None] | None = None,
    ) -> None:
        """Prepare; nothing is sent yet. Raises BrokerError if the certificate cannot be used."""
        self._fleet, self._name = fleet, _NAMES[certificate]
        self._on_up, self._on_message, self._on_published = on_up, on_message, on_published
        self._properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        self._properties.ReceiveMaximum = receive_max
        self._properties.SessionExpiryInterval = session_expiry_s
        self._keeps_session = session_expiry_s > 0
        self._stopping = False
        self._told_unreachable = False
        self.client = self._make_client(_tls(fleet, certificate))

    def __enter__(self) -> Self:
        """Start to connect; whether it succeeds is logged."""
        broker = self._fleet.broker
        self.client.connect_async(
            broker.reachable_host,
            broker.port,
            keepalive=_KEEPALIVE_S,
            clean_start=not self._keeps_session,
            properties=self._properties,
        )
        self.client.loop_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send what is queued, say goodbye, and end the thread."""
        self._stopping = True
        self.client.disconnect()
        if self.client.ended.wait(_STOP_WITHIN_S):
            self.client.loop_stop()

    @property
    def is_up(self) -> bool:
        """Whether the broker has accepted us and the link stands, as far as we know."""
        return self.client.is_connected()

    @property
    def has_failed(self) -> bool:
        """Whether the thread ended although nobody asked it to: the process should end then."""
        return self.client.ended.is_set() and not self._stopping

    def publish(self, topic: str, payload: bytes, *, content_type: str) -> int:
        """Queue a message with QoS 1 and return its number, under which `on_published` reports the answer.

        It is sent again after a reconnect until the broker acknowledges it.
        """
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ContentType = content_type
        return self.client.publish(topic, payload, qos=1, properties=properties).mid

    def _make_client(self, tls: ssl.SSLContext) -> "_Client":
        client = _Client(CallbackAPIVersion.VERSION2, client_id=self._name, protocol=MQTTv5, manual_ack=True)
        client.tls_set_context(tls)
        client.max_inflight_messages_set(_INFLIGHT)
        client.reconnect_delay_set(min_delay=1, max_delay=_RECONNECT_MAX_S)
        client.on_connect = self._connected
        client.on_connect_fail = self._unreachable
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._subscribed
        client.on_message = self._received
        client.on_publish = self._sent
        return client

    def _connected(
        self, _client: Client, _data: Any, flags: ConnectFlags, reason: ReasonCode, _p: Properties | None
    ) -> None:
        if reason.is_failure:
            _log.error("broker_refused", client=self._name, reason=str(reason))
            return
        self._told_unreachable = False
        _log.info("broker_connected", client=self._name, session_kept=flags.session_present)
        self._on_up()

    def _unreachable(self, _client: Client, _data: Any) -> None:
        if not self._told_unreachable:
            self._told_unreachable = True
            broker = self._fleet.broker
            address = f"{broker.reachable_host}:{broker.port}"
            _log.warning(
                "broker_unreachable", client=self._name, address=address, retry_within_s=_RECONNECT_MAX_S
            )

    def _disconnected(
        self, _client: Client, _data: Any, _flags: DisconnectFlags, reason: ReasonCode, _p: Properties | None
    ) -> None:
        if not self._stopping:
            _log.warning("broker_lost", client=self._name, reason=str(reason))

    def _subscribed(
        self, _client: Client, _data: Any, _mid: int, reasons: list[ReasonCode], _p: Properties | None
    ) -> None:
        for reason in reasons:
            if reason.is_failure:
                _log.error("subscription_refused", client=self._name, reason=str(reason))

    def _received(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        if self._on_message is not None:
            self._on_message(message)

    def _sent(self, _client: Client, _data: Any, mid: int, reason: ReasonCode, _p: Properties | None) -> None:
        if self._on_published is not None:
            self._on_published(mid, reason)


def _tls(fleet: Fleet, certificate: str) -> ssl.SSLContext:
    layout = fleet.layout
    try:
        context = ssl.create_default_context(cafile=str(layout.root_certificate))
        context.load_cert_chain(layout.certificate(certificate), layout.key(certificate))
    except (OSError, ssl.SSLError) as error:
        raise BrokerError(f"{layout.pki}: certificates cannot be used: {error} (run: fleet init)") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context
