"""What becomes of cases and queues, on both databases: the clerk, the steps, the notices, the counters."""

import datetime
from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, delete, insert, select

from edge_agent.contract.events import (
    CodeAsked,
    EmergencyRaised,
    EventData,
    NoticesReceived,
    ReceiptKeyCertified,
    Scores,
    SubmissionCreated,
    SurveyAnswered,
    TicketCancelled,
    TicketTaken,
)
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.notices import Answer, QueueState, Status
from edge_agent.contract.streams import Stream
from fleet.office import NotKnown, NotPossible, cases, notices, surveys, tickets
from fleet.office import clerk as clerk_module
from fleet.office.cases import Move
from fleet.office.clerk import DEALS, Clerk, greet
from fleet.office.regions import Regions, load_regions
from fleet.office.states import Sort
from fleet.store import devices, events
from fleet.store.devices import Certificate
from fleet.store.engine import writing
from fleet.store.events import Event
from fleet.store.migrate import migrate
from fleet.store.tables import notices as notice_table
from fleet.store.tables import presence, receipt_keys
from loket.codes import code_of

DEVICE = DeviceId("17.07", "lebong-001")
REGION_FOLDER = Path(__file__).parents[2] / "demo" / "region"
JAKARTA = ZoneInfo("Asia/Jakarta")
MONDAY = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=JAKARTA).timestamp()
DAY = "2026-11-23"
HOUR = 3600.0


class Desk:
    """A migrated database, its clerk, a clock that stands still until it is set, and a device that speaks."""

    def __init__(self, engine: Engine, regions: Regions) -> None:
        self.engine, self.regions, self.now = engine, regions, MONDAY
        self.clerk = Clerk(engine, regions=regions, deals=DEALS, now=lambda: self.now)
        self._seq = 0

    def say(self, data: EventData, *, incarnation: str = "a", seq: int | None = None) -> None:
        """The device says something, and the clerk deals with it."""
        self.store(data, incarnation=incarnation, seq=seq)
        while self.clerk.deal():
            pass

    def store(self, data: EventData, *, incarnation: str = "a", seq: int | None = None) -> None:
        self._seq += 1
        with writing(self.engine) as connection:
            events.insert_once(
                connection,
                [
                    Event(
                        device=DEVICE, incarnation=incarnation, stream=Stream.SUBMISSIONS,
                        seq=seq or self._seq, id=str(uuid4()), kind=data.kind, subject=None, time=self.now,
                        clock_trusted=True, received_at=self.now, data=data.model_dump_json(),
                    )
                ],
            )  # fmt: skip

    def filed(self, service: str = "complaint", **more: str) -> str:
        data = SubmissionCreated(
            submission=str(uuid4()), service=service, sealed="", intake_key="0" * 64, consent_version="1",
            agency=more.pop("agency", "dpupr"), topic=more.pop("topic", "jalan"),
        )  # fmt: skip
        self.say(data)
        return data.submission

    def ticket(self, number: str, *, queue: str = "kependudukan", audible: bool = False) -> str:
        ticket = str(uuid4())
        self.say(TicketTaken(ticket=ticket, queue=queue, number=number, day=DAY, audible=audible))
        self.now += 1
        return ticket

    def step(self, subject: str, after: str, **more: object) -> cases.Taken:
        with writing(self.engine) as connection:
            move = Move(after=after, actor="siti", **more)  # type: ignore[arg-type]
            return cases.take_step(connection, subject, move, regions=self.regions, now=self.now)

    def case(self, subject: str) -> cases.Case:
        with self.engine.connect() as connection:
            found = cases.find(connection, subject)
        assert found is not None
        return found

    def told(self) -> list[Status | QueueState | Answer]:
        """What waits to be told, in order."""
        with self.engine.connect() as connection:
            return [one.notice.body for one in notices.pending(connection, now=self.now, at_most=1000)]

    def at(self, number: int = 1, *, queue: str = "kependudukan") -> tickets.Counter:
        office = self.regions.offices["mpp"]
        return tickets.counter(office, queue=queue, number=number, actor="siti", now=self.now)

    def next(self, number: int = 1, *, after: str | None = None, **more: str) -> tickets.Ticket | None:
        with writing(self.engine) as connection:
            return tickets.call_next(connection, self.at(number, **more), after=after, regions=self.regions)

    def do(
        self, what: Callable[..., tickets.Ticket], ticket: str, number: int = 1, **more: str
    ) -> tickets.Ticket:
        queue = more.pop("queue", "kependudukan")
        with writing(self.engine) as connection:
            return what(connection, self.at(number, queue=queue), ticket, regions=self.regions, **more)

    def view(self, queue: str = "kependudukan") -> tickets.QueueView:
        office = self.regions.offices["mpp"]
        found = office.queue(queue)
        assert found is not None
        with self.engine.connect() as connection:
            return tickets.view(connection, office, found, day=DAY, now=self.now)


