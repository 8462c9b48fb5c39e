"""Each kind of camera on what is real here: files, an RTSP server, no USB camera, picamera2's buffers."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from edge_agent.vision import CameraImpossible, CameraLost, sources
from edge_agent.vision.gate.tally import Tally
from edge_agent.vision.sources import file, rtsp
from tests.vision.conftest import pictures_of, ungated

SYSTEM_PYTHON = "/usr/bin/python3"


class Waits:
    """A wait that does not wait, and remembers how long it should have."""

    def __init__(self, *, stop_after: int = 10**9) -> None:
        self.asked: list[float] = []
        self._stop_after = stop_after

    def __call__(self, seconds: float) -> bool:
        self.asked.append(seconds)
        return len(self.asked) > self._stop_after


def patient(seconds: float) -> bool:
    time.sleep(max(0.0, seconds))
    return False


@pytest.mark.parametrize(
    ("address", "module"),
    [
        ("rtsp://10.0.0.7/live", "rtsp"), ("rtsps://u:p@cam.example:322/1", "rtsp"), ("/dev/video0", "v4l2"),
        ("picamera2:1", "csi"), ("clip.mp4", "file"), ("/srv/my clips/a.gif", "file"),
    ],
)  # fmt: skip
def test_an_address_chooses_its_kind(address: str, module: str) -> None:
    assert sources.module_of(address) == f"edge_agent.vision.sources.{module}"


@pytest.mark.parametrize("address", ["http://10.0.0.7/mjpeg", "picamera2:", "rtsp://", "picamera2:front"])
def test_an_address_of_no_kind_is_told(address: str) -> None:
    with pytest.raises(ValueError, match="no kind of camera"):
        sources.kind_of(address)


def test_picamera2_is_imported_only_when_chosen_and_its_absence_told() -> None:
    try:
        import picamera2  # noqa: F401
    except ImportError:
        with pytest.raises(CameraImpossible, match="apt install python3-picamera2"):
            sources.kind_of("picamera2:0")
    else:
        pytest.skip("picamera2 is installed here")


def test_a_file_plays_at_its_own_pace(clip: Path) -> None:
    source = file.open_source(str(clip), loop=False, wait=patient)
    began = time.monotonic()
    frames = list(islice(pictures_of(source), 11))
    source.close()
    assert 0.9 <= time.monotonic() - began <= 2.0  # ten gaps of 0.1 s
    assert (frames[0].width, frames[0].height) == (768, 432)


def test_a_gif_plays_too_and_begins_again(media: Path) -> None:
    gif = media / "intel_sample_videos/store-aisle-detection.gif"
    waits = Waits()
    source = file.open_source(str(gif), loop=True, wait=waits)
    count = sum(1 for _ in islice(pictures_of(source), 150))
    source.close()
    assert count == 150  # of 67
    assert source.note == ""
    assert max(waits.asked) <= 5


def test_a_file_without_loop_ends(media: Path) -> None:
    gif = media / "intel_sample_videos/store-aisle-detection.gif"
    source = file.open_source(str(gif), loop=False, wait=Waits())
    assert sum(1 for _ in pictures_of(source)) == 67
    source.close()


def test_closing_ends_a_file_at_once(clip: Path) -> None:
    source = file.open_source(str(clip), loop=True, wait=Waits(stop_after=3))
    assert sum(1 for _ in pictures_of(source)) <= 5
    source.close()


def test_of_a_truncated_video_what_can_be_decoded_is_used_and_the_rest_told(
    clip: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    source = file.open_source(str(cut), loop=False, wait=Waits())
    assert 500 < sum(1 for _ in pictures_of(source)) < 1000
    source.close()
    assert "cut short: 69 of 139 s can be read" in source.note
    assert "copy it anew" in source.note


def test_a_damaged_video_plays_on_and_is_told(clip: Path, tmp_path: Path) -> None:
    content = bytearray(clip.read_bytes())
    for place in range(1_000_000, 1_200_000, 10_000):
        content[place : place + 500] = bytes(500)
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(content)
    source = file.open_source(str(damaged), loop=False, wait=Waits())
    tally = Tally()
    watch = ungated(tally=tally)
    shown = sum(1 for _ in watch.frames(source.frames()))
    source.close()
    assert 1394 - 20 * 10 - 10 < shown < 1394  # a group of ten pictures for each of twenty wounds, at most
    assert 1 <= tally.damaged <= 20
    assert "damaged pictures come and are left out" in watch.note


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "no such file; correct the camera's source"),
        (b"", "is empty; copy it anew"),
        (b"not a video at all" * 100, "cannot be opened"),
    ],
)
def test_a_file_that_is_no_video_is_told_in_one_line(
    content: bytes | None, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CameraLost) as caught:
        file.open_source(str(path), loop=True, wait=Waits())
    assert str(caught.value).startswith(str(path))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_video_cut_in_its_first_frame_is_told(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip.read_bytes()[:20_000])
    with pytest.raises(CameraLost, match=r"cannot be decoded|cannot be opened"):
        list(pictures_of(file.open_source(str(path), loop=True, wait=Waits())))


def test_a_usb_camera_that_is_not_plugged_in_is_told() -> None:
    with pytest.raises(CameraLost, match="/dev/video63: no camera is plugged in there"):
        sources.kind_of("/dev/video63").open_source("/dev/video63", loop=True, wait=Waits())


def test_libav_has_the_usb_cameras_input_device() -> None:
    assert any("v4l2" in name for name in av.formats_available)


def test_nobody_at_an_rtsp_address_is_told_without_the_password(free_port: int) -> None:
    with pytest.raises(CameraLost) as caught:
        rtsp.open_source(f"rtsp://user:secret@127.0.0.1:{free_port}/gate", loop=True, wait=Waits())
    assert f"rtsp://127.0.0.1:{free_port}/gate: cannot be opened: Connection refused" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def rtsp_server(free_port: int, clip: Path) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """The port and the process of an RTSP server that gives the clip at /gate."""
    script = Path(__file__).with_name("rtsp_server.py")
    process = subprocess.Popen(
        [SYSTEM_PYTHON, str(script), str(free_port), str(clip)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            pytest.skip("no RTSP server here: apt install python3-gi gir1.2-gst-rtsp-server-1.0")
        yield free_port, process
        process.kill()


def test_an_rtsp_camera_gives_frames_and_its_end_is_noticed(
    rtsp_server: tuple[int, "subprocess.Popen[str]"],
) -> None:
    port, process = rtsp_server
    source = rtsp.open_source(f"rtsp://127.0.0.1:{port}/gate", loop=True, wait=Waits())
    frames = pictures_of(source)
    assert (next(frames).width, next(frames).height) == (768, 432)
    process.kill()
    with pytest.raises(CameraLost, match=r"ended the stream|reading failed"):
        list(frames)
    source.close()


class Line:
    """A TCP line to a port, which can go dead without being closed, as a mobile network's does."""

    def __init__(self, port: int) -> None:
        self.dead = threading.Event()
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="line")]
        self._threads[0].start()
        self.port = int(self._listener.getsockname()[1])

    def _accept(self) -> None:
        try:
            near, _ = self._listener.accept()
        except OSError:
            return
        far = socket.create_connection(("127.0.0.1", self._to))
        self._sockets += [near, far]
        for one, other in ((near, far), (far, near)):
            thread = threading.Thread(target=self._carry, args=(one, other), name="line")
            self._threads.append(thread)
            thread.start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while chunk := one.recv(65536):
                if not self.dead.is_set():
                    other.sendall(chunk)
        except OSError:
            return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._sockets:
            each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)


