"""What a kiosk offers, made of its region. A new service is one file here and its maker in `MAKERS`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edge_agent.kiosk.services import (
    announcements,
    aspiration,
    complaint,
    permits,
    standards,
    survey,
    ticket,
)
from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.services.service import Form, Service

MAKERS: tuple[Callable[[Hall], Service | None], ...] = (
    complaint.offered,
    aspiration.offered,
    ticket.offered,
    permits.offered,
    survey.offered,
    standards.offered,
    announcements.offered,
)
"""In the order of the first page. A maker gives None where the region has nothing of its sort."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one kiosk, in the order of its first page."""

    all: tuple[Service, ...]

    def __iter__(self) -> Iterator[Service]:
        return iter(self.all)

    def at(self, path: str) -> Service | None:
        """The service under a path of the site, or None."""
        return next((one for one in self.all if one.path == path), None)

    def form(self, name: str | None) -> Form | None:
        """The form of a name, or None."""
        return next((one for one in self.all if isinstance(one, Form) and one.name == name), None)

    def named(self, name: str) -> Service | None:
        """The service of a name, or None."""
        return next((one for one in self.all if one.name == name), None)


def offered(hall: Hall) -> Services:
    """What a kiosk in `hall` offers."""
    return Services(tuple(service for maker in MAKERS if (service := maker(hall)) is not None))
