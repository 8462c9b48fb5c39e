"""The newest frame of each camera, and whose turn it is: no queue, so nothing grows and nothing is stale."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge_agent.vision.camera import Frame


@dataclass(slots=True)
class _Slot:
    period_s: float
    due_s: float = 0.0
    frame: Frame | None = None
    arrived: int = 0
    dropped: int = 0


def most_overdue(due: Sequence[float | None], now: float) -> int | None:
    """The place of the earliest time in `due` that is not after `now`; None where there is none.

    A camera without a new frame has None. As each turn sets the camera's next due time later, the one that
    waited longest for its turn is next, and none starves.
    """
    ready = [(at, place) for place, at in enumerate(due) if at is not None and at <= now]
    return min(ready)[1] if ready else None


class Board:
    """Where readers put frames and the inference loop takes them."""

    def __init__(self, periods_s: Sequence[float], *, now: Callable[[], float] = time.monotonic) -> None:
        """`periods_s`: for each camera, the least time between two of its frames that are looked at."""
        self._slots = [_Slot(period_s=period) for period in periods_s]
        self._changed = threading.Condition()
        self._woken = False
        self._now = now

    def put(self, camera: int, frame: Frame) -> None:
        """Show the newest frame of a camera; one that was not taken is dropped."""
        with self._changed:
            slot = self._slots[camera]
            slot.arrived += 1
            if slot.frame is not None:
                slot.dropped += 1
            slot.frame = frame
            self._changed.notify()

    def take(self, *, timeout_s: float) -> tuple[int, Frame] | None:
        """The frame of the most overdue camera, waiting for one; None after `timeout_s`, or when woken."""
        give_up = self._now() + timeout_s
        with self._changed:
            while True:
                now = self._now()
                due = [slot.due_s if slot.frame is not None else None for slot in self._slots]
                place = most_overdue(due, now)
                if place is not None:
                    return place, self._hand_over(self._slots[place], now)
                if self._woken or now >= give_up:
                    self._woken = False
                    return None
                next_due = min((at for at in due if at is not None), default=give_up)
                self._changed.wait(max(0.0, min(next_due, give_up) - now))

    def wake(self) -> None:
        """Let a waiting `take` return."""
        with self._changed:
            self._woken = True
            self._changed.notify()

    @property
    def arrived(self) -> list[int]:
        """By camera: how many frames were put here."""
        return [slot.arrived for slot in self._slots]

    @property
    def dropped(self) -> list[int]:
        """By camera: how many were replaced before they were looked at."""
        return [slot.dropped for slot in self._slots]

    @staticmethod
    def _hand_over(slot: _Slot, now: float) -> Frame:
        frame = slot.frame
        assert frame is not None  # noqa: S101 - only a slot with a frame is ever due
        slot.frame = None
        # A frame that came a little early must not halve the rate, so lateness is not carried over but
        # a small part of the period is forgiven.
        slot.due_s = max(slot.due_s + slot.period_s, now + slot.period_s * 0.5)
        return frame
