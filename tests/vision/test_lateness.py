"""Whose turn it is: cameras in the order of their lateness, and how long one waits at most."""

from dataclasses import dataclass

import av
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.vision.board import Board
from edge_agent.vision.camera import Frame
from edge_agent.vision.detail.plan import TURN_S, spendable

IMAGE = av.VideoFrame(16, 16, "yuv420p")


@dataclass
class Clock:
    """Time that passes only when it is told to."""

    now_s: float = 100.0

    def __call__(self) -> float:
        return self.now_s


@dataclass(frozen=True)
class Turn:
    """One turn: whose, and how long after its due time."""

    camera: int
    waited_s: float


def run(rates: list[float], costs_s: list[float], *, turns: int) -> list[Turn]:
    """Cameras that always have a newest frame, each of which costs its camera's time to be looked at."""
    clock = Clock()
    board = Board([1 / rate for rate in rates], now=clock)
    due_s = [clock.now_s] * len(rates)
    taken: list[Turn] = []
    for _ in range(turns):
        for camera in range(len(rates)):
            board.put(camera, Frame(image=IMAGE, captured_s=clock.now_s))
        turn = board.take(timeout_s=0.0)
        if turn is None:
            clock.now_s += 0.001
            continue
        camera, _ = turn
        taken.append(Turn(camera, clock.now_s - due_s[camera]))
        due_s[camera] = max(due_s[camera] + 1 / rates[camera], clock.now_s + 0.5 / rates[camera])
        clock.now_s += costs_s[camera]
    return taken


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(1, 30), st.floats(0.001, 0.3)), min_size=1, max_size=8),
)
def test_no_camera_waits_longer_than_one_turn_of_all_others(cameras: list[tuple[float, float]]) -> None:
    """Beyond its due time: the turn that is under way then, and one of each other camera."""
    rates, costs_s = [rate for rate, _ in cameras], [cost for _, cost in cameras]
    for turn in run(rates, costs_s, turns=150):
        assert turn.waited_s <= max(costs_s) + sum(costs_s) - costs_s[turn.camera] + 0.002


def test_turns_go_by_lateness() -> None:
    """With more to do than there is time for, who is late goes in the order of due times, round and round."""
    taken = run([10.0, 10.0, 10.0, 10.0], [0.1] * 4, turns=40)
    assert [turn.camera for turn in taken] == [0, 1, 2, 3] * 10


def test_a_camera_that_is_looked_at_in_parts_does_not_starve_the_others() -> None:
    """The budget of parts bounds the bound: all cameras tiled, on a slow machine, and none waits a second."""
    for invoke_s in (0.005, 0.03, 0.09, 0.15):
        parts = spendable(invoke_s, cameras=4, most=36)
        taken = run([10.0] * 4, [(1 + parts) * invoke_s] * 4, turns=60)
        assert max(turn.waited_s for turn in taken) <= max(TURN_S, 4 * invoke_s) + 0.01 < 1.0


def test_less_pace_means_fewer_turns_for_each() -> None:
    clock = Clock()
    board = Board([0.1, 0.2], now=clock)
    counts = {}
    for share in (1.0, 0.5, 0.25, 1.0):
        board.pace(share)
        clock.now_s += 10.0
        began, found = clock.now_s, [0, 0]
        while clock.now_s < began + 20.0:
            for camera in range(2):
                board.put(camera, Frame(image=IMAGE, captured_s=clock.now_s))
            while (turn := board.take(timeout_s=0.0)) is not None:
                found[turn[0]] += 1
            clock.now_s += 0.01
        counts.setdefault(share, []).append(found)
    assert all(abs(one - 200) <= 3 and abs(two - 100) <= 2 for one, two in counts[1.0])
    assert all(abs(one - 100) <= 2 and abs(two - 50) <= 2 for one, two in counts[0.5])
    assert all(abs(one - 50) <= 2 and abs(two - 25) <= 2 for one, two in counts[0.25])
