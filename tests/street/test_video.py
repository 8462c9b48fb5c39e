"""H.264 in memory and in files, and a street recorded whole or not at all."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from edge_agent.street import StreetError
from edge_agent.street.export import recording, video
from edge_agent.street.export.video import Line, VideoFile, frame_of
from edge_agent.street.painter import Street
from edge_agent.street.scenario import Scenario
from edge_agent.street.shape import Picture

WIDTH, HEIGHT, FPS = 160, 120, 5.0


@pytest.fixture(scope="module")
def small_street() -> Street:
    """Two seconds of a small and busy one."""
    return Street(
        Scenario(about="Small.", duration_s=2, fps=FPS, width=WIDTH, height=HEIGHT, crowd={"per_minute": 60}),
        seed=1,
    )  # fmt: skip


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for almost nothing."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"mounting a small disk needs root: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def picture(number: int) -> Picture:
    """A soft ground and a hard square that moves."""
    across, down = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    made = np.stack([across, down * 2, 255 - across], axis=-1).astype(np.uint8)
    cv2.rectangle(made, (number * 4, 30), (number * 4 + 30, 90), (220, 40, 60), cv2.FILLED)
    return made


def likeness(one: Picture, frame: av.VideoFrame) -> float:
    """PSNR in dB of a frame and a picture, by luma, which has all pixels."""
    other = frame.to_ndarray()[: frame.height]
    return cv2.PSNR(frame_of(one).to_ndarray()[: frame.height], np.ascontiguousarray(other))


def test_a_frame_has_the_colours_of_the_picture() -> None:
    soft = cv2.GaussianBlur(picture(3), (0, 0), 4)
    frame = frame_of(np.asarray(soft, np.uint8))
    assert (frame.format.name, frame.width, frame.height) == ("yuv420p", WIDTH, HEIGHT)
    assert cv2.PSNR(soft, frame.reformat(format="rgb24").to_ndarray()) > 38


def test_of_each_frame_that_goes_in_one_comes_out_and_it_is_that_one() -> None:
    line = Line(width=WIDTH, height=HEIGHT, fps=FPS, bitrate_kbps=500)
    for number in range(20):
        arrived = line.through(frame_of(picture(number)))
        likenesses = [likeness(picture(other), arrived) for other in range(20)]
        assert int(np.argmax(likenesses)) == number
        assert max(likenesses) > 30


def test_fewer_bits_leave_more_marks() -> None:
    def worth(bitrate_kbps: int) -> float:
        line = Line(width=WIDTH, height=HEIGHT, fps=15, bitrate_kbps=bitrate_kbps)
        arrived = [line.through(frame_of(picture(number))) for number in range(30)]
        return float(np.mean([likeness(picture(number), one) for number, one in enumerate(arrived)]))

    worths = [worth(kbps) for kbps in (50, 200, 2000)]
    assert worths == sorted(worths)
    assert worths[0] < worths[2] - 3


def test_the_same_frames_arrive_the_same() -> None:
    one, other = (Line(width=WIDTH, height=HEIGHT, fps=FPS, bitrate_kbps=100) for _ in range(2))
    for number in range(12):
        frames = [line.through(frame_of(picture(number))).to_ndarray() for line in (one, other)]
        assert np.array_equal(*frames)


def test_without_libx264_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(video, "ENCODER", "libnothing")
    with pytest.raises(StreetError, match=r'no libnothing.*pip install "loket\[edge\]"'):
        Line(width=WIDTH, height=HEIGHT, fps=FPS, bitrate_kbps=100)
    with pytest.raises(StreetError, match="no libnothing"):
        VideoFile(tmp_path / "film.mp4", width=WIDTH, height=HEIGHT, fps=FPS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fps", [1.0, 12.5, 59.94])
@pytest.mark.parametrize("bitrate_kbps", [None, 300])
def test_a_file_has_every_picture_in_order_at_its_pace(
    fps: float, bitrate_kbps: int | None, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    with VideoFile(path, width=WIDTH, height=HEIGHT, fps=fps, bitrate_kbps=bitrate_kbps) as film:
        for number in range(25):
            film.add(picture(number))
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 25
    assert [frame.time for frame in frames] == pytest.approx([number / fps for number in range(25)], abs=1e-3)
    for number, frame in enumerate(frames):
        assert int(np.argmax([likeness(picture(other), frame) for other in range(25)])) == number


@pytest.mark.parametrize(("width", "height"), [(64, 64), (66, 98), (1280, 720)])
def test_any_size_of_a_scenario_can_be_written(width: int, height: int, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with VideoFile(path, width=width, height=height, fps=FPS) as film:
        film.add(np.full((height, width, 3), 90, np.uint8))
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        assert (frame.width, frame.height) == (width, height)


@pytest.mark.parametrize(
    ("where", "told"),
    [("nowhere/film.mp4", "No such file or directory"), ("disk/film.mp4", "No space left on device")],
)
def test_a_file_that_cannot_be_written_is_told(
    where: str, told: str, tmp_path: Path, small_disk: Path
) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (30, HEIGHT, WIDTH, 3), np.uint8)

    def fill() -> None:
        with VideoFile(tmp_path / where, width=WIDTH, height=HEIGHT, fps=FPS) as film:
            for each in noise:
                film.add(each)

    with pytest.raises(StreetError, match=rf"^film\.mp4: cannot be written: {told}$"):
        fill()


def film_of(folder: Path) -> list[av.VideoFrame]:
    with av.open(str(folder / "video.mp4")) as container:
        return list(container.decode(video=0))


def test_a_recording_is_the_street_and_its_truth(small_street: Street, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    out = tmp_path / "film"
    assert recording.record(small_street, out, progress=lambda *done: told.append(done)) == 10
    assert told == [(number, 10) for number in range(1, 11)]
    assert sorted(path.name for path in out.iterdir()) == ["events.json", "gt", "seqinfo.ini", "video.mp4"]
    for number, frame in enumerate(film_of(out)):
        assert likeness(small_street.picture(number), frame) > 30
    assert "seqLength=10\n" in (out / "seqinfo.ini").read_text()
    assert "name=film\n" in (out / "seqinfo.ini").read_text()
    lines = (out / "gt" / "gt.txt").read_text().splitlines()
    assert {int(line.split(",")[0]) for line in lines} <= set(range(1, 11))
    assert len(lines) > 10


def test_the_same_street_is_recorded_the_same(small_street: Street, tmp_path: Path) -> None:
    again = Street(small_street.scenario, seed=1)
    for street, name in ((small_street, "one/film"), (again, "other/film")):
        (tmp_path / name).parent.mkdir()
        recording.record(street, tmp_path / name)
    for path in ("events.json", "gt/gt.txt", "seqinfo.ini", "video.mp4"):
        assert (tmp_path / "one/film" / path).read_bytes() == (tmp_path / "other/film" / path).read_bytes()


def test_a_part_of_a_recording_has_that_parts_events(tmp_path: Path) -> None:
    scenario = Scenario(
        about="Small.", duration_s=20, fps=1, width=64, height=64, crowd={"per_minute": 60},
        lines=[{"name": "across", "start": (0.0, 12.5), "end": (0.0, 17.5)}],
    )  # fmt: skip
    street = Street(scenario, seed=1)
    recording.record(street, tmp_path / "all")
    assert recording.record(street, tmp_path / "part", seconds=8) == 8
    assert len(film_of(tmp_path / "part")) == 8
    whole, part = (json.loads((tmp_path / name / "events.json").read_text()) for name in ("all", "part"))
    sooner = [each for each in whole["crossings"] if each["at_s"] < 8]
    assert part["crossings"] == sooner
    assert 0 < len(sooner) < len(whole["crossings"])


def test_an_empty_folder_is_taken_and_a_full_one_left_alone(small_street: Street, tmp_path: Path) -> None:
    out = tmp_path / "film"
    out.mkdir()
    recording.record(small_street, out, seconds=0.2)
    before = (out / "video.mp4").read_bytes()
    with pytest.raises(StreetError, match="has something in it already; name another folder"):
        recording.record(small_street, out)
    with pytest.raises(StreetError, match="has something in it already"):
        recording.record(small_street, out / "video.mp4")
    assert (out / "video.mp4").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["film"]


def test_a_folder_that_cannot_be_made_is_told(small_street: Street, tmp_path: Path) -> None:
    with pytest.raises(StreetError, match="nowhere/film: cannot be written: No such file or directory"):
        recording.record(small_street, tmp_path / "nowhere" / "film")


def test_a_full_disk_is_told_and_nothing_left(small_street: Street, small_disk: Path) -> None:
    with pytest.raises(StreetError, match="cannot be written: No space left on device"):
        recording.record(small_street, small_disk / "film")
    assert list(small_disk.iterdir()) == []


def interrupted_at(frame: int) -> Callable[[int, int], None]:
    def progress(done: int, _total: int) -> None:
        if done == frame:
            raise KeyboardInterrupt

    return progress


@pytest.mark.parametrize("frame", [1, 5, 10])
def test_who_is_interrupted_leaves_nothing(frame: int, small_street: Street, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        recording.record(small_street, tmp_path / "film", progress=interrupted_at(frame))
    assert list(tmp_path.iterdir()) == []
