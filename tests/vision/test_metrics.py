"""Each number of the unit's health is documented, and each that is documented is told."""

import json
from collections.abc import Callable

from edge_agent.vision.metrics import METRICS, SOMETIMES
from tests.vision.conftest import RunningUnit, eventually


def test_the_metrics_are_those_that_are_documented(unit: Callable[[str], RunningUnit]) -> None:
    running = unit(
        'model = "street_sim"\nhealth_every_s = 0.5\n[[cameras]]\nname = "gate"\n'
        f"source = {json.dumps('sim:quiet_night?size=320x240')}\n"
    )
    running.start()
    try:
        eventually(lambda: any(event["metrics"]["inferences_total"] for event in running.health))
    finally:
        assert running.stop() == 0
    told = set().union(*(event["metrics"] for event in running.health))
    assert told <= set(METRICS)
    assert set(METRICS) - told <= SOMETIMES
    assert len(METRICS) <= 64  # as many as a health event may have


def test_a_metrics_unit_is_in_its_name() -> None:
    for name, meaning in METRICS.items():
        if "milliseconds" in meaning:
            assert name.endswith("_ms"), name
        if meaning.endswith(", seconds."):
            assert name.endswith("_s"), name
