"""Cases: opened when something is filed, taken step by step, and each step told to the device of origin."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from edge_agent.contract.notices import Answer, Status, Step
from fleet.office import NotKnown, NotPossible, notices
from fleet.office.clocks import PERMIT_DAYS, Pace, Past, due
from fleet.office.locking import alone
from fleet.office.regions import Regions
from fleet.office.states import APPROVED, MACHINES, Sort, why_not
from fleet.store.inserting import insert_into
from fleet.store.tables import cases, steps
from loket import codes

CLOCK = "clock"
"""Who acts where time alone does."""
STEPS_MAX = 24


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that a case took; `at` and `due_at` in s since 1970, UTC. `actor` is for staff only."""

    state: str
    at: float
    agency: str | None
    reason: str
    due_at: float | None
    actor: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands. Times are s since 1970, UTC."""

    subject: str
    code: str
    sort: Sort
    service: str
    device: str | None
    region: str
    category: str | None
    topic: str | None
    agency: str | None
    identity: str | None
    place: str | None
    pace: Pace
    state: str
    due_at: float | None
    created_at: float
    changed_at: float
    holder_reference: str

    @property
    def is_over(self) -> bool:
        """Whether nothing follows any more."""
        return MACHINES[self.sort].is_over(self.state)

    def is_late(self, now: float) -> bool:
        """Whether the office owes a step that it has not taken in time. An answer that rests owes nothing."""
        return self.due_at is not None and self.due_at < now and self.state != "answered"


@dataclass(frozen=True, slots=True)
class New:
    """A case to open."""

    subject: str
    sort: Sort
    service: str
    region: str
    created_at: float
    device: str | None = None
    category: str | None = None
    topic: str | None = None
    agency: str | None = None
    identity: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A step to take. `expect` is the state that was seen when it was decided; another then is refused."""

    after: str
    actor: str
    reason: str = ""
    agency: str | None = None
    pace: Pace | None = None
    expect: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases to list; what is None does not matter."""

    sorts: Sequence[Sort] = field(default=(Sort.COMPLAINT, Sort.ASPIRATION, Sort.PERMIT))
    state: str | None = None
    agency: str | None = None
    late_at: float | None = None
    only_open: bool = False


def open_case(connection: Connection, new: New, *, regions: Regions, now: float) -> bool:
    """Open a case in its first state; False if there is one of that subject already."""
    alone(connection)
    first = MACHINES[new.sort].first
    due_at = _due(new.sort, [Past(first, now)], new.region, new.topic, pace=Pace.USUAL, regions=regions)
    done = connection.execute(
        insert_into(connection, cases)
        .values(
            subject=new.subject, code=codes.code_of(UUID(new.subject)), sort=new.sort, service=new.service,
            device=new.device, region=new.region, category=new.category, topic=new.topic, agency=new.agency,
            identity=new.identity, place=new.place, clock=Pace.USUAL, state=first, due_at=due_at,
            created_at=new.created_at, changed_at=now,
        )
        .on_conflict_do_nothing(index_elements=["subject"])
        .returning(cases.c.subject)
    )  # fmt: skip
    if done.first() is None:
        return False
    taken = Taken(state=first, at=now, agency=new.agency, reason="", due_at=due_at, actor="citizen")
    _add(connection, taken, subject=new.subject, device=new.device)
    return True


def take_step(connection: Connection, subject: str, move: Move, *, regions: Regions, now: float) -> Taken:
    """Take a case one step on, and have its device told. Raises NotKnown, NotPossible: nothing is changed."""
    alone(connection)
    row = connection.execute(select(cases).where(cases.c.subject == subject)).first()
    if row is None:
        raise NotKnown(f'no case "{subject[:64]}" is here')
    case = _case(row)
    if move.expect is not None and move.expect != case.state:
        raise NotPossible(f'the case is "{case.state}" by now, not "{move.expect}"; look at it again')
    reason = " ".join(move.reason.split())
    if len(reason) > 500:
        raise NotPossible(f"the reason has {len(reason)} characters; 500 is the most")
    why = why_not(case.sort, before=case.state, after=move.after, reason=reason)
    if why is not None:
        raise NotPossible(why)
    agency = move.agency if move.agency is not None else case.agency
    _check_agency(regions, case.region, move.agency)
    pace = move.pace if move.pace is not None else case.pace
    past = [Past(step.state, step.at) for step in steps_of(connection, subject)]
    due_at = _due(
        case.sort, [*past, Past(move.after, now)], case.region, case.topic, pace=pace, regions=regions
    )
    taken = Taken(
        state=move.after, at=now, agency=agency, reason=reason, due_at=due_at, actor=move.actor[:64]
    )
    connection.execute(
        update(cases)
        .where(cases.c.subject == subject)
        .values(state=move.after, agency=agency, clock=pace, due_at=due_at, changed_at=now)
    )
    _add(connection, taken, subject=subject, device=case.device)
    return taken


def set_reference(connection: Connection, subject: str, reference: str) -> None:
    """Note what an outside system calls a case."""
    connection.execute(
        update(cases).where(cases.c.subject == subject).values(holder_reference=reference[:64])
    )


def find(connection: Connection, subject: str) -> Case | None:
    """The case of that subject."""
    row = connection.execute(select(cases).where(cases.c.subject == subject)).first()
    return _case(row) if row is not None else None


def by_code(connection: Connection, code: str) -> list[Case]:
    """The cases that go by a code, the newest first: 35 bits may name two."""
    rows = connection.execute(select(cases).where(cases.c.code == code).order_by(cases.c.created_at.desc()))
    return [_case(row) for row in rows]


def meant_by(connection: Connection, typed: str) -> str | None:
    """The code of a case that is meant by what was typed, one slip forgiven; None for none, or several."""
    try:
        candidates = codes.candidates(typed)
    except codes.NotACode:
        return None
    rows = connection.execute(select(cases.c.code).distinct().where(cases.c.code.in_(candidates)).limit(2))
    known = [row.code for row in rows]
    return known[0] if len(known) == 1 else None


def steps_of(connection: Connection, subject: str) -> list[Taken]:
    """The steps of a case, the oldest first."""
    rows = connection.execute(select(steps).where(steps.c.subject == subject).order_by(steps.c.position))
    return [
        Taken(
            state=row.state, at=row.at, agency=row.agency, reason=row.reason, due_at=row.due_at,
            actor=row.actor,
        )
        for row in rows
    ]  # fmt: skip


def listed(
    connection: Connection, wanted: Wanted, *, before: float | None = None, limit: int = 50
) -> list[Case]:
    """Cases, those that are owed something first, by when; `before`: created before that time."""
    terms = _terms(wanted)
    if before is not None:
        terms.append(cases.c.created_at < before)
    order = [cases.c.due_at.is_(None), cases.c.due_at, cases.c.created_at]
    if before is not None or not wanted.only_open:
        order = [cases.c.created_at.desc()]
    rows = connection.execute(select(cases).where(*terms).order_by(*order).limit(limit))
    return [_case(row) for row in rows]


def open_of(connection: Connection, sort: Sort) -> list[Case]:
    """Every case of a sort that is not over, the oldest first."""
    rows = connection.execute(
        select(cases)
        .where(*_terms(Wanted(sorts=(sort,), only_open=True)))
        .order_by(cases.c.created_at, cases.c.subject)
    )
    return [_case(row) for row in rows]


def counts(connection: Connection, *, now: float) -> dict[str, int]:
    """How many complaints, aspirations and permits are open, and how many of them are late."""
    terms = _terms(Wanted(only_open=True))
    count = select(func.count()).select_from(cases)
    is_open = connection.execute(count.where(*terms)).scalar_one()
    late = connection.execute(count.where(*_terms(Wanted(late_at=now)))).scalar_one()
    return {"open": is_open, "late": late}


def emergencies(connection: Connection, *, limit: int = 20) -> list[Case]:
    """Calls for help that are not over, the newest first."""
    rows = connection.execute(
        select(cases)
        .where(cases.c.sort == Sort.EMERGENCY, cases.c.state != "closed")
        .order_by(cases.c.changed_at.desc())
        .limit(limit)
    )
    return [_case(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Promised:
    """An aspiration that was approved and is not done, since `approved_at` (s since 1970, UTC)."""

    case: Case
    approved_at: float


def promised(connection: Connection) -> list[Promised]:
    """What was approved and is not done, the oldest promise first."""
    since = (
        select(steps.c.subject, func.min(steps.c.at).label("at"))
        .where(steps.c.state == APPROVED[0])
        .group_by(steps.c.subject)
        .subquery()
    )
    rows = connection.execute(
        select(cases, since.c.at.label("approved_at"))
        .join_from(cases, since, cases.c.subject == since.c.subject)
        .where(cases.c.sort == Sort.ASPIRATION, cases.c.state.in_(APPROVED))
        .order_by(since.c.at)
    )
    return [Promised(case=_case(row), approved_at=row.approved_at) for row in rows]


def close_unanswered(connection: Connection, *, regions: Regions, now: float, at_most: int = 200) -> int:
    """Close the complaints to whose answer nobody has replied in time; returns how many."""
    rows = connection.execute(
        select(cases.c.subject)
        .where(cases.c.sort == Sort.COMPLAINT, cases.c.state == "answered", cases.c.due_at < now)
        .limit(at_most)
    ).all()
    for row in rows:
        take_step(connection, row.subject, Move(after="closed", actor=CLOCK), regions=regions, now=now)
    return len(rows)


def answer_to(connection: Connection, code: str, *, inquiry: str) -> Answer:
    """What is known of a code, for the device that asks: the newest case that goes by it.

    One slip is forgiven where just one code of ours can be meant.
    """
    meant = meant_by(connection, code)
    if meant is None:
        return Answer(inquiry=inquiry, found=False)
    case = by_code(connection, meant)[0]
    said = [_told(step) for step in steps_of(connection, case.subject)]
    return Answer(
        inquiry=inquiry, found=True, service=case.service, steps=said[-STEPS_MAX:], due_at=case.due_at
    )


def tell_again(connection: Connection, *, device: str, since: float, now: float) -> int:
    """Have a device that lost its inbox told every step since then of what was filed there; how many."""
    rows = connection.execute(
        select(steps)
        .join_from(steps, cases, steps.c.subject == cases.c.subject)
        .where(cases.c.device == device, cases.c.changed_at >= since)
        .order_by(steps.c.position)
    ).all()
    for row in rows:
        step = Step(state=row.state, at=row.at, agency=row.agency, reason=row.reason)
        status = Status(subject=row.subject, step=step, due_at=row.due_at)
        notices.tell(connection, status, device=device, now=now)
    return len(rows)


def newest_position(connection: Connection) -> int:
    """The position of the newest step; 0: none."""
    return connection.execute(select(func.max(steps.c.position))).scalar() or 0


def _add(connection: Connection, taken: Taken, *, subject: str, device: str | None) -> None:
    connection.execute(
        steps.insert().values(
            subject=subject, state=taken.state, at=taken.at, agency=taken.agency, reason=taken.reason,
            due_at=taken.due_at, actor=taken.actor,
        )
    )  # fmt: skip
    if device is not None:
        status = Status(subject=subject, step=_told(taken), due_at=taken.due_at)
        notices.tell(connection, status, device=device, now=taken.at)


def _told(taken: Taken) -> Step:
    return Step(state=taken.state, at=taken.at, agency=taken.agency, reason=taken.reason)


def _due(
    sort: Sort, past: list[Past], region: str, topic: str | None, *, pace: Pace, regions: Regions
) -> float | None:
    folder = regions.find(region)
    permit = folder.permits.get(topic) if folder is not None and topic is not None else None
    days = permit.working_days if permit is not None else PERMIT_DAYS
    return due(sort, past, calendar=regions.calendar(region), pace=pace, permit_days=days)


def _check_agency(regions: Regions, region: str, agency: str | None) -> None:
    folder = regions.find(region)
    if agency is not None and (folder is None or folder.agency(agency) is None):
        known = ", ".join(one.name for one in folder.file.agencies) if folder is not None else "none"
        raise NotPossible(f'"{agency}" is no agency of region {region}; it has {known}')


def _terms(wanted: Wanted) -> list[ColumnElement[bool]]:
    terms: list[ColumnElement[bool]] = [cases.c.sort.in_(list(wanted.sorts))]
    if wanted.state is not None:
        terms.append(cases.c.state == wanted.state)
    if wanted.agency is not None:
        terms.append(cases.c.agency == wanted.agency)
    if wanted.late_at is not None:
        terms += [cases.c.due_at < wanted.late_at, cases.c.state != "answered"]
    if wanted.only_open:
        ends = {state for sort in wanted.sorts for state in _ends(sort)}
        terms.append(cases.c.state.not_in(ends))
    return terms


def _ends(sort: Sort) -> list[str]:
    machine = MACHINES[sort]
    return [state for state in machine.states if machine.is_over(state)]


def _case(row: Row[tuple[object, ...]]) -> Case:
    found = row._mapping
    return Case(
        subject=found["subject"], code=found["code"], sort=Sort(found["sort"]), service=found["service"],
        device=found["device"], region=found["region"], category=found["category"], topic=found["topic"],
        agency=found["agency"], identity=found["identity"], place=found["place"], pace=Pace(found["clock"]),
        state=found["state"], due_at=found["due_at"], created_at=found["created_at"],
        changed_at=found["changed_at"], holder_reference=found["holder_reference"],
    )  # fmt: skip
