"""`edge-agent street`, run as people run it: its words, its files, its exit statuses."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import pytest
from click.testing import Result
from typer.testing import CliRunner

from edge_agent.cli import app
from edge_agent.street.scenario import names

Ran = subprocess.CompletedProcess[str]
PROGRAM = str(Path(sys.executable).with_name("edge-agent"))
SMALL = 'about = "A small one."\nduration_s = 4\nfps = 5\nwidth = 160\nheight = 120\n'


def street(*arguments: str) -> Result:
    """`edge-agent street` with its arguments, in this process."""
    return CliRunner().invoke(app, ["street", *arguments])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands run; with a scenario of one's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL)
    return tmp_path


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_list_tells_every_scenario_and_which_are_held_out(folder: Path) -> None:
    ran = street("list")
    assert (ran.exit_code, ran.stderr) == (0, "")
    lines = {line.split()[0]: line for line in ran.stdout.splitlines()}
    assert sorted(lines) == names()
    rows = json.loads(street("list", "--json").stdout)["scenarios"]
    assert [row["name"] for row in rows] == names()
    for row in rows:
        assert row["about"] in lines[row["name"]]
        assert ("held out" in lines[row["name"]]) == row["held_out"]
    assert {row["held_out"] for row in rows} == {True, False}


def test_render_makes_a_video_and_its_truth_and_tells_how_fast(folder: Path) -> None:
    ran = street(
        "render", "small.toml", "--seed", "7", "--out", "film", "--seconds", "2", "--fps", "10",
        "--bitrate", "200",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout.startswith("film: 20 frames in ")
    assert ran.stdout.endswith(" frames/s\n")
    assert "small.toml" in ran.stderr, "a bar of progress"
    assert left_in(folder / "film") == ["events.json", "gt", "seqinfo.ini", "video.mp4"]
    with av.open(str(folder / "film" / "video.mp4")) as container:
        assert container.streams.video[0].average_rate == 10
        assert len(list(container.decode(video=0))) == 20


def test_render_tells_a_machine_the_same(folder: Path) -> None:
    ran = street("render", "small.toml", "--out", "film", "--json")
    told = json.loads(ran.stdout)
    assert (told["folder"], told["frames"], ran.stderr) == ("film", 20, "")
    assert told["frames_per_s"] > 0


def test_show_draws_a_sheet(folder: Path) -> None:
    ran = street("show", "small.toml", "--out", "sheet.jpg")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "sheet.jpg\n", "")
    nine = cv2.imread(str(folder / "sheet.jpg"))
    ran = street("show", "small.toml", "--at", "0", "--at", "3.99", "--out", "two.jpg", "--json")
    assert json.loads(ran.stdout) == {"sheet": "two.jpg", "frames": [0, 19]}
    two = cv2.imread(str(folder / "two.jpg"))
    assert nine is not None
    assert two is not None
    assert two.shape[0] * 2 < nine.shape[0]


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ("show rush_huor --out a.jpg", 2, 'no scenario "rush_huor" (did you mean "rush_hour"?'),
        ("render nowhere.toml --out a", 2, "nowhere.toml: no such file"),
        ("render broken.toml --out a", 2, 'broken.toml:2: fsp: unknown key (did you mean "fps"?)'),
        ("show small.toml --at 4 --out a.jpg", 2, "--at 4: small.toml lasts from 0 to 4 s"),
        ("show small.toml --at nan --out a.jpg", 2, "greater than or equal to 0"),
        (f"show small.toml {'--at 1 ' * 37}--out a.jpg", 2, "--at is given 37 times; 36 at most"),
        ("render small.toml --seconds 5 --out a", 2, "small.toml ends after 4 s; ask for fewer --seconds"),
        ("render small.toml --seconds nan --out a", 2, "less than or equal to 7200"),
        ("render small.toml --seconds -1 --out a", 2, "greater than or equal to 0.1"),
        ("render small.toml --fps 1000000 --out a", 2, "less than or equal to 60"),
        ("render small.toml --bitrate 1 --out a", 2, "greater than or equal to 50"),
        ("render small.toml --seed -1 --out a", 2, "greater than or equal to 0"),
        ("show small.toml --seed 99999999999999999999 --out a.jpg", 2, "less than or equal to 999999999"),
        ("render small.toml --out nowhere/film", 1, "nowhere/film: cannot be written: No such file"),
        ("render small.toml --out /proc/film", 1, "/proc/film: cannot be written: "),
        ("render small.toml --out full", 1, "full: has something in it already"),
        ("show small.toml --out nowhere/a.jpg", 1, "nowhere/a.jpg: cannot be written: No such file"),
        ("show small.toml --out full", 1, "full: cannot be written: Is a directory"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_and_nothing_is_written(words: str, status: int, told: str, folder: Path) -> None:
    (folder / "broken.toml").write_text('about = "Broken."\nfsp = 3\n')
    (folder / "full").mkdir()
    (folder / "full" / "thing").write_text("mine")
    before = left_in(folder)
    ran = street(*words.split())
    assert ran.exit_code == status, ran.stderr
    assert told in " ".join(ran.stderr.replace("│", " ").split())
    assert "Traceback" not in ran.stderr
    if ran.stderr.startswith("edge-agent: "):
        assert len(ran.stderr.splitlines()) == 1
    assert left_in(folder) == before
    assert left_in(folder / "full") == ["thing"]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_who_ends_it_early_leaves_nothing_behind(folder: Path, ending: signal.Signals) -> None:
    with subprocess.Popen(
        [PROGRAM, "street", "render", "rush_hour", "--out", "film"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            eventually(lambda: next(folder.glob(".film.*/video.mp4"), None))
            process.send_signal(ending)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode not in (0, -ending)
    assert "Traceback" not in out + err
    assert left_in(folder) == ["small.toml"]


def eventually(check: Callable[[], Path | None], *, within_s: float = 60.0) -> None:
    give_up = time.monotonic() + within_s
    while not check():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def python(code: str, *arguments: str) -> Ran:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=100, check=False
    )  # fmt: skip


def test_commands_are_known_before_anything_heavy_is_imported(folder: Path) -> None:
    code = "import sys; from edge_agent.cli import app; print(*sys.modules)"
    loaded = python(code).stdout.split()
    assert "edge_agent.cli.street" in loaded
    assert not {"numpy", "cv2", "av"}.intersection(loaded)


WITHOUT_OPENCV = "import sys; sys.modules['cv2'] = None; "


@pytest.mark.parametrize("words", ["show rush_hour --out a.jpg", "render rush_hour --out a"])
def test_without_opencv_it_is_told_what_to_install(words: str, folder: Path) -> None:
    code = WITHOUT_OPENCV + "from edge_agent.cli import app; app()"
    ran = python(code, "street", *words.split())
    assert ran.returncode == 1
    assert ran.stderr == 'edge-agent: cv2 is not installed; pip install "loket[edge,street]"\n'
    assert python(code, "street", "list").returncode == 0


def test_a_simulated_camera_without_opencv_is_told_too(folder: Path) -> None:
    code = WITHOUT_OPENCV + (
        "from edge_agent.vision import CameraImpossible, sources\n"
        "try: sources.kind_of('sim:rush_hour')\n"
        "except CameraImpossible as error: print(error)"
    )
    ran = python(code)
    assert ran.stdout == 'sim:rush_hour: cv2 is not installed; pip install "loket[edge,street]"\n'
