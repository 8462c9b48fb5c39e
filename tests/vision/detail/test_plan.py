"""Which parts are looked at, and that no camera starves for it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.vision.detail.plan import HOLD_S, TURN_S, Need, State, plan, spendable
from edge_agent.vision.detail.regions import Region, grid

TILES = grid(3, 2, overlap=0.25)
TINY = Region(0.40, 0.40, 0.43, 0.46)
quick = settings(deadline=None, max_examples=100)


def parts(state: State, now_s: float, need: Need, most: int = 8) -> tuple[State, tuple[Region, ...]]:
    return plan(state, now_s, need, tiles=TILES, always=False, most=most)


def test_a_picture_of_large_things_is_looked_at_once() -> None:
    assert parts(State(), 0.0, Need())[1] == ()


def test_small_subjects_and_crowds_are_tiled_for_a_while() -> None:
    for need in (Need(small=(TINY,)), Need(crowded=True)):
        state, found = parts(State(), 10.0, need)
        assert found == TILES
        state, found = parts(state, 10.0 + HOLD_S, Need())
        assert found == TILES
        assert parts(state, 10.1 + HOLD_S, Need())[1] == ()


def test_what_moved_and_was_not_found_is_looked_at_in_a_window() -> None:
    (window,) = parts(State(), 0.0, Need(unseen=(TINY,)))[1]
    assert window.holds(TINY)
    assert window.width < 0.6


def test_tiles_that_do_not_fit_take_turns_and_what_is_small_comes_first() -> None:
    state, seen = State(), []
    for number in range(6):
        state, found = parts(state, number / 10, Need(small=(TINY,)), most=3)
        assert len(found) == 3
        assert found[0].holds(TINY)
        seen += found[1:]
    assert all(seen.count(tile) == 2 for tile in TILES)


@quick
@given(
    st.floats(0, 2), st.integers(1, 16), st.integers(0, 36), st.integers(0, 5), st.booleans()
)  # fmt: skip
def test_all_cameras_together_never_take_longer_than_a_turn(
    invoke_s: float, cameras: int, most: int, small: int, always: bool
) -> None:
    spend = spendable(invoke_s, cameras=cameras, most=most)
    assert 0 <= spend <= most
    need = Need(small=(TINY,) * small, crowded=small == 4)
    _, found = plan(State(), 0.0, need, tiles=TILES, always=always, most=spend)
    assert len(found) <= spend
    whole_turn_s = cameras * (1 + len(found)) * invoke_s
    assert whole_turn_s <= max(TURN_S, cameras * invoke_s) + 1e-6
