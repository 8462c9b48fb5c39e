"""Truth: what looks say, when it is told, and when the browser is restarted."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.kiosk.screen.truth import (
    FRESH_S,
    RESTART_AGAIN_S,
    SETTLED_S,
    Code,
    NoCode,
    Nothing,
    Panel,
    Screen,
    Sight,
    Standing,
    Step,
    seen,
    step,
)

EVERY_S = 10.0
GOOD, OLD, STRANGER = Code(2.0), Code(FRESH_S + 1), Code(None)
BLANK, OTHER, GONE = NoCode(is_plain=True), NoCode(is_plain=False), Nothing()
sights = st.sampled_from([GOOD, OLD, STRANGER, BLANK, OTHER, GONE])
panels = st.sampled_from(list(Panel))


@pytest.mark.parametrize(
    ("sight", "panel", "screen"),
    [
        (GOOD, Panel.ON, Screen.PAINTED),
        (GOOD, Panel.UNKNOWN, Screen.UNKNOWN),
        (GOOD, Panel.OFF, Screen.UNKNOWN),
        (OLD, Panel.ON, Screen.FROZEN),
        (STRANGER, Panel.ON, Screen.FROZEN),
        (OTHER, Panel.ON, Screen.FROZEN),
        (OLD, Panel.UNKNOWN, Screen.FROZEN),
        (OLD, Panel.OFF, Screen.UNKNOWN),
        (BLANK, Panel.ON, Screen.BLANK),
        (BLANK, Panel.OFF, Screen.UNKNOWN),
        (GONE, Panel.ON, Screen.UNKNOWN),
        (GONE, Panel.UNKNOWN, Screen.UNKNOWN),
    ],
)
def test_one_look(sight: Sight, panel: Panel, screen: Screen) -> None:
    assert seen(sight, panel) is screen


@given(sights, panels)
def test_only_a_fresh_code_on_a_lit_panel_is_painted(sight: Sight, panel: Panel) -> None:
    assert (seen(sight, panel) is Screen.PAINTED) == (sight == GOOD and panel is Panel.ON)


def walk(looks: list[tuple[Sight, Panel]], *, every_s: float = EVERY_S) -> list[tuple[float, Step]]:
    """Every look's step, and when it was."""
    standing, steps = Standing(since=0.0), []
    for number, (sight, panel) in enumerate(looks, 1):
        found = step(standing, sight, panel, number * every_s)
        standing = found.standing
        steps.append((number * every_s, found))
    return steps


def told(steps: list[tuple[float, Step]]) -> list[Screen]:
    return [found.tell for _, found in steps if found.tell is not None]


@given(st.lists(st.tuples(sights, panels), max_size=60))
def test_never_told_painted_but_by_a_look_that_saw_it(looks: list[tuple[Sight, Panel]]) -> None:
    for (sight, panel), (_, found) in zip(looks, walk(looks), strict=True):
        if found.tell is Screen.PAINTED:
            assert (sight, panel) == (GOOD, Panel.ON)
    changes = told(walk(looks))
    assert all(one is not other for one, other in pairwise(changes))


@pytest.mark.parametrize(
    ("fault", "screen"), [(OLD, Screen.FROZEN), (OTHER, Screen.FROZEN), (BLANK, Screen.BLANK)]
)
@pytest.mark.parametrize("every_s", [1.0, 5.0, 10.0])
def test_a_fault_is_known_within_90_s(fault: Sight, screen: Screen, every_s: float) -> None:
    """A frozen page's code only grows old: the worst is a freeze just after a look that was good."""
    until_old = int(FRESH_S / every_s) + 1 if fault is OLD else 0
    looks = [(GOOD, Panel.ON)] + [(GOOD, Panel.ON)] * until_old + [(fault, Panel.ON)] * 40
    steps = walk(looks, every_s=every_s)
    known = next(at for at, found in steps if found.tell is screen)
    assert known - every_s <= 90
    assert told(steps) == [Screen.PAINTED, screen]


def test_a_page_that_is_just_being_drawn_is_no_fault() -> None:
    steps = walk([(GOOD, Panel.ON), (BLANK, Panel.ON), (GOOD, Panel.ON), (OTHER, Panel.ON), (GOOD, Panel.ON)])
    assert told(steps) == [Screen.PAINTED]
    assert not any(found.restart for _, found in steps)


def test_the_browser_is_restarted_and_then_given_time() -> None:
    steps = walk([(OLD, Panel.ON)] * 300)
    restarts = [at for at, found in steps if found.restart]
    assert restarts[0] <= 10 + SETTLED_S + EVERY_S
    waits = [after - before for before, after in pairwise(restarts)]
    assert all(wait >= least for wait, least in zip(waits, RESTART_AGAIN_S, strict=False))
    assert all(wait <= RESTART_AGAIN_S[-1] + EVERY_S for wait in waits)
    assert len(restarts) >= 4


def test_a_restart_that_helped_starts_the_patience_anew() -> None:
    looks = [(OLD, Panel.ON)] * 4 + [(GOOD, Panel.ON)] * 3 + [(OLD, Panel.ON)] * 4
    assert sum(found.restart for _, found in walk(looks)) == 2


def test_a_panel_that_is_off_restarts_nothing_and_is_never_green() -> None:
    steps = walk([(BLANK, Panel.OFF)] * 50 + [(GOOD, Panel.OFF)] * 50 + [(GONE, Panel.OFF)] * 50)
    assert not any(found.restart for _, found in steps)
    assert told(steps) == [Screen.UNKNOWN]


def test_a_panel_that_cannot_be_asked_restarts_nothing_while_the_page_follows() -> None:
    steps = walk([(GOOD, Panel.UNKNOWN)] * 100)
    assert not any(found.restart for _, found in steps)


def test_a_compositor_that_is_gone_is_restarted() -> None:
    assert any(found.restart for _, found in walk([(GONE, Panel.ON)] * 5))