@pytest.fixture
def desk(any_store: Engine) -> Desk:
    migrate(any_store)
    with writing(any_store) as connection:
        devices.enrol(connection, DEVICE, certificate=Certificate("ab", 2.0), now=1.0)
    return Desk(any_store, load_regions([REGION_FOLDER]))


def local(at: float | None) -> str:
    assert at is not None
    return datetime.datetime.fromtimestamp(at, JAKARTA).isoformat(timespec="minutes")[:16]


def test_a_complaint_goes_by_the_clock_of_lapor(desk: Desk) -> None:
    subject = desk.filed()
    assert (desk.case(subject).state, local(desk.case(subject).due_at)) == ("received", "2026-11-26T16:00")
    assert desk.case(subject).code == code_of(UUID(subject))
    desk.now += HOUR
    desk.step(subject, "forwarded", agency="dlh")
    assert (desk.case(subject).agency, local(desk.case(subject).due_at)) == ("dlh", "2026-11-30T16:00")
    desk.step(subject, "in_progress")
    desk.step(subject, "answered", reason="Sudah  ditambal.\n")
    assert local(desk.case(subject).due_at) == "2026-12-07T16:00"
    desk.now = desk.case(subject).due_at + 1
    desk.clerk.chores()
    assert desk.case(subject).state == "closed"
    assert desk.case(subject).due_at is None
    with desk.engine.connect() as connection:
        steps = cases.steps_of(connection, subject)
    assert [step.state for step in steps] == ["received", "forwarded", "in_progress", "answered", "closed"]
    assert [step.actor for step in steps] == ["citizen", "siti", "siti", "siti", "clock"]
    assert steps[3].reason == "Sudah ditambal."


@pytest.mark.parametrize(("pace", "due"), [("violation", "2026-12-11"), ("inspection", "2027-02-17")])
def test_what_must_be_looked_into_may_take_longer(desk: Desk, pace: str, due: str) -> None:
    subject = desk.filed()
    desk.step(subject, "forwarded", pace=cases.Pace(pace))
    assert local(desk.case(subject).due_at)[:10] == due


def test_passing_it_on_does_not_stop_the_citizens_clock(desk: Desk) -> None:
    subject = desk.filed()
    first = desk.step(subject, "forwarded")
    desk.now += 3 * 24 * HOUR
    again = desk.step(subject, "forwarded", agency="dlh")
    assert again.due_at == first.due_at


def test_a_permits_clock_rests_while_the_citizen_repairs(desk: Desk) -> None:
    subject = desk.filed("permit", topic="nothing")
    assert local(desk.case(subject).due_at)[:10] == "2026-12-11"  # 14 working days
    desk.now += 2 * 24 * HOUR  # Wednesday: two are spent
    desk.step(subject, "needs_repair", reason="Lengkapi KTP.")
    assert desk.case(subject).due_at is None
    desk.now += 7 * 24 * HOUR
    desk.step(subject, "awaiting_verification")
    assert local(desk.case(subject).due_at)[:10] == "2026-12-18"  # 12 are left from Wednesday 2 December


def test_a_step_that_does_not_follow_is_refused_and_changes_nothing(desk: Desk) -> None:
    subject = desk.filed()
    for move in (
        {"after": "closed"},
        {"after": "rejected"},  # without a reason
        {"after": "dancing"},
        {"after": "forwarded", "agency": "nobody"},
        {"after": "forwarded", "expect": "in_progress"},
        {"after": "rejected", "reason": "x" * 501},
    ):
        with pytest.raises(NotPossible):
            desk.step(subject, **move)
    assert desk.case(subject).state == "received"
    with pytest.raises(NotKnown):
        desk.step(str(uuid4()), "closed")


