"""Heat lowers the frame rate by the stated policy, never to zero, and gives it back slowly."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.vision.thermal.policy import COOLER_C, RECOVER_S, SHARES, Heat, Reading, step

STEPS_C = (75.0, 80.0, 84.0)
readings = st.builds(
    Reading,
    temperature_c=st.none() | st.floats(-300, 300) | st.floats(60, 95) | st.just(float("nan")),
    slowed=st.booleans(),
)


def after(*told: Reading | float | None, every_s: float = 5.0, heat: Heat | None = None) -> Heat:
    heat = heat or Heat()
    for number, each in enumerate(told):
        reading = each if isinstance(each, Reading) else Reading(each)
        heat = step(heat, reading, number * every_s, steps_c=STEPS_C)
    return heat


def test_each_temperature_has_its_level_at_once() -> None:
    for temperature, level in ((20, 0), (74.9, 0), (75, 1), (79.9, 1), (80, 2), (84, 3), (110, 3)):
        assert after(temperature).level == level


def test_a_processor_that_is_slowed_down_halves_the_rate_at_any_temperature() -> None:
    assert after(Reading(50.0, slowed=True)).share == 0.5
    assert after(Reading(None, slowed=True)).share == 0.5
    assert after(Reading(90.0, slowed=True)).share == 0.25


def test_it_recovers_one_level_a_minute_and_only_well_below() -> None:
    heat = after(84.0)
    for second in range(1, 1000):
        heat = step(heat, Reading(84.0 - COOLER_C + 0.1), float(second), steps_c=STEPS_C)
    assert heat.level == 3
    levels = []
    for second in range(1000, 1300):
        heat = step(heat, Reading(60.0), float(second), steps_c=STEPS_C)
        levels.append(heat.level)
    changes = [second for second in range(1, 300) if levels[second] != levels[second - 1]]
    assert changes == [60, 121, 182]
    assert levels[-1] == 0


def test_a_sensor_that_falls_silent_keeps_the_level_only_until_it_had_time_to_recover() -> None:
    heat = step(Heat(), Reading(90.0), 0.0, steps_c=STEPS_C)
    heat = step(heat, Reading(None), 5.0, steps_c=STEPS_C)
    assert heat.level == 3
    heat = step(heat, Reading(None), 5.0 + RECOVER_S, steps_c=STEPS_C)
    assert heat.level == 2


def test_nonsense_of_a_sensor_is_no_temperature() -> None:
    assert after(float("nan"), 1000.0, -273.0, None).level == 0


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(readings, st.floats(0, 100)), max_size=60))
def test_it_never_stops_and_never_recovers_faster_than_stated(told: list[tuple[Reading, float]]) -> None:
    heat, now_s, changed_s = Heat(), 0.0, 0.0
    for reading, passed_s in told:
        now_s += passed_s
        before = heat
        heat = step(heat, reading, now_s, steps_c=STEPS_C)
        assert heat.share in SHARES
        assert heat.share > 0
        if heat.level < before.level:
            assert heat.level == before.level - 1
            assert now_s - changed_s >= RECOVER_S
        if heat.level != before.level:
            changed_s = now_s


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(60, 95), min_size=1, max_size=40))
def test_hotter_is_never_faster(temperatures: list[float]) -> None:
    cool = hot = Heat()
    for number, temperature in enumerate(temperatures):
        cool = step(cool, Reading(temperature), number * 5.0, steps_c=STEPS_C)
        hot = step(hot, Reading(temperature + 3), number * 5.0, steps_c=STEPS_C)
        assert hot.level >= cool.level
