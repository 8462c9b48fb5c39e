"""A story: what is known of something that was filed, and how that is told; never before it is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge_agent.contract.notices import Step
from edge_agent.inbox.store import SubmissionState
from edge_agent.kiosk.services.service import N_


@dataclass(frozen=True, slots=True)
class Story:
    """How far something came, the steps that offices took with it, and by when the next is owed (s, UTC)."""

    state: SubmissionState
    steps: tuple[Step, ...] = ()
    due_at: float | None = None

    @property
    def last(self) -> str:
        """The state that the offices last gave it; empty if none has."""
        return self.steps[-1].state if self.steps else ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more is owed."""
        return self.last in ENDS

    def late_s(self, now: float) -> float:
        """For how long the next step has been owed, seconds; 0 if it is not late."""
        return 0.0 if self.is_over or self.due_at is None else max(0.0, now - self.due_at)


class Reached(StrEnum):
    """Where a rung stands."""

    DONE = "done"
    NOW = "now"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the way: its state, how it is called, what it means, and the step that reached it."""

    state: str
    label: str
    meaning: str
    reached: Reached
    step: Step | None = None


PATHS: dict[str, tuple[str, ...]] = {
    "complaint": ("forwarded", "in_progress", "answered", "closed"),
    "aspiration": (
        "village_verified", "district_verified", "agency_verified", "in_plan", "budgeted", "in_work", "done",
    ),
    "ticket": ("called", "serving", "done"),
    "permit": ("in_process", "approved"),
    "emergency": ("acknowledged", "closed"),
}  # fmt: skip
"""The way that each service's submissions go once they are received, where all goes well."""

ENDS = frozenset({"closed", "done", "rejected", "approved", "no_show", "cancelled"})
"""The states after which nothing more is owed."""

BEGINS = frozenset({"received", "proposed", "waiting", "awaiting_verification", "raised"})
"""The states in which the service centre takes something in: told as "received"."""

LABELS = {
    "saved": N_("Saved at the kiosk"),
    "sent": N_("Sent"),
    "stored": N_("Received"),
    "forwarded": N_("Forwarded"),
    "in_progress": N_("In progress"),
    "answered": N_("Answered"),
    "closed": N_("Closed"),
    "rejected": N_("Rejected"),
    "village_verified": N_("Checked by the village"),
    "district_verified": N_("Checked by the district"),
    "agency_verified": N_("Checked by the agency"),
    "in_plan": N_("In the year's plan (RKPD)"),
    "budgeted": N_("In the budget"),
    "in_work": N_("Being done"),
    "done": N_("Done"),
    "called": N_("Called"),
    "serving": N_("Being served"),
    "no_show": N_("Nobody came"),
    "cancelled": N_("Given back"),
    "transferred": N_("Moved to another counter"),
    "in_process": N_("In process"),
    "needs_repair": N_("Needs correction"),
    "approved": N_("Approved"),
    "acknowledged": N_("Acknowledged"),
}
MEANINGS = {
    "saved": N_("It is safe on this kiosk and goes out by itself, also after a power cut."),
    "sent": N_("It has left this kiosk; the service centre has yet to confirm it."),
    "stored": N_("The service centre has stored it."),
    "forwarded": N_("The agency that is responsible has it."),
    "in_progress": N_("The agency works on it."),
    "answered": N_("The agency has answered."),
    "closed": N_("It is settled."),
    "rejected": N_("It is not going on. The reason stands here."),
    "needs_repair": N_("Something has to be put right by you. What it is stands here."),
    "done": N_("It is finished."),
}
UNKNOWN = N_("Another state")


def ladder(service: str, story: Story) -> tuple[Rung, ...]:
    """The rungs of a story: those reached, then those that are still to come."""
    if story.state is SubmissionState.REFUSED and not story.steps:
        return ()
    told = [step for step in story.steps if step.state not in BEGINS]
    if not story.steps:
        order = (SubmissionState.SAVED, SubmissionState.SENT, SubmissionState.STORED)
        reached = order.index(story.state)
        rungs = [
            _rung(
                state.value, Reached.NOW if at == reached else Reached.DONE if at < reached else Reached.OPEN
            )
            for at, state in enumerate(order)
        ]
        ahead = PATHS.get(service, ())
        return (*rungs, *(_rung(state, Reached.OPEN) for state in ahead))
    taken_in = next((step for step in story.steps if step.state in BEGINS), None)
    rungs = [_rung("stored", Reached.DONE if told else Reached.NOW, taken_in)]
    for at, step in enumerate(told, start=1):
        rungs.append(_rung(step.state, Reached.NOW if at == len(told) else Reached.DONE, step))
    return (*rungs, *(_rung(state, Reached.OPEN) for state in _ahead(service, story)))


def _ahead(service: str, story: Story) -> Sequence[str]:
    """What is still to come: nothing after an end, else the path after the furthest that was reached."""
    path = PATHS.get(service, ())
    if story.is_over:
        return ()
    furthest = max((path.index(step.state) + 1 for step in story.steps if step.state in path), default=0)
    return path[furthest:]


def _rung(state: str, reached: Reached, step: Step | None = None) -> Rung:
    return Rung(
        state=state,
        label=LABELS.get(state, UNKNOWN),
        meaning=MEANINGS.get(state, ""),
        reached=reached,
        step=step,
    )