def test_each_step_is_told_to_the_kiosk_with_what_is_owed(desk: Desk) -> None:
    subject = desk.filed()
    desk.step(subject, "forwarded")
    told = desk.told()
    assert [one.step.state for one in told if isinstance(one, Status)] == ["received", "forwarded"]
    assert all(isinstance(one, Status) and one.subject == subject and one.due_at for one in told)
    assert isinstance(told[1], Status)
    assert told[1].step.agency == "dpupr"


def test_an_event_is_dealt_with_once(desk: Desk) -> None:
    subject = desk.filed()
    data = SubmissionCreated(
        submission=subject, service="complaint", sealed="", intake_key="0" * 64, consent_version="1"
    )
    desk.say(data)
    assert len(desk.told()) == 1


def test_a_code_that_is_asked_after_is_answered(desk: Desk) -> None:
    subject = desk.filed("aspiration")
    desk.step(subject, "village_verified")
    known, unknown = str(uuid4()), str(uuid4())
    desk.say(CodeAsked(inquiry=known, code=desk.case(subject).code))
    desk.say(CodeAsked(inquiry=unknown, code="00000000"))
    answers = {one.inquiry: one for one in desk.told() if isinstance(one, Answer)}
    assert answers[known].found
    assert answers[known].service == "aspiration"
    assert [step.state for step in answers[known].steps] == ["proposed", "village_verified"]
    assert answers[unknown] == Answer(inquiry=unknown, found=False)


def test_an_emergency_is_raised_acknowledged_and_told(desk: Desk) -> None:
    emergency = str(uuid4())
    desk.say(EmergencyRaised(emergency=emergency, sort="ambulans"))
    desk.step(emergency, "acknowledged")
    assert [one.step.state for one in desk.told() if isinstance(one, Status)] == ["raised", "acknowledged"]
    with pytest.raises(NotPossible):
        desk.step(emergency, "closed")  # it says how it ended
    desk.step(emergency, "closed", reason="Ambulans sudah datang.")
    assert desk.case(emergency).is_over


def test_what_was_promised_is_listed_by_its_age_until_it_is_done(desk: Desk) -> None:
    first, second = desk.filed("aspiration"), desk.filed("aspiration")
    for subject in (second, first):
        for state in ("village_verified", "district_verified", "agency_verified", "in_plan"):
            desk.now += 60
            desk.step(subject, state)
    desk.step(second, "budgeted")
    with desk.engine.connect() as connection:
        assert [one.case.subject for one in cases.promised(connection)] == [second, first]
    desk.step(second, "in_work")
    desk.step(second, "done")
    with desk.engine.connect() as connection:
        assert [one.case.subject for one in cases.promised(connection)] == [first]


# -- notices ------------------------------------------------------------------------------------------------


def received(desk: Desk, through: int, *, seq: int, incarnation: str = "e") -> None:
    desk.say(NoticesReceived(through=through), incarnation=incarnation, seq=seq)


def numbers(desk: Desk) -> list[int]:
    with desk.engine.connect() as connection:
        return list(
            connection.execute(select(notice_table.c.number).order_by(notice_table.c.number)).scalars()
        )


def test_what_a_device_has_is_not_kept(desk: Desk) -> None:
    subject = desk.filed()
    desk.step(subject, "forwarded")
    desk.step(subject, "in_progress")
    assert numbers(desk) == [1, 2, 3]
    received(desk, 2, seq=1)
    assert numbers(desk) == [3]
    received(desk, 1, seq=0 + 1)  # late: an older word of the same stream
    assert numbers(desk) == [3]
    desk.step(subject, "answered", reason="Selesai.")
    assert numbers(desk) == [3, 4]


def test_a_device_that_lost_its_inbox_is_told_everything_again(desk: Desk) -> None:
    subject, ticket = desk.filed(), desk.ticket("A1")
    desk.step(subject, "forwarded")
    before = numbers(desk)
    received(desk, before[-1], seq=1)
    assert desk.told() == []
    received(desk, 0, seq=2)
    told = desk.told()
    states = {(one.subject, one.step.state) for one in told if isinstance(one, Status)}
    assert states == {(subject, "received"), (subject, "forwarded"), (ticket, "waiting")}
    assert {one.queue for one in told if isinstance(one, QueueState)} == {"kependudukan", "perizinan", "umum"}
    assert numbers(desk) == list(range(1, len(told) + 1)), "without a gap, or it could never have them all"


