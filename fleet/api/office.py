"""What becomes of what citizens filed: cases, queues, emergencies, promises and the survey."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from fleet.access.roles import Role
from fleet.access.secrets import Principal
from fleet.api.access import demand
from fleet.api.messages import Limit
from fleet.audit import Action, append
from fleet.office import NotKnown, NotPossible, OfficeError, cases, permits, surveys, tickets
from fleet.office.cases import Case, Move, Taken, Wanted
from fleet.office.clocks import Pace
from fleet.office.permits import Application
from fleet.office.states import Sort
from fleet.office.tickets import Ticket
from fleet.store.engine import translated, writing
from fleet.views.reading import reading
from fleet.web.site import Site
from loket import codes
from loket.ikm import Index

_FILED = (Sort.COMPLAINT, Sort.ASPIRATION, Sort.PERMIT)
_MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "Not here."}}
_REFUSED: dict[int | str, dict[str, Any]] = {
    409: {"description": "It does not follow from how things stand; nothing was changed."}
}


class CaseWithSteps(BaseModel):
    """A case and the steps that it took, the oldest first."""

    case: Case
    steps: list[Taken]


class StepWanted(BaseModel):
    """A step to take. `expect` is the state that was seen: another by now is refused."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[str, Field(max_length=64)]
    reason: Annotated[str, Field(max_length=500)] = ""
    agency: Annotated[str, Field(max_length=63)] | None = None
    pace: Pace | None = None
    expect: Annotated[str, Field(max_length=64)] | None = None


class PermitWanted(BaseModel):
    """An application for a permit that was handed in at an office."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    region: Annotated[str, Field(max_length=5)]
    permit: Annotated[str, Field(max_length=63)]


class CounterWanted(BaseModel):
    """What to do at a counter. `ticket`: whom it is about; for `next`, who is at the counter now."""

    model_config = ConfigDict(extra="forbid")

    do: Literal["next", "again", "begin", "finish", "miss", "transfer"]
    ticket: Annotated[str, Field(max_length=36)] | None = None
    to: Annotated[str, Field(max_length=63)] | None = None


class QueueStands(BaseModel):
    """How a queue stands today."""

    office: str
    queue: str
    title: str
    counters: list[str]
    calling: str
    waiting: list[Ticket]
    at_counters: dict[int, Ticket]
    missed: list[Ticket]
    done: int
    minutes_each: float


class SurveyResult(BaseModel):
    """An agency's index. `ikm` (hundredths, rounded once), `exact` (a fraction) and `grade` are null below
    the required sample, or where the agency's population is not known."""

    agency: str
    n: int
    required: int | None
    missing: int | None
    ikm: float | None
    exact: str | None
    grade: str | None


class PromiseView(BaseModel):
    """An aspiration that was approved and is not done."""

    case: Case
    approved_at: float
    working_days: int


def office_router(site: Site) -> APIRouter:
    """`/cases`, `/promised`, `/emergencies`, `/survey` and `/queues`."""
    made = APIRouter(tags=["office"])
    _cases(made, site)
    _outcomes(made, site)
    _queues(made, site)
    return made


def _cases(made: APIRouter, site: Site) -> None:
    officer = demand(site, Role.OFFICER)

    @made.get("/cases")
    def list_cases(
        sort: Sort | None = None,
        state: str | None = None,
        agency: str | None = None,
        which: Literal["open", "late", "all"] = "open",
        limit: Limit = 100,
    ) -> list[Case]:
        """Complaints, aspirations and permits; those that are open, by when the next step is owed."""
        wanted = Wanted(
            sorts=(sort,) if sort is not None else _FILED,
            state=state,
            agency=agency,
            late_at=site.now() if which == "late" else None,
            only_open=which == "open",
        )
        with reading(site.engine) as connection:
            return cases.listed(connection, wanted, limit=limit)

    @made.get("/cases/{subject}", responses=_MISSING)
    def get_case(subject: str) -> CaseWithSteps:
        """One case, by the UUID of what was filed."""
        with reading(site.engine) as connection:
            found = cases.find(connection, subject)
            steps = cases.steps_of(connection, subject)
        if found is None:
            raise HTTPException(404, "no such case")
        return CaseWithSteps(case=found, steps=steps)

    @made.get("/codes/{code}")
    def get_by_code(code: str) -> list[CaseWithSteps]:
        """The cases that go by a citizen's code: mostly one, at times none, hardly ever two."""
        try:
            bare = codes.read(code)
        except codes.NotACode as error:
            raise HTTPException(422, f"code: {error}") from error
        with reading(site.engine) as connection:
            return [
                CaseWithSteps(case=one, steps=cases.steps_of(connection, one.subject))
                for one in cases.by_code(connection, bare)
            ]

    @made.post("/cases/{subject}/steps", responses={**_MISSING, **_REFUSED})
    def take_step(subject: str, wanted: StepWanted, by: Annotated[Principal, Depends(officer)]) -> Taken:
        """Take a case one step on (role officer). The citizen is told at the kiosk and by the code."""
        move = Move(actor=by.name, **wanted.model_dump())
        return _stepped(site, subject, move)

    @made.post("/permits", status_code=201, responses=_REFUSED)
    def open_permit(wanted: PermitWanted, by: Annotated[Principal, Depends(officer)]) -> Case:
        """Register an application for a permit (role officer); its code is what the citizen keeps."""
        application = Application(subject=wanted.subject, region=wanted.region, permit=wanted.permit)
        try:
            with translated(), writing(site.engine) as connection:
                return permits.register(
                    connection, application, by=by.name, regions=site.regions, now=site.now()
                )
        except OfficeError as error:
            raise _refused(error) from error


