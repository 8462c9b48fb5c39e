"""The service "permits": what each permit needs, costs and takes."""

from datetime import date

from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.services.service import N_, Part, Sheet, Shelf, Wording
from loket.region import Said
from loket.region.parts import Permit


def offered(hall: Hall) -> Shelf | None:
    """The service in a region; None where it has no permit."""
    if not hall.region.permits:
        return None
    sheets = tuple(_sheet(hall, name, permit) for name, permit in hall.region.permits.items())

    def shown(_: date) -> tuple[Sheet, ...]:
        return sheets

    return Shelf(
        name="permits",
        path="perizinan",
        title=N_("Permits"),
        explained=N_("What they need, cost and take."),
        sheets=shown,
        empty=N_("There is nothing here at the moment."),
    )


def _sheet(hall: Hall, name: str, permit: Permit) -> Sheet:
    agency = hall.region.agency(permit.agency)
    parts = [
        Part(N_("What to bring"), tuple(permit.needs)),
        Part(N_("What it costs"), (permit.cost,)),
        Part(N_("How long it takes"), (_days(permit.working_days),)),
    ]
    if permit.steps:
        parts.append(Part(N_("How it goes"), tuple(permit.steps), counted=True))
    if permit.basis:
        parts.append(Part(N_("Legal basis"), (Said(id=permit.basis, en=permit.basis, rej=permit.basis),)))
    queue = next((queue.name for queue in hall.queues if queue.agency == permit.agency), "")
    return Sheet(
        name=name, title=permit.title, about=agency.title if agency else "", parts=tuple(parts), queue=queue
    )


def _days(days: int) -> Wording:
    """A time in working days, in words of each language that we have."""
    if days == 0:
        return N_("Done while you wait")
    return Said(id=f"{days} hari kerja", en=f"{days} working day{'' if days == 1 else 's'}")
