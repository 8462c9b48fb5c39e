"""Each rule: what it tells, when, and what it leaves untold."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract.events import AlertEnded, AlertStarted, LineCrossed, QueueMeasured, ZoneCounted
from edge_agent.vision.scene.hours import DAYS, parse_hours
from edge_agent.vision.subject import Subject
from tests.vision.scene.conftest import play_of, subject

CAR = 1


def standing(count: int, now_s: float, *, first_s: float = 0.0) -> list[Subject]:
    """So many who stand in the hall; those after the first came at `first_s`."""
    return [subject(n + 1, 0.34 + 0.05 * n, now_s=now_s, first_s=first_s if n else 0.0) for n in range(count)]


def test_crossings_are_counted_by_direction_and_label() -> None:
    play = play_of({"kind": "crossing", "line": "door"})
    ways = [(1, 0, 1), (2, 0, 1), (3, 0, -1), (4, CAR, 1)]
    for start, (number, label, way) in enumerate(ways):
        from_s = start * 10.0
        play.run(
            lambda t, n=number, k=label, w=way, s=from_s: [
                subject(n, 0.5 + w * (t - s - 2) * 0.1, now_s=t, first_s=s, label=k)
            ],
            from_s=from_s,
            until_s=from_s + 4,
        )
        play.run(lambda _: [], from_s=from_s + 4, until_s=from_s + 10)
    told = [(event.direction, event.label, event.count) for event in play.of(LineCrossed)]
    assert told == [
        ("forward", "person", 1),
        ("forward", "person", 2),
        ("backward", "person", 1),
        ("forward", "car", 1),
    ]
    assert {(event.rule, event.run) for event in play.of(LineCrossed)} == {("crossing-door", "0123abcd")}


def test_occupancy_is_told_when_it_changes_and_not_too_often() -> None:
    play = play_of({"kind": "occupancy", "zone": "hall", "every_s": 5})
    play.run(lambda t: standing(min(4, int(t)), t), until_s=8)
    play.run(lambda t: standing(3, t), from_s=8, until_s=40)
    told = [(event.count, event.most, saying.at_s) for saying in play.said if (event := saying.data)]
    assert [(count, most) for count, most, _ in told] == [(1, 1), (4, 4), (3, 4)]
    assert all(later - sooner >= 5 for (_, _, sooner), (_, _, later) in itertools.pairwise(told))


def test_a_peak_between_two_events_is_told_although_it_is_over() -> None:
    play = play_of({"kind": "occupancy", "zone": "hall", "every_s": 20})
    play.run(lambda t: standing(1, t), until_s=5)
    play.run(lambda t: standing(3, t), from_s=5, until_s=8)
    play.run(lambda t: standing(1, t), from_s=8, until_s=40)
    assert [(event.count, event.most) for event in play.of(ZoneCounted)] == [(1, 1), (1, 3)]


def test_the_camera_s_end_empties_the_zone() -> None:
    play = play_of({"kind": "occupancy", "zone": "hall"})
    play.run(lambda t: standing(2, t), until_s=3)
    play.finish(3.0)
    assert [event.count for event in play.of(ZoneCounted)] == [2, 0]


def test_a_queue_is_those_who_stand_and_how_long_they_have() -> None:
    play = play_of({"kind": "queue", "zone": "hall", "every_s": 1})
    play.run(lambda t: [subject(1, 0.4, now_s=t)], until_s=10)
    play.run(
        lambda t: [subject(1, 0.4, now_s=t), subject(9, 0.32 + 0.09 * (t - 10), now_s=t, first_s=10.0)],
        from_s=10,
        until_s=14,
    )
    assert {event.length for event in play.of(QueueMeasured)} == {1}, "who walks through does not wait"
    play.run(
        lambda t: [subject(1, 0.4, now_s=t), subject(2, 0.5, now_s=t, first_s=14.0)], from_s=14, until_s=30
    )
    latest = play.of(QueueMeasured)[-1]
    assert (latest.length, latest.done) == (2, 0)
    assert latest.longest_wait_s == pytest.approx(17.0, abs=0.2)
    play.run(lambda t: [subject(2, 0.5, now_s=t, first_s=14.0)], from_s=30, until_s=40)
    latest = play.of(QueueMeasured)[-1]
    assert (latest.length, latest.done) == (1, 1)
    assert latest.done_wait_s == pytest.approx(29.9, abs=0.2)


def test_the_first_of_a_queue_is_served_and_waits_no_longer() -> None:
    play = play_of({"kind": "queue", "zone": "hall", "every_s": 1, "serving": 1})
    play.run(lambda t: standing(1, t), until_s=10)
    play.run(lambda t: standing(3, t, first_s=10.0), from_s=10, until_s=30)
    assert play.of(QueueMeasured)[-1].length == 2
    play.run(lambda t: standing(3, t, first_s=10.0)[1:], from_s=30, until_s=40)
    latest = play.of(QueueMeasured)[-1]
    assert (latest.length, latest.done) == (1, 1)
    # Who was the second is served from the moment on at which the first is known to be gone.
    assert latest.done_wait_s == pytest.approx(25.0, abs=0.3)


def test_a_queue_whose_length_stays_is_told_again_in_time() -> None:
    play = play_of({"kind": "queue", "zone": "hall", "remind_s": 10})
    play.run(lambda t: standing(1, t), until_s=45)
    assert len(play.of(QueueMeasured)) == 5
    waits = [event.longest_wait_s for event in play.of(QueueMeasured)]
    assert waits == sorted(waits)


def test_a_crowd_is_told_once_and_once_when_it_is_over() -> None:
    play = play_of({"kind": "crowding", "zone": "hall", "at_least": 3, "after_s": 10, "clear_s": 5})
    play.run(lambda t: standing(3, t), until_s=4)
    play.run(lambda t: standing(2, t), from_s=4, until_s=15)
    assert play.said == [], "a crowd that does not last, though one who is hidden is believed for a while"
    play.run(lambda t: standing(4 if t > 26 else 3, t), from_s=15, until_s=30)
    (started,) = play.of(AlertStarted)
    assert (started.alert, started.count, started.number, started.place) == ("crowding", 3, 1, "hall")
    assert started.after_s == pytest.approx(10.0, abs=0.11)
    play.run(lambda t: standing(0, t), from_s=30, until_s=36)
    play.run(lambda t: standing(3, t), from_s=36, until_s=38)
    play.run(lambda t: standing(0, t), from_s=38, until_s=60)
    (ended,) = play.of(AlertEnded)
    assert (ended.number, ended.most) == (1, 4)
    assert ended.duration_s == pytest.approx(28.0, abs=1.0)


def test_each_loiterer_is_told_and_who_only_passes_is_not() -> None:
    play = play_of({"kind": "loitering", "zone": "hall", "after_s": 20})
    play.run(
        lambda t: [
            subject(1, 0.4, now_s=t),
            subject(2, 0.31 + 0.025 * t, now_s=t),
            subject(3, 0.6, 0.8, now_s=t),
        ],
        until_s=25,
    )
    assert [event.label for event in play.of(AlertStarted)] == ["person", "person"]
    assert [event.number for event in play.of(AlertStarted)] == [1, 2]
    play.run(lambda t: [subject(3, 0.6, 0.8, now_s=t)], from_s=25, until_s=40)
    (ended,) = play.of(AlertEnded)
    assert ended.number == 1
    assert ended.duration_s == pytest.approx(24.9, abs=0.2)
    play.finish(40.0)
    assert len(play.of(AlertEnded)) == 2


def test_a_wrong_way_is_told_and_over_when_the_vehicle_is_gone_or_turns() -> None:
    play = play_of({"kind": "wrong_way", "line": "door", "wrong": "backward", "labels": ["car"]})

    def at(t: float) -> list[Subject]:
        turns = 0.7 - 0.1 * t if t < 4 else 0.3 + 0.1 * (t - 4)
        return [
            subject(1, turns, now_s=t, label=CAR),
            subject(2, 0.3 + 0.1 * t, now_s=t, label=CAR),
            subject(3, 0.7 - 0.1 * t, 0.8, now_s=t),
        ]

    play.run(at, until_s=6.9)
    (started,) = play.of(AlertStarted)
    (ended,) = play.of(AlertEnded)
    assert (started.alert, started.label, started.place) == ("wrong_way", "car", "door")
    assert ended.duration_s == pytest.approx(4.3, abs=0.5)


def test_a_stopped_vehicle_is_told_until_it_drives_on() -> None:
    play = play_of({"kind": "stopped", "zone": "hall", "labels": ["car"], "after_s": 10})

    def at(t: float) -> list[Subject]:
        moved = 0.04 * t if t < 5 else 0.2 if t < 25 else 0.2 + 0.04 * (t - 25)
        return [subject(1, 0.3 + moved, now_s=t, label=CAR), subject(2, 0.6, 0.5, now_s=t)]

    play.run(at, until_s=14)
    assert play.said == []
    play.run(at, from_s=14, until_s=29)
    (started,) = play.of(AlertStarted)
    (ended,) = play.of(AlertEnded)
    assert (started.alert, started.label) == ("stopped", "car")
    assert started.after_s == pytest.approx(10.0, abs=0.11)
    assert ended.duration_s == pytest.approx(21.0, abs=1.5)


MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 08:00 in Jakarta


def test_an_abandoned_place_is_told_and_somebody_who_passes_does_not_staff_it() -> None:
    play = play_of({"kind": "abandoned", "zone": "hall", "after_s": 60})
    play.run(lambda t: [subject(1, 0.5, now_s=t)], until_s=20, period_s=0.5)
    play.run(lambda _: [], from_s=20, until_s=50, period_s=0.5)
    play.run(lambda t: [subject(2, 0.5, now_s=t, first_s=50)], from_s=50, until_s=53, period_s=0.5)
    play.run(lambda _: [], from_s=53, until_s=100, period_s=0.5)
    (started,) = play.of(AlertStarted)
    assert (started.alert, started.count) == ("abandoned", 0)
    play.run(lambda t: [subject(3, 0.5, now_s=t, first_s=100)], from_s=100, until_s=110, period_s=0.5)
    (ended,) = play.of(AlertEnded)
    assert ended.duration_s == pytest.approx(80.0, abs=6)


def test_a_camera_that_shows_nothing_shows_no_abandoned_place() -> None:
    play = play_of({"kind": "abandoned", "zone": "hall", "after_s": 60})
    for now in range(200):
        play.step(float(now), watched=now < 50)
    assert play.said == []
    for now in range(200, 261):
        play.step(float(now))
    assert len(play.of(AlertStarted)) == 1


def abandoned_in_hours(*, wall: datetime | None, minutes: int = 20) -> tuple[list[str], tuple[str, ...]]:
    play = play_of({"kind": "abandoned", "zone": "hall", "after_s": 300, "hours": ["mon-fri 08:00-16:00"]})
    for second in range(0, minutes * 60, 10):
        play.step(float(second), wall=wall and wall + timedelta(seconds=second))
    return [type(saying.data).__name__ for saying in play.said], play.state.notes


def test_opening_hours_are_those_of_the_place() -> None:
    assert abandoned_in_hours(wall=MONDAY)[0] == ["AlertStarted"]
    assert abandoned_in_hours(wall=MONDAY - timedelta(hours=1))[0] == []
    assert abandoned_in_hours(wall=MONDAY - timedelta(days=1))[0] == []
    assert abandoned_in_hours(wall=MONDAY - timedelta(minutes=10))[0] == ["AlertStarted"]
    closes = MONDAY + timedelta(hours=7, minutes=50)
    assert abandoned_in_hours(wall=closes)[0] == ["AlertStarted", "AlertEnded"]


def test_without_a_trusted_clock_opening_hours_are_not_judged_and_that_is_said() -> None:
    said, notes = abandoned_in_hours(wall=None)
    assert said == []
    assert notes == ("rule abandoned-hall waits for a trusted clock; see that the device reaches its fleet",)
    assert abandoned_in_hours(wall=MONDAY)[1] == ()


def test_a_clock_that_jumps_changes_no_duration() -> None:
    play = play_of({"kind": "abandoned", "zone": "hall", "after_s": 300, "hours": ["mon-sun 00:00-24:00"]})
    for second in range(0, 300, 10):
        wall = datetime(1970, 1, 1, tzinfo=UTC) if second % 20 else MONDAY + timedelta(days=second)
        play.step(float(second), wall=wall)
    assert play.said == []
    play.step(300.0, wall=MONDAY)
    (started,) = play.of(AlertStarted)
    assert started.after_s == 300.0


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 1438), st.integers(0, 1439), st.integers(0, 6))
def test_hours_hold_within_their_days_and_times(
    first: int, last: int, from_min: int, at_min: int, day: int
) -> None:
    until_min = from_min + (1440 - from_min) // 2 + 1
    text = (
        f"{DAYS[first]}-{DAYS[last]} {from_min // 60:02}:{from_min % 60:02}"
        f"-{until_min // 60:02}:{until_min % 60:02}"
    )
    there = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=day, minutes=at_min)
    open_days = {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    assert parse_hours(text).hold(there) is (day in open_days and from_min <= at_min < until_min)


@pytest.mark.parametrize(
    "wrong",
    ["", "mon", "mon 8:00-16:00", "mon 16:00-08:00", "mon 08:00-24:01", "mon 08:60-09:00", "xyz 08:00-09:00"],
)
def test_hours_that_are_none_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"hours|day|end"):
        parse_hours(wrong)
