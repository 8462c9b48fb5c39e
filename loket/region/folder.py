"""The folder of a region, read and checked as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, model_validator

from loket.region.parts import (
    Agency,
    Announcement,
    EmergencyNumber,
    Holiday,
    Hours,
    Permit,
    Place,
    Queue,
    Standard,
    Topic,
)
from loket.region.said import Said
from loket.settings import Section, SettingsError, load

Sheet = TypeVar("Sheet", bound=Section)


class RegionFile(Section):
    """`region.toml`."""

    code: Annotated[str, Field(pattern=r"^\d{2}(\.\d{2})?$")] = Field(
        description="Kemendagri's, such as 17.07."
    )
    title: Said = Field(description="The region's name.")
    hours: Hours = Field(default=Hours(), description="When the offices work.")
    agencies: Annotated[list[Agency], Field(min_length=1)] = Field(description="The agencies (OPD).")
    topics: list[Topic] = Field(default=[], description="What complaints and aspirations are about.")
    queues: list[Queue] = Field(default=[], description="The queues of its offices.")
    places: list[Place] = Field(default=[], description="Its districts and villages.")
    emergencies: list[EmergencyNumber] = Field(default=[], description="Whom to call.")
    holidays: list[Holiday] = Field(default=[], description="Days that are no working days.")

    @model_validator(mode="after")
    def _names_fit(self) -> "RegionFile":
        for what, names in (
            ("agencies", [agency.name for agency in self.agencies]),
            ("topics", [topic.name for topic in self.topics]),
            ("queues", [queue.name for queue in self.queues]),
            ("places", [place.code for place in self.places]),
            ("emergencies", [number.name for number in self.emergencies]),
        ):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f'{what}: "{twice}" stands there twice')
        known = {agency.name for agency in self.agencies}
        for what, agency in (
            *((f'topic "{topic.name}"', topic.agency) for topic in self.topics),
            *((f'queue "{queue.name}"', queue.agency) for queue in self.queues),
        ):
            if agency is not None and agency not in known:
                raise ValueError(f'{what}: agency "{agency}" is not among the agencies')
        letters = [(queue.office, queue.letter) for queue in self.queues]
        for queue in self.queues:
            if letters.count((queue.office, queue.letter)) > 1:
                raise ValueError(
                    f'queue "{queue.name}": letter {queue.letter} is another queue\'s in its office'
                )
        return self


@dataclass(frozen=True, slots=True)
class Region:
    """A region. Permits, standards and announcements by the names of their files, in their order."""

    file: RegionFile
    permits: dict[str, Permit]
    standards: dict[str, Standard]
    announcements: dict[str, Announcement]

    def agency(self, name: str) -> Agency | None:
        """The agency of that name."""
        return next((agency for agency in self.file.agencies if agency.name == name), None)

    def topic(self, name: str) -> Topic | None:
        """The topic of that name."""
        return next((topic for topic in self.file.topics if topic.name == name), None)

    def queue(self, name: str) -> Queue | None:
        """The queue of that name."""
        return next((queue for queue in self.file.queues if queue.name == name), None)


def load_region(folder: Path) -> Region:
    """Read the region in `folder`. Raises SettingsError: the file, the line, the cause and the next step."""
    file = load(folder / "region.toml", RegionFile)
    region = Region(
        file=file,
        permits=_sheets(folder / "permits", Permit),
        standards=_sheets(folder / "standards", Standard),
        announcements=_sheets(folder / "announcements", Announcement),
    )
    known = {agency.name for agency in file.agencies}
    sheets: Iterable[tuple[str, str, str]] = (
        *(("permits", name, permit.agency) for name, permit in region.permits.items()),
        *(("standards", name, standard.agency) for name, standard in region.standards.items()),
    )
    for where, name, agency in sheets:
        if agency not in known:
            raise SettingsError(
                f'{folder / where / name}.toml: agency "{agency}" is not in region.toml; '
                f"add it there, or name one of {', '.join(sorted(known))}"
            )
    return region


def _sheets(folder: Path, model: type[Sheet]) -> dict[str, Sheet]:
    return {path.stem: load(path, model) for path in sorted(folder.glob("*.toml"))}
