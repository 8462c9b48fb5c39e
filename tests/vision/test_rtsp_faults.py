"""A real RTSP camera and its faults: what comes back, comes back by itself; what is damaged is dropped."""

import contextlib
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.vision import CameraImpossible, CameraLost
from edge_agent.vision.board import Board
from edge_agent.vision.camera import Down, Frame, LiveCamera, Up
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.tally import Tally
from edge_agent.vision.reader import Reader
from edge_agent.vision.sources import rtsp
from edge_agent.vision.sources.credentials import with_credentials
from tests.vision.conftest import eventually, ungated
from tests.vision.test_sources import SYSTEM_PYTHON, free_port

__all__ = ["free_port"]  # a fixture

pytestmark = pytest.mark.timeout(300)


class RtspCamera:
    """The camera as a process; it can be killed, stopped, started again, and told."""

    def __init__(self, port: int, *more: str) -> None:
        self.port = port
        self._more = more
        self._process: subprocess.Popen[str] | None = None

    def boot(self) -> None:
        script = Path(__file__).with_name("rtsp_camera.py")
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(script), str(self.port), *self._more],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            self.kill()
            pytest.skip(
                "no RTSP camera here: apt install gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-ugly"
            )

    def tell(self, command: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process is not None:
            with self._process as process:
                process.kill()
            self._process = None


@pytest.fixture
def camera(free_port: int) -> Iterator[RtspCamera]:
    made = RtspCamera(free_port)
    yield made
    made.kill()


class Watched:
    """A reader of the camera as the unit has it, and the frames that came of it."""

    def __init__(self, port: int) -> None:
        self.board = Board([0.0])
        self.tally = Tally()
        self.lives: list[LiveCamera] = []
        self.reader = Reader(
            0, "gate", make=lambda: self._make(port), board=self.board, stall_s=3,
            interest=Interest(), tally=self.tally,
        )  # fmt: skip

    def _make(self, port: int) -> LiveCamera:
        watch = ungated(tally=self.tally)
        self.lives.append(
            LiveCamera(
                "gate",
                lambda wait: rtsp.open_source(f"rtsp://127.0.0.1:{port}/gate", loop=True, wait=wait),
                watch=watch,
                chance=lambda: 0.0,
            )
        )
        return self.lives[-1]

    def frame(self, *, after_s: float = float("-inf"), within_s: float = 60.0) -> Frame:
        """The next frame that was taken after a time."""
        give_up = time.monotonic() + within_s
        while time.monotonic() < give_up:
            turn = self.board.take(timeout_s=1.0)
            if turn is not None and turn[1].captured_s > after_s:
                return turn[1]
        raise AssertionError(f"no frame within {within_s} s; {self.reader.status(time.monotonic())}")

    def is_down(self) -> bool:
        return isinstance(self.reader.status(time.monotonic()), Down)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Watched]]:
    """Make a reader; it is closed with the test."""
    monkeypatch.setattr(rtsp, "READ_TIMEOUT_S", 2.0)
    made: list[Watched] = []

    def make(port: int) -> Watched:
        made.append(Watched(port))
        return made[-1]

    yield make
    for each in made:
        each.reader.close(timeout_s=20)
    for thread in threading.enumerate():
        if thread.name.startswith("camera-"):
            thread.join(20)


Watch = Callable[[int], Watched]


def test_a_camera_that_boots_late_is_waited_for(camera: RtspCamera, watch: Watch) -> None:
    watched = watch(camera.port)
    eventually(lambda: "Connection refused" in str(watched.lives[0].status))
    camera.boot()
    watched.frame()
    assert watched.reader.status(time.monotonic()) == Up()


def test_a_camera_that_dies_is_told_and_comes_back(camera: RtspCamera, watch: Watch) -> None:
    camera.boot()
    watched = watch(camera.port)
    watched.frame()
    for _ in range(2):
        camera.kill()
        eventually(watched.is_down)
        died_s = time.monotonic()
        camera.boot()
        watched.frame(after_s=died_s)


def test_a_camera_that_hangs_with_its_line_open_is_told_and_comes_back(
    camera: RtspCamera, watch: Watch
) -> None:
    camera.boot()
    watched = watch(camera.port)
    watched.frame()
    camera.signal(signal.SIGSTOP)  # the kernel goes on acknowledging for it
    eventually(watched.is_down)
    hung_s = time.monotonic()
    camera.signal(signal.SIGCONT)
    watched.frame(after_s=hung_s)


def test_a_camera_that_talks_but_gives_no_picture_is_told_and_comes_back(
    camera: RtspCamera, watch: Watch
) -> None:
    camera.boot()
    watched = watch(camera.port)
    watched.frame()
    camera.tell("stall")
    eventually(watched.is_down)
    stalled_s = time.monotonic()
    camera.tell("go")
    watched.frame(after_s=stalled_s)


def test_another_resolution_in_mid_stream_goes_on(camera: RtspCamera, watch: Watch) -> None:
    camera.boot()
    watched = watch(camera.port)
    first = watched.frame()
    assert (first.image.width, first.image.height) == (320, 240)
    camera.tell("size 640 480")
    eventually(lambda: watched.frame().image.width == 640)
    assert watched.reader.status(time.monotonic()) == Up()


