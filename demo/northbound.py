"""Another system of the command centre: it reads what the fleet republishes northbound."""

import time
from dataclasses import dataclass
from types import TracebackType

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from demo.site import Site
from edge_agent.contract.envelope import Envelope, parse
from edge_agent.contract.topics import EVERY_NORTH

_KEPT_S = 3600


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event and the wall time, s since 1970, at which it came."""

    at: float
    event: Envelope


class Northbound:
    """A context manager: enrolled, subscribed, and back by itself when the broker is."""

    def __init__(self, site: Site, *, name: str = "reader") -> None:
        """Nothing is connected yet; the broker must run when the block is entered."""
        self.arrivals: list[Arrival] = []
        self._site = site
        self._name = name

    @property
    def events(self) -> list[Envelope]:
        """What came, in order, repeats and all."""
        return [arrival.event for arrival in list(self.arrivals)]

    def __enter__(self) -> "Northbound":
        """Enrol by `fleet broker reader`, connect and subscribe."""
        layout = self._site.layout
        made = self._site.fleet("broker", "reader", self._name, "--out", str(layout.root / self._name))
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=made["name"], protocol=mqtt.MQTTv5)
        self._client.reconnect_delay_set(min_delay=1, max_delay=1)
        root = layout.fleet / "pki" / "root.pem"
        self._client.tls_set(ca_certs=str(root), certfile=made["certificate"], keyfile=made["key"])
        self._client.on_connect = lambda client, *_: client.subscribe(EVERY_NORTH, qos=1)
        self._client.on_message = lambda _client, _data, message: self.arrivals.append(
            Arrival(at=time.time(), event=parse(bytes(message.payload)))
        )
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = _KEPT_S
        self._client.connect("127.0.0.1", layout.broker_port, clean_start=False, properties=properties)
        self._client.loop_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()
