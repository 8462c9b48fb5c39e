"""Working days."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket.workdays import Calendar

JAKARTA = ZoneInfo("Asia/Jakarta")
HOLIDAYS = frozenset({datetime.date(2026, 12, 25), datetime.date(2027, 1, 1)})
CALENDAR = Calendar(holidays=HOLIDAYS)


def at(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=JAKARTA).timestamp()


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        ("2026-11-23T09:00", 3, "2026-11-26T16:00"),  # Monday to Thursday
        ("2026-11-26T23:59", 3, "2026-12-01T16:00"),  # over a weekend
        ("2026-11-28T10:00", 1, "2026-11-30T16:00"),  # filed on a Saturday
        ("2026-12-23T10:00", 2, "2026-12-28T16:00"),  # over Christmas and a weekend
        ("2026-11-28T10:00", 0, "2026-11-30T16:00"),
        ("2026-11-23T10:00", 0, "2026-11-23T16:00"),
    ],
)
def test_due_when_the_office_closes_on_the_nth_working_day(since, days, due):
    assert CALENDAR.due(at(since), days) == at(due)


def test_the_date_is_the_offices_own():
    just_after_midnight_there = datetime.datetime(2026, 11, 22, 17, 30, tzinfo=datetime.UTC).timestamp()
    assert CALENDAR.day_of(just_after_midnight_there) == datetime.date(2026, 11, 23)


def test_a_week_without_working_days_is_refused():
    with pytest.raises(ValueError, match="working day"):
        Calendar(days=())


moments = st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2027, 6, 1)).map(
    lambda moment: moment.replace(tzinfo=JAKARTA).timestamp()
)
weeks = st.sets(st.integers(1, 7), min_size=1)
off = st.frozensets(st.dates(datetime.date(2026, 1, 1), datetime.date(2027, 6, 1)), max_size=30)


@given(moments, st.integers(0, 60), weeks, off)
def test_between_a_day_and_what_is_due_lie_just_so_many_working_days(since, days, week, holidays):
    calendar = Calendar(days=frozenset(week), holidays=holidays)
    due = calendar.due(since, days)
    assert calendar.works_on(calendar.day_of(due))
    if days:
        assert calendar.passed(since, due) == days
    naive = 0
    day = calendar.day_of(since)
    while day < calendar.day_of(due):
        day += datetime.timedelta(1)
        naive += day.isoweekday() in week and day not in holidays
    assert calendar.passed(since, due) == naive
    assert calendar.passed(due, since) == 0


@given(moments, st.integers(1, 30))
def test_more_days_are_never_due_earlier(since, days):
    assert CALENDAR.due(since, days) < CALENDAR.due(since, days + 1)
