"""Which model serves, which served before it, and which are refused: values and how they change; pure."""

from dataclasses import dataclass, replace
from typing import Literal

Cause = Literal["promoted", "returned", "refused"]

MOST_REFUSED = 16
MOST_CUTS = 5
"""So many starts on trial that a reboot ended are put down to the power; more may be the model's doing."""
MOST_UNTOLD = 16
"""Changes that wait to be told; of more, the oldest go."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A model that has passed its canary."""

    name: str
    version: str
    pin: str
    """The SHA-256 of its manifest, which pins its files."""
    sha256: str
    """That of its weights."""
    runtime: str
    """With which it passed; under another it has to pass again."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A model that must not serve, and why."""

    slot: Slot
    reason: str
    lasting: bool
    """Whether it is of no use to try it again: else it was too slow, say, while the machine was busy."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a model, to be told."""

    id: str
    """The event's id: told twice, it is one event."""
    cause: Cause
    name: str
    before: str | None
    """The weights that served before, and that serve now (or were refused)."""
    after: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Slots:
    """All that is remembered of the models of one device."""

    current: Slot | None = None
    previous: Slot | None = None
    starts: int | None = None
    """Of the current one since it was promoted, those that did not end well; None once it is proven."""
    boot: str = ""
    """The machine's boot in which the latest of them was."""
    cuts: int = 0
    """How many more there were that a reboot ended."""
    refused: tuple[Refusal, ...] = ()
    untold: tuple[Change, ...] = ()

    @property
    def kept(self) -> tuple[Slot, ...]:
        """Whose files must be kept."""
        return tuple(slot for slot in (self.current, self.previous) if slot is not None)

    def refusal_of(self, pin: str) -> Refusal | None:
        """Why the model with this manifest is refused, if it is."""
        return next((refusal for refusal in self.refused if refusal.slot.pin == pin), None)


def promoted(slots: Slots, slot: Slot, *, change: str) -> Slots:
    """`slot` has passed its canary and serves from now on; on trial, if it is another than before."""
    before = slots.current
    refused = tuple(refusal for refusal in slots.refused if refusal.slot.pin != slot.pin)
    if before is not None and before.pin == slot.pin:
        return replace(slots, current=slot, refused=refused)
    told = Change(change, "promoted", slot.name, before.sha256 if before else None, slot.sha256)
    return replace(
        slots,
        current=slot,
        previous=before or slots.previous,
        starts=0,
        cuts=0,
        refused=refused,
        untold=_with(slots, told),
    )


def refused(slots: Slots, slot: Slot, *, reason: str, lasting: bool, change: str) -> Slots:
    """`slot` must not serve; told once as long as it is remembered."""
    others = tuple(refusal for refusal in slots.refused if refusal.slot.pin != slot.pin)
    known = len(others) < len(slots.refused)
    before = slots.current.sha256 if slots.current else None
    told = Change(change, "refused", slot.name, before, slot.sha256, reason)
    return replace(
        slots,
        refused=(*others, Refusal(slot, reason, lasting))[-MOST_REFUSED:],
        untold=slots.untold if known else _with(slots, told),
    )


def returned(slots: Slots, *, reason: str, change: str) -> Slots:
    """The previous model serves again, and the current one is refused. As it was where there is no other."""
    bad, good = slots.current, slots.previous
    if bad is None or good is None:
        return slots
    others = tuple(refusal for refusal in slots.refused if refusal.slot.pin != bad.pin)
    return replace(
        slots,
        current=good,
        previous=None,
        starts=None,
        refused=(*others, Refusal(bad, reason, lasting=True))[-MOST_REFUSED:],
        untold=_with(slots, Change(change, "returned", good.name, bad.sha256, good.sha256, reason)),
    )


def rebooted(slots: Slots, *, boot: str) -> Slots:
    """The latest start is not held against the model where the machine's end was its end; not for ever."""
    if not slots.starts or slots.boot == boot or slots.cuts >= MOST_CUTS:
        return slots
    return replace(slots, starts=slots.starts - 1, boot=boot, cuts=slots.cuts + 1)


def began(slots: Slots, *, boot: str) -> Slots:
    """The current model is about to be loaded: it counts as a crash until it ends well."""
    return slots if slots.starts is None else replace(slots, starts=slots.starts + 1, boot=boot)


def ended_well(slots: Slots) -> Slots:
    """It was not the model that ended the unit, so that start does not count."""
    return slots if slots.starts is None else replace(slots, starts=max(0, slots.starts - 1))


def healthy(slots: Slots) -> Slots:
    """The current model has worked for a while: it is on trial no more."""
    return replace(slots, starts=None)


def is_crash_looping(slots: Slots, *, most_starts: int) -> bool:
    """Whether the current model was given its chances, and there is one to return to."""
    return slots.starts is not None and slots.starts >= most_starts and slots.previous is not None


def forgiven(slots: Slots, pin: str) -> Slots:
    """A person wants a refused model to be tried again."""
    return replace(slots, refused=tuple(r for r in slots.refused if r.slot.pin != pin))


def without(slots: Slots, bad: Slot, *, reason: str, change: str) -> Slots:
    """The current model cannot serve as it lies here; it may be put here anew."""
    if slots.current != bad:
        return slots
    good = slots.previous
    untold = slots.untold
    if good is not None:
        untold = _with(slots, Change(change, "returned", good.name, bad.sha256, good.sha256, reason))
    return replace(slots, current=good, previous=None, starts=None, untold=untold)


def told(slots: Slots, changes: tuple[Change, ...]) -> Slots:
    """These changes are told."""
    return replace(slots, untold=tuple(change for change in slots.untold if change not in changes))


def _with(slots: Slots, change: Change) -> tuple[Change, ...]:
    return (*slots.untold, change)[-MOST_UNTOLD:]