def _outcomes(made: APIRouter, site: Site) -> None:
    operator = demand(site, Role.OPERATOR)

    @made.get("/promised")
    def list_promised() -> list[PromiseView]:
        """What was approved and is not done, the oldest promise first."""
        now = site.now()
        with reading(site.engine) as connection:
            found = cases.promised(connection)
        return [
            PromiseView(
                case=one.case,
                approved_at=one.approved_at,
                working_days=site.regions.calendar(one.case.region).passed(one.approved_at, now),
            )
            for one in found
        ]

    @made.get("/emergencies")
    def list_emergencies() -> list[Case]:
        """Calls for help that are not over, the newest first."""
        with reading(site.engine) as connection:
            return cases.emergencies(connection, limit=200)

    @made.post("/emergencies/{subject}/steps", responses={**_MISSING, **_REFUSED})
    def step_emergency(
        subject: str, wanted: StepWanted, by: Annotated[Principal, Depends(operator)]
    ) -> Taken:
        """Say that a call for help was seen, or how it ended (role operator)."""
        with reading(site.engine) as connection:
            found = cases.find(connection, subject)
        if found is None or found.sort is not Sort.EMERGENCY:
            raise HTTPException(404, "no such call for help")
        return _stepped(site, subject, Move(after=wanted.after, actor=by.name, reason=wanted.reason))

    @made.get("/survey")
    def get_survey(
        region: str | None = None,
        year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
        half: Annotated[int | None, Query(ge=1, le=2)] = None,
    ) -> list[SurveyResult]:
        """The satisfaction survey (SKM) of a year or half, by agency: no grade below the required sample."""
        code = region or site.fleet.regions[0]
        first, last = surveys.period(year or site.regions.today(code, site.now()).year, half)
        folder = site.regions.find(code)
        known = folder.file.agencies if folder is not None else []
        with reading(site.engine) as connection:
            found = surveys.by_agency(
                connection,
                region=code,
                first=first,
                last=last,
                populations={one.name: one.population for one in known if one.population},
            )
        return [_result(agency, index) for agency, index in found.items()]


def _queues(made: APIRouter, site: Site) -> None:
    operator = demand(site, Role.OPERATOR)

    @made.get("/queues")
    def list_queues() -> list[QueueStands]:
        """Every queue of every office, as it stands today."""
        now, found = site.now(), []
        with reading(site.engine) as connection:
            for office in site.regions.offices.values():
                day = site.regions.today(office.region.file.code, now).isoformat()
                for queue in office.queues:
                    view = tickets.view(connection, office, queue, day=day, now=now)
                    found.append(
                        QueueStands(
                            office=office.name,
                            queue=queue.name,
                            title=queue.title.id,
                            counters=[counter.id for counter in queue.counters],
                            calling=view.calling,
                            waiting=list(view.waiting),
                            at_counters=view.at_counters,
                            missed=list(view.missed),
                            done=view.done,
                            minutes_each=view.minutes_each,
                        )
                    )
        return found

    @made.post("/queues/{office}/{queue}/counters/{counter}", responses={**_MISSING, **_REFUSED})
    def at_counter(
        office: str,
        queue: str,
        counter: int,
        wanted: CounterWanted,
        by: Annotated[Principal, Depends(operator)],
    ) -> Ticket | None:
        """Call the next number to a counter, or deal with who was called (role operator).

        Null: nobody waits.
        """
        found = site.regions.office(office)
        if found is None:
            raise HTTPException(404, "no such office")
        try:
            at = tickets.counter(found, queue=queue, number=counter, actor=by.name, now=site.now())
            with translated(), writing(site.engine) as connection:
                if wanted.do == "next":
                    return tickets.call_next(connection, at, after=wanted.ticket, regions=site.regions)
                if wanted.do == "transfer":
                    return tickets.transfer(
                        connection, at, wanted.ticket or "", to=wanted.to or "", regions=site.regions
                    )
                act = {
                    "again": tickets.call_again,
                    "begin": tickets.begin,
                    "finish": tickets.finish,
                    "miss": tickets.miss,
                }[wanted.do]
                return act(connection, at, wanted.ticket or "", regions=site.regions)
        except OfficeError as error:
            raise _refused(error) from error


def _stepped(site: Site, subject: str, move: Move) -> Taken:
    now = site.now()
    try:
        with translated(), writing(site.engine) as connection:
            taken = cases.take_step(connection, subject, move, regions=site.regions, now=now)
            append(connection, Action.CASE_STEPPED, actor=move.actor, subject=subject, now=now)
            return taken
    except OfficeError as error:
        raise _refused(error) from error


def _refused(error: OfficeError) -> HTTPException:
    match error:
        case NotKnown():
            return HTTPException(404, str(error))
        case NotPossible() | _:
            return HTTPException(409, str(error))


def _result(agency: str, index: Index) -> SurveyResult:
    shown = index.grade is not None
    return SurveyResult(
        agency=agency,
        n=index.n,
        required=index.required,
        missing=index.missing,
        ikm=float(index.rounded) if shown and index.rounded is not None else None,
        exact=str(index.exact) if shown else None,
        grade=index.grade,
    )