def test_a_line_that_goes_dead_without_closing_is_noticed(
    rtsp_server: tuple[int, "subprocess.Popen[str]"], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtsp, "READ_TIMEOUT_S", 1.0)
    line = Line(rtsp_server[0])
    source = rtsp.open_source(f"rtsp://127.0.0.1:{line.port}/gate", loop=True, wait=Waits())
    frames = pictures_of(source)
    next(frames)
    line.dead.set()
    began = time.monotonic()
    with pytest.raises(CameraLost):
        list(frames)
    assert time.monotonic() - began < 5
    source.close()
    line.close()


@pytest.mark.parametrize("stride", [64, 96])
@pytest.mark.parametrize("pixel_format", ["YUV420", "NV12"])
def test_a_buffer_of_picamera2_becomes_the_picture_it_holds(
    pixel_format: str, stride: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys
    from types import ModuleType

    stand_in = ModuleType("picamera2")
    stand_in.Picamera2 = object  # type: ignore[attr-defined]  # only the buffers are looked at here
    monkeypatch.setitem(sys.modules, "picamera2", stand_in)
    monkeypatch.delitem(sys.modules, "edge_agent.vision.sources.csi", raising=False)
    from edge_agent.vision.sources import csi

    width, height = 64, 48
    rng = np.random.default_rng(1)
    rgb = np.repeat(np.repeat(rng.integers(0, 256, (6, 8, 3), np.uint8), 8, 0), 8, 1)
    original = av.VideoFrame.from_ndarray(rgb, format="rgb24")
    flat = original.reformat(format="yuv420p" if pixel_format == "YUV420" else "nv12").to_ndarray()
    padded = np.zeros((height * 3 // 2, stride), np.uint8)
    if pixel_format == "NV12":
        padded[:, :width] = flat
    else:
        padded[:height, :width] = flat[:height]
        halves = padded[height:].reshape(height, stride // 2)
        halves[:, : width // 2] = flat[height:].reshape(height, width // 2)
    main = {"size": (width, height), "stride": stride, "format": pixel_format}
    shown = csi.picture_of(padded.ravel(), main).reformat(format="rgb24").to_ndarray()
    centre = (slice(4, None, 8), slice(4, None, 8))
    assert np.abs(shown[centre].astype(int) - rgb[centre].astype(int)).mean() < 4