def test_a_fleet_that_was_restored_goes_on_after_what_the_device_has(desk: Desk) -> None:
    received(desk, 40, seq=1)
    desk.filed()
    assert numbers(desk) == [41]


def test_what_was_published_and_lost_is_published_again(desk: Desk) -> None:
    desk.filed()
    with writing(desk.engine) as connection:
        sent = notices.pending(connection, now=desk.now, at_most=10)
        notices.published(connection, sent, at=desk.now)
    assert desk.told() == []
    desk.now += 60
    received(desk, 0, seq=1)
    assert len(desk.told()) == 1
    with writing(desk.engine) as connection:
        notices.published(connection, sent, at=desk.now)
    desk.now += notices.AGAIN_AFTER_S + 1
    assert desk.told() == [], "nobody is told again who is away"
    with writing(desk.engine) as connection:
        connection.execute(insert(presence).values(device=DEVICE.name, online=True))
    assert len(desk.told()) == 1


def test_what_was_published_just_before_a_device_came_is_published_again(desk: Desk) -> None:
    desk.filed()
    with writing(desk.engine) as connection:
        sent = notices.pending(connection, now=desk.now, at_most=10)
        notices.published(connection, sent, at=desk.now)
    desk.now += 2
    received(desk, 0, seq=1)
    assert desk.told() == [], "it may be on its way"
    with writing(desk.engine) as connection:
        connection.execute(insert(presence).values(device=DEVICE.name, online=True, changed_at=desk.now))
    received(desk, 0, seq=2)
    assert len(desk.told()) == 1


def test_a_queue_is_told_as_it_stands_last(desk: Desk) -> None:
    for number in range(1, 6):
        desk.ticket(f"A{number}")
    states = [one for one in desk.told() if isinstance(one, QueueState)]
    assert len(states) == 1
    assert len(states[0].waiting) == 5


def test_what_was_overwritten_on_its_way_is_still_due(desk: Desk) -> None:
    desk.ticket("A1")
    with writing(desk.engine) as connection:
        sent = notices.pending(connection, now=desk.now, at_most=10)
    desk.ticket("A2")
    with writing(desk.engine) as connection:
        notices.published(connection, sent, at=desk.now)
    (state,) = [one for one in desk.told() if isinstance(one, QueueState)]
    assert len(state.waiting) == 2


# -- queues -------------------------------------------------------------------------------------------------


def test_two_counters_call_different_numbers_in_order(desk: Desk) -> None:
    first, second, third = (desk.ticket(f"A{number}") for number in range(1, 4))
    one, two = desk.next(1), desk.next(2)
    assert one is not None
    assert two is not None
    assert [one.ticket, two.ticket] == [first, second]
    assert [ticket.ticket for ticket in desk.view().waiting] == [third]
    assert desk.view().calling == "A2"


def test_a_second_press_calls_nobody(desk: Desk) -> None:
    desk.ticket("A1")
    desk.ticket("A2")
    desk.next(1)
    with pytest.raises(NotPossible, match="meanwhile"):
        desk.next(1)
    assert len(desk.view().waiting) == 1


def test_a_number_is_served_and_then_the_next_one_ends_it(desk: Desk) -> None:
    first, second = desk.ticket("A1"), desk.ticket("A2")
    desk.next()
    with pytest.raises(NotPossible, match="dealt with"):
        desk.next(after=first)
    desk.do(tickets.begin, first)
    called = desk.next(after=first)
    assert called is not None
    assert called.ticket == second
    assert desk.case(first).state == "done"
    desk.do(tickets.finish, second)
    assert desk.next() is None
    assert desk.view().done == 2


def test_who_is_not_there_can_be_called_again_later(desk: Desk) -> None:
    ticket = desk.ticket("A1")
    desk.next()
    desk.do(tickets.miss, ticket)
    assert [one.number for one in desk.view().missed] == ["A1"]
    again = desk.do(tickets.call_again, ticket, 2)
    assert (again.state, again.counter) == ("called", 2)
    assert desk.case(ticket).state == "called"


