"""`vision.toml`: a mistake is told by its line, with the cause and the likely cure."""

import re
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


SCENE = """\
[[cameras]]
name = "hall"
source = "clip.mp4"
labels = ["person", "car"]

[[cameras.lines]]
name = "door"
start = [0.2, 0.8]
end = [0.8, 0.8]

[[cameras.zones]]
name = "queue"
corners = [
    [0.1, 0.1], [0.9, 0.1],
    [0.9, 0.9], [0.1, 0.9],
]

[[cameras.rules]]
kind = "crossing"
line = "door"
labels = ["person"]

[[cameras.rules]]
kind = "queue"
zone = "queue"
join_s = 2
"""


def test_lines_zones_and_rules_are_read(tmp_path: Path) -> None:
    (tmp_path / "vision.toml").write_text(SCENE)
    (camera,) = load_vision(tmp_path).cameras
    assert [rule.called for rule in camera.rules] == ["crossing-door", "queue-queue"]
    assert camera.rules[0].labels == ["person"]
    assert camera.lines[0].shape.end == (0.8, 0.8)
    assert camera.zones[0].shape.contains((0.5, 0.5))


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "start = [0.2, 0.8]",
            "start = [0.2, 1.8]",
            "8: cameras[0].lines[0].start[1] = 1.8: lies outside the",
        ),
        ("start = [0.2, 0.8]", "start = [-0.1, 0.8]", "8: cameras[0].lines[0].start[0] = -0.1: lies outside"),
        (
            "start = [0.2, 0.8]",
            "start = [nan, 0.8]",
            "8: cameras[0].lines[0].start[0] = nan: input should be a finite number",
        ),
        (
            "end = [0.8, 0.8]",
            "end = [0.2, 0.8]",
            "9: cameras[0].lines[0].end = [0.2, 0.8]: the line has no len",
        ),
        ("end = [0.8, 0.8]", "end = [0.8]", "9: cameras[0].lines[0].end[1]: missing"),
        ("[0.9, 0.9], [0.1, 0.9]", "[0.1, 0.9], [0.9, 0.9]", "13: cameras[0].zones[0].corners = "),
        (
            "[0.9, 0.9], [0.1, 0.9]",
            "[0.1, 0.9], [0.9, 0.9]",
            "the outline crosses itself: the edge from corner 2 to 3 meets the edge from corner 4 to 1",
        ),
        ("[0.9, 0.9], [0.1, 0.9]", "[0.5, 0.1]", "the outline crosses itself"),
        ("[0.9, 0.9], [0.1, 0.9]", "[0.9, 0.1001]", "the outline has no area"),
        ("[0.9, 0.9], [0.1, 0.9],\n", "\n", "13: cameras[0].zones[0].corners = "),
        ("[0.9, 0.9], [0.1, 0.9]", "[0.9, 0.9], [0.1, 7]", "13: cameras[0].zones[0].corners[3][1] = 7"),
        ('name = "queue"', 'name = "door"', "12: cameras[0].zones[0].name = 'door': another line or zone"),
        ('name = "queue"', 'name = "Queue"', "12: cameras[0].zones[0].name = 'Queue': "),
        (
            'zone = "queue"',
            'zone = "queu"',
            "25: cameras[0].rules[1].zone = 'queu': this camera has no zone of this name (did you mean ",
        ),
        (
            'line = "door"',
            'line = "queue"',
            "20: cameras[0].rules[0].line = 'queue': this camera has no line",
        ),
        ('line = "door"', 'lne = "door"', '20: cameras[0].rules[0].lne: unknown key (did you mean "line"?)'),
        ('line = "door"', "", "18: cameras[0].rules[0].line: missing; add it"),
        (
            'kind = "queue"',
            'kind = "que"',
            "24: cameras[0].rules[1].kind = 'que': there is no such kind (did yo",
        ),
        ('kind = "queue"', "", "23: cameras[0].rules[1].kind: missing; add it"),
        ("join_s = 2", "join_s = 0", "26: cameras[0].rules[1].join_s = 0: input should be greater"),
        ("join_s = 2", "joins = 2", '26: cameras[0].rules[1].joins: unknown key (did you mean "join_s"?)'),
        (
            'labels = ["person"]',
            'labels = ["persn"]',
            "21: cameras[0].rules[0].labels = 'persn': this camera does not follow it (did you mean ",
        ),
        (
            "join_s = 2",
            'name = "crossing-door"',
            "26: cameras[0].rules[1].name = 'crossing-door': another rule",
        ),
        (
            '"car"]',
            '"caar"]',
            "4: cameras[0].labels = 'caar': not a label of ssd_mobilenet_v1_coco (did you mean \"car\"",
        ),
    ],
)
def test_a_mistake_of_the_scene_is_told_by_its_line(
    right: str, wrong: str, message: str, tmp_path: Path
) -> None:
    assert SCENE.count(right) == 1
    told_of_it = told(tmp_path, SCENE.replace(right, wrong))
    assert message in told_of_it
    assert re.match(r"vision\.toml:\d+: ", told_of_it)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('kind = "queue"\nzone = "queue"', "another rule of this camera has this name"),
        ('kind = "stopped"\nzone = "queue"', "cameras[0].rules[2].labels: missing"),
        ('kind = "crowding"\nzone = "queue"\nat_least = 1', "33: cameras[0].rules[2].at_least = 1"),
        ('kind = "wrong_way"\nline = "door"\nwrong = "left"', "33: cameras[0].rules[2].wrong = 'left'"),
        (
            'kind = "abandoned"\nzone = "queue"\nhours = ["mo 8-16"]',
            "33: cameras[0].rules[2].hours[0] = 'mo 8",
        ),
        (
            'kind = "abandoned"\nzone = "queue"\ntimezone = "Bali"',
            "33: cameras[0].rules[2].timezone = 'Bali': no ",
        ),
    ],
)
def test_a_mistake_of_a_rule_is_told_by_its_line(rule: str, message: str, tmp_path: Path) -> None:
    assert message in told(tmp_path, f"{SCENE}\n\n\n[[cameras.rules]]\n{rule}\n")


def test_a_mistake_in_the_second_camera_is_not_told_of_the_first(tmp_path: Path) -> None:
    second = SCENE.replace('name = "hall"', 'name = "gate"').replace('line = "door"', 'line = "dor"')
    assert "vision.toml:46: cameras[1].rules[0].line = 'dor'" in told(tmp_path, SCENE + second)
