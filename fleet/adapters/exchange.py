"""Passing complaints on to an outside system, and taking over what became of them there."""

from collections.abc import Callable

from sqlalchemy import Engine

from fleet.adapters import AdapterError, Away, Declined
from fleet.adapters.complaints import ComplaintSystem, News, Passed, SimulatedLapor
from fleet.office import OfficeError, cases
from fleet.office.cases import Case, Move, Wanted
from fleet.office.regions import Regions
from fleet.office.states import MACHINES, Sort
from fleet.store.engine import translated, writing
from fleet.views.reading import reading
from loket import log

_log = log.get(__name__)

_AT_ONCE = 200


class Exchange:
    """Works through the open complaints; each call is one round."""

    def __init__(
        self,
        engine: Engine,
        system: ComplaintSystem,
        *,
        name: str,
        regions: Regions,
        now: Callable[[], float],
    ) -> None:
        """`name` is who took the steps that come from there."""
        self._engine, self._system, self._name, self._regions = engine, system, name, regions
        self._now = now

    def __call__(self) -> None:
        """Pass on what is new, and take over what is news. What fails is tried in the next round.

        Raises StoreError.
        """
        with reading(self._engine) as connection:
            wanted = Wanted(sorts=(Sort.COMPLAINT,), only_open=True)
            waiting = cases.listed(connection, wanted, limit=_AT_ONCE)
        for case in waiting:
            try:
                self._exchange(case)
            except Away as error:
                _log.warning("outside_system_away", why=str(error))
                return
            except (AdapterError, OfficeError) as error:
                _log.error("complaint_not_exchanged", case=case.subject, why=str(error))

    def _exchange(self, case: Case) -> None:
        reference = case.holder_reference or self._pass_on(case)
        try:
            news = self._system.news(reference)
        except Declined:
            news = self._system.news(self._pass_on(case))  # it has forgotten: told again, it knows
        for one in news:
            self._take_over(case.subject, one)

    def _pass_on(self, case: Case) -> str:
        reference = self._system.pass_on(
            Passed(
                subject=case.subject,
                category=case.category,
                topic=case.topic,
                agency=case.agency,
                place=case.place,
            )
        )
        with translated(), writing(self._engine) as connection:
            cases.set_reference(connection, case.subject, reference)
        return reference

    def _take_over(self, subject: str, news: News) -> None:
        with translated(), writing(self._engine) as connection:
            case = cases.find(connection, subject)
            if (
                case is None
                or not MACHINES[case.sort].may(case.state, news.state)
                or case.state == news.state
            ):
                return
            if any(step.state == news.state for step in cases.steps_of(connection, subject)):
                return
            move = Move(after=news.state, actor=self._name, reason=news.reason)
            cases.take_step(connection, subject, move, regions=self._regions, now=self._now())


def exchange_of(
    who: str, engine: Engine, *, regions: Regions, now: Callable[[], float]
) -> Callable[[], None]:
    """What exchanges complaints as `office.complaints` in fleet.toml says; "own" has nothing to exchange."""
    if who != "simulator":
        return lambda: None
    system = SimulatedLapor(now=now())
    exchange = Exchange(engine, system, name="LAPOR! (simulated)", regions=regions, now=now)

    def work() -> None:
        system.now = now()
        exchange()

    return work