def test_who_asked_to_be_called_by_voice_is_called_twice_at_least(desk: Desk) -> None:
    ticket = desk.ticket("A1", audible=True)
    desk.next()
    with pytest.raises(NotPossible, match="voice"):
        desk.do(tickets.miss, ticket)
    desk.do(tickets.call_again, ticket)
    desk.do(tickets.miss, ticket)
    with desk.engine.connect() as connection:
        assert len(tickets.calls_after(connection, "mpp", 0, day=DAY)) == 2


def test_a_transferred_number_keeps_its_place_by_time(desk: Desk) -> None:
    early = desk.ticket("A1")
    later = desk.ticket("C1", queue="umum")
    desk.next()
    desk.do(tickets.begin, early)
    desk.do(tickets.transfer, early, to="umum")
    assert [one.ticket for one in desk.view("umum").waiting] == [early, later]
    called = desk.next(1, queue="umum")
    assert called is not None
    assert called.ticket == early
    with desk.engine.connect() as connection:
        told = [(step.state, step.reason) for step in cases.steps_of(connection, early)]
    assert told == [
        ("waiting", ""), ("called", "Loket 1"), ("serving", ""), ("transferred", "Layanan umum"),
        ("called", "Loket 1"),
    ]  # fmt: skip


def test_a_number_that_was_given_back_is_not_called(desk: Desk) -> None:
    first, second = desk.ticket("A1"), desk.ticket("A2")
    desk.say(TicketCancelled(ticket=first))
    called = desk.next()
    assert called is not None
    assert called.ticket == second
    desk.do(tickets.begin, second)
    desk.say(TicketCancelled(ticket=second))
    assert desk.case(second).state == "serving", "who is being served cannot go back"


def test_what_one_takes_is_measured_and_shared_by_the_counters(desk: Desk) -> None:
    assert desk.view().minutes_each == 8
    for number in range(1, 5):
        ticket = desk.ticket(f"A{number}")
        desk.next()
        desk.do(tickets.begin, ticket)
        desk.now += 4 * 60
        desk.do(tickets.finish, ticket)
    assert desk.view().minutes_each == pytest.approx(4, abs=0.1)
    desk.ticket("A9")
    desk.next(2)
    assert desk.view().minutes_each == pytest.approx(2, abs=0.1)


def test_a_day_that_is_over_has_nobody_waiting(desk: Desk) -> None:
    waiting, served = desk.ticket("A1"), desk.ticket("A2")
    called = desk.next()
    assert called is not None
    desk.do(tickets.begin, called.ticket)
    desk.now += 24 * HOUR
    desk.clerk.chores()
    assert desk.case(waiting).state == "done"
    assert desk.case(served).state == "no_show"


def test_a_number_for_a_queue_that_is_not_here_is_passed_over(desk: Desk) -> None:
    desk.say(TicketTaken(ticket=str(uuid4()), queue="unknown", number="A1", day=DAY))
    subject = desk.filed()
    assert desk.case(subject).state == "received"


def kiosk(desk: Desk, name: str, *, region: str = "17.07") -> None:
    """A kiosk that is certified, and has given no number yet."""
    with writing(desk.engine) as connection:
        if name != DEVICE.name:
            enrolled = DeviceId(region, name)
            devices.enrol(connection, enrolled, certificate=Certificate(name, 2.0), now=1.0)
        connection.execute(
            insert(receipt_keys).values(
                key_id=name, device=name, public_key="", certificate="", certified_at=1.0, received_at=1.0
            )
        )


def queues_told(desk: Desk, *, day: str = DAY) -> set[tuple[str, str]]:
    """Which devices are to be told of which queues of a day."""
    with desk.engine.connect() as connection:
        due = notices.pending(connection, now=desk.now, at_most=1000)
    return {
        (one.device.name, one.notice.body.queue)
        for one in due
        if isinstance(one.notice.body, QueueState) and one.notice.body.day == day
    }


QUEUES = ("kependudukan", "perizinan", "umum")


