"""What the machine's files tell, what is done of it, and what is said."""

from pathlib import Path

import pytest

from edge_agent.vision.thermal.cooling import Cooling
from edge_agent.vision.thermal.policy import Reading
from edge_agent.vision.thermal.probe import Probe
from edge_agent.vision.thermal.settings import ThermalSettings
from loket.settings import SettingsError, parse


def zones(folder: Path, *millidegrees: str) -> Path:
    for number, text in enumerate(millidegrees):
        (folder / f"thermal_zone{number}").mkdir()
        (folder / f"thermal_zone{number}" / "temp").write_text(text)
    return folder


def probe(folder: Path, *, flags: str | None = None, told: str | None = None) -> Probe:
    file = folder / "get_throttled"
    if flags is not None:
        file.write_text(flags)
    return Probe(zones=folder, flags=file, ask=lambda: told)


def test_the_hottest_zone_counts_and_one_that_cannot_be_read_does_not(tmp_path: Path) -> None:
    assert probe(zones(tmp_path, "45123\n", "61000\n", "asleep\n"))().temperature_c == 61.0


def test_a_machine_without_sensors_tells_nothing(tmp_path: Path) -> None:
    assert probe(tmp_path)() == Reading()


@pytest.mark.parametrize(
    ("flags", "slowed", "weak"),
    [("0", False, False), ("1", False, True), ("2", True, False), ("4", True, False), ("8", True, False),
     ("50005", True, True), ("f0000", False, False), ("rubbish", False, False)],
)  # fmt: skip
def test_the_firmwares_flags_of_now_count_and_those_of_the_past_do_not(
    flags: str, slowed: bool, weak: bool, tmp_path: Path
) -> None:
    for reading in (probe(tmp_path, flags=flags)(), probe(tmp_path, told=f"throttled=0x{flags}\n")()):
        assert (reading.slowed, reading.weak_power) == (slowed, weak)


def test_a_program_that_is_not_there_is_asked_for_once(tmp_path: Path) -> None:
    asked = []
    looks = Probe(zones=tmp_path, flags=tmp_path / "none", ask=lambda: asked.append(1))
    looks()
    looks()
    assert len(asked) == 1


class Bench:
    """A cooling with a machine that is as hot as it is told."""

    def __init__(self, **settings: object) -> None:
        self.reading = Reading(50.0)
        self.paces: list[float] = []
        self.cooling = Cooling(
            ThermalSettings.model_validate(settings), probe=lambda: self.reading, pace=self.paces.append
        )


def test_heat_slows_the_cameras_and_is_told_with_cause_and_cure() -> None:
    bench = Bench()
    bench.cooling.pass_time(0.0)
    assert (bench.paces, bench.cooling.faults) == ([], [])
    bench.reading = Reading(85.2)
    bench.cooling.pass_time(1.0)  # too soon
    assert bench.paces == []
    bench.cooling.pass_time(5.0)
    assert bench.paces == [0.25]
    (fault,) = bench.cooling.faults
    assert "0.25 times as often" in fault
    assert "fan" in fault
    assert bench.cooling.metrics == {"rate_share": 0.25, "throttled": 0.0, "temperature_c": 85.2}
    bench.reading = Reading(40.0)
    for second in range(10, 400, 5):
        bench.cooling.pass_time(float(second))
    assert bench.paces == [0.25, 0.5, 0.75, 1.0]
    assert bench.cooling.faults == []


def test_weak_power_is_told_and_slows_nothing_by_itself() -> None:
    bench = Bench()
    bench.reading = Reading(50.0, weak_power=True)
    bench.cooling.pass_time(0.0)
    assert bench.paces == []
    assert "power supply" in bench.cooling.faults[0]


def test_it_can_be_switched_off() -> None:
    bench = Bench(enabled=False)
    bench.reading = Reading(99.0, slowed=True)
    bench.cooling.pass_time(0.0)
    assert bench.paces == []
    assert bench.cooling.metrics["temperature_c"] == 99.0


def test_temperatures_that_do_not_rise_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"t:2: hot_c = 70: is not above warm_c"):
        parse("warm_c = 75\nhot_c = 70\n", ThermalSettings, name="t")
    with pytest.raises(SettingsError, match="hot_c = 80: is not above warm_c"):
        parse("warm_c = 82\n", ThermalSettings, name="t")
