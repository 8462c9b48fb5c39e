"""Newest frame wins, and the most overdue camera is next."""

import threading
import time

import av
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.board import Board, most_overdue
from edge_agent.vision.camera import Frame

IMAGE = av.VideoFrame(16, 16, "gray")


def frame(at: float = 0.0) -> Frame:
    return Frame(image=IMAGE, captured_s=at)


class Now:
    """A monotonic clock that the test sets."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def test_the_newest_frame_is_taken_and_older_ones_are_counted_as_dropped() -> None:
    board = Board([0.1])
    for n in range(5):
        board.put(0, frame(n))
    taken = board.take(timeout_s=0)
    assert taken is not None
    assert taken[1].captured_s == 4
    assert board.take(timeout_s=0) is None
    assert (board.arrived, board.dropped) == ([5], [4])


def test_a_camera_is_looked_at_no_more_often_than_it_may() -> None:
    now = Now()
    board = Board([0.1], now=now)
    taken = 0
    for _ in range(1000):
        now.s += 0.01
        board.put(0, frame())
        taken += board.take(timeout_s=0) is not None
    assert 98 <= taken <= 101


def test_a_camera_a_little_faster_than_its_rate_is_not_halved() -> None:
    now = Now()
    board = Board([0.1], now=now)
    taken = 0
    for _ in range(100):
        now.s += 0.0999
        board.put(0, frame())
        taken += board.take(timeout_s=0) is not None
    assert taken >= 98


def test_a_slow_detector_serves_all_cameras_alike() -> None:
    now = Now()
    board = Board([0.04, 0.04, 0.04], now=now)
    turns = [0, 0, 0]
    for _ in range(300):
        for camera in range(3):
            board.put(camera, frame())
        taken = board.take(timeout_s=0)
        assert taken is not None
        turns[taken[0]] += 1
        now.s += 0.1  # slower than one camera alone wants
    assert max(turns) - min(turns) <= 1


@given(st.lists(st.none() | st.floats(0, 10), max_size=6), st.floats(0, 10))
def test_the_earliest_due_is_next_and_none_before_its_time(due: list[float | None], now: float) -> None:
    place = most_overdue(due, now)
    ready = [at for at in due if at is not None and at <= now]
    assert (place is None) == (not ready)
    if place is not None:
        assert due[place] == min(ready)


def test_take_waits_for_a_frame_and_not_longer_than_told() -> None:
    board = Board([0.0])
    began = time.monotonic()
    assert board.take(timeout_s=0.05) is None
    assert time.monotonic() - began >= 0.05
    other = threading.Timer(0.05, lambda: board.put(0, frame()))
    other.start()
    assert board.take(timeout_s=10) is not None
    other.join(10)


def test_wake_lets_a_waiting_take_return() -> None:
    board = Board([0.0])
    other = threading.Timer(0.05, board.wake)
    other.start()
    assert board.take(timeout_s=10) is None
    other.join(10)
