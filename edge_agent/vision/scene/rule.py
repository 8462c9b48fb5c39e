"""What every rule is: a table of the settings, and a pure step from moment to moment."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field

from edge_agent.contract.events import Label, Name
from edge_agent.vision.saying import Saying
from edge_agent.vision.scene.crossings import Crossing
from edge_agent.vision.scene.moment import Moment
from edge_agent.vision.scene.stays import Stay, Stays
from loket.settings import Section


class Rule(Section):
    """One of `[[cameras.rules]]`."""

    kind: str
    name: Name | None = Field(
        default=None,
        description="Names the rule in events; default: its kind and place, as in queue-hall.",
    )
    labels: list[Label] = Field(
        default=[], max_length=100, description="What it looks at; default: all that the camera follows."
    )

    @property
    def called(self) -> str:
        """Its name in events."""
        return (self.name or f"{self.kind}-{self.place}")[:63]

    @property
    @abstractmethod
    def place(self) -> str:
        """The line or zone that it is about."""

    @abstractmethod
    def begin(self) -> Any:
        """Its state before the first moment: a value that only this rule's `step` reads."""

    @abstractmethod
    def step(self, state: Any, moment: Moment) -> tuple[Any, list[Saying]]:
        """The state after a moment, and what there is to say. Pure."""

    def note(self, moment: Moment) -> str:  # noqa: ARG002 - most rules have nothing to note
        """Why it cannot judge at this moment, or ""."""
        return ""

    def heeds(self, label: str) -> bool:
        """Whether it looks at what has this label."""
        return not self.labels or label in self.labels


class LineRule(Rule):
    """A rule about a line."""

    line: Name = Field(description="One of this camera's lines.")

    @property
    def place(self) -> str:
        """The line."""
        return self.line

    def crossings(self, moment: Moment) -> Iterable[Crossing]:
        """The crossings of the line by what it looks at."""
        return [crossing for crossing in moment.crossings[self.line] if self.heeds(crossing.visit.label)]


class ZoneRule(Rule):
    """A rule about a zone."""

    zone: Name = Field(description="One of this camera's zones.")

    @property
    def place(self) -> str:
        """The zone."""
        return self.zone

    def stays(self, moment: Moment) -> Stays:
        """The zone with what it looks at."""
        stays = moment.stays[self.zone]
        if not self.labels:
            return stays
        return Stays(
            {number: stay for number, stay in stays.inside.items() if self.heeds(stay.visit.label)},
            [stay for stay in stays.entered if self.heeds(stay.visit.label)],
            [left for left in stays.left if self.heeds(left.stay.visit.label)],
        )

    def inside(self, moment: Moment) -> Sequence[Stay]:
        """Who of those is in the zone."""
        return [stay for stay in moment.stays[self.zone].inside.values() if self.heeds(stay.visit.label)]
