"""`edge-agent camera` and `edge-agent replay`, in this process: what they print, what they write."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from edge_agent.cli import app
from edge_agent.vision.drawing.palette import LINE, MASK, SEEN, ZONE
from tests.vision.footage import write_clip

VISION = """\
model = "street_sim"

[[cameras]]
name = "hall"
source = "hall.mp4"
threshold = 0.3

[[cameras.masks]]
name = "window"
corners = [[0.05, 0.05], [0.3, 0.05], [0.3, 0.3], [0.05, 0.3]]

[[cameras.lines]]
name = "door"
start = [0.5, 0.95]
end = [0.5, 0.3]

[[cameras.zones]]
name = "waiting"
corners = [[0.55, 0.5], [0.95, 0.5], [0.95, 0.9], [0.55, 0.9]]

[[cameras.rules]]
kind = "crossing"
line = "door"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settings folder with one camera, which is a clip."""
    made = tmp_path_factory.mktemp("etc")
    write_clip(made / "hall.mp4", seconds=2)
    (made / "vision.toml").write_text(VISION)
    return made


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Commands that serve set handlers of signals; these are set back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(*words: object, status: int = 0) -> str:
    """Standard output of a command; its standard error where it fails."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == status, result.output + str(result.exception)
    return result.stdout if status == 0 else result.stderr


def has(picture: Path, colour: tuple[int, int, int]) -> bool:
    """Whether some twenty pixels have a colour."""
    pixels = np.asarray(Image.open(picture).convert("RGB"), np.int16)
    return int((np.abs(pixels - colour).max(axis=2) < 6).sum()) > 20


def test_check_tells_what_a_camera_gives(folder: Path, tmp_path: Path) -> None:
    told = run("camera", "check", "hall", "--config", folder, "--seconds", 1, "--out", tmp_path)
    for word in ("320 x 240 pixels, h264 yuv420p", "10.0 a second", "0.50 s apart", "sharpness", "detector"):
        assert word in told, told
    picture = tmp_path / "hall.png"
    assert has(picture, LINE)
    assert has(picture, ZONE)
    with Image.open(picture) as opened:
        assert max(opened.size) >= 960  # so that words can be read


def test_check_tells_it_to_programs_too(folder: Path) -> None:
    told = json.loads(run("camera", "check", "--config", folder, "--seconds", 0.5, "--json"))["cameras"][0]
    assert (told["width"], told["height"], told["codec"]) == (320, 240, "h264")
    assert told["frames_per_s"] == pytest.approx(10)
    assert told["key_distance_s"] == pytest.approx(0.5)
    assert told["detect_ms"] > 0
    assert told["picture"] is None
    assert 0 < told["luma_mean"] < 1


def test_check_of_a_dark_camera_says_so(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "dark.mp4", seconds=1, brightness=0.02)
    told = json.loads(run("camera", "check", path, "--config", tmp_path, "--seconds", 0.5, "--json"))[
        "cameras"
    ][0]
    assert not told["ok"]
    assert "almost black" in told["advice"][0]


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["check", "yard"], 2, 'no camera is named "yard"; known in vision.toml: hall'),
        (["check", "/nothing/at/all.mp4"], 1, "/nothing/at/all.mp4: no such file"),
        (["check", "/dev/video97"], 1, "no camera is plugged in there"),
        (["check", "rtsp://me:secret@192.0.2.1/a"], 2, "--credentials"),
        (["draw", "yard"], 1, "no camera is named"),
        (["draw", "hall", "--out", "/proc/nothing/x.png"], 1, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_line(folder: Path, words: list[str], status: int, told: str) -> None:
    error = run("camera", *words, "--config", folder, status=status)
    assert told in error
    assert "secret" not in error
    assert error.startswith("edge-agent: ")
    assert len(error.strip().splitlines()) == 1


def test_a_camera_that_fails_is_told_beside_those_that_work(tmp_path: Path) -> None:
    write_clip(tmp_path / "hall.mp4", seconds=1)
    (tmp_path / "vision.toml").write_text(VISION + '[[cameras]]\nname = "road"\nsource = "nothing.mp4"\n')
    result = CliRunner().invoke(
        app, ["camera", "check", "--config", str(tmp_path), "--seconds", "0.5", "--json"]
    )
    assert result.exit_code == 1
    told = {camera["camera"]: camera for camera in json.loads(result.stdout)["cameras"]}
    assert "width" in told["hall"]
    assert "no such file" in told["road"]["error"]


def test_draw_shows_places_over_a_covered_picture(folder: Path, tmp_path: Path) -> None:
    assert run("camera", "draw", "--config", folder, "--out", tmp_path / "d.png").strip().endswith("d.png")
    for colour in (LINE, ZONE, MASK):
        assert has(tmp_path / "d.png", colour)
    pixels = np.asarray(Image.open(tmp_path / "d.png").convert("RGB"), np.int16)
    height, width = pixels.shape[:2]
    masked = pixels[int(height * 0.08) : int(height * 0.2), int(width * 0.08) : int(width * 0.25)]
    assert np.median(masked) == pytest.approx(48, abs=2)  # solid, under the hatching


def test_without_a_detector_all_of_the_picture_is_covered(tmp_path: Path) -> None:
    write_clip(tmp_path / "hall.mp4", seconds=1)
    (tmp_path / "models" / "broken").mkdir(parents=True)
    (tmp_path / "vision.toml").write_text(
        VISION.replace('"street_sim"', '"ssd_mobilenet_v1_coco"\nmodels_store = "nowhere"')
    )
    told = json.loads(
        CliRunner(env={"LOKET_MIRROR": ""})
        .invoke(app, ["camera", "check", "--config", str(tmp_path), "--seconds", "0.5", "--out",
                      str(tmp_path), "--json"])
        .stdout
    )["cameras"][0]  # fmt: skip
    assert told["detect_ms"] is None
    pixels = np.asarray(Image.open(tmp_path / "hall.png").convert("RGB"))
    assert not has(tmp_path / "hall.png", SEEN)
    assert len(np.unique(pixels[700, 300:460], axis=0)) < 12  # blocks, no drawing


def replayed(*words: object) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run("replay", *words, "--json"))
    return told


