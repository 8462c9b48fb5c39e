"""Passing cases on to an outside holder, and taking over what became of them there."""

from collections.abc import Callable

from sqlalchemy import Engine

from fleet.adapters import AdapterError, Away, Declined
from fleet.adapters.holder import Holder, News, Passed, fresh
from fleet.office import OfficeError, cases
from fleet.office.cases import Case, Move
from fleet.office.regions import Regions
from fleet.office.states import MACHINES, Sort
from fleet.store.engine import translated, writing
from fleet.views.reading import reading
from loket import log

_log = log.get(__name__)


class Exchange:
    """Works through the open cases of a sort; each call is one round."""

    def __init__(
        self,
        engine: Engine,
        holder: Holder,
        *,
        sort: Sort,
        name: str,
        regions: Regions,
        now: Callable[[], float],
    ) -> None:
        """`name` is who took the steps that come from there."""
        self._engine, self._holder, self._sort, self._name = engine, holder, sort, name
        self._regions, self._now = regions, now

    def __call__(self) -> None:
        """Pass on what is new, and take over what is news. What fails is tried in the next round.

        Raises StoreError.
        """
        with reading(self._engine) as connection:
            waiting = cases.open_of(connection, self._sort)
        for case in waiting:
            try:
                self._exchange(case)
            except Away as error:
                _log.warning("outside_system_away", why=str(error))
                return
            except (AdapterError, OfficeError) as error:
                _log.error("case_not_exchanged", case=case.subject, why=str(error))

    def _exchange(self, case: Case) -> None:
        reference = case.holder_reference or self._pass_on(case)
        try:
            told = self._holder.news(reference)
        except Declined:
            told = self._holder.news(self._pass_on(case))  # it has forgotten: told again, it knows
        self._take_over(case.subject, list(told))

    def _pass_on(self, case: Case) -> str:
        reference = self._holder.pass_on(
            Passed(
                subject=case.subject,
                sort=case.sort,
                category=case.category,
                topic=case.topic,
                agency=case.agency,
                place=case.place,
            )
        )
        with translated(), writing(self._engine) as connection:
            cases.set_reference(connection, case.subject, reference)
        return reference

    def _take_over(self, subject: str, told: list[News]) -> None:
        machine = MACHINES[self._sort]
        with reading(self._engine) as connection:
            known = [step.state for step in cases.steps_of(connection, subject)]
        for one in fresh(told, known=known):
            with translated(), writing(self._engine) as connection:
                case = cases.find(connection, subject)
                if case is None or not machine.may(case.state, one.state):
                    continue  # somebody here went another way meanwhile
                move = Move(after=one.state, actor=self._name, reason=one.reason)
                cases.take_step(connection, subject, move, regions=self._regions, now=self._now())
