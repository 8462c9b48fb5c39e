"""Adapters: our own and the simulated pass one suite; complaints are exchanged once, and survive trouble."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from fleet.adapters import Away, Declined
from fleet.adapters.complaints import ComplaintSystem, OwnComplaints, Passed, SimulatedLapor
from fleet.adapters.exchange import Exchange
from fleet.adapters.halls import HallSystem, OwnHall, SimulatedHall
from fleet.adapters.permits import OwnPermits, PermitSystem, SimulatedPermits, Standing
from fleet.office import cases
from fleet.store import devices
from fleet.store.devices import Certificate
from fleet.store.engine import writing
from fleet.store.migrate import migrate
from tests.fleet.test_office import DEVICE, MONDAY, REGION_FOLDER, Desk, load_regions

DAY_S = 86_400.0


@pytest.fixture
def desk(any_store: Engine) -> Desk:
    migrate(any_store)
    with writing(any_store) as connection:
        devices.enrol(connection, DEVICE, certificate=Certificate("ab", 2.0), now=1.0)
    return Desk(any_store, load_regions([REGION_FOLDER]))


def passed(subject: str, *, category: str | None = "pengaduan") -> Passed:
    return Passed(subject=subject, category=category, topic="jalan", agency="dpupr", place=None)


@pytest.mark.parametrize("sort", ["own", "simulated"])
def test_a_complaint_system_takes_a_complaint_once_and_tells_what_became_of_it(desk: Desk, sort: str) -> None:
    made: dict[str, Callable[[], ComplaintSystem]] = {
        "own": lambda: OwnComplaints(desk.engine),
        "simulated": lambda: SimulatedLapor(now=MONDAY),
    }
    system, subject = made[sort](), desk.filed()
    reference = system.pass_on(passed(subject))
    assert system.pass_on(passed(subject)) == reference
    assert [news.state for news in system.news(reference)] == ["received"]
    assert system.news(reference)[0].at == MONDAY
    with pytest.raises(Declined):
        system.news("nothing")


@pytest.mark.parametrize("sort", ["own", "simulated"])
def test_a_permit_system_tells_how_an_application_stands(desk: Desk, sort: str) -> None:
    subject = desk.filed("permit", topic="siup")
    case = desk.case(subject)
    standing = Standing("siup", "awaiting_verification", at=MONDAY, due_at=case.due_at)
    simulated = SimulatedPermits()
    simulated.apply(case.code, standing)
    system: PermitSystem = OwnPermits(desk.engine) if sort == "own" else simulated
    assert system.standing(f"{case.code[:4]}-{case.code[4:]}") == standing
    with pytest.raises(Declined):
        system.standing("00000000")


@pytest.mark.parametrize("sort", ["own", "simulated"])
def test_a_hall_tells_who_waits_and_who_was_called_last(desk: Desk, sort: str) -> None:
    simulated = SimulatedHall({"mpp": ["kependudukan", "umum"]})
    for number in ("A1", "A2"):
        desk.ticket(number)
        simulated.take("mpp", "kependudukan", number)
    desk.next()
    simulated.call("mpp", "kependudukan")
    own = OwnHall(desk.engine, desk.regions, now=lambda: desk.now)
    hall: HallSystem = own if sort == "own" else simulated
    seen = hall.queue("mpp", "kependudukan")
    assert (seen.calling, list(seen.waiting)) == ("A1", ["A2"])
    assert hall.queue("mpp", "umum").calling == ""
    with pytest.raises(Declined):
        hall.queue("mpp", "nothing")


def test_what_does_not_answer_is_away() -> None:
    lapor, permits, hall = SimulatedLapor(), SimulatedPermits(), SimulatedHall({})
    lapor.away = permits.away = hall.away = True
    for ask in (
        lambda: lapor.pass_on(passed(str(uuid4()))),
        lambda: permits.standing("1"),
        lambda: hall.queue("a", "b"),
    ):
        with pytest.raises(Away):
            ask()


def test_complaints_are_passed_on_once_and_its_steps_are_taken_over_once(desk: Desk) -> None:
    lapor = SimulatedLapor(now=MONDAY)
    exchange = Exchange(desk.engine, lapor, name="LAPOR!", regions=desk.regions, now=lambda: desk.now)
    subject = desk.filed()
    exchange()
    exchange()
    assert desk.case(subject).holder_reference == "1000001"
    assert desk.case(subject).state == "received"
    lapor.now = desk.now = MONDAY + 5 * DAY_S
    exchange()
    exchange()
    with desk.engine.connect() as connection:
        steps = cases.steps_of(connection, subject)
    assert [step.state for step in steps] == ["received", "forwarded", "answered"]
    assert steps[-1].reason == "Laporan telah ditindaklanjuti."
    assert steps[-1].actor == "LAPOR!"


def test_an_outside_system_that_was_away_or_forgot_gets_it_later(desk: Desk) -> None:
    lapor = SimulatedLapor(now=MONDAY)
    lapor.away = True
    exchange = Exchange(desk.engine, lapor, name="LAPOR!", regions=desk.regions, now=lambda: desk.now)
    subject = desk.filed()
    exchange()
    assert desk.case(subject).holder_reference == ""
    lapor.away = False
    exchange()
    assert desk.case(subject).holder_reference == "1000001"
    fresh = SimulatedLapor(now=MONDAY)
    Exchange(desk.engine, fresh, name="LAPOR!", regions=desk.regions, now=lambda: desk.now)()
    assert fresh.news("1000001")
