"""What a phone may see without signing in: what became of the thing that has a code."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response
from starlette.routing import Route

from fleet.console.casework import Router
from fleet.console.visit import Handler, Visit, redirect
from fleet.office import cases, tickets
from fleet.office.cases import Case
from fleet.office.queueing import wait_minutes
from fleet.office.regions import Regions
from fleet.office.states import Sort
from fleet.office.tickets import Ticket
from fleet.views.reading import reading
from fleet.web.rate import Rate, asker
from loket import codes

PER_MINUTE = 30.0
BURST = 15


def routes(route: Router, *, now: Callable[[], float] = time.monotonic) -> Iterable[Route]:
    """The paths of this module; who asks too often is asked to wait."""
    rate = Rate(per_minute=PER_MINUTE, burst=BURST, now=now)

    def slowly(handler: Handler) -> Handler:
        def handle(visit: Visit) -> Response:
            peer = visit.request.client.host if visit.request.client is not None else None
            if not rate.allows(asker(peer, visit.request.headers.get("x-forwarded-for"))):
                answer = visit.page("track.html", status=429, **_nothing(why="too often"))
                answer.headers["retry-after"] = "60"
                return answer
            return handler(visit)

        return handle

    return (
        route("/lacak", ask, needs=None),
        route("/lacak", slowly(look_up), needs=None, method="POST"),
        route("/lacak/{code}", slowly(show), needs=None),
    )


def ask(visit: Visit) -> Response:
    """Which code?"""
    return visit.page("track.html", **_nothing())


def look_up(visit: Visit) -> Response:
    """Go to what was typed, or say kindly why not."""
    typed = visit.form.get("code", "")[:64]
    code: str | None
    try:
        code = codes.read(typed)
    except codes.NotACode:
        code = _meant(visit, typed)
        if code is None:
            return visit.page("track.html", status=422, **_nothing(why="no code", typed=typed))
    return redirect(f"/lacak/{code}")


def show(visit: Visit) -> Response:
    """What became of it: every step, who holds it, and by when the next one is owed."""
    try:
        code = codes.read(visit.request.path_params["code"][:64])
    except codes.NotACode:
        return visit.page("track.html", status=404, **_nothing(why="no code"))
    with reading(visit.site.engine) as connection:
        found = cases.by_code(connection, code)
        shown = [_shown(connection, case, visit=visit) for case in found]
    if not shown:
        return visit.page("track.html", status=404, **_nothing(why="unknown", typed=codes.shown(code)))
    return visit.page("track.html", **(_nothing() | {"code": codes.shown(code), "found": shown}))


def _nothing(*, why: str | None = None, typed: str = "") -> dict[str, Any]:
    return {"code": None, "found": [], "why": why, "typed": typed}


def _meant(visit: Visit, typed: str) -> str | None:
    """The code that was meant where one sign was typed wrong, if just one of ours can be meant."""
    with reading(visit.site.engine) as connection:
        return cases.meant_by(connection, typed)


def _shown(connection: Connection, case: Case, *, visit: Visit) -> dict[str, object]:
    ticket = tickets.find(connection, case.subject) if case.sort is Sort.TICKET else None
    calendar = visit.site.regions.calendar(case.region)
    late_days = (
        calendar.passed(case.due_at, visit.now)
        if case.due_at is not None and case.is_late(visit.now)
        else None
    )
    return {
        "case": case,
        "history": cases.steps_of(connection, case.subject),
        "late_days": late_days,
        "ticket": ticket,
        "ahead": _ahead(connection, ticket, regions=visit.site.regions, now=visit.now),
    }


def _ahead(
    connection: Connection, ticket: Ticket | None, *, regions: Regions, now: float
) -> dict[str, float] | None:
    """How many wait before a ticket, and for how many minutes about; None where it does not wait."""
    office = regions.office(ticket.office) if ticket is not None else None
    queue = office.queue(ticket.queue) if office is not None and ticket is not None else None
    if ticket is None or office is None or queue is None or ticket.state not in tickets.WAITS:
        return None
    view = tickets.view(connection, office, queue, day=ticket.day, now=now)
    order = [one.ticket for one in view.waiting]
    if ticket.ticket not in order:
        return None
    ahead = order.index(ticket.ticket)
    return {"people": ahead, "minutes": wait_minutes(ahead, view.minutes_each)}
