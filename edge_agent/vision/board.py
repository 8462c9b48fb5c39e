"""The newest frame of each camera, and whose turn it is; of an event's beginning, a few frames in order.

A live frame replaces the one before it that nobody took: nothing grows, and nothing is stale. Late frames (an
event's beginning, decoded when it was noticed) are looked at in their order and in double time, with a few
waiting at most, for their reader waits while there is no room.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from edge_agent.vision.camera import Frame

MOST_WAITING = 4
"""Late frames of one camera; the others are not decoded yet."""
PATIENCE_S = 1.0
"""Once the frame that is next has waited for so long, its reader does not wait for room any more."""
HASTE = 2.0
"""How many times faster than they were taken late frames are looked at."""
RECENT = 256


@dataclass(slots=True)
class _Slot:
    period_s: float
    due_s: float = 0.0
    frames: deque[Frame] = field(default_factory=deque)
    """Late ones, the oldest first, and after them one live."""
    since_s: float = 0.0
    """When the frame that is next came, or when the one before it was taken."""
    interval_s: float = 0.0
    """From one turn to the next, lately, while late frames were waiting."""
    accepted_s: float = float("-inf")
    """Capture time of the newest frame that was put here."""
    arrived: int = 0
    dropped: int = 0

    def next_due(self) -> float | None:
        """When its next frame is due; one that is late always is, and came too late for its camera's pace."""
        if not self.frames:
            return None
        return min(self.due_s, self.since_s) if self.frames[0].late else self.due_s


def most_overdue(due: Sequence[float | None], now: float) -> int | None:
    """The place of the earliest time in `due` that is not after `now`; None where there is none.

    A camera without a new frame has None. As each turn sets the camera's next due time later, the one that
    waited longest for its turn is next, and none starves.
    """
    ready = [(at, place) for place, at in enumerate(due) if at is not None and at <= now]
    return min(ready)[1] if ready else None


class Board:
    """Where readers put frames and the inference loop takes them. One reader puts those of a camera."""

    def __init__(self, periods_s: Sequence[float], *, now: Callable[[], float] = time.monotonic) -> None:
        """`periods_s`: for each camera, the least time between two of its frames that are looked at."""
        self._periods_s = tuple(periods_s)
        self._slots = [_Slot(period_s=period) for period in periods_s]
        self._changed = threading.Condition()
        self._woken = False
        self._lateness_s: deque[float] = deque(maxlen=RECENT)
        self._now = now

    def put(self, camera: int, frame: Frame) -> None:
        """Show a frame of a camera: a live one replaces its predecessor, a late one waits for room."""
        with self._changed:
            slot = self._slots[camera]
            slot.arrived += 1
            if frame.late and not self._has_room(slot, frame):
                slot.dropped += 1
                return
            if slot.frames and not frame.late and not slot.frames[-1].late:
                slot.frames.pop()
                slot.dropped += 1
            if not slot.frames:
                slot.since_s = self._now()
            slot.frames.append(frame)
            if not frame.audit:
                slot.accepted_s = frame.captured_s
            self._changed.notify_all()

    def take(self, *, timeout_s: float) -> tuple[int, Frame] | None:
        """The frame of the most overdue camera, waiting for one; None after `timeout_s`, or when woken."""
        give_up = self._now() + timeout_s
        with self._changed:
            while True:
                now = self._now()
                due = [slot.next_due() for slot in self._slots]
                place = most_overdue(due, now)
                if place is not None:
                    return place, self._hand_over(self._slots[place], now)
                if self._woken or now >= give_up:
                    self._woken = False
                    return None
                next_due = min((at for at in due if at is not None), default=give_up)
                self._changed.wait(max(0.0, min(next_due, give_up) - now))

    def pace(self, share: float) -> None:
        """From now on, look at each camera's frames at this share of its rate; more than 0, at most 1."""
        with self._changed:
            for slot, period_s in zip(self._slots, self._periods_s, strict=True):
                slot.period_s = period_s / share

    def wake(self) -> None:
        """Let a waiting `take` return."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    @property
    def arrived(self) -> list[int]:
        """By camera: how many frames were put here."""
        return [slot.arrived for slot in self._slots]

    @property
    def dropped(self) -> list[int]:
        """By camera: how many were replaced before they were looked at."""
        return [slot.dropped for slot in self._slots]

    def has_waiting(self, camera: int) -> bool:
        """Whether a frame of this camera waits to be taken."""
        with self._changed:
            return bool(self._slots[camera].frames)

    @property
    def lateness_s(self) -> list[float]:
        """How long the frames taken lately had waited beyond their due time."""
        return list(self._lateness_s)

    def _has_room(self, slot: _Slot, frame: Frame) -> bool:
        """Whether a late frame is to be kept, waiting for room; not so where one near it was kept."""
        nearest_s = max(slot.period_s, HASTE * slot.interval_s) * 0.9
        if frame.captured_s - slot.accepted_s < nearest_s:
            return False
        while len(slot.frames) >= MOST_WAITING:
            left_s = slot.since_s + PATIENCE_S - self._now()
            if left_s <= 0:
                return False
            self._changed.wait(left_s)
        return True

    def _hand_over(self, slot: _Slot, now: float) -> Frame:
        due = slot.next_due()
        frame = slot.frames.popleft()
        self._lateness_s.append(max(0.0, now - max(due or 0.0, slot.since_s)))
        if frame.late:
            # Its own pace is that of its capture times; others that wait longer still go first.
            slot.interval_s = now - slot.since_s
            slot.due_s = now
            self._changed.notify_all()
        else:
            slot.interval_s = 0.0
            # A frame that came a little early must not halve the rate, so lateness is not carried over but
            # a small part of the period is forgiven.
            slot.due_s = max(slot.due_s + slot.period_s, now + slot.period_s * 0.5)
        slot.since_s = now
        return frame
