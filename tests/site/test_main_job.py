"""The main job, as a newcomer sees it: `scripts/demo` on real video, a citizen's tap, the command centre."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import select

from demo.process import eventually
from demo.site import Site, free_port_base
from fleet.store.engine import open_store
from fleet.store.tables import events
from tests.kiosk.unit import Visitor
from tests.site.conftest import CHECKOUT
from tests.site.load import file_complaint

pytestmark = [pytest.mark.site, pytest.mark.timeout(300)]

CLIPS = ("one-by-one-person-detection.mp4", "store-aisle-detection.gif")
COMPLAINT = "Jembatan gantung di RT 4 putus papannya, tolong diperbaiki."


def demo(*arguments: str) -> subprocess.Popen[str]:
    """`scripts/demo` without its set-up."""
    return subprocess.Popen(
        [sys.executable, "-m", "demo", *arguments],
        cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip


def kinds(root: Path) -> list[tuple[str, str]]:
    """The kinds and data of all that a site's fleet has stored."""
    engine = open_store(f"sqlite:///{root / 'fleet' / 'fleet.db'}")
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(select(events.c.kind, events.c.data))]
    finally:
        engine.dispose()


@pytest.mark.parametrize("clip", CLIPS)
def test_people_in_a_real_video_reach_the_fleet(mirror_folder: Path, tmp_path: Path, clip: str) -> None:
    video = mirror_folder / "media" / "intel_sample_videos" / clip
    run = demo(
        "--camera", str(video), "--seconds", "20", "--json",
        "--data", str(tmp_path), "--port-base", str(free_port_base()),
    )  # fmt: skip
    printed, said = run.communicate(timeout=200)
    assert run.returncode == 0, said
    outcome = json.loads(printed.strip().splitlines()[-1])
    assert outcome["lost"] == outcome["duplicates"] == outcome["evicted"] == 0
    assert outcome["frames"] >= outcome["inferences"] > 50
    assert outcome["stored"] > 0
    assert outcome["published"] >= outcome["stored"]
    assert 0 < outcome["latency_p50_ms"] <= outcome["latency_p95_ms"]
    assert set(outcome["rss_mb"]) == {"edge-vision", "edge-kiosk", "edge-uplink"}
    started = [json.loads(data) for kind, data in kinds(tmp_path) if kind == "vision.track.started"]
    assert any(track["label"] == "person" for track in started)
    pictures = {track["snapshot"] for track in started if track["snapshot"]}
    assert pictures
    assert pictures <= {path.stem for path in (tmp_path / "fleet" / "snapshots").rglob("*.jpg")}


def test_ctrl_c_stops_all_of_it_and_a_second_start_continues(clip: str, tmp_path: Path) -> None:
    ports = str(free_port_base())
    stored: list[int] = []
    for _ in range(2):
        seen = len(tracks(tmp_path))
        run = demo("--camera", clip, "--json", "--data", str(tmp_path), "--port-base", ports)
        children: list[psutil.Process] = []
        try:
            eventually(partial(more_tracks, tmp_path, than=seen), within_s=60, what="a track")
            children = psutil.Process(run.pid).children(recursive=True)
            assert len(children) >= 6
        finally:
            run.send_signal(signal.SIGINT)
            printed, said = run.communicate(timeout=90)
        assert run.returncode == 0, said
        assert not [child for child in children if child.is_running()]
        assert json.loads(printed.strip().splitlines()[-1])["lost"] == 0
        stored.append(len(kinds(tmp_path)))
    assert stored[1] > stored[0] > 0


def tracks(root: Path) -> list[str]:
    """The track events that a site's fleet has stored; none before it has a log."""
    if not (root / "logs" / "fleet-ingest.log").exists():
        return []
    return [kind for kind, _ in kinds(root) if kind.startswith("vision.track.")]