def test_footage_is_recorded_filmed_and_followed_again(folder: Path, tmp_path: Path) -> None:
    clip = folder / "hall.mp4"
    first = replayed(
        clip, "--config", folder, "--detections", tmp_path / "d.jsonl", "--events", tmp_path / "a.jsonl",
        "--video", tmp_path / "v.mp4",
    )  # fmt: skip
    assert first["looks"] == 20
    again = replayed(
        tmp_path / "d.jsonl", "--config", folder, "--events", tmp_path / "b.jsonl", "--video",
        tmp_path / "w.mp4", "--footage", clip,
    )  # fmt: skip
    assert again["events"] == first["events"]
    assert again["notes"] == []
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    for film in ("v.mp4", "w.mp4"):
        with av.open(str(tmp_path / film)) as container:
            frames = list(container.decode(video=0))
        assert len(frames) == 20
        assert (frames[0].width, frames[0].height) == (960, 720)
        assert [frame.time for frame in frames] == pytest.approx([n / 10 for n in range(20)], abs=1e-3)
        mask = frames[5].to_ndarray(format="gray")[60:150, 80:240]
        assert np.median(mask) < 70
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.jsonl",
        "b.jsonl",
        "d.jsonl",
        "v.mp4",
        "w.mp4",
    ]


def test_recording_again_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        replayed(folder / "hall.mp4", "--config", folder, "--detections", tmp_path / name, "--seconds", 1)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_other_settings_are_told(folder: Path, tmp_path: Path) -> None:
    replayed(folder / "hall.mp4", "--config", folder, "--detections", tmp_path / "d.jsonl", "--seconds", 0.5)
    (tmp_path / "vision.toml").write_text(VISION.replace("threshold = 0.3", "threshold = 0.9"))
    told = replayed(tmp_path / "d.jsonl", "--config", tmp_path)
    assert "not those of the recording" in told["notes"][0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing.mp4"], "nothing.mp4: no such file"),
        (["rtsp://192.0.2.1/a"], "say how long: --seconds"),
        (["d.jsonl", "--video", "v.mp4"], "holds no pictures; name its video with --footage"),
        (["d.jsonl", "--detections", "e.jsonl"], "is a recording itself"),
        (["d.jsonl", "--camera", "yard"], 'no camera is named "yard"'),
        (["d.jsonl", "--video", "v.mp4", "--footage", "other.mp4"], "is not the footage of this recording"),
    ],
)
def test_a_replay_that_cannot_be_is_one_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    replayed(folder / "hall.mp4", "--config", folder, "--detections", "d.jsonl", "--seconds", 0.5)
    write_clip(tmp_path / "other.mp4", seconds=0.2)
    before = sorted(tmp_path.iterdir())
    error = run("replay", *words, "--config", folder, status=1)
    assert told in error
    assert len(error.strip().splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before


def test_the_page_is_refused_where_nothing_can_be_saved(tmp_path: Path) -> None:
    error = run("camera", "calibrate", "--config", tmp_path, "--port", 0, status=1)
    assert "vision.toml: cannot be read" in error
    (tmp_path / "vision.toml").write_text("model = 1\n")
    assert "vision.toml:1: model" in run("camera", "calibrate", "--config", tmp_path, status=2)
