"""Pages of what citizens wait for: the inbox with its clock, one case, promises, emergencies, the survey."""

import datetime
from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import Connection
from starlette.responses import Response
from starlette.routing import Route

from fleet.access.roles import Role
from fleet.audit import Action, append
from fleet.console.visit import Handler, Visit, redirect
from fleet.office import NotKnown, NotPossible, cases, surveys
from fleet.office.cases import Case, Move, Wanted
from fleet.office.clocks import Pace
from fleet.office.states import MACHINES, Sort
from fleet.store.engine import translated, writing
from fleet.views import submissions
from fleet.views.reading import reading
from loket.ikm import ELEMENTS

PAGE = 50
FILED = (Sort.COMPLAINT, Sort.ASPIRATION, Sort.PERMIT)


class Router(Protocol):
    """Makes a route of the console."""

    def __call__(self, path: str, handler: Handler, *, needs: Role | None = ..., method: str = ...) -> Route:
        """The route of `path`."""
        ...


def routes(route: Router) -> Iterable[Route]:
    """The paths of this module."""
    return (
        route("/cases", case_list),
        route("/cases/{subject}", one_case),
        route("/cases/{subject}/step", step, needs=Role.OFFICER, method="POST"),
        route("/promised", promised),
        route("/emergencies", emergency_list),
        route("/emergencies/{subject}/step", emergency_step, needs=Role.OPERATOR, method="POST"),
        route("/survey", survey),
    )


def case_list(visit: Visit) -> Response:
    """The inbox: what is open, those first to whom something is owed soonest."""
    with reading(visit.site.engine) as connection:
        scene = case_scene(visit, connection)
        counts = cases.counts(connection, now=visit.now)
    query = visit.request.url.query
    return visit.page(
        "cases.html",
        live=f"/live?view=cases&{query}" if query else "/live?view=cases",
        counts=counts,
        sorts=FILED,
        agencies=_agencies(visit),
        chosen=dict(visit.request.query_params),
        **scene,
    )


def case_scene(visit: Visit, connection: Connection) -> dict[str, Any]:
    """What the list of cases shows, as its address asks."""
    query = visit.request.query_params
    sort = query.get("sort", "")
    which = query.get("which", "open")
    wanted = Wanted(
        sorts=(Sort(sort),) if sort in FILED else FILED,
        agency=query.get("agency") or None,
        late_at=visit.now if which == "late" else None,
        only_open=which == "open",
    )
    return {"cases": cases.listed(connection, wanted, limit=PAGE * 4)}


def one_case(visit: Visit) -> Response:
    """One case with its history and, for officers, the next step."""
    return _case(visit)


def step(visit: Visit) -> Response:
    """Take a case one step on; then show it."""
    subject, form = visit.request.path_params["subject"], visit.form
    pace = form.get("pace", "")
    move = Move(
        after=form.get("after", "")[:64],
        actor=visit.principal.name if visit.principal is not None else "",
        reason=form.get("reason", ""),
        agency=form.get("agency") or None,
        pace=Pace(pace) if pace in set(Pace) else None,
        expect=form.get("expect") or None,
    )
    try:
        with translated(), writing(visit.site.engine) as connection:
            cases.take_step(connection, subject, move, regions=visit.site.regions, now=visit.now)
            append(connection, Action.CASE_STEPPED, actor=move.actor, subject=subject, now=visit.now)
    except NotKnown:
        return visit.trouble(404, "not found")
    except NotPossible as error:
        return _case(visit, status=409, failure=str(error), filled=form)
    return redirect(f"/cases/{subject}")


def promised(visit: Visit) -> Response:
    """What was approved and is not done, by its age."""
    with reading(visit.site.engine) as connection:
        found = cases.promised(connection)
    calendar = visit.site.regions.calendar
    ages = {one.case.subject: calendar(one.case.region).passed(one.approved_at, visit.now) for one in found}
    return visit.page("promised.html", promised=found, ages=ages)


def emergency_list(visit: Visit) -> Response:
    """Calls for help."""
    with reading(visit.site.engine) as connection:
        over = cases.listed(connection, Wanted(sorts=(Sort.EMERGENCY,), state="closed"), limit=PAGE)
    return visit.page("emergencies.html", live="/live?view=emergencies", over=over, failure=None)


def emergency_step(visit: Visit) -> Response:
    """Say that a call for help was seen, or how it ended."""
    subject, form = visit.request.path_params["subject"], visit.form
    actor = visit.principal.name if visit.principal is not None else ""
    move = Move(after=form.get("after", "")[:64], actor=actor, reason=form.get("reason", ""))
    try:
        with translated(), writing(visit.site.engine) as connection:
            found = cases.find(connection, subject)
            if found is None or found.sort is not Sort.EMERGENCY:
                raise NotKnown("no such call")
            cases.take_step(connection, subject, move, regions=visit.site.regions, now=visit.now)
            append(connection, Action.CASE_STEPPED, actor=actor, subject=subject, now=visit.now)
    except NotKnown:
        return visit.trouble(404, "not found")
    except NotPossible as error:
        with reading(visit.site.engine) as connection:
            over = cases.listed(connection, Wanted(sorts=(Sort.EMERGENCY,), state="closed"), limit=PAGE)
        return visit.page("emergencies.html", status=409, over=over, failure=str(error))
    return redirect("/emergencies")


def survey(visit: Visit) -> Response:
    """The index of each agency, and no grade where too few have answered."""
    query, region = visit.request.query_params, visit.site.fleet.regions[0]
    today = visit.site.regions.today(region, visit.now)
    year = _number(query.get("year"), least=2000, most=2100) or today.year
    half = _number(query.get("half"), least=1, most=2)
    first, last = surveys.period(year, half)
    folder = visit.site.regions.find(region)
    populations = {one.name: one.population for one in folder.file.agencies} if folder is not None else {}
    with reading(visit.site.engine) as connection:
        found = surveys.by_agency(
            connection,
            region=region,
            first=first,
            last=last,
            populations={name: count for name, count in populations.items() if count},
        )
    return visit.page(
        "survey.html", found=found, elements=ELEMENTS, year=year, half=half, years=_years(today)
    )


def _case(
    visit: Visit, *, status: int = 200, failure: str | None = None, filled: dict[str, str] | None = None
) -> Response:
    subject = visit.request.path_params["subject"]
    with reading(visit.site.engine) as connection:
        found = cases.find(connection, subject)
        history = cases.steps_of(connection, subject)
        filed = submissions.position_of(connection, subject) is not None
    if found is None:
        return visit.trouble(404, "not found")
    return visit.page(
        "case.html",
        status=status,
        case=found,
        history=history,
        filed=filed,
        next_steps=_next_steps(found),
        explained=sorted(MACHINES[found.sort].explained),
        agencies=_agencies(visit, region=found.region),
        paces=list(Pace) if found.sort is Sort.COMPLAINT else [],
        failure=failure,
        filled=filled or {},
    )


def _next_steps(case: Case) -> tuple[str, ...]:
    """The steps that an officer may choose; tickets are called from the desk."""
    return () if case.sort is Sort.TICKET else MACHINES[case.sort].follows[case.state]


def _agencies(visit: Visit, *, region: str | None = None) -> list[str]:
    folder = visit.site.regions.find(region or visit.site.fleet.regions[0])
    return [agency.name for agency in folder.file.agencies] if folder is not None else []


def _years(today: datetime.date) -> list[int]:
    return [today.year - back for back in range(4)]


def _number(text: str | None, *, least: int, most: int) -> int | None:
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 4:
        return None
    return int(text) if least <= int(text) <= most else None
