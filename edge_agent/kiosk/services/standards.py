"""The service "standards": what each agency promises (UU 25/2009, PermenPANRB 15/2014)."""

from datetime import date

from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.services.service import N_, Part, Sheet, Shelf


def offered(hall: Hall) -> Shelf | None:
    """The service in a region; None where it has published no standard."""
    if not hall.region.standards:
        return None
    sheets = tuple(
        Sheet(
            name=name,
            title=standard.title,
            about=agency.title if agency else "",
            parts=(Part(N_("What we promise"), tuple(standard.points)),),
            queue=next((queue.name for queue in hall.queues if queue.agency == standard.agency), ""),
        )
        for name, standard in hall.region.standards.items()
        for agency in (hall.region.agency(standard.agency),)
    )

    def shown(_: date) -> tuple[Sheet, ...]:
        return sheets

    return Shelf(
        name="standards",
        path="standar",
        title=N_("Service standards"),
        explained=N_("What our offices promise you."),
        sheets=shown,
        empty=N_("There is nothing here at the moment."),
    )