def test_a_kiosk_is_told_of_its_queues_before_its_first_number(desk: Desk) -> None:
    kiosk(desk, DEVICE.name)
    kiosk(desk, "rejang-001", region="17.02")
    deals = {**DEALS, ReceiptKeyCertified.kind: greet}
    desk.clerk = Clerk(desk.engine, regions=desk.regions, deals=deals, now=lambda: desk.now)
    desk.say(ReceiptKeyCertified(certificate=""))
    assert queues_told(desk) == {(DEVICE.name, queue) for queue in QUEUES}
    (umum,) = [one for one in desk.told() if isinstance(one, QueueState) and one.queue == "umum"]
    assert (umum.calling, umum.waiting, umum.minutes_each) == ("", [], desk.view("umum").minutes_each)


def test_a_kiosk_without_a_number_hears_of_those_that_others_give(desk: Desk) -> None:
    kiosk(desk, "lebong-002")
    desk.ticket("A1")
    assert ("lebong-002", "kependudukan") in queues_told(desk)


def test_who_gives_no_numbers_and_is_no_kiosk_is_told_of_no_queue(desk: Desk) -> None:
    desk.clerk.chores()
    assert queues_told(desk) == set()


def test_a_day_that_begins_is_told_once_with_who_came_the_evening_before(desk: Desk) -> None:
    kiosk(desk, DEVICE.name)
    desk.now += 8 * HOUR  # Monday, 17.00: the counters are closed
    late = TicketTaken(ticket=str(uuid4()), queue="umum", number="C1", day="2026-11-24")
    desk.say(late)
    desk.clerk.chores()
    assert queues_told(desk) == {(DEVICE.name, queue) for queue in QUEUES}
    desk.now += 9 * HOUR
    desk.clerk.chores()
    assert queues_told(desk, day="2026-11-24") == {(DEVICE.name, queue) for queue in QUEUES}
    (umum,) = [one for one in desk.told() if isinstance(one, QueueState) and one.queue == "umum"]
    assert umum.waiting == [late.ticket]
    with writing(desk.engine) as connection:
        connection.execute(delete(notice_table))
    desk.now += HOUR
    desk.clerk.chores()
    assert desk.told() == []


def test_a_clerk_who_is_woken_works_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clerk_module, "_LOOK_EVERY_S", 600.0)
    done = Flag()
    deals = {CodeAsked.kind: lambda *_: done.set()}
    with Clerk(desk.engine, regions=desk.regions, deals=deals, now=lambda: desk.now) as clerk:
        for _ in range(6):
            done.clear()
            desk.store(CodeAsked(inquiry=str(uuid4()), code="00000000"))
            clerk.wake()
            assert done.wait(20), "it slept on"
    assert not clerk.has_failed


# -- surveys ------------------------------------------------------------------------------------------------


def test_surveys_count_once_and_show_no_grade_below_the_sample(desk: Desk) -> None:
    scores = Scores(
        persyaratan=4, prosedur=4, waktu=3, biaya=4, produk=4, kompetensi=4, perilaku=4, sarana=3, pengaduan=4
    )
    said = SurveyAnswered(survey=str(uuid4()), agency="dpmptsp", day=DAY, scores=scores)
    desk.say(said)
    desk.say(said)
    first, last = surveys.period(2026, None)
    with desk.engine.connect() as connection:
        found = surveys.by_agency(
            connection, region="17.07", first=first, last=last, populations={"dpmptsp": 800, "dinkes": 1200}
        )
    assert (found["dpmptsp"].n, found["dpmptsp"].required, found["dpmptsp"].grade) == (1, 260, None)
    assert found["dpmptsp"].missing == 259
    assert (found["dinkes"].n, found["dinkes"].exact) == (0, None)


def test_no_sort_of_case_can_be_stuck_without_an_end() -> None:
    for sort in Sort:
        machine = cases.MACHINES[sort]
        reached, before = {machine.first}, set[str]()
        while reached != before:
            before = set(reached)
            reached |= {after for state in before for after in machine.follows[state]}
        assert reached == set(machine.states), f"{sort}: every state can be reached"
        for state in machine.states:
            onward, seen = {state}, set[str]()
            while onward != seen:
                seen = set(onward)
                onward |= {after for each in seen for after in machine.follows[each]}
            assert any(machine.is_over(each) for each in onward), f"{sort}: {state} leads nowhere"
