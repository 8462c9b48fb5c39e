"""What may fail, fails: nothing is lost, nothing stands twice, and each stream keeps its order."""

import random
import time
from collections.abc import Callable

import pytest

from demo.northbound import Northbound
from demo.process import eventually
from demo.site import Site
from tests.site.load import Citizens, Load, assert_all_stored_once_in_order, assert_order_kept

pytestmark = [pytest.mark.site, pytest.mark.timeout(600)]

MakeSite = Callable[..., Site]
HASTY = {"resend_after_s": 3, "reconnect_max_s": 2}
CORE = ("broker", "fleet-ingest", "edge-uplink")


def start(site: Site, *names: str) -> None:
    for name in names:
        site.start_one(name)


def settle(site: Site, *, within_s: float = 90, but: tuple[str, ...] = ()) -> None:
    for name in but:
        site.children[name].stop()
    assert site.drain(within_s=within_s), f"{site.waiting()} rows still wait"


def test_broker_killed_under_load_with_its_queue_lost(make_site: MakeSite) -> None:
    site = make_site(uplink=HASTY)
    start(site, *CORE)
    with Northbound(site) as north, Load(site, per_s=200) as load:
        for _ in range(3):
            time.sleep(1.5)
            site.children["broker"].kill()
            for file in (site.layout.fleet / "broker").glob("persistence/*.db"):
                file.unlink()
            time.sleep(0.5)
            site.start_one("broker")
        time.sleep(1.5)
    settle(site)
    assert len(load.appended) > 500
    assert_all_stored_once_in_order(site, load.appended)
    assert_order_kept(north.events)


def test_ingest_away_while_more_is_said_than_the_broker_queues(make_site: MakeSite) -> None:
    site = make_site(uplink=HASTY)
    configuration = site.layout.fleet / "broker" / "mosquitto.conf"
    queue = "max_queued_messages 100\n"
    lines = [line for line in configuration.read_text().splitlines() if "max_queued" not in line]
    configuration.write_text("\n".join([*lines, queue]))
    start(site, *CORE)
    eventually(lambda: not site.waiting(), within_s=20, what="first contact")
    site.children["fleet-ingest"].kill()
    with Load(site, per_s=300) as load:
        time.sleep(10)
    assert site.waiting() >= len(load.appended), "only the fleet may let the device forget"
    site.start_one("fleet-ingest")
    settle(site)
    assert_all_stored_once_in_order(site, load.appended)


@pytest.mark.timeout(900)
def test_each_process_killed_at_twenty_random_moments(make_site: MakeSite, clip: str) -> None:
    site = make_site(camera=clip, uplink=HASTY)
    site.start()
    moments = random.Random(17)
    victims = 20 * [name for name in site.children if name != "broker"]
    moments.shuffle(victims)
    with Northbound(site) as north:
        with Load(site, per_s=100) as load, Citizens(site.layout.kiosk_port) as citizens:
            for victim in victims:
                if victim == "edge-kiosk" and moments.random() < 0.5:  # while it serves, too
                    eventually(lambda: site.children["edge-kiosk"].ready, within_s=30, what="kiosk back")
                time.sleep(moments.uniform(0.05, 1.6))
                site.children[victim].kill()
                site.children[victim].start()
        eventually(lambda: site.children["edge-uplink"].ready, within_s=30, what="uplink back")
        settle(site, but=("edge-vision", "edge-kiosk"))
        assert len(load.appended) > 1000
        assert len(citizens.promised) > 5
        assert_all_stored_once_in_order(site, load.appended, promised=citizens.promised)
        eventually(
            lambda: len({event.id for event in north.events}) >= len(load.appended),
            within_s=30,
            what="everything northbound",
        )
        assert_order_kept(north.events)


def test_broker_killed_at_twenty_random_moments(make_site: MakeSite) -> None:
    site = make_site(uplink=HASTY)
    start(site, *CORE)
    moments = random.Random(17)
    with Northbound(site) as north:
        with Load(site, per_s=150) as load:
            for _ in range(20):
                time.sleep(moments.uniform(0.05, 2.0))
                site.children["broker"].kill()
                site.children["broker"].start()
        settle(site)
        assert_all_stored_once_in_order(site, load.appended)
        assert_order_kept(north.events)
