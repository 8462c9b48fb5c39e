"""Working days: which days an office works, and by when something that is owed in n of them is due."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Calendar:
    """When an office works, on its own clocks. `days` are working days of the week, 1 is Monday."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Jakarta"))
    days: Collection[int] = (1, 2, 3, 4, 5)
    closes: datetime.time = datetime.time(16, 0)
    holidays: Collection[datetime.date] = frozenset()

    def __post_init__(self) -> None:
        """Raises ValueError for a week without a working day: nothing would ever be due."""
        if not any(1 <= day <= 7 for day in self.days):
            raise ValueError("no day of the week is a working day")

    def works_on(self, day: datetime.date) -> bool:
        """Whether a day is a working day: of the week, and no holiday."""
        return day.isoweekday() in self.days and day not in self.holidays

    def day_of(self, at: float) -> datetime.date:
        """The date at `at` (s since 1970) on the office's clocks."""
        return datetime.datetime.fromtimestamp(at, self.zone).date()

    def due(self, since: float, working_days: int) -> float:
        """When something is due that is owed within `working_days` of `since` (both s since 1970).

        The day of `since` does not count; what is owed in n working days is due when the office closes on the
        n-th of them (0: on the day itself, or on the next working day).
        """
        day, left = self.day_of(since), working_days
        if working_days == 0:
            while not self.works_on(day):
                day += datetime.timedelta(days=1)
        while left > 0:
            day += datetime.timedelta(days=1)
            left -= self.works_on(day)
        return datetime.datetime.combine(day, self.closes, self.zone).timestamp()

    def passed(self, since: float, until: float) -> int:
        """How many working days have begun after the day of `since`, up to the day of `until`; at least 0."""
        first, last = self.day_of(since), self.day_of(until)
        count, day = 0, first
        while day < last:
            day += datetime.timedelta(days=1)
            count += self.works_on(day)
        return count
