"""A holder of our own making: it takes cases, and moves each on with time along a course."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from fleet.adapters import Away, Declined
from fleet.adapters.holder import News, Passed

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A state that a case comes to `after_days` days after it was passed on."""

    after_days: float
    state: str
    reason: str = ""


Course = Callable[[Passed], Sequence[Stage]]
"""How it will go with a case. Raises Declined for one that is not taken."""


class SimulatedHolder:
    """`now` (s since 1970) and `away` are set by whoever tests with it. Threads may share it."""

    def __init__(self, name: str, course: Course, *, now: float = 0.0) -> None:
        """Empty, at `now`; `name` is for people."""
        self.now = now
        self.away = False
        self._name, self._course = name, course
        self._taken: dict[str, list[News]] = {}
        self._lock = threading.Lock()

    def pass_on(self, case: Passed) -> str:
        """A number of seven digits, the same for the same case. Raises Away, Declined."""
        self._answer()
        stages = self._course(case)
        number = str(1_000_000 + UUID(case.subject).int % 9_000_000)
        with self._lock:
            begins = self.now
            self._taken.setdefault(
                number, [News(one.state, begins + one.after_days * DAY_S, one.reason) for one in stages]
            )
        return number

    def news(self, reference: str) -> Sequence[News]:
        """What it has done by `now`. Raises Away, Declined."""
        self._answer()
        with self._lock:
            found = self._taken.get(reference)
        if found is None:
            raise Declined(f'{self._name}: nothing has the number "{reference[:16]}"')
        return [one for one in found if one.at <= self.now]

    def _answer(self) -> None:
        if self.away:
            raise Away(f"{self._name}: does not answer; it is asked again")
