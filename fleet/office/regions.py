"""The regions that this fleet serves, as their folders describe them; without a folder, what can be known."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from loket.region import Region, load_region
from loket.region.parts import Queue
from loket.settings import SettingsError
from loket.workdays import Calendar


@dataclass(frozen=True)
class Regions:
    """The regions, each by its folder. A region without one has no queues, agencies, or holidays.

    `calls_here`: the numbers of their queues are called from our desks, not by another system.
    """

    all: tuple[Region, ...] = ()
    calls_here: bool = True

    def find(self, code: str) -> Region | None:
        """The region of that code."""
        return next((region for region in self.all if region.file.code == code), None)

    def calendar(self, code: str) -> Calendar:
        """When the offices of a region work; Monday to Friday, western time, where it is not said."""
        return self._calendars.get(code, Calendar())

    def today(self, code: str, now: float) -> datetime.date:
        """The date on a region's clocks."""
        return self.calendar(code).day_of(now)

    def office(self, name: str) -> "Office | None":
        """An office that has queues."""
        return self.offices.get(name)

    @cached_property
    def offices(self) -> "dict[str, Office]":
        """Every office that has queues, by name."""
        found: dict[str, Office] = {}
        for region in self.all:
            for name in dict.fromkeys(queue.office for queue in region.file.queues):
                queues = tuple(queue for queue in region.file.queues if queue.office == name)
                found[name] = Office(name=name, region=region, queues=queues, calls_here=self.calls_here)
        return found

    def agency_title(self, region: str, agency: str | None, language: str) -> str:
        """How people call an agency; its name where nobody says, and nothing for none."""
        found = self.find(region)
        known = found.agency(agency) if found is not None and agency is not None else None
        return known.title.by(language)[0] if known is not None else agency or ""

    def topic_title(self, region: str, topic: str | None, language: str) -> str:
        """How people call a topic or a permit; its name where nobody says, and nothing for none."""
        found = self.find(region)
        known = None
        if found is not None and topic is not None:
            known = found.topic(topic) or found.permits.get(topic)
        return known.title.by(language)[0] if known is not None else topic or ""

    @cached_property
    def _calendars(self) -> dict[str, Calendar]:
        return {
            region.file.code: Calendar(
                zone=ZoneInfo(region.file.hours.zone),
                days=frozenset(region.file.hours.days),
                closes=region.file.hours.closes,
                holidays=frozenset(holiday.day for holiday in region.file.holidays),
            )
            for region in self.all
        }


@dataclass(frozen=True, slots=True)
class Office:
    """An office with its queues."""

    name: str
    region: Region
    queues: tuple[Queue, ...]
    calls_here: bool = True

    def queue(self, name: str) -> Queue | None:
        """The queue of that name."""
        return next((queue for queue in self.queues if queue.name == name), None)


def load_regions(folders: Iterable[Path], *, calls_here: bool = True) -> Regions:
    """Read the folders. Raises SettingsError, also where two describe the same region or office."""
    regions: list[Region] = []
    offices: dict[str, Path] = {}
    for folder in folders:
        region = load_region(folder)
        if any(region.file.code == other.file.code for other in regions):
            raise SettingsError(f"{folder}: region {region.file.code} has another folder already; remove one")
        for office in {queue.office for queue in region.file.queues}:
            if office in offices:
                raise SettingsError(
                    f'{folder}: office "{office}" is in {offices[office]} too; call one of them otherwise'
                )
            offices[office] = folder
        try:
            ZoneInfo(region.file.hours.zone)
        except (ValueError, OSError, KeyError) as error:
            raise SettingsError(
                f'{folder}/region.toml: hours.zone "{region.file.hours.zone}" is no time zone, '
                "such as Asia/Jakarta"
            ) from error
        regions.append(region)
    return Regions(tuple(regions), calls_here=calls_here)
