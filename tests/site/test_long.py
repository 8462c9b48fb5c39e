"""The long tier on a whole site: minutes without an ingest, and a soak."""

import time
from collections.abc import Callable

import pytest

from demo.process import eventually
from demo.report import count
from demo.site import Site
from fleet.store.engine import open_store
from tests.site.load import Load, assert_all_stored_once_in_order

pytestmark = [pytest.mark.site, pytest.mark.long, pytest.mark.timeout(1500)]

MakeSite = Callable[..., Site]


def test_ingest_away_for_five_minutes(make_site: MakeSite) -> None:
    """More is said than the broker queues: 30,000 events against its 20,000."""
    site = make_site()
    for name in ("broker", "fleet-ingest", "edge-uplink"):
        site.start_one(name)
    eventually(lambda: not site.waiting(), within_s=20, what="first contact")
    site.children["fleet-ingest"].kill()
    with Load(site, per_s=100) as load:
        time.sleep(300)
    site.start_one("fleet-ingest")
    assert site.drain(within_s=600), f"{site.waiting()} rows still wait"
    assert_all_stored_once_in_order(site, load.appended)


def test_soak_of_ten_minutes_on_a_looped_clip(make_site: MakeSite, clip: str) -> None:
    site = make_site(camera=clip)
    site.start()
    time.sleep(60)
    begin = {name: child.rss_mb() for name, child in site.children.items()}
    time.sleep(600)
    end = {name: child.rss_mb() for name, child in site.children.items()}
    assert site.stop()
    engine = open_store(f"sqlite:///{site.layout.fleet / 'fleet.db'}")
    try:
        outcome = count(engine, data=site.layout.device_data, device=site.layout.device)
    finally:
        engine.dispose()
    assert outcome.lost == outcome.duplicates == 0
    grown = {name: round(end[name] - begin[name], 1) for name in end}
    assert all(growth < 10 for growth in grown.values()), grown
