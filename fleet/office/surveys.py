"""Answers to the satisfaction survey, and what they come to by agency and period."""

import datetime

from sqlalchemy import Connection, func, select

from edge_agent.contract.events import SurveyAnswered
from fleet.store.inserting import insert_into
from fleet.store.tables import surveys
from loket.ikm import ELEMENTS, Index, index


def keep(connection: Connection, said: SurveyAnswered, *, device: str, region: str) -> bool:
    """Keep an answer; False if it is known already."""
    done = connection.execute(
        insert_into(connection, surveys)
        .values(
            survey=said.survey, device=device, region=region, agency=said.agency, day=said.day,
            **said.scores.model_dump(),
        )
        .on_conflict_do_nothing(index_elements=["survey"])
        .returning(surveys.c.survey)
    )  # fmt: skip
    return done.first() is not None


def by_agency(
    connection: Connection,
    *,
    region: str,
    first: datetime.date,
    last: datetime.date,
    populations: dict[str, int],
) -> dict[str, Index]:
    """The index of each agency that was judged, or has a population, over days from `first` to `last`."""
    sums = [func.sum(surveys.c[element]).label(element) for element in ELEMENTS]
    rows = connection.execute(
        select(surveys.c.agency, func.count().label("n"), *sums)
        .where(
            surveys.c.region == region,
            surveys.c.day >= first.isoformat(),
            surveys.c.day <= last.isoformat(),
        )
        .group_by(surveys.c.agency)
    )
    found = {
        row.agency: index(
            {element: int(row._mapping[element]) for element in ELEMENTS},
            n=row.n,
            population=populations.get(row.agency, 0),
        )
        for row in rows
    }
    for agency, population in populations.items():
        found.setdefault(agency, index({}, n=0, population=population))
    return dict(sorted(found.items()))


def period(year: int, half: int | None) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a year, or of one of its halves (1 or 2). Raises ValueError."""
    if half is None:
        return datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    if half == 1:
        return datetime.date(year, 1, 1), datetime.date(year, 6, 30)
    if half == 2:
        return datetime.date(year, 7, 1), datetime.date(year, 12, 31)
    raise ValueError(f"a year has halves 1 and 2, not {half}")
