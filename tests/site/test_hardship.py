"""A device in hardship: a stolen card, a full disk, a clock at 1970, somebody else's certificate."""

import base64
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from demo.process import eventually
from demo.site import Site
from fleet.store.engine import open_store
from fleet.store.tables import events
from tests.kiosk.unit import Visitor
from tests.site.load import file_complaint, json_lines

pytestmark = [pytest.mark.site, pytest.mark.timeout(240)]

MakeSite = Callable[..., Site]
CANARY = "kenari-7f3a Jembatan putus, hubungi 0812-9999-7777"


def told(site: Site, kind: str) -> list[tuple[float, bool, str]]:
    """Time, clock trust and data of all stored events of a kind."""
    engine = open_store(f"sqlite:///{site.layout.fleet / 'fleet.db'}")
    try:
        with engine.connect() as connection:
            query = select(events.c.time, events.c.clock_trusted, events.c.data).where(events.c.kind == kind)
            return [tuple(row) for row in connection.execute(query)]
    finally:
        engine.dispose()


@pytest.mark.parametrize("queued", [True, False])
def test_a_copied_card_shows_nothing_of_what_a_citizen_wrote(
    make_site: MakeSite, tmp_path: Path, queued: bool
) -> None:
    site = make_site()
    for name in ("broker", "fleet-ingest", "edge-kiosk", *([] if queued else ["edge-uplink"])):
        site.start_one(name)
    file_complaint(f"http://127.0.0.1:{site.layout.kiosk_port}", text=CANARY)
    if queued:
        assert site.waiting() >= 1
    else:
        eventually(lambda: told(site, "kiosk.submission.created"), within_s=20, what="stored")
    card = shutil.copytree(
        site.layout.root / site.layout.device, tmp_path / "card", ignore=shutil.ignore_patterns("*.sock")
    )
    shutil.copytree(site.layout.logs, tmp_path / "card" / "logs")
    read = 0
    for path in Path(card).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            read += len(content)
            for form in (CANARY, CANARY.split(maxsplit=1)[0], "0812-9999-7777"):
                for written in (
                    form.encode(),
                    form.encode("utf-16-le"),
                    base64.b64encode(form.encode())[:-4],
                ):
                    assert written not in content, f"{path.name} shows {form}"
    assert read > 10_000


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[None]:
    """A disk of its own for `folder`, in memory."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder)],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip("mounting a small disk needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(filler: Path) -> None:
    """Write until the disk is full, while others write too."""
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while True:
                    file.write(b"\0" * size)


def test_on_a_full_disk_the_kiosk_refuses_before_it_accepts_and_vision_goes_on(
    make_site: MakeSite, clip: str
) -> None:
    site = make_site(camera=clip)
    data = site.layout.device_data
    with small_disk(data, megabytes=160):
        site.start()
        url = f"http://127.0.0.1:{site.layout.kiosk_port}"
        promised = file_complaint(url)
        fill(data / "filler")

        def refuses() -> bool:
            page = httpx.get(url).text
            return 'value="complaint"' not in page

        eventually(refuses, within_s=30, what="the kiosk refuses")
        frames = frames_told(site)
        time.sleep(3)
        for name in ("edge-vision", "edge-kiosk", "edge-uplink"):
            site.children[name].demand()
        (data / "filler").unlink()
        eventually(lambda: not refuses(), within_s=30, what="the kiosk serves again")
        again = file_complaint(url)
        assert again != promised
        eventually(lambda: len(told(site, "kiosk.submission.created")) == 2, within_s=30, what="both stored")
        eventually(lambda: frames_told(site) > frames, within_s=40, what="frames counted after the full disk")
        assert site.stop()


def frames_told(site: Site) -> int:
    """The most frames that the vision unit has told of."""
    marks = [data.partition('"frames_total":')[2] for _, _, data in told(site, "device.health")]
    return max((int(float(mark.split(",")[0].strip(" }"))) for mark in marks if mark), default=0)


def test_a_device_whose_clock_stands_at_1970_connects_and_says_so(make_site: MakeSite) -> None:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        pytest.skip("libfaketime is not installed: apt-get install libfaketime")
    site = make_site(
        device_env={
            "LD_PRELOAD": str(found[0]),
            "FAKETIME": "@1970-01-01 00:10:00",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
    )
    for name in ("broker", "fleet-ingest", "edge-uplink", "edge-kiosk"):
        site.start_one(name)
    eventually(lambda: told(site, "device.health"), within_s=30, what="a health event")
    for at, trusted, _ in told(site, "device.health"):
        assert at < 86_400
        assert not trusted


def test_somebody_elses_certificate_is_refused_and_both_sides_say_why(
    make_site: MakeSite, tmp_path: Path
) -> None:
    site, other = make_site(), make_site(root=tmp_path / "other")
    mine, foreign = site.layout.settings, other.layout.settings
    for name in ("device.pem", "device.key"):
        shutil.copy(foreign / name, mine / name)
    for name in ("broker", "fleet-ingest"):
        site.start_one(name)
    site.children["edge-uplink"].start()

    log = site.layout.logs / "edge-uplink.log"

    def refused() -> bool:
        return any(line["event"] == "broker_not_connected" for line in json_lines(log))

    eventually(refused, within_s=20, what="the uplink refused")
    assert "was not issued by the authority" in log.read_text()
    broker = (site.layout.logs / "broker.log").read_text()
    assert "certificate verify failed" in broker or "unknown ca" in broker.lower()
    assert not told(site, "device.health")


def test_a_certificate_of_another_name_stops_the_uplink_with_one_line(make_site: MakeSite) -> None:
    site = make_site()
    settings = site.layout.settings / "device.toml"
    settings.write_text(settings.read_text().replace(site.layout.device, "lebong-002"))
    uplink = site.children["edge-uplink"]
    uplink.start()
    eventually(lambda: not uplink.running, within_s=20, what="the uplink stops")
    assert uplink.stop() == 2
    assert site.layout.device in uplink.last_line()
    assert "lebong-002" in uplink.last_line()
    assert "Traceback" not in (site.layout.logs / "edge-uplink.log").read_text()


def test_the_pages_keep_their_promise_when_nobody_listens(make_site: MakeSite) -> None:
    site = make_site()
    site.start_one("edge-kiosk")
    with httpx.Client(
        base_url=f"http://127.0.0.1:{site.layout.kiosk_port}", follow_redirects=True, timeout=10
    ) as client:
        page = Visitor(client=client).write().consent().text
    assert "ersimpan di kiosk" in page
    assert site.waiting() >= 1
