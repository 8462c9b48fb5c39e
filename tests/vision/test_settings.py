"""`vision.toml`: a mistake is told by its line, with the cause and the likely cure."""

from pathlib import Path

import pytest

from edge_agent.vision.settings import load_vision
from loket.settings import SettingsError

GOOD = """\
threads = 2
[[cameras]]
name = "gate"
source = "clip.mp4"
[[cameras]]
name = "hall"
source = "rtsp://10.0.0.7/live"
labels = ["person", "bicycle"]
"""


def told(folder: Path, text: str) -> str:
    (folder / "vision.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_vision(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{folder}/")


def test_good_settings_are_read_and_files_start_from_their_folder(tmp_path: Path) -> None:
    (tmp_path / "vision.toml").write_text(GOOD)
    settings = load_vision(tmp_path)
    assert settings.cameras[0].source == str(tmp_path / "clip.mp4")
    assert settings.cameras[1].source == "rtsp://10.0.0.7/live"
    assert settings.cameras[0].labels == ["person"]
    assert settings.manifest.name == "ssd_mobilenet_v1_coco"


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('name = "hall"', 'name = "gate"', "vision.toml:6: cameras[1].name = 'gate': another camera has"),
        (
            '"bicycle"',
            '"bycicle"',
            "vision.toml:8: cameras[1].labels = 'bycicle': not a label of ssd_mobilenet",
        ),
        ('"bicycle"', '"bycicle"', 'did you mean "bicycle"?'),
        ("threads = 2", "thread = 2", 'vision.toml:1: thread: unknown key (did you mean "threads"?)'),
        ("threads = 2", 'threads = "two"', "vision.toml:1: threads = 'two': "),
        ("threads = 2", 'model = "ssd_mobilnet_v1_coco"', "vision.toml:1: model = 'ssd_mobilnet_v1_coco': "),
        ('source = "rtsp://10.0.0.7/live"', 'source = "http://x/y"', "vision.toml:7: cameras[1].source"),
        ('source = "rtsp://10.0.0.7/live"', "", "vision.toml:5: cameras[1].source: missing"),
        ('labels = ["person", "bicycle"]', "labels = 3", "vision.toml:8: cameras[1].labels = 3"),
        ('labels = ["person", "bicycle"]', "max_fps = 0", "vision.toml:8: cameras[1].max_fps = 0"),
        ('labels = ["person", "bicycle"]', "thresold = 1", 'did you mean "threshold"?'),
    ],
)
def test_a_mistake_is_told_by_its_line(right: str, wrong: str, message: str, tmp_path: Path) -> None:
    assert right in GOOD
    assert message in told(tmp_path, GOOD.replace(right, wrong))


def test_no_camera_and_no_toml_are_told(tmp_path: Path) -> None:
    assert "cameras: missing" in told(tmp_path, "threads = 1\n")
    assert "not TOML" in told(tmp_path, "threads = \n")
    (tmp_path / "vision.toml").unlink()
    with pytest.raises(SettingsError, match="no such file"):
        load_vision(tmp_path)
