"""What a citizen can file at the kiosk. A new service is one file here and its name in `SERVICES`."""

from edge_agent.kiosk.services.complaint import COMPLAINT
from edge_agent.kiosk.services.service import Service

SERVICES: tuple[Service, ...] = (COMPLAINT,)
"""In the order of the first page."""


def at(path: str) -> Service | None:
    """The service under a path of the site, or None."""
    return next((service for service in SERVICES if service.path == path), None)


def named(name: str) -> Service | None:
    """The service of a name, or None."""
    return next((service for service in SERVICES if service.name == name), None)
