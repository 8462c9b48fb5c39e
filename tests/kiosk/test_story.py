"""Stories: a ladder never shows more than is known, and never takes a step back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract.notices import Step
from edge_agent.inbox.store import SubmissionState
from edge_agent.kiosk.services.service import N_
from edge_agent.kiosk.story import BEGINS, ENDS, LABELS, PATHS, UNKNOWN, Reached, Story, ladder

SERVICES = st.sampled_from([*PATHS, "survey", "something-new"])
STATES = st.sampled_from(sorted({*LABELS, *BEGINS, "later_release"} - {"saved", "sent", "stored"}))
STEPS = st.lists(
    st.builds(lambda state, at: Step(state=state, at=float(at)), STATES, st.integers(0, 99)), max_size=8
)


@given(SERVICES, st.sampled_from(SubmissionState), STEPS)
def test_what_is_reached_stands_before_what_is_open(
    service: str, state: SubmissionState, steps: list[Step]
) -> None:
    rungs = ladder(service, Story(state=state, steps=tuple(steps)))
    if state is SubmissionState.REFUSED and not steps:
        assert rungs == ()
        return
    order = [Reached.DONE, Reached.NOW, Reached.OPEN]
    places = [order.index(rung.reached) for rung in rungs]
    assert places == sorted(places)
    assert places.count(order.index(Reached.NOW)) == 1


@given(SERVICES, st.sampled_from(SubmissionState), STEPS)
def test_nothing_is_reached_that_nobody_told(service: str, state: SubmissionState, steps: list[Step]) -> None:
    rungs = ladder(service, Story(state=state, steps=tuple(steps)))
    reached = [rung.state for rung in rungs if rung.reached is not Reached.OPEN]
    told = [step.state for step in steps if step.state not in BEGINS]
    if steps:
        assert reached == ["stored", *told]
    else:
        assert reached == ["saved", "sent", "stored"][: len(reached)]
        assert (reached[-1:] or [state.value]) == [state.value]


@given(SERVICES, STEPS.filter(bool))
def test_after_an_end_nothing_is_open(service: str, steps: list[Step]) -> None:
    story = Story(state=SubmissionState.STORED, steps=tuple(steps))
    rungs = ladder(service, story)
    if steps[-1].state in ENDS:
        assert all(rung.reached is not Reached.OPEN for rung in rungs)
        assert story.late_s(1e12) == 0


@pytest.mark.parametrize(("service", "path"), PATHS.items())
def test_a_step_on_the_path_leaves_the_rest_open(service: str, path: tuple[str, ...]) -> None:
    for at, state in enumerate(path):
        story = Story(state=SubmissionState.STORED, steps=(Step(state=state, at=1.0),))
        still_open = [rung.state for rung in ladder(service, story) if rung.reached is Reached.OPEN]
        assert still_open == ([] if state in ENDS else list(path[at + 1 :]))


def test_every_state_of_a_path_has_its_words() -> None:
    assert {state for path in PATHS.values() for state in path} <= set(LABELS)
    assert ENDS - {"approved"} <= set(LABELS) | BEGINS
    assert N_(UNKNOWN) not in LABELS.values()


def test_lateness_counts_from_the_day_it_was_due() -> None:
    story = Story(state=SubmissionState.STORED, steps=(Step(state="forwarded", at=1.0),), due_at=100.0)
    assert story.late_s(99.0) == 0
    assert story.late_s(130.0) == 30
