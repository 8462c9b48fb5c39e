"""What the benches of a whole site share."""

from collections.abc import Sequence
from pathlib import Path

from demo.camera import mirror
from demo.layout import Layout
from demo.report import newest_metrics
from demo.site import Site, free_port_base
from fleet.store.engine import open_store

CHECKOUT = Path(__file__).resolve().parent.parent


def bench_site(root: Path, *, cameras: Sequence[str] = ("none.mp4",)) -> Site:
    """A prepared site under `root` on free ports; nothing is started."""
    layout = Layout(root=root, port_base=free_port_base())
    layout.write_device_settings(
        cameras=cameras, model="ssd_mobilenet_v1_coco", models_folder=CHECKOUT / "models"
    )
    folder = mirror(CHECKOUT)
    site = Site(layout, env={"LOKET_MIRROR": str(folder)} if folder else {})
    site.prepare()
    return site


def fleet_health(site: Site, *, unit: str = "vision") -> dict[str, float]:
    """A unit's newest metrics, as the fleet stored them."""
    engine = open_store(f"sqlite:///{site.layout.fleet / 'fleet.db'}")
    try:
        return newest_metrics(engine, device=site.layout.device, unit=unit, after=0)
    finally:
        engine.dispose()
