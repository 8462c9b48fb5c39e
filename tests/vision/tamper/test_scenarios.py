"""What is told of the simulated street, against its truth: every fault once, in time, and nothing else."""

import pytest

from bench.tamper import watch
from edge_agent.street.scenario import Fault
from edge_agent.vision.tamper.case import Ended, Started, Telling

SMALL = "size=320x240"
AFTER_S = 10.0
TELLS_S, CLEARS_S = AFTER_S + 8.0, 6.0
"""How long after a fault's beginning it is told at the latest, and after its end it is cleared; with a look
in two seconds, of which the first may see nothing yet."""


def told_of(name: str, *, seed: int, until_s: float = 80.0) -> tuple[list[Telling], list[Fault]]:
    return watch(f"sim:{name}?seed={seed}&{SMALL}", until_s=until_s)


@pytest.mark.parametrize("kind", ["covered", "defocused", "moved", "blinded", "black", "frozen"])
def test_a_fault_that_lasts_is_told_once_under_its_name_and_cleared_once(kind: str) -> None:
    told, faults = told_of(f"tamper_{kind}", seed=601, until_s=82.0)
    fault = max(faults, key=lambda fault: fault.until_s - fault.from_s)
    assert [(type(one), one.tamper) for one in told] == [(Started, kind), (Ended, kind)]
    started, ended = told
    assert fault.from_s + AFTER_S <= started.at_s + 0.01 <= fault.from_s + TELLS_S
    assert fault.until_s - 1 <= ended.at_s <= fault.until_s + CLEARS_S


@pytest.mark.parametrize("name", ["day_to_night", "infrared_night", "occlusion", "rain_dusk"])
def test_dusk_infrared_lorries_and_rain_are_no_tampering(name: str) -> None:
    told, _ = told_of(name, seed=602, until_s=180.0 if name == "day_to_night" else 60.0)
    assert told == []
