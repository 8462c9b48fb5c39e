"""`edge-vision` as a process: real clips, real inference, real outbox; and a person's mistakes."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import av
import numpy as np
import pytest
import simplejpeg
from av.video.reformatter import VideoReformatter

from edge_agent.contract.commands import Command, TakeSnapshot
from edge_agent.contract.events import TrackStarted
from edge_agent.device import load_device
from edge_agent.inbox.store import open_inbox
from edge_agent.model_store.manifest import manifests_folder
from edge_agent.outbox.doorbell import bell_of, ring
from edge_agent.vision.lane import Lane
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.settings import CameraSettings
from tests.vision.conftest import RunningUnit, eventually, model

Make = Callable[[str], RunningUnit]
STARTED, ENDED = "vision.track.started", "vision.track.ended"


def camera(source: object, name: str = "gate", more: str = "") -> str:
    return f'[[cameras]]\nname = "{name}"\nsource = {json.dumps(str(source))}\n{more}\n'


def test_six_people_who_walk_through_are_six_tracks(clip: Path, detector: SsdDetector) -> None:
    lane = Lane(CameraSettings(name="room", source="none"), labels=detector.labels, run="00000000")
    scaler = VideoReformatter()
    starts = []
    with av.open(clip) as container:
        for number, image in enumerate(container.decode(video=0)):
            if number % 2:
                continue  # five a second: what a Raspberry Pi manages
            small = scaler.reformat(image, width=300, height=300, format="rgb24")
            said = lane.see(detector.detect(np.asarray(small.to_ndarray(), np.uint8)), captured_s=image.time)
            starts += [saying for saying in said if isinstance(saying.data, TrackStarted)]
    assert len(starts) == 6


def test_tracks_appear_with_pictures_and_all_end_when_the_unit_stops(media: Path, unit: Make) -> None:
    running = unit("health_every_s = 1\n" + camera(media / "intel_sample_videos/store-aisle-detection.gif"))
    running.start()
    eventually(lambda: len(running.of(STARTED)) >= 2)
    eventually(lambda: len(running.health) >= 2)
    assert running.stop() == 0
    started, ended = running.of(STARTED), running.of(ENDED)
    assert sorted(t["track"] for t in started) == sorted(t["track"] for t in ended)
    assert len({t["run"] for t in started + ended}) == 1
    assert {t["label"] for t in started} == {"person"}
    pictures = {path.stem: path.read_bytes() for path in running.snapshots}
    assert {t["snapshot"] for t in ended if t["snapshot"]} == set(pictures)
    assert pictures
    assert running.of("vision.pictures.released")[-1]["tracks"] >= len(pictures)
    for sha256, jpeg in pictures.items():
        assert hashlib.sha256(jpeg).hexdigest() == sha256
        assert max(simplejpeg.decode_jpeg_header(jpeg)[:2]) <= 640
    last = running.health[-1]
    assert last["status"] == "ok"
    metrics = last["metrics"]
    assert metrics["frames_total"] >= metrics["inferences_total"] > 0
    assert metrics["tracks_created_total"] == len(started)
    assert metrics["cameras_up"] == 1
    assert 0 < metrics["invoke_p50_ms"] < 10_000
    assert metrics["rss_bytes"] < 180e6
    assert [h["metrics"]["frames_total"] for h in running.health] == sorted(
        h["metrics"]["frames_total"] for h in running.health
    )
    assert not any(line.get("level") == "error" for line in running.log)


def test_a_snapshot_is_taken_on_command(media: Path, unit: Make) -> None:
    running = unit(
        camera(
            media / "intel_sample_videos/worker-zone-detection.gif", more='snapshots = { tracks = "none" }'
        )
    )
    running.start()
    eventually(lambda: running.of(STARTED))
    device = load_device(running.folder)
    command = Command(
        device=device.id.source, issued_at=0, expires_at=4e9, id=str(uuid4()),
        action=TakeSnapshot(camera="gate"),
    )  # fmt: skip
    assert running.snapshots == []
    with closing(open_inbox(device)) as inbox:
        inbox.add_command(command, unit="vision")
    ring(bell_of(device.run, "vision"))
    (finished,) = eventually(lambda: running.of("device.command.finished"), within_s=10)
    assert finished == {"command": command.id, "outcome": "done", "reason": ""}
    (taken,) = running.of("vision.snapshot.taken")
    assert (taken["camera"], taken["command"]) == ("gate", command.id)
    assert [path.stem for path in running.snapshots] == [taken["snapshot"]]
    assert running.stop(signal.SIGINT) == 0


def test_killed_and_started_again_it_goes_on_in_a_new_run(media: Path, unit: Make) -> None:
    running = unit(camera(media / "intel_sample_videos/store-aisle-detection.gif"))
    for n in range(1, 4):
        running.start()
        eventually(lambda n=n: len({t["run"] for t in running.of(STARTED)}) == n)
        assert running.stop(signal.SIGKILL) == -signal.SIGKILL
    identities = [(t["run"], t["track"]) for t in running.of(STARTED)]
    assert len(identities) == len(set(identities))


def test_a_lost_camera_is_told_as_degraded_and_the_other_goes_on(
    media: Path, unit: Make, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.mp4"
    running = unit(
        camera(media / "intel_sample_videos/store-aisle-detection.gif") + camera(gone, name="yard")
    ).start()
    (first, *_) = eventually(lambda: running.health)
    assert first["status"] == "degraded"
    assert first["reasons"] == [f"camera yard is down: {gone}: no such file; correct the camera's source"]
    assert (first["metrics"]["cameras_up"], first["metrics"]["cameras_down"]) == (1, 1)
    eventually(lambda: running.of(STARTED))
    gone.write_bytes((media / "intel_sample_videos/worker-zone-detection.gif").read_bytes())
    eventually(lambda: any(line["event"] == "camera_up" and line["camera"] == "yard" for line in running.log))
    eventually(lambda: running.health[-1]["status"] == "ok")
    assert running.stop() == 0


def test_a_truncated_video_plays_what_there_is_and_is_told_as_degraded(
    media: Path, unit: Make, tmp_path: Path
) -> None:
    clip = (media / "intel_sample_videos/one-by-one-person-detection.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip[:60_000])
    running = unit("health_every_s = 1\n" + camera(cut)).start()
    degraded = eventually(lambda: [h for h in running.health if h["status"] == "degraded"])
    assert "cut.mp4" in degraded[-1]["reasons"][0]
    assert "copy it anew" in degraded[-1]["reasons"][0]
    eventually(lambda: running.health[-1]["metrics"]["frames_total"] > 0)
    assert running.stop() == 0


def test_a_full_disk_stops_nothing(media: Path, unit: Make) -> None:
    running = unit(camera(media / "intel_sample_videos/store-aisle-detection.gif"))
    data = running.folder / "data"
    data.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "loket-test", str(data)], capture_output=True, check=False
    )  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip("a small file system cannot be mounted here: needs root")
    try:
        running.start()
        eventually(lambda: any(line["event"] == "first_inference" for line in running.log))
        eventually(lambda: any(line["event"] == "outbox_full" for line in running.log))
        assert running.process is not None
        with pytest.raises(subprocess.TimeoutExpired):
            running.process.wait(3)
        assert running.stop() == 0
        assert running.snapshots == []
    finally:
        subprocess.run(["umount", str(data)], check=True)


MISTAKES = {
    "unknown key": (camera("clip.gif") + "colour = 1", "cameras[0].colour: unknown key (known here: conf"),
    "wrong type": ('threads = "two"\n' + camera("clip.gif"), "vision.toml:1: threads = 'two'"),
    "unknown label": (
        camera("clip.gif", more='labels = ["persn"]'),
        "vision.toml:4: cameras[0].labels = 'persn': not a label of ssd_mobilenet_v1_coco "
        '(did you mean "person"?)',
    ),
    "unknown model": ('model = "yolo"\n' + camera("clip.gif"), 'model "yolo" has no manifest'),
    "same name twice": (camera("a.gif") + camera("b.gif"), "another camera has this name"),
    "no file": (camera("clip.gif"), "clip.gif: no such file; correct the camera's source"),
    "face detector": ('model = "blazeface_short_range"\n' + camera("/dev/video9", more='labels = ["person"]'),
                      "is of kind blazeface, which no camera uses; choose one of kind ssd"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_clear_line_and_exit_status_2(mistake: str, unit: Make) -> None:
    model("ssd_mobilenet_v1_coco")
    settings, told = MISTAKES[mistake]
    status, errors = unit(settings).run_to_end()
    assert status == 2
    (line,) = [line for line in errors.splitlines() if not line.startswith("{")]
    assert line.startswith("edge-vision: ")
    assert told in line


def test_a_missing_settings_folder_is_told(tmp_path: Path) -> None:
    running = RunningUnit(tmp_path)
    status, errors = running.run_to_end()
    assert status == 2
    assert errors == f"edge-vision: {tmp_path}/device.toml: no such file (name another with --config)\n"


def own_model(folder: Path, content: bytes, *, pinned: bytes) -> str:
    """Settings of a model whose manifest pins `pinned` while the mirror has `content`."""
    text = (manifests_folder() / "ssd_mobilenet_v1_coco" / "model.toml").read_text()
    lines = [
        f'sha256 = "{hashlib.sha256(pinned).hexdigest()}"' if line.startswith("sha256 =")
        else f"size = {len(pinned)}" if line.startswith("size =")
        else 'mirror = "own.tflite"' if line.startswith("mirror =")
        else 'name = "own"' if line.startswith('name = "ssd')
        else line
        for line in text.splitlines()
    ]  # fmt: skip
    (folder / "manifests/own").mkdir(parents=True)
    (folder / "manifests/own/model.toml").write_text("\n".join(lines) + "\n")
    (folder / "mirror").mkdir()
    (folder / "mirror/own.tflite").write_bytes(content)
    return f'model = "own"\nmodels_folder = "{folder}/manifests"\nmodels_store = "{folder}/store"\n'


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only the test's own mirror, and no way out."""
    monkeypatch.setenv("LOKET_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("LOKET_ARTEFACTS", raising=False)


def test_a_wrong_model_is_refused_before_it_is_loaded(
    unit: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    weights = model("ssd_mobilenet_v1_coco").read_bytes()
    request.getfixturevalue("offline")
    settings = own_model(tmp_path, weights[:-1] + b"?", pinned=weights)
    status, errors = unit(settings + camera("/dev/video9")).run_to_end()
    assert status == 2
    assert errors.startswith("edge-vision: model own: ")
    assert "mirror folder: wrong content: SHA-256" in errors
    assert "upstream" in errors
    assert errors.count("\n") == 1


def test_a_truncated_model_with_a_matching_hash_does_not_crash_the_unit(
    unit: Make, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    cut = model("ssd_mobilenet_v1_coco").read_bytes()[:1_000_000]
    request.getfixturevalue("offline")
    settings = own_model(tmp_path, cut, pinned=cut)
    status, errors = unit(settings + camera("/dev/video9")).run_to_end()
    assert status == 2
    assert errors.startswith("edge-vision: model own: ")
    assert ".tflite: " in errors
    assert errors.count("\n") == 1


def test_the_unit_says_ready_and_feeds_the_watchdog(media: Path, unit: Make, tmp_path: Path) -> None:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        address = tmp_path / "notify"
        manager.bind(str(address))
        manager.settimeout(20)
        running = unit(camera(media / "intel_sample_videos/store-aisle-detection.gif"))
        with (running.folder / "stderr").open("a") as log:
            running.process = subprocess.Popen(
                ["edge-vision", "--config", str(running.folder)], stderr=log, text=True,
                env={**os.environ, "NOTIFY_SOCKET": str(address),
                     "PATH": f"{Path(os.sys.executable).parent}:{os.environ['PATH']}"},
            )  # fmt: skip
        told = [manager.recv(4096).decode() for _ in range(4)]
        assert told[0].startswith("EXTEND_TIMEOUT_USEC=")  # its first model is tried
        assert told[1:] == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]
        running.process.send_signal(signal.SIGSTOP)  # as if an inference hung
        manager.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while manager.recv(4096):
                pass
        manager.settimeout(2.5)
        with pytest.raises(TimeoutError):
            manager.recv(4096)
        running.process.send_signal(signal.SIGCONT)
        assert running.stop() == 0
