"""Where a kiosk stands: its region, the office in whose hall it is, and which kiosk of the hall it is."""

import datetime
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from loket.region import Region
from loket.region.parts import Queue
from loket.workdays import Calendar


@dataclass(frozen=True)
class Hall:
    """A kiosk's place. `office` is the region's name of the office; empty: the kiosk stands in no hall.

    `has_camera`: documents can be photographed here.
    """

    region: Region
    office: str = ""
    series: str = ""
    has_camera: bool = False

    @cached_property
    def calendar(self) -> Calendar:
        """When the offices work."""
        file = self.region.file
        return Calendar(
            zone=ZoneInfo(file.hours.zone),
            days=tuple(file.hours.days),
            closes=file.hours.closes,
            holidays=frozenset(holiday.day for holiday in file.holidays),
        )

    @property
    def queues(self) -> tuple[Queue, ...]:
        """The queues whose numbers are given here."""
        return tuple(
            queue for queue in self.region.file.queues if self.office and queue.office == self.office
        )

    def local(self, at: datetime.datetime) -> datetime.datetime:
        """A moment in the region's own time."""
        return at.astimezone(self.calendar.zone)

    def serving_day(self, now: datetime.datetime) -> datetime.date:
        """The day for which a number taken `now` holds: today until the counters close, else the next."""
        local = self.local(now)
        day = local.date()
        if local.time() >= self.calendar.closes:
            day += datetime.timedelta(days=1)
        while not self.calendar.works_on(day):
            day += datetime.timedelta(days=1)
        return day
