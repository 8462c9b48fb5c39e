"""The guard: each case once, over reconnects, changes of size, and the unit's end."""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.contract.events import TamperEnded, TamperStarted
from edge_agent.vision.gate.luma import cells_of
from edge_agent.vision.tamper.guard import Guard
from edge_agent.vision.tamper.report import tamper_faults
from edge_agent.vision.tamper.settings import TamperSettings

WALL = np.kron(np.random.default_rng(7).integers(40, 200, (27, 48)), np.ones((8, 8))).astype(np.uint8)


class Post:
    """A guard, and a camera that shows it a picture each second."""

    def __init__(self, **settings: Any) -> None:
        self.guard = Guard("gate", TamperSettings(**settings), run="0123abcd")
        self.now_s = 0.0
        self.said: list[TamperStarted | TamperEnded] = []

    def show(self, picture: NDArray[np.uint8], *, seconds: int, is_down: bool = False) -> None:
        for _ in range(seconds):
            self.now_s += 1.0
            if not is_down:
                random = np.random.default_rng(int(self.now_s))
                noisy = np.clip(picture + random.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
                self.guard.look(noisy, cells_of(noisy), self.now_s, alone=True)
            said = self.guard.noticed(self.now_s, is_down=is_down)
            self.said += [
                saying.data for saying in said if isinstance(saying.data, TamperStarted | TamperEnded)
            ]

    @property
    def told(self) -> list[tuple[str, str, int]]:
        return [(type(data).__name__, data.tamper, data.number) for data in self.said]


DARK = np.full_like(WALL, 18)
STARTED, ENDED = "TamperStarted", "TamperEnded"


def test_each_case_is_told_once_and_cleared_once_also_over_a_reconnect() -> None:
    post = Post()
    post.show(WALL, seconds=30)
    post.show(DARK, seconds=20)
    assert post.guard.open == {"black"}
    post.show(DARK, seconds=30, is_down=True)
    post.show(DARK, seconds=30)
    post.show(WALL, seconds=30)
    assert post.told == [
        (STARTED, "black", 1), (STARTED, "lost", 2), (ENDED, "lost", 2), (ENDED, "black", 1),
    ]  # fmt: skip
    black = post.said[-1]
    assert isinstance(black, TamperEnded)
    assert (black.duration_s, black.reason) == (80.0, "cleared")
    assert post.guard.open == frozenset()


def test_a_moved_camera_is_accepted_after_a_while_and_another_is_not() -> None:
    post = Post(accept_s=60)
    post.show(WALL, seconds=30)
    post.show(np.flip(WALL, 1), seconds=120)
    assert post.told == [(STARTED, "moved", 1), (ENDED, "moved", 1)]
    assert isinstance(post.said[1], TamperEnded)
    assert post.said[1].reason == "accepted"
    post.show(DARK, seconds=120)
    assert post.told[2:] == [(STARTED, "black", 2)]


def test_another_size_ends_what_cannot_be_told_any_more() -> None:
    post = Post()
    post.show(WALL, seconds=30)
    post.show(DARK, seconds=20)
    post.show(WALL[:, :200], seconds=20)
    assert post.told == [(STARTED, "black", 1), (ENDED, "black", 1)]
    assert isinstance(post.said[1], TamperEnded)
    assert post.said[1].reason == "changed"


def test_what_is_open_ends_with_the_unit() -> None:
    post = Post()
    post.show(WALL, seconds=30)
    post.show(DARK, seconds=20)
    (last,) = [saying.data for saying in post.guard.finish(post.now_s)]
    assert isinstance(last, TamperEnded)
    assert last.reason == "stopped"
    assert post.guard.finish(post.now_s) == []


def test_only_what_is_asked_for_is_told() -> None:
    post = Post(kinds=["lost"])
    post.show(WALL, seconds=30)
    post.show(DARK, seconds=60)
    post.show(DARK, seconds=20, is_down=True)
    assert post.told == [(STARTED, "lost", 1)]


def test_a_camera_that_never_came_up_is_told() -> None:
    post = Post()
    post.show(WALL, seconds=9, is_down=True)
    assert post.told == []
    post.show(WALL, seconds=9, is_down=True)
    assert post.told == [(STARTED, "lost", 1)]


def test_looks_come_from_another_thread_while_the_loop_asks() -> None:
    post = Post()
    done = threading.Event()

    def read() -> None:
        for second in range(120):
            picture = WALL if second < 40 or second > 80 else DARK
            post.guard.look(picture, cells_of(picture), float(second), alone=True)
        done.set()

    thread = threading.Thread(target=read)
    thread.start()
    said = []
    while not done.is_set():
        said += post.guard.noticed(0.0, is_down=False)
    thread.join()
    said += post.guard.noticed(0.0, is_down=False)
    assert [type(saying.data).__name__ for saying in said] == [STARTED, ENDED]


def test_a_reason_names_thing_cause_and_next_step() -> None:
    (reason,) = tamper_faults("gate", ["covered", "lost"])
    assert reason == "camera gate: something covers its lens; take it away, or wipe the lens"
