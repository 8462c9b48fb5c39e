"""A camera measured: its rate, its key frames, its damage; in bounded time."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest

from edge_agent.vision import CameraImpossible, CameraLost
from edge_agent.vision.camera import Shot, Source
from edge_agent.vision.inspection import probe
from edge_agent.vision.inspection.check import measure as measure_camera
from edge_agent.vision.inspection.probe import Measured, measure, within
from edge_agent.vision.inspection.subject import chosen
from edge_agent.vision.settings import CameraSettings, VisionSettings
from tests.vision.footage import picture, write_clip


class Clock:
    """A clock that the source moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Scripted:
    """A source that gives what it is told, each at its time."""

    note = ""

    def __init__(self, clock: Clock, shots: list[tuple[float, Shot]]) -> None:
        self.closed = False
        self._clock = clock
        self._shots = shots

    def frames(self) -> Iterator[Shot]:
        for at_s, shot in self._shots:
            self._clock.now_s = 100.0 + at_s
            yield shot

    def close(self) -> None:
        self.closed = True


def watch(shots: list[tuple[float, Shot]], *, seconds: float = 60.0) -> Measured:
    clock = Clock()
    source = Scripted(clock, shots)

    def open_source(_wait: Callable[[float], bool]) -> Source:
        clock.now_s += 0.5
        return source

    try:
        return measure(open_source, seconds=seconds, stopping=threading.Event(), now=clock)
    finally:
        assert source.closed


def packets(path: Path, *, speed: float = 1.0, without: int | None = None) -> list[tuple[float, Shot]]:
    with av.open(str(path)) as container:
        coded = [packet for packet in container.demux(video=0) if packet.size]
    return [(1 + n * 0.1 / speed, packet) for n, packet in enumerate(coded) if n != without]


def test_a_stream_is_measured_by_its_own_times(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", seconds=4, key_every=10)
    told = watch(packets(path))
    assert told.codec == "h264"
    assert told.frame_rate == pytest.approx(10)
    assert told.arrival_rate == pytest.approx(10)
    assert told.key_distance_s == pytest.approx(1.0)
    assert (told.shots, told.keys, told.damaged) == (40, 4, 0)
    assert told.opened_s == pytest.approx(0.5)
    assert told.image is not None
    assert told.kbits_per_s > 1


def test_pictures_that_arrive_late_are_told_from_a_slow_camera(tmp_path: Path) -> None:
    told = watch(packets(write_clip(tmp_path / "a.mp4", seconds=4), speed=0.5))
    assert told.frame_rate == pytest.approx(10)
    assert told.arrival_rate == pytest.approx(5)


def test_a_stream_is_decoded_from_its_first_key_frame_on(tmp_path: Path) -> None:
    told = watch(packets(write_clip(tmp_path / "a.mp4", seconds=2, key_every=10), without=0))
    assert told.damaged == 0
    assert told.image is not None


def test_decoded_pictures_have_no_key_frames() -> None:
    told = watch([(1 + n / 5, picture(n)) for n in range(20)])
    assert told.codec == ""
    assert told.key_distance_s is None
    assert told.frame_rate == pytest.approx(5)
    assert told.kbits_per_s == 0


def test_it_ends_when_it_has_seen_enough() -> None:
    told = watch([(1 + n / 5, picture(n)) for n in range(40)], seconds=2.0)
    assert told.watched_s == pytest.approx(2.0)


@pytest.mark.parametrize("seconds", [1.0, 60.0])
def test_a_camera_without_a_picture_is_told(seconds: float) -> None:
    with pytest.raises(CameraLost, match="no picture came; check"):
        watch([], seconds=seconds)


def test_what_hangs_is_given_up() -> None:
    stuck = threading.Event()
    with pytest.raises(CameraLost, match=r"/dev/video0 hangs: .* unplug it"):
        within(stuck.wait, seconds=0.05, what="/dev/video0")
    stuck.set()


def test_what_fails_in_the_thread_is_raised() -> None:
    def fail() -> None:
        raise CameraImpossible("no such file")

    with pytest.raises(CameraImpossible, match="no such file"):
        within(fail, seconds=5, what="x")


def test_a_real_file_is_measured(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", seconds=1)
    steps: list[str] = []
    told = measure_camera(
        CameraSettings(name="hall", source=str(path), loop=False), seconds=0.3,
        progress=lambda step, _share: steps.append(step),
    )  # fmt: skip
    assert told.image is not None
    assert list(dict.fromkeys(steps)) == ["opening", "waiting", "measuring"]


def test_an_error_names_the_camera(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no video" * 100)
    with pytest.raises(CameraLost, match=r"camera hall: .*a\.mp4: cannot be opened"):
        measure_camera(CameraSettings(name="hall", source=str(tmp_path / "a.mp4")), seconds=0.3)


SETTINGS = VisionSettings.model_validate(
    {
        "model": "street_sim",
        "cameras": [{"name": "hall", "source": "a.mp4"}, {"name": "road", "source": "b.mp4"}],
    }
)


def test_which_camera_is_meant(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", seconds=0.2)
    assert [camera.name for camera in chosen(SETTINGS, None)] == ["hall", "road"]
    assert [camera.name for camera in chosen(SETTINGS, "road")] == ["road"]
    assert chosen(None, str(path))[0].source == str(path)
    assert chosen(SETTINGS, "rtsp://192.0.2.1/a")[0].source == "rtsp://192.0.2.1/a"


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("yard", 'no camera is named "yard"; known in vision.toml: hall, road'),
        ("rtsp://me:secret@192.0.2.1/a", "--credentials"),
        ("ftp://x", "no kind of camera"),
        ("sim:nothing-like-it", "sim:nothing-like-it: "),
    ],
)
def test_what_cannot_be_meant_is_told_without_a_password(what: str, told: str) -> None:
    with pytest.raises(CameraImpossible, match=told) as raised:
        chosen(SETTINGS, what)
    assert "secret" not in str(raised.value)


def test_a_measurement_is_given_time_to_open_and_no_more() -> None:
    assert probe.OPENING_S + probe.GRACE_S <= 60
