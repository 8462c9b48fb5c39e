"""What the benches of a whole site share: a site in a folder, a northbound reader with a stopwatch."""

import time
from pathlib import Path
from types import TracebackType

import paho.mqtt.client as mqtt

from demo.camera import mirror
from demo.layout import Layout
from demo.report import vision_totals
from demo.site import Site, free_port_base
from edge_agent.contract.envelope import Envelope, parse
from edge_agent.contract.topics import EVERY_NORTH
from fleet.store.engine import open_store

CHECKOUT = Path(__file__).resolve().parent.parent


def bench_site(root: Path, *, camera: str = "none.mp4") -> Site:
    """A prepared site under `root` on free ports; nothing is started."""
    layout = Layout(root=root, port_base=free_port_base())
    layout.write_device_settings(
        cameras=[camera], model="ssd_mobilenet_v1_coco", models_folder=CHECKOUT / "models"
    )
    folder = mirror(CHECKOUT)
    site = Site(layout, env={"LOKET_MIRROR": str(folder)} if folder else {})
    site.prepare()
    return site


def fleet_health(site: Site) -> dict[str, float]:
    """The vision unit's newest metrics, as the fleet stored them."""
    engine = open_store(f"sqlite:///{site.layout.fleet / 'fleet.db'}")
    try:
        return vision_totals(engine, device=site.layout.device, after=0)
    finally:
        engine.dispose()


class Reader:
    """A northbound reader: each event with the wall time (s since 1970) at which it came."""

    def __init__(self, site: Site) -> None:
        """Nothing is connected yet."""
        self.received: list[tuple[float, Envelope]] = []
        self._site = site

    def __enter__(self) -> "Reader":
        """Enrol and subscribe."""
        layout = self._site.layout
        made = self._site.fleet("broker", "reader", "bench", "--out", str(layout.root / "reader"))
        self._client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=made["name"], protocol=mqtt.MQTTv5
        )
        root = layout.fleet / "pki" / "root.pem"
        self._client.tls_set(ca_certs=str(root), certfile=made["certificate"], keyfile=made["key"])
        self._client.on_connect = lambda client, *_: client.subscribe(EVERY_NORTH, qos=1)
        self._client.on_message = self._note
        self._client.connect("127.0.0.1", layout.broker_port)
        self._client.loop_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()

    def _note(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.received.append((time.time(), parse(message.payload)))
