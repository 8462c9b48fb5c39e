"""Opening hours, as one writes them on a door: `mon-fri 08:00-16:00`."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FORM = '"mon-fri 08:00-16:00"'
_DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """From when until when on which days, in minutes of the day; until midnight is 1440."""

    days: frozenset[int]
    from_min: int
    until_min: int

    def hold(self, there: datetime) -> bool:
        """Whether a local time lies within."""
        return (
            there.weekday() in self.days and self.from_min <= there.hour * 60 + there.minute < self.until_min
        )


@lru_cache(maxsize=64)
def parse_hours(text: str) -> Hours:
    """Read hours such as `mon-fri 08:00-16:00` or `sat 09:00-24:00`. Raises ValueError."""
    found = re.fullmatch(r"([a-z]{3})(?:-([a-z]{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)", text.strip().lower())
    if not found:
        raise ValueError(f"not opening hours; write them as {FORM}")
    first, last = found[1], found[2] or found[1]
    for day in (first, last):
        if day not in DAYS:
            raise ValueError(f'"{day}" is no day; write one of: {", ".join(DAYS)}')
    start, count = DAYS.index(first), (DAYS.index(last) - DAYS.index(first)) % 7 + 1
    from_min, until_min = (int(found[n]) * 60 + int(found[n + 1]) for n in (3, 5))
    if not (int(found[4]) < 60 and int(found[6]) < 60 and from_min < until_min <= _DAY_MIN):
        raise ValueError("the end must be after the beginning, at 24:00 at the latest")
    return Hours(frozenset((start + n) % 7 for n in range(count)), from_min, until_min)
