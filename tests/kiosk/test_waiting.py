"""A place in a queue: as it was told, for its day, and never too early."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract.notices import QueueState
from edge_agent.kiosk.waiting import ROUND_TO_MIN, Place, place_of

TICKETS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(40)]
DAY = "2026-03-02"


def queue(waiting: list[str], *, minutes_each: float = 4.0, day: str = DAY) -> QueueState:
    return QueueState(queue="umum", day=day, calling="C9", waiting=waiting, minutes_each=minutes_each)


@given(st.integers(0, 39), st.just(0.0) | st.floats(0.01, 60))
def test_the_estimate_covers_everybody_ahead(ahead: int, minutes_each: float) -> None:
    place = place_of(
        TICKETS[ahead], day=DAY, queue=queue(TICKETS, minutes_each=minutes_each), usual_minutes=7
    )
    each = minutes_each or 7
    assert place.ahead == ahead
    assert place.minutes is not None
    assert ahead * each <= place.minutes < ahead * each + ROUND_TO_MIN
    assert place.minutes % ROUND_TO_MIN == 0


def test_of_another_day_nothing_is_told() -> None:
    told = queue(TICKETS, day="2026-03-01")
    assert place_of(TICKETS[0], day=DAY, queue=told, usual_minutes=7) == Place()
    assert place_of(TICKETS[0], day=DAY, queue=None, usual_minutes=7) == Place()


def test_whoever_is_not_among_the_waiting_has_no_place() -> None:
    assert place_of(TICKETS[0], day=DAY, queue=queue(TICKETS[1:]), usual_minutes=7) == Place(calling="C9")