class Noise:
    """A line to a port that damages the pictures on it, and only these: one packet in `every`."""

    def __init__(self, port: int, *, every: int) -> None:
        self.damaged = 0
        self._to = port
        self._every = every
        self._count = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="noise")]
        self._threads[0].start()
        self.port = int(self._listener.getsockname()[1])

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            self._sockets += [near, far]
            for carry, one, other in ((self._carry, near, far), (self._carry_damaging, far, near)):
                thread = threading.Thread(target=carry, args=(one, other), name="noise")
                self._threads.append(thread)
                thread.start()

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        try:
            while chunk := one.recv(65536):
                other.sendall(chunk)
        except OSError:
            return

    def _carry_damaging(self, one: socket.socket, other: socket.socket) -> None:
        """RTP comes as "$", channel, length (RFC 2326, 10.12); all else is lines of text."""
        stream = one.makefile("rb")
        try:
            while first := stream.read(1):
                if first != b"$":
                    other.sendall(first + stream.readline())
                    continue
                head = stream.read(3)
                content = bytearray(stream.read(int.from_bytes(head[1:], "big")))
                self._count += head[0] == 0 and len(content) > 200
                if head[0] == 0 and len(content) > 200 and self._count % self._every == 0:
                    self.damaged += 1
                    for place in range(60, len(content), 20):  # behind the headers of RTP and of the slice
                        content[place] ^= 0x55
                other.sendall(first + head + content)
        except OSError:
            return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._sockets:
            with contextlib.suppress(OSError):  # the other end closed it already
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)


def still_part(frame: Frame) -> NDArray[np.int16]:
    """The test picture above its snow: it never changes."""
    return frame.image.reformat(format="gray").to_ndarray()[:150].astype(np.int16)


def test_pictures_damaged_on_the_line_are_never_shown(camera: RtspCamera, watch: Watch) -> None:
    camera.boot()
    clean = watch(camera.port)
    expected = still_part(clean.frame())
    clean.reader.close(timeout_s=20)
    noise = Noise(camera.port, every=150)
    try:
        watched = watch(noise.port)
        shown = []
        eventually(
            lambda: shown.append(watched.frame()) or (watched.tally.damaged >= 3 and len(shown) >= 30),  # type: ignore[func-returns-value]
            within_s=120,
        )
        assert noise.damaged >= 3
        for frame in shown:
            assert np.abs(still_part(frame) - expected).mean() < 2
        status = watched.reader.status(time.monotonic())
        assert isinstance(status, Up)
        assert "damaged pictures come" in status.note
    finally:
        noise.close()


# Credentials.

PASSWORD = "p@ss:w/rd %41&?#"


@pytest.fixture
def login(tmp_path: Path) -> Path:
    file = tmp_path / "gate.login"
    file.write_text(f"viewer:{PASSWORD}\n", encoding="utf-8")
    file.chmod(0o600)
    return file


def test_a_camera_with_a_password_opens_with_that_of_the_file(free_port: int, login: Path) -> None:
    camera = RtspCamera(free_port, "--login", f"viewer:{PASSWORD}")
    camera.boot()
    try:
        address = f"rtsp://127.0.0.1:{free_port}/gate"
        source = rtsp.open_source(with_credentials(address, login), loop=True, wait=lambda _s: False)
        assert next(iter(source.frames())) is not None
        source.close()
        login.write_text("viewer:wrong", encoding="utf-8")
        with pytest.raises(CameraLost) as refused:
            rtsp.open_source(with_credentials(address, login), loop=True, wait=lambda _s: False)
        assert str(refused.value).startswith(f"{address}: cannot be opened: ")
        assert "wrong" not in str(refused.value)
        assert "viewer" not in str(refused.value)
    finally:
        camera.kill()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_password_that_others_may_read_is_refused(login: Path, mode: int) -> None:
    login.chmod(mode)
    with pytest.raises(CameraImpossible, match=r"others may read it .*chmod 600") as refused:
        with_credentials("rtsp://192.0.2.1/gate", login)
    assert "p@ss" not in str(refused.value)


@pytest.mark.parametrize("content", ["", "viewer", ":secret", "viewer:secret\nmore:secret\n"])
def test_a_file_that_is_no_login_is_refused_and_not_quoted(login: Path, content: str) -> None:
    login.write_text(content, encoding="utf-8")
    with pytest.raises(CameraImpossible, match="one line of the form user:password") as refused:
        with_credentials("rtsp://192.0.2.1/gate", login)
    assert "secret" not in str(refused.value)


def test_a_login_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CameraImpossible, match=r"gate\.login: no such file"):
        with_credentials("rtsp://192.0.2.1/gate", tmp_path / "gate.login")


def test_the_file_replaces_a_user_in_the_address(login: Path) -> None:
    login.write_text("viewer:a b", encoding="utf-8")
    assert (
        with_credentials("rtsp://admin@192.0.2.1:554/live?channel=1", login)
        == "rtsp://viewer:a%20b@192.0.2.1:554/live?channel=1"
    )
    assert with_credentials("clip.mp4", None) == "clip.mp4"
