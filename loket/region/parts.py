"""The parts of a region, one table of TOML each."""

import datetime
from typing import Annotated

from pydantic import Field

from loket.region.said import Said
from loket.settings import Section

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
PlaceCode = Annotated[str, Field(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$")]
Phone = Annotated[str, Field(pattern=r"^[0-9][0-9 +-]{1,19}$")]


class Agency(Section):
    """An agency (OPD)."""

    name: Name = Field(description="How files and events call it, such as dinkes.")
    title: Said = Field(description="How people call it.")
    population: int = Field(
        default=0, ge=0, description="How many it serves in a survey's period, for the sample; 0: not known."
    )


class Topic(Section):
    """What a complaint or an aspiration is about, and which agency is asked first."""

    name: Name = Field(description="As the model of topics calls it, such as jalan.")
    title: Said = Field(description="How people call it.")
    agency: Name = Field(description="The agency that holds it first.")


class Queue(Section):
    """A queue (antrean) of an office, and its counters."""

    name: Name = Field(description="How files and events call it.")
    title: Said = Field(description="How people call it.")
    letter: Annotated[str, Field(pattern=r"^[A-Z]$")] = Field(description="Begins its numbers, as in A20.")
    office: Name = Field(description="The office in whose hall it is called; kiosks there issue tickets.")
    agency: Name | None = Field(default=None, description="The agency that serves it.")
    counters: Annotated[list[Said], Field(min_length=1, max_length=20)] = Field(
        description="The counters that may call it, as they are spoken."
    )
    usual_minutes: float = Field(
        default=10, gt=0, le=480, description="What one takes, until it is measured."
    )


class Place(Section):
    """A district (kecamatan) or village (desa, kelurahan), by its code of Kemendagri."""

    code: PlaceCode = Field(description="Such as 17.07.01.")
    title: Annotated[str, Field(min_length=1, max_length=80)] = Field(description="Its name.")


class EmergencyNumber(Section):
    """Whom to call."""

    name: Name = Field(description="How events call it, such as ambulance.")
    title: Said = Field(description="How people call it.")
    number: Phone = Field(description="The number to dial; 112 is not active everywhere.")


class Holiday(Section):
    """A public holiday or collective leave (cuti bersama): no working day."""

    day: datetime.date = Field(description="The date.")
    title: Annotated[str, Field(max_length=120)] = Field(default="", description="Its name.")


class Hours(Section):
    """When the offices work, in the region's own time."""

    zone: str = Field(default="Asia/Jakarta", description="The time zone, by its IANA name.")
    days: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1)] = Field(
        default=[1, 2, 3, 4, 5], description="Working days, 1 is Monday."
    )
    opens: datetime.time = Field(default=datetime.time(8, 0), description="When the counters open.")
    closes: datetime.time = Field(default=datetime.time(16, 0), description="When they close.")


class Permit(Section):
    """A permit (one file in `permits/`): what it needs, costs and takes."""

    title: Said = Field(description="Its name.")
    agency: Name = Field(description="Who issues it.")
    needs: list[Said] = Field(description="What to bring, one by one.")
    cost: Said = Field(description="What it costs, in words; say so where it is free.")
    working_days: int = Field(ge=0, le=365, description="The standard of service, in working days.")
    steps: list[Said] = Field(default=[], description="How it goes, one by one.")
    basis: str = Field(default="", max_length=200, description="The regulation that says so.")


class Standard(Section):
    """A standard of service (one file in `standards/`; UU 25/2009, PermenPANRB 15/2014)."""

    title: Said = Field(description="The service.")
    agency: Name = Field(description="Who owes it.")
    points: list[Said] = Field(description="What is promised, one by one.")


class Announcement(Section):
    """An announcement (one file in `announcements/`)."""

    title: Said = Field(description="Its headline.")
    text: list[Said] = Field(description="Its paragraphs.")
    begins: datetime.date = Field(description="The first day on which it is shown.")
    ends: datetime.date = Field(description="The last one.")
