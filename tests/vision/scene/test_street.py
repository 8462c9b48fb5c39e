"""Rules against the truth of the simulated street: its boxes, made to flicker, without a picture."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from bench._counting import Flicker, boxes_of, counted, lane_of, passages, scene, score, watch
from edge_agent.contract.events import AlertStarted, QueueMeasured, ZoneCounted, ZoneLeft
from edge_agent.street.painter import Street
from edge_agent.street.scenario import Scenario, Zone
from edge_agent.street.truth import Seen, Truth
from edge_agent.vision.lane import Lane
from edge_agent.vision.saying import Saying

FPS = 10.0
SETTLED_S = 6.0
"""After so long, a queue's length is what it is: who joined has stood, who left is known to be gone."""


@dataclass(frozen=True)
class Film:
    """A scene's truth, frame by frame."""

    scenario: Scenario
    street: Street
    truth: Truth
    frames: list[tuple[Seen, ...]]

    def watched(self, lane: Lane, *, flicker: Flicker) -> list[Saying]:
        """What a lane says of the true boxes, which flicker."""
        rng = np.random.default_rng(5)
        found = [boxes_of(seen, self.scenario, rng=rng, flicker=flicker, visible=0.0) for seen in self.frames]
        return list(watch(lane, found, fps=self.scenario.fps))


@cache
def film(name: str, seed: int, seconds: float, fps: float) -> Film:
    """The film of a scenario, made once for all tests."""
    scenario = scene(name, seconds=seconds, fps=fps)
    street = Street(scenario, seed=seed)
    truth = Truth(street)
    return Film(scenario, street, truth, [truth.frame(number) for number in range(scenario.frames)])


@pytest.mark.parametrize("flicker", [Flicker(0.0, 0.0), Flicker(0.15, 0.2)], ids=["steady", "flickering"])
@pytest.mark.parametrize(("name", "seed"), [("rush_hour", 1), ("high_mast", 2)])
def test_every_passage_is_counted_once(name: str, seed: int, flicker: Flicker) -> None:
    shown = film(name, seed, 16.0, FPS)
    said = shown.watched(lane_of(shown.scenario, shown.truth), flicker=flicker)
    result = score(passages(shown.street), counted(said), lasts_s=shown.scenario.duration_s)
    assert result.demanded >= 3
    assert (result.missed, result.extra) == (0, 0)


def queue_lane(scenario: Scenario, truth: Truth) -> Lane:
    """Measures the whole queue, of which the first is being served, and who comes to the counter."""
    whole = Zone(name="whole", corners=[(-6.8, 8.3), (1.8, 10.3), (1.8, 12.0), (-6.8, 12.0)])
    served = next(zone for zone in scenario.zones if zone.name == "served")
    return lane_of(
        scenario,
        truth,
        zones=[
            {"name": "whole", "corners": truth.zone_in_picture(whole)},
            {"name": "served", "corners": truth.zone_in_picture(served)},
        ],
        rules=[
            {
                "kind": "queue",
                "zone": "whole",
                "labels": ["person"],
                "serving": 1,
                "every_s": 0.5,
            },
            {"kind": "entry", "zone": "served", "labels": ["person"]},
        ],
    )


def test_a_queue_is_as_long_as_it_is() -> None:
    shown = film("queue", 2, 60.0, 4.0)
    scenario, truth = shown.scenario, shown.truth
    said = shown.watched(queue_lane(scenario, truth), flicker=Flicker())
    told = [(saying.at_s, saying.data.length) for saying in said if isinstance(saying.data, QueueMeasured)]
    lengths = [(length.at_s, length.waiting) for length in truth.events().queue_lengths]
    assert max(length for _, length in lengths) >= 3
    off, settled = [], []
    for at_s in np.arange(8.0, scenario.duration_s - 1.0, 0.5):
        true, mine = _at(lengths, at_s), _at(told, at_s)
        off.append(abs(true - mine))
        if at_s - max(changed_s for changed_s, _ in lengths if changed_s <= at_s) >= SETTLED_S:
            settled.append(true == mine)
    assert len(settled) > 20
    assert float(np.mean(settled)) > 0.85
    assert float(np.mean(off)) < 0.6, (
        "who comes has joined a little later, who is next is served a little sooner"
    )


