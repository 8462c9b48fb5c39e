"""The service "announcements": what the offices tell everybody, each while it holds."""

from datetime import date

from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.services.service import N_, Part, Sheet, Shelf


def offered(hall: Hall) -> Shelf | None:
    """The service in a region; None where it has announced nothing."""
    announced = hall.region.announcements
    if not announced:
        return None

    def shown(day: date) -> tuple[Sheet, ...]:
        return tuple(
            Sheet(name=name, title=one.title, parts=(Part("", tuple(one.text)),))
            for name, one in announced.items()
            if one.begins <= day <= one.ends
        )

    return Shelf(
        name="announcements",
        path="pengumuman",
        title=N_("Announcements"),
        explained=N_("News of our offices."),
        sheets=shown,
        empty=N_("There is no announcement today."),
    )
