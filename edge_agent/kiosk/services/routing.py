"""What of a submission is not sealed, so that it finds its way: never who filed it, nor what they wrote."""

from collections.abc import Mapping

from edge_agent.kiosk.sealing import Routing
from edge_agent.kiosk.services import about
from edge_agent.kiosk.services.hall import Hall


def routing(answers: Mapping[str, str], *, hall: Hall, category: str | None) -> Routing:
    """The routing of a submission with these answers."""
    topic = hall.region.topic(answers.get("topic", ""))
    identity = answers.get("identity")
    place = answers.get("place", about.ANYWHERE)
    return Routing(
        category=category,
        topic=topic.name if topic else None,
        agency=topic.agency if topic else None,
        identity="named"
        if identity == "named"
        else "confidential"
        if identity == "confidential"
        else "anonymous",
        place=None if place == about.ANYWHERE else place,
    )