def test_a_process_that_is_killed_is_started_again(clip: str, tmp_path: Path) -> None:
    run = demo(
        "--camera", clip, "--seconds", "20", "--json",
        "--data", str(tmp_path), "--port-base", str(free_port_base()),
    )  # fmt: skip
    eventually(partial(more_tracks, tmp_path, than=0), within_s=60, what="a track")
    [ingest] = [child for child in psutil.Process(run.pid).children() if child.cmdline()[-1:] == ["ingest"]]
    ingest.kill()
    printed, said = run.communicate(timeout=120)
    assert run.returncode == 0, said
    assert "fleet-ingest ended; starting it again" in said
    outcome = json.loads(printed.strip().splitlines()[-1])
    assert outcome["lost"] == outcome["duplicates"] == 0
    assert outcome["waiting"] <= 1


def more_tracks(root: Path, *, than: int) -> bool:
    """Whether a site has stored more track events than before."""
    return len(tracks(root)) > than


def test_two_demos_do_not_share_a_folder_or_ports(clip: str, tmp_path: Path) -> None:
    ports = str(free_port_base())
    first = demo("--camera", clip, "--json", "--data", str(tmp_path / "a"), "--port-base", ports)
    try:
        eventually((tmp_path / "a" / "logs" / "edge-kiosk.log").exists, within_s=60, what="a start")
        same_folder = demo("--camera", clip, "--data", str(tmp_path / "a"), "--port-base", "31000")
        _, said = same_folder.communicate(timeout=60)
        assert same_folder.returncode == 2
        assert "another demo runs in" in said + _
        same_ports = demo("--camera", clip, "--data", str(tmp_path / "b"), "--port-base", ports)
        printed, said = same_ports.communicate(timeout=60)
        assert same_ports.returncode == 2
        assert f"port {ports}" in said + printed
    finally:
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=90)


def test_a_camera_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with demo(
        "--camera", "/nowhere/clip.mp4", "--data", str(tmp_path), "--port-base", str(free_port_base())
    ) as run:
        printed, said = run.communicate(timeout=120)
    assert run.returncode == 2
    assert "/nowhere/clip.mp4" in printed + said
    assert "Traceback" not in printed + said


def test_a_camera_that_shows_nothing_is_told_to_the_fleet(make_site: Callable[..., Site]) -> None:
    site = make_site(camera=str(CHECKOUT / "README.md"))
    site.start()

    def told() -> bool:
        return any(
            json.loads(data)["status"] == "degraded" and "README.md" in data
            for kind, data in kinds(site.layout.root)
            if kind == "device.health" and json.loads(data)["unit"] == "vision"
        )

    eventually(told, within_s=40, what="a degraded health event")


def test_a_complaint_is_received_and_opened_by_the_entitled(
    make_site: Callable[..., Site], clip: str
) -> None:
    site = make_site(camera=clip)
    site.start()
    url = f"http://127.0.0.1:{site.layout.kiosk_port}"
    code = file_complaint(url, text=COMPLAINT)
    filed_at = time.monotonic()
    eventually(lambda: site.fleet("submissions"), within_s=10, what="the submission stored")
    assert time.monotonic() - filed_at < 10
    [submission] = site.fleet("submissions")
    assert COMPLAINT not in json.dumps(submission)
    opened = site.run("fleet", "submissions", "--open", submission["submission"])
    assert COMPLAINT in opened
    eventually(lambda: "iterima" in tracked(url, code), within_s=10, what="diterima on the kiosk")


def tracked(url: str, code: str) -> str:
    """What the kiosk says of a code."""
    client = httpx.Client(base_url=url, follow_redirects=True, timeout=10)
    with Visitor(client=client) as visitor:
        return visitor.press("track", path="/").press("next", code=code).text


def test_a_picture_is_taken_on_command(make_site: Callable[..., Site], clip: str) -> None:
    site = make_site(camera=clip)
    site.start()
    site.fleet("command", "snapshot", site.layout.device, "camera-1")

    def taken() -> bool:
        return any(kind == "vision.snapshot.taken" for kind, _ in kinds(site.layout.root))

    eventually(taken, within_s=20, what="the picture")
    [data] = [data for kind, data in kinds(site.layout.root) if kind == "vision.snapshot.taken"]
    picture = json.loads(data)["snapshot"]
    folder = site.layout.fleet / "snapshots"
    eventually(
        lambda: any(path.stem == picture for path in folder.rglob("*.jpg")), within_s=10, what="upload"
    )
