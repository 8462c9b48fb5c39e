"""A live camera: lost, tried again with jitter, told once; a stuck reader is noticed and replaced."""

import threading
from collections.abc import Callable, Iterator

import av
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from edge_agent.vision import CameraImpossible, CameraLost
from edge_agent.vision.board import Board
from edge_agent.vision.camera import LONGEST_RETRY_S, Down, LiveCamera, Up, retry_after
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.tally import Tally
from edge_agent.vision.reader import STUCK_S, Reader
from tests.vision.conftest import eventually, ungated

IMAGE = av.VideoFrame(16, 16, "gray")


class Script:
    """A source whose sessions follow a script.

    "f" a frame, "n" a frame with a note, "x" lost, "!" impossible, "." the end.
    """

    def __init__(self, sessions: list[str]) -> None:
        self.sessions = list(sessions)
        self.closed = 0
        self.note = ""

    def __call__(self, _wait: Callable[[float], bool]) -> "Script":
        if not self.sessions:
            raise CameraLost("script: over")
        if self.sessions[0] == "refused":
            self.sessions.pop(0)
            raise CameraLost("script: refused")
        return self

    def frames(self) -> Iterator[av.VideoFrame]:
        for step in self.sessions.pop(0):
            if step == "x":
                raise CameraLost("script: lost")
            if step == "!":
                raise CameraImpossible("script: impossible")
            if step == ".":
                return
            self.note = "script: torn" if step == "n" else ""
            yield IMAGE

    def close(self) -> None:
        self.closed += 1


def play(sessions: list[str], frames: int) -> tuple[LiveCamera, Script, list[str]]:
    """Read `frames` frames; the camera then, and the events it logged."""
    script = Script(sessions)
    camera = LiveCamera("gate", script, watch=ungated(), chance=lambda: 0.0)
    camera._wait = lambda _seconds: False  # type: ignore[method-assign]  # no pauses here
    with capture_logs() as logs:
        stream = camera.frames()
        for _ in range(frames):
            next(stream)
        stream.close()  # type: ignore[attr-defined]
    return camera, script, [f"{line['event']}: {line.get('reason', '')}".rstrip(": ") for line in logs]


def test_frames_go_on_across_losses_and_each_transition_is_told_once() -> None:
    camera, script, told = play(["ffx", "refused", "refused", "fff"], 5)
    assert told == ["camera_up", "camera_down: script: lost", "camera_down: script: refused", "camera_up"]
    assert camera.status == Up()
    assert script.closed == 2


def test_what_is_wrong_with_frames_that_come_is_told() -> None:
    camera, _, told = play(["fnnf"], 3)
    assert told == ["camera_up", "camera_impaired: script: torn"]
    assert camera.status == Up("script: torn")


def test_an_ended_file_waits_to_be_closed() -> None:
    script = Script(["f."])
    camera = LiveCamera("gate", script, watch=ungated())
    seen: list[object] = []
    reader = threading.Thread(target=lambda: seen.extend(camera.frames()), name="reader")
    reader.start()
    eventually(lambda: isinstance(camera.status, Down) and "ended" in camera.status.reason)
    assert reader.is_alive()
    camera.close()
    reader.join(10)
    assert not reader.is_alive()
    assert len(seen) == 1


def test_closing_ends_the_wait_for_a_retry() -> None:
    camera = LiveCamera("gate", Script([]), watch=ungated(), chance=lambda: 1.0)
    reader = threading.Thread(target=lambda: list(camera.frames()), name="reader")
    reader.start()
    eventually(lambda: camera.status == Down("script: over"))
    camera.close()
    reader.join(10)
    assert not reader.is_alive()


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_retries_are_spread_and_never_far_apart(attempt: int, chance: float) -> None:
    assert 0.25 <= retry_after(attempt, chance=chance) <= LONGEST_RETRY_S
    assert retry_after(attempt, chance=0) <= retry_after(attempt, chance=chance)
    assert retry_after(attempt + 1, chance=chance) >= retry_after(attempt, chance=chance)


class Hanging:
    """A source that gives one frame and then hangs in a driver."""

    note = ""

    def __init__(self, release: threading.Event) -> None:
        self._release = release

    def __call__(self, _wait: Callable[[float], bool]) -> "Hanging":
        return self

    def frames(self) -> Iterator[av.VideoFrame]:
        yield IMAGE
        self._release.wait(30)

    def close(self) -> None:
        pass


def test_a_stalled_reader_is_noticed_by_its_progress_and_replaced() -> None:
    release = threading.Event()
    made: list[LiveCamera] = []

    def make() -> LiveCamera:
        made.append(LiveCamera("gate", Hanging(release), watch=ungated()))
        return made[-1]

    board = Board([0.0])
    reader = Reader(0, "gate", make=make, board=board, stall_s=10, interest=Interest(), tally=Tally())
    eventually(lambda: board.arrived == [1])
    now = made[0].progress_s
    assert reader.status(now + 9) == Up()
    stalled = reader.status(now + 11)
    assert isinstance(stalled, Down)
    assert "no frame for 11 s" in stalled.reason
    reader.watch(now + STUCK_S - 1)
    assert len(made) == 1
    reader.watch(now + STUCK_S + 1)
    assert len(made) == 2
    assert reader.replaced == 1
    eventually(lambda: board.arrived == [2])
    release.set()
    reader.close(timeout_s=10)
    for thread in threading.enumerate():
        if thread.name.startswith("camera-"):
            thread.join(10)
