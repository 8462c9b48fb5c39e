"""The demo on a machine without internet, mirror, camera or fetched models: it sees its own street."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from demo.choice import OWN_STREET, REAL, STREET
from demo.process import eventually
from demo.site import free_port_base
from fleet.store.engine import open_store
from fleet.store.tables import events
from tests.site.conftest import CHECKOUT

pytestmark = [pytest.mark.site, pytest.mark.timeout(300)]

VISIT = """
import json, sys
import httpx
link, *urls = sys.argv[1:]
with httpx.Client(follow_redirects=True, timeout=20, trust_env=False) as client:
    entered = client.post(link, headers={"origin": link.partition("/signin")[0]})
    pages = [entered, *(client.get(url) for url in urls)]
print(json.dumps([[page.status_code, page.text] for page in pages]))
"""


@dataclass(frozen=True, slots=True)
class Island:
    """Where programs run that reach nothing but this machine itself."""

    within: tuple[str, ...] = ()
    """What to put before a command to run it there."""
    env: Mapping[str, str] = field(default_factory=dict)

    def start(self, *arguments: str, cache: Path, said: Path, printed: Path) -> subprocess.Popen[bytes]:
        """`scripts/demo` without its set-up, without a mirror and with an empty cache."""
        alone = {"LOKET_MIRROR": "", "LOKET_CACHE": str(cache), "COLUMNS": "300", **self.env}
        with said.open("wb") as stderr, printed.open("wb") as stdout:
            return subprocess.Popen(
                [*self.within, sys.executable, "-m", "demo", *arguments],
                cwd=CHECKOUT, env={**os.environ, **alone},
                stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
            )  # fmt: skip

    def visit(self, pid: int, link: str, *urls: str) -> list[tuple[int, str]]:
        """Status and text of pages, as a browser on the island gets them once signed in. `pid` is there."""
        enter = ["nsenter", "--target", str(pid), "--net"] if self.within else []
        got = subprocess.run(
            [*enter, sys.executable, "-c", VISIT, link, *urls],
            capture_output=True, text=True, timeout=90, check=True,
        )  # fmt: skip
        return [(status, text) for status, text in json.loads(got.stdout)]


PROXY = Island(env={"https_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"})
"""Upstream is asked through a proxy on a port where nobody listens."""
NAMESPACE = Island(within=("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"))
"""A network of its own, of which loopback is all."""


def namespaces_work() -> bool:
    """Whether we may make a network namespace: as root, on most machines."""
    if not all(shutil.which(tool) for tool in ("unshare", "nsenter", "ip")):
        return False
    return subprocess.run([*NAMESPACE.within, "true"], capture_output=True, check=False).returncode == 0


@pytest.fixture(params=["namespace", "proxy"])
def island(request: pytest.FixtureRequest) -> Island:
    """Both kinds of island, where there are both."""
    if request.param == "proxy":
        return PROXY
    if not namespaces_work():
        pytest.skip("no network namespace may be made here")
    return NAMESPACE


@pytest.fixture
def loneliest() -> Island:
    """The best island that there is here."""
    return NAMESPACE if namespaces_work() else PROXY


def test_without_anything_the_demo_sees_its_own_street_and_shows_every_page(
    loneliest: Island, tmp_path: Path
) -> None:
    said, printed, cache = tmp_path / "said", tmp_path / "printed", tmp_path / "cache"
    data, base = tmp_path / "data", free_port_base()
    run = loneliest.start(
        "--json", "--data", str(data), "--port-base", str(base), cache=cache, said=said, printed=printed
    )
    try:
        link = re.compile(rf"http://127\.0\.0\.1:{base}/signin/\S+")
        running = partial(demand_running, run, said)
        eventually(lambda: running() and link.search(said.read_text()), within_s=150, what="the link")
        labels = partial(seen, data, running)
        eventually(lambda: labels() >= {"person", "vehicle"}, within_s=90, what="people and vehicles")
        console, kiosk = f"http://127.0.0.1:{base}", f"http://127.0.0.1:{base + 1}"
        [signin] = link.findall(said.read_text())
        pages = loneliest.visit(
            run.pid,
            signin,
            f"{console}/events",
            f"{console}/devices/lebong-001",
            f"{console}/api/docs",
            f"{kiosk}/",
        )
    finally:
        run.send_signal(signal.SIGINT)
        status = run.wait(90)
    assert status == 0, said.read_text()
    assert [code for code, _ in pages] == [200] * 5
    overview, seen_events, device, _, kiosk_page = (text for _, text in pages)
    assert "lebong-001" in overview
    assert re.search("orang|person", seen_events)
    assert re.search("kendaraan|vehicle", seen_events)
    assert "camera-1" in device
    assert "Loket" in kiosk_page
    lines = [line for line in said.read_text().splitlines() if OWN_STREET in line]
    assert len(lines) == 1
    assert STREET in lines[0]
    assert "own street" in lines[0]
    outcome = json.loads(printed.read_text().strip().splitlines()[-1])
    assert outcome["lost"] == outcome["duplicates"] == outcome["evicted"] == 0
    assert outcome["stored"] > 0
    assert list((data / "fleet" / "snapshots").rglob("*.jpg"))
    assert not cache.exists()


def demand_running(run: subprocess.Popen[bytes], said: Path) -> bool:
    """True; fails with what it said if the demo has ended."""
    assert run.poll() is None, said.read_text()
    return True


def seen(data: Path, running: Callable[[], bool]) -> set[str]:
    """The labels of the tracks that the site's fleet has stored."""
    running()
    engine = open_store(f"sqlite:///{data / 'fleet' / 'fleet.db'}")
    try:
        with engine.connect() as connection:
            stored = connection.execute(select(events.c.data).where(events.c.kind == "vision.track.started"))
            return {json.loads(text)["label"] for text in stored.scalars()}
    finally:
        engine.dispose()


def test_a_named_camera_is_not_replaced_by_the_street(island: Island, tmp_path: Path) -> None:
    clip, said, printed = tmp_path / "clip.mp4", tmp_path / "said", tmp_path / "printed"
    clip.write_bytes(b"whatever it shows")
    run = island.start(
        "--camera", str(clip), "--data", str(tmp_path / "data"), "--port-base", str(free_port_base()),
        cache=tmp_path / "cache", said=said, printed=printed,
    )  # fmt: skip
    assert run.wait(60) == 2
    text = said.read_text() + printed.read_text()
    for part in (str(clip), REAL, "LOKET_MIRROR", "Without --camera"):
        assert part in text
    assert "Traceback" not in text
    assert not (tmp_path / "data" / "logs").exists()
