"""One connection to the broker: MQTT 5 by paho, driven by the uplink's own loop, without threads.

A link is used once. Paho keeps unacknowledged messages for a reconnect; we do not want them, because what
goes out again is the window's decision, which survives this process.
"""

import ssl
from collections import deque
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge_agent.uplink import Unreachable
from edge_agent.uplink.tls import ClampedContext, explain

_BROKERS_DEFAULT_RECEIVE_MAXIMUM = 65_535  # MQTT 5, 3.2.2.3.3
_NO_MATCHING_SUBSCRIBERS = 0x10


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker has accepted us; `in_flight_max` publications may wait for their PUBACK."""

    in_flight_max: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is over, or was refused."""

    why: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The broker took a publication (`taken`), refused it (`refusal` says why), or had nobody for it."""

    mid: int
    taken: bool
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A message for us; it is to be confirmed with `Link.confirm` once it was dealt with."""

    topic: str
    payload: bytes
    mid: int
    qos: int


Happening = Connected | Lost | Acknowledged | Received


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us when we are gone without a word."""

    topic: str
    payload: bytes


class Link:
    """A connection. Its methods report what happened through `take`."""

    def __init__(
        self, *, client_id: str, context: ClampedContext, ca: Path, will: Will, connect_timeout_s: float
    ) -> None:
        self._context = context
        self._ca = ca
        self._happened: deque[Happening] = deque()
        self._client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.tls_set_context(context)
        client.connect_timeout = connect_timeout_s
        client.max_inflight_messages_set(0)  # the window and the broker's receive maximum bound it
        client.will_set(will.topic, will.payload, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message

    def open(
        self, host: str, port: int, *, keepalive_s: int, session_expiry_s: int, subscribe: list[str]
    ) -> None:
        """Connect (this waits for TCP and TLS), and ask for the topics `subscribe` once accepted.

        Raises Unreachable.
        """
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = session_expiry_s
        self._topics = subscribe
        self._context.failure = None
        try:
            self._client.connect(host, port, keepalive=keepalive_s, clean_start=False, properties=properties)
        except OSError as error:
            raise Unreachable(explain(error, ca=self._ca)) from error

    def fileno(self) -> int | None:
        """The socket for select(2), or None if there is none."""
        channel = self._client.socket()
        return channel.fileno() if channel is not None else None

    @property
    def wants_write(self) -> bool:
        """Whether bytes wait to be written."""
        return bool(self._client.want_write())

    def step(self, *, readable: bool, writable: bool) -> None:
        """Read and write what is possible now, and keep the connection alive."""
        if readable:
            self._read()
        if writable and self._client.want_write():
            self._client.loop_write()
        self._client.loop_misc()

    def take(self) -> list[Happening]:
        """What has happened since the last call, in order."""
        happened = list(self._happened)
        self._happened.clear()
        return happened

    def publish(self, topic: str, payload: bytes, *, content_type: str, retain: bool = False) -> int:
        """Publish with QoS 1; the number by which `Acknowledged` will name it."""
        properties = _properties(content_type)
        return self._client.publish(topic, payload, qos=1, retain=retain, properties=properties).mid

    def confirm(self, message: Received) -> None:
        """Tell the broker that a message was dealt with."""
        self._client.ack(message.mid, message.qos)

    def close(self) -> None:
        """Say goodbye (the will is then not spoken) and hang up; nothing is reported any more."""
        self._client.on_disconnect = None
        self._client.disconnect()
        if self._client.want_write():
            self._client.loop_write()
        self._hang_up()

    def abandon(self) -> None:
        """Hang up without a goodbye: the broker speaks the will."""
        self._client.on_disconnect = None
        self._hang_up()

    def _hang_up(self) -> None:
        channel = self._client.socket()
        if channel is not None:
            channel.close()
        self._client.loop_misc()

    def _read(self) -> None:
        while True:
            rc = self._client.loop_read()
            channel = self._client.socket()
            if rc != MQTTErrorCode.MQTT_ERR_SUCCESS or channel is None:
                return
            if not (
                isinstance(channel, ssl.SSLSocket) and channel.pending()
            ):  # TLS may hold bytes that select(2) does not see
                return

    def _on_connect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, properties: Any
    ) -> None:
        if reason.is_failure:
            self._happened.append(Lost(f"the broker refused us: {reason}"))
            return
        self._client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in self._topics])
        maximum = getattr(properties, "ReceiveMaximum", _BROKERS_DEFAULT_RECEIVE_MAXIMUM)
        self._happened.append(Connected(in_flight_max=maximum))

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        failure = self._context.failure
        if failure is not None:
            why = explain(failure, ca=self._ca)
        elif flags.is_disconnect_packet_from_server:
            why = f"the broker hung up: {reason}"
        else:
            why = f"the connection broke: {reason}"
        self._happened.append(Lost(why))

    def _on_publish(
        self, _client: mqtt.Client, _data: Any, mid: int, reason: ReasonCode, _properties: Any
    ) -> None:
        refusal = str(reason) if reason.is_failure else None
        taken = refusal is None and reason.value != _NO_MATCHING_SUBSCRIBERS
        self._happened.append(Acknowledged(mid=mid, taken=taken, refusal=refusal))

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._happened.append(
            Received(topic=message.topic, payload=bytes(message.payload), mid=message.mid, qos=message.qos)
        )


@cache
def _properties(content_type: str) -> Properties:
    """A publication's properties; they are costly to make, and the library only reads them."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ContentType = content_type
    return properties
