"""One look: what is wrong with a camera's picture begins and ends; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from edge_agent.contract.events import Tamper
from edge_agent.vision.tamper import case, still, view
from edge_agent.vision.tamper.case import Case, Fine, Suspected, Telling, Told
from edge_agent.vision.tamper.look import Look
from edge_agent.vision.tamper.settings import TamperSettings
from edge_agent.vision.tamper.still import Still
from edge_agent.vision.tamper.view import View


@dataclass(frozen=True, slots=True)
class State:
    """All that is known of one camera."""

    view: View | None = None
    still: Still = field(default_factory=Still)
    seen: Case = field(default_factory=Fine)
    """That it is not the usual view."""
    stuck: Case = field(default_factory=Fine)
    """That the picture stands still."""


def step(
    state: State, now_s: float, look: Look, *, settings: TamperSettings
) -> tuple[State, Sequence[Telling]]:
    """The state after a look at `now_s` (when the picture was taken; never going back), and what to tell."""
    if state.view is None or state.view.cells.shape != look.cells.shape:
        told = [*case.close(state.seen, now_s, "changed"), *case.close(state.stuck, now_s, "changed")]
        return State(view=view.begin(look, now_s), still=still.compare(Still(), look)[0]), told
    state, told_view = _look_at_view(state, state.view, now_s, look, settings)
    state, told_still = _look_for_life(state, now_s, look, settings)
    return state, [*told_view, *told_still]


def finish(state: State, now_s: float) -> Sequence[Telling]:
    """The unit stops: what is open."""
    return [*case.close(state.seen, now_s, "stopped"), *case.close(state.stuck, now_s, "stopped")]


def _look_at_view(
    state: State, usual: View, now_s: float, look: Look, settings: TamperSettings
) -> tuple[State, Sequence[Telling]]:
    if (
        isinstance(state.seen, Told)
        and state.seen.tamper == "moved"
        and now_s - state.seen.since_s >= settings.accept_s
    ):
        told = case.close(state.seen, now_s, "accepted")
        return replace(state, view=view.begin(look, now_s), seen=Fine()), told
    found = view.compare(usual, look)
    sign: Tamper | None = found.wrong if usual.looks >= view.FIRST_LOOKS else None
    seen, told = case.step(
        state.seen,
        now_s,
        sign if _is_asked(sign, settings) else None,
        after_s=settings.after_s,
        clear_s=settings.clear_s,
    )
    if sign is None:
        usual = view.learn(usual, look, now_s, kept=found.kept)
    return replace(state, view=usual, seen=seen), told


def _look_for_life(
    state: State, now_s: float, look: Look, settings: TamperSettings
) -> tuple[State, Sequence[Telling]]:
    """A picture that shows nothing has nothing in it that could live."""
    if not isinstance(state.seen, Fine):
        stuck: Case = Fine() if isinstance(state.stuck, Suspected) else state.stuck
        return replace(state, still=Still(), stuck=stuck), ()
    known, stands = still.compare(state.still, look)
    if stands is None:
        return replace(state, still=known), ()
    stuck, told = case.step(
        state.stuck,
        now_s,
        "frozen" if stands and "frozen" in settings.kinds else None,
        after_s=settings.after_s,
        clear_s=settings.clear_s,
    )
    return replace(state, still=known, stuck=stuck), told


def _is_asked(sign: Tamper | None, settings: TamperSettings) -> bool:
    return sign is not None and sign in settings.kinds
