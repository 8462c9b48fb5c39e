"""Adapters: one suite for holders, one for halls; what they tell is taken over once, and survives trouble."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from threading import Event as Flag
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from edge_agent.contract.events import CodeAsked, TicketCancelled
from edge_agent.contract.notices import Answer, QueueState, Status
from fleet.adapters import Away, Declined
from fleet.adapters.complaints import simulated_lapor
from fleet.adapters.exchange import Exchange
from fleet.adapters.halls import Following, HallSystem, Line, SimulatedHall
from fleet.adapters.holder import Holder, News, Passed, fresh
from fleet.adapters.outside import outside
from fleet.adapters.permits import COURSES, simulated_ptsp
from fleet.adapters.rounds import Rounds
from fleet.adapters.simulated import DAY_S, SimulatedHolder
from fleet.office import NotPossible, cases, tickets
from fleet.office.cases import New
from fleet.office.states import MACHINES, Sort
from fleet.settings import Office
from fleet.store import devices
from fleet.store.devices import Certificate
from fleet.store.engine import writing
from fleet.store.migrate import migrate
from tests.fleet.conftest import eventually
from tests.fleet.test_office import DAY, DEVICE, MONDAY, REGION_FOLDER, Desk, load_regions

HOLDERS: dict[Sort, Callable[..., SimulatedHolder]] = {
    Sort.COMPLAINT: simulated_lapor,
    Sort.PERMIT: simulated_ptsp,
}
LINE = Line("mpp", "kependudukan", DAY)


@pytest.fixture
def desk(any_store: Engine) -> Desk:
    return made(any_store)


def made(engine: Engine, *, calls_here: bool = True) -> Desk:
    migrate(engine)
    with writing(engine) as connection:
        devices.enrol(connection, DEVICE, certificate=Certificate("ab", 2.0), now=1.0)
    return Desk(engine, load_regions([REGION_FOLDER], calls_here=calls_here))


def passed(sort: Sort, subject: str | None = None, *, category: str | None = None) -> Passed:
    return Passed(
        subject=subject or str(uuid4()), sort=sort, category=category, topic="jalan", agency="dpupr",
        place=None,
    )  # fmt: skip


def subject_that_goes(course: int) -> str:
    """The UUID of an application with which it goes so at the simulated PTSP."""
    return next(str(one) for one in iter(uuid4, None) if one.int % len(COURSES) == course)


# -- the conformance suite: whoever writes a real adapter adds it here ---------------------------------------


@pytest.mark.parametrize("sort", HOLDERS)
def test_a_holder_takes_a_case_once_and_tells_of_it_in_the_states_of_its_sort(sort: Sort) -> None:
    simulated = HOLDERS[sort](now=MONDAY)
    holder: Holder = simulated
    case, other = passed(sort), passed(sort)
    reference = holder.pass_on(case)
    assert 0 < len(reference) <= 64
    assert holder.pass_on(case) == reference
    assert holder.pass_on(other) != reference
    machine = MACHINES[sort]
    assert [news.state for news in holder.news(reference)] == [machine.first]
    simulated.now += 30 * DAY_S
    told = holder.news(reference)
    states = [news.state for news in told]
    assert len(states) > 1
    assert all(machine.may(before, after) for before, after in pairwise(states))
    assert [news.at for news in told] == sorted(news.at for news in told)
    assert all(news.reason for news in told if news.state in machine.explained)


@pytest.mark.parametrize("sort", HOLDERS)
def test_a_holder_declines_what_is_not_its_own_and_is_away_when_it_does_not_answer(sort: Sort) -> None:
    holder = HOLDERS[sort]()
    for ask in (lambda: holder.news("nothing"), lambda: holder.pass_on(passed(Sort.TICKET))):
        with pytest.raises(Declined):
            ask()
    holder.away = True
    for ask in (lambda: holder.news("nothing"), lambda: holder.pass_on(passed(sort))):
        with pytest.raises(Away):
            ask()


def test_a_hall_calls_who_it_was_told_of_in_order_and_nobody_who_gave_back() -> None:
    simulated = SimulatedHall(now=MONDAY)
    hall: HallSystem = simulated
    for _ in range(2):
        for place, number in enumerate(("A1", "A2", "A3")):
            hall.take(LINE, number, at=MONDAY + place)
    assert [(one.number, one.state, one.calls) for one in hall.numbers(LINE)] == [
        ("A1", "waiting", 0), ("A2", "waiting", 0), ("A3", "waiting", 0)
    ]  # fmt: skip
    hall.give_back(LINE, "A2")
    simulated.now += SimulatedHall.CALLED_AFTER_S
    assert [(one.number, one.state, one.calls) for one in hall.numbers(LINE)] == [
        ("A1", "called", 1), ("A3", "waiting", 0)
    ]  # fmt: skip
    simulated.now += SimulatedHall.TAKES_S
    assert [one.state for one in hall.numbers(LINE)] == ["done", "called"]
    assert hall.numbers(Line("mpp", "umum", DAY)) == []
    simulated.away = True
    for ask in (
        lambda: hall.take(LINE, "A4", at=MONDAY), lambda: hall.give_back(LINE, "A1"),
        lambda: hall.numbers(LINE),
    ):  # fmt: skip
        with pytest.raises(Away):
            ask()


# -- what is new ---------------------------------------------------------------------------------------------

STATES = st.lists(st.sampled_from(["a", "b", "c"]), max_size=8)


@given(told=STATES, known=STATES)
def test_news_that_were_taken_over_are_not_news_again(told: Sequence[str], known: Sequence[str]) -> None:
    news = [News(state, float(place)) for place, state in enumerate(told)]
    new = fresh(news, known=known)
    assert new == news[len(news) - len(new) :]
    assert fresh(news, known=[*known, *(one.state for one in new)]) == []
    assert fresh(news, known=told) == []
    assert fresh(news, known=[]) == news


# -- exchanging ----------------------------------------------------------------------------------------------


def exchange(desk: Desk, holder: Holder, sort: Sort) -> Exchange:
    return Exchange(
        desk.engine, holder, sort=sort, name="outside", regions=desk.regions, now=lambda: desk.now
    )


def states(desk: Desk, subject: str) -> list[str]:
    with desk.engine.connect() as connection:
        return [step.state for step in cases.steps_of(connection, subject)]


def application(desk: Desk, subject: str) -> cases.Case:
    """Registered at an office."""
    new = New(
        subject=subject, sort=Sort.PERMIT, service="permit", region="17.07", created_at=desk.now,
        topic="siup", agency="dpmptsp",
    )  # fmt: skip
    with writing(desk.engine) as connection:
        assert cases.open_case(connection, new, regions=desk.regions, now=desk.now)
    return desk.case(subject)


def test_complaints_are_passed_on_once_and_their_steps_are_taken_over_once(desk: Desk) -> None:
    lapor = simulated_lapor(now=MONDAY)
    work = exchange(desk, lapor, Sort.COMPLAINT)
    subject, aspiration = desk.filed(), desk.filed("aspiration")
    work()
    work()
    reference = desk.case(subject).holder_reference
    assert reference == lapor.pass_on(passed(Sort.COMPLAINT, subject))
    assert desk.case(aspiration).holder_reference == "", "only what it deals with is passed on"
    assert desk.case(subject).state == "received"
    lapor.now = desk.now = MONDAY + 5 * DAY_S
    work()
    work()
    assert states(desk, subject) == ["received", "forwarded", "answered"]
    with desk.engine.connect() as connection:
        last = cases.steps_of(connection, subject)[-1]
    assert (last.reason, last.actor) == ("Laporan telah ditindaklanjuti.", "outside")
    told = [one.step.state for one in desk.told() if isinstance(one, Status) and one.subject == subject]
    assert told == ["received", "forwarded", "answered"]


def test_an_application_that_is_dealt_with_outside_is_followed_by_its_code(desk: Desk) -> None:
    ptsp = simulated_ptsp(now=MONDAY)
    work = exchange(desk, ptsp, Sort.PERMIT)
    subject = subject_that_goes(2)
    code = application(desk, subject).code
    for day in range(8):
        ptsp.now = desk.now = MONDAY + day * DAY_S
        work()
    assert states(desk, subject) == [
        "awaiting_verification", "needs_repair", "awaiting_verification", "in_process", "approved"
    ]  # fmt: skip
    desk.say(CodeAsked(inquiry=str(uuid4()), code=code))
    (answer,) = [one for one in desk.told() if isinstance(one, Answer)]
    assert answer.service == "permit"
    assert answer.steps[-1].state == "approved"
    assert answer.steps[1].reason == "Salinan KTP tidak terbaca; mohon dilengkapi."


def test_one_that_was_filed_at_a_kiosk_is_told_there(desk: Desk) -> None:
    ptsp = simulated_ptsp(now=MONDAY)
    subject = desk.filed("permit", topic="siup")
    exchange(desk, ptsp, Sort.PERMIT)()
    ptsp.now = desk.now = MONDAY + 30 * DAY_S
    exchange(desk, ptsp, Sort.PERMIT)()
    told = [one.step.state for one in desk.told() if isinstance(one, Status) and one.subject == subject]
    assert told == [stage.state for stage in COURSES[UUID(subject).int % len(COURSES)]]


def test_who_was_away_or_forgot_gets_it_later(desk: Desk) -> None:
    lapor = simulated_lapor(now=MONDAY)
    lapor.away = True
    work = exchange(desk, lapor, Sort.COMPLAINT)
    subject = desk.filed()
    work()
    assert desk.case(subject).holder_reference == ""
    lapor.away = False
    work()
    reference = desk.case(subject).holder_reference
    assert lapor.news(reference)
    forgetful = simulated_lapor(now=MONDAY)
    exchange(desk, forgetful, Sort.COMPLAINT)()
    assert forgetful.news(reference)
    assert states(desk, subject) == ["received"]


def test_one_case_that_is_declined_holds_up_no_other(desk: Desk) -> None:
    ptsp = simulated_ptsp(now=MONDAY)
    declined = subject_that_goes(0)
    application(desk, declined)
    desk.now += 1
    other = application(desk, subject_that_goes(1)).subject

    class Picky:
        """Declines one."""

        def pass_on(self, case: Passed) -> str:
            if case.subject == declined:
                raise Declined("PTSP: not that one")
            return ptsp.pass_on(case)

        def news(self, reference: str) -> Sequence[News]:
            return ptsp.news(reference)

    exchange(desk, Picky(), Sort.PERMIT)()
    assert desk.case(declined).holder_reference == ""
    assert desk.case(other).holder_reference


# -- halls ---------------------------------------------------------------------------------------------------


def test_a_hall_that_another_system_runs_is_followed(any_store: Engine) -> None:
    desk = made(any_store, calls_here=False)
    hall = SimulatedHall(now=MONDAY)
    work = Following(desk.engine, hall, name="hall", regions=desk.regions, now=lambda: desk.now)
    first, second, third = (desk.ticket(f"A{number}") for number in (1, 2, 3))
    desk.say(TicketCancelled(ticket=third))
    with pytest.raises(NotPossible, match="another system"):
        desk.next()
    with pytest.raises(NotPossible, match="another system"):
        desk.do(tickets.begin, first)
    hall.away = True
    work()
    assert len(desk.view().waiting) == 2
    hall.away = False
    work()
    hall.take(LINE, "A3", at=MONDAY)  # as if it had learnt of it elsewhere
    work()
    assert [one.number for one in hall.numbers(LINE)] == ["A1", "A2"]
    hall.now = desk.now = MONDAY + 10
    work()
    work()
    seen = desk.view()
    assert (seen.calling, seen.at_counters[1].ticket) == ("A1", first)
    assert [one.ticket for one in seen.waiting] == [second]
    (state,) = [one for one in desk.told() if isinstance(one, QueueState)]
    assert (state.calling, state.waiting) == ("A1", [second])
    with desk.engine.connect() as connection:
        calls = tickets.calls_after(connection, "mpp", 0, day=DAY)
    assert [(one.number, one.counter) for one in calls] == [("A1", 1)]
    for _ in range(30):
        hall.now = desk.now = desk.now + 10
        work()
    assert [desk.case(one).state for one in (first, second, third)] == ["done", "done", "cancelled"]
    assert desk.view().calling == "A2"
    with desk.engine.connect() as connection:
        actors = {step.actor for step in cases.steps_of(connection, first)[1:]}
    assert actors == {"hall"}


@pytest.mark.parametrize(("later_s", "state", "announced"), [(40, "serving", ["A1"]), (3600, "done", [])])
def test_a_call_that_was_missed_is_announced_only_while_somebody_is_there(
    any_store: Engine, later_s: float, state: str, announced: list[str]
) -> None:
    desk = made(any_store, calls_here=False)
    hall = SimulatedHall(now=MONDAY)
    work = Following(desk.engine, hall, name="hall", regions=desk.regions, now=lambda: desk.now)
    first = desk.ticket("A1")
    work()
    hall.now = desk.now = MONDAY + later_s
    work()
    work()
    assert desk.case(first).state == state
    with desk.engine.connect() as connection:
        calls = tickets.calls_after(connection, "mpp", 0, day=DAY)
    assert [one.number for one in calls] == announced


# -- rounds --------------------------------------------------------------------------------------------------


def test_a_round_that_fails_is_followed_by_the_next() -> None:
    rounds, enough = [], Flag()

    def work() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise RuntimeError("an adapter's own mistake")
        enough.set()

    with Rounds(work, name="test", every_s=0.01):
        assert enough.wait(20)


def test_what_the_settings_name_is_followed_and_our_own_is_not(desk: Desk) -> None:
    subject, permit = desk.filed(), application(desk, str(uuid4())).subject
    settings = Office(permits="simulator")
    with outside(settings, desk.engine, regions=desk.regions, now=lambda: desk.now):
        eventually(lambda: desk.case(permit).holder_reference, within_s=20)
    assert desk.case(subject).holder_reference == ""
    with outside(Office(complaints="simulator"), desk.engine, regions=desk.regions, now=lambda: desk.now):
        eventually(lambda: desk.case(subject).holder_reference, within_s=20)