def _at(changes: list[tuple[float, int]], at_s: float) -> int:
    """What held at a time."""
    return next((value for changed_s, value in reversed(changes) if changed_s <= at_s), 0)


def test_dwell_times_are_those_of_the_street() -> None:
    shown = film("queue", 2, 60.0, 4.0)
    scenario, truth = shown.scenario, shown.truth
    said = shown.watched(queue_lane(scenario, truth), flicker=Flicker())
    mine = [
        (saying.at_s, saying.data.dwell_s)
        for saying in said
        if isinstance(saying.data, ZoneLeft) and saying.data.zone == "served"
    ]
    true = [
        stay
        for stay in truth.events().stays
        if stay.zone == "served" and stay.entered_s > 1.0 and stay.left_s < scenario.duration_s - 6.0
    ]
    assert true
    for stay in true:
        if stay.dwell_s > 2.0:
            left = [dwell_s for at_s, dwell_s in mine if abs(at_s - stay.left_s) < 1.0]
            assert any(abs(dwell_s - stay.dwell_s) < 1.2 for dwell_s in left), stay


def test_who_drives_the_wrong_way_raises_an_alert() -> None:
    shown = film("wrong_way", 4, 14.0, FPS)
    rule = {"kind": "wrong_way", "line": "near-lane", "wrong": "forward", "labels": ["vehicle"]}
    said = shown.watched(lane_of(shown.scenario, shown.truth, rules=[rule]), flicker=Flicker())
    true = [
        passage for passage in passages(shown.street) if passage.key == ("near-lane", "vehicle", "forward")
    ]
    alerts = [saying.at_s for saying in said if isinstance(saying.data, AlertStarted)]
    assert sum(passage.demanded for passage in true) <= len(alerts) <= len(true)
    assert alerts


def test_who_stays_long_at_the_counter_and_how_many_are_there_is_as_on_the_street() -> None:
    shown = film("queue", 2, 60.0, 4.0)
    scenario, truth = shown.scenario, shown.truth
    served = next(zone for zone in scenario.zones if zone.name == "served")
    lane = lane_of(
        scenario,
        truth,
        zones=[{"name": "served", "corners": truth.zone_in_picture(served)}],
        rules=[
            {"kind": "occupancy", "zone": "served", "labels": ["person"], "every_s": 0.5},
            {"kind": "loitering", "zone": "served", "labels": ["person"], "after_s": 8},
            {"kind": "crowding", "zone": "served", "labels": ["person"], "at_least": 3, "after_s": 2},
        ],
    )
    said = shown.watched(lane, flicker=Flicker())
    stays = [stay for stay in truth.events().stays if stay.zone == "served" and stay.label == "person"]
    long = [
        max(stay.entered_s, 0.0) + 8
        for stay in stays
        if min(stay.left_s, scenario.duration_s) - max(stay.entered_s, 0.0) > 9
    ]
    alerts = [saying for saying in said if isinstance(saying.data, AlertStarted)]
    assert {saying.data.alert for saying in alerts} == {"loitering"}, "never three at once"
    assert sorted(saying.at_s for saying in alerts) == pytest.approx(sorted(long), abs=1.5)
    told = [(saying.at_s, saying.data.count) for saying in said if isinstance(saying.data, ZoneCounted)]
    steady = [
        at_s
        for at_s in np.arange(2.0, scenario.duration_s - 1.0, 0.5)
        if all(abs(at_s - edge_s) > SETTLED_S for stay in stays for edge_s in (stay.entered_s, stay.left_s))
    ]
    assert steady
    for at_s in steady:
        assert _at(told, at_s) == sum(stay.entered_s < at_s < stay.left_s for stay in stays)
