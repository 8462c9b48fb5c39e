"""From detections to what there is to say: tracks and the scene together, as the pipeline meets them."""

import random
from collections.abc import Callable

import pytest

from edge_agent.contract.events import (
    AlertStarted,
    LineCrossed,
    TrackEnded,
    TrackStarted,
    ZoneCounted,
    ZoneLeft,
)
from edge_agent.vision.lane import Lane
from edge_agent.vision.saying import Saying
from edge_agent.vision.settings import CameraSettings
from tests.vision.conftest import detections

LABELS = ("person", "cat")
LINE = {"name": "door", "start": [0.5, 0.9], "end": [0.5, 0.3]}
HALL = {"name": "hall", "corners": [[0.3, 0.3], [0.7, 0.3], [0.7, 0.95], [0.3, 0.95]]}
Row = tuple[float, float, float, float, float, int]


def lane_of(*rules: dict[str, object], **camera: object) -> Lane:
    settings = {"name": "gate", "source": "none", "lines": [LINE], "zones": [HALL], "rules": list(rules)}
    return Lane(CameraSettings.model_validate({**settings, **camera}), labels=LABELS, run="0123abcd")


def person(x: float, y: float = 0.8, *, score: float = 0.9, label: int = 0) -> Row:
    """One whose foot is at x, y."""
    return (x - 0.05, y - 0.3, x + 0.05, y, score, label)


def play(
    lane: Lane, at: Callable[[float], list[Row]], *, until_s: float, period_s: float = 0.1
) -> list[Saying]:
    said: list[Saying] = []
    for n in range(round(until_s / period_s)):
        said += lane.see(detections(*at(n * period_s)), captured_s=100 + n * period_s)
    return said + lane.finish(100 + until_s)


def crossings(said: list[Saying]) -> list[tuple[str, float]]:
    return [(saying.data.direction, saying.at_s) for saying in said if isinstance(saying.data, LineCrossed)]


@pytest.mark.parametrize("speed", [0.1, 0.2, -0.1, -0.2])
def test_a_walker_over_the_line_is_told_once_at_the_moment_of_crossing(speed: float) -> None:
    start = 0.5 - speed * 2
    said = play(
        lane_of({"kind": "crossing", "line": "door"}), lambda t: [person(start + speed * t)], until_s=4
    )
    assert [type(saying.data) for saying in said] == [TrackStarted, LineCrossed, TrackEnded]
    ((direction, at_s),) = crossings(said)
    assert direction == ("forward" if speed > 0 else "backward")
    assert at_s == pytest.approx(102.0, abs=0.02)


def test_a_track_that_is_lost_at_the_line_and_begins_anew_beyond_is_one_passage() -> None:
    hidden = (1.2, 4.0)  # longer than the tracker waits
    said = play(
        lane_of({"kind": "crossing", "line": "door"}, {"kind": "entry", "zone": "hall"}),
        lambda t: [] if hidden[0] < t < hidden[1] else [person(0.35 + 0.06 * t)],
        until_s=7,
    )
    assert sum(isinstance(saying.data, TrackStarted) for saying in said) == 2
    ((direction, at_s),) = crossings(said)
    assert direction == "forward"
    assert at_s == pytest.approx(102.5, abs=0.1)
    (left,) = [saying.data for saying in said if isinstance(saying.data, ZoneLeft)]
    assert left.dwell_s == pytest.approx(0.35 / 0.06, abs=0.2)


def test_flicker_changes_no_count() -> None:
    for seed in range(20):
        chance = random.Random(seed)
        said = play(
            lane_of({"kind": "crossing", "line": "door"}),
            lambda t, chance=chance: (
                [person(0.2 + 0.08 * t, score=chance.uniform(0.25, 0.9))] if chance.random() > 0.4 else []
            ),
            until_s=8,
        )
        assert [direction for direction, _ in crossings(said)] == ["forward"], seed


def test_what_no_rule_asks_for_is_not_told() -> None:
    said = play(lane_of(), lambda t: [person(0.2 + 0.1 * t)], until_s=6)
    assert {type(saying.data) for saying in said} == {TrackStarted, TrackEnded}


def test_labels_narrow_a_rule() -> None:
    lane = lane_of({"kind": "crossing", "line": "door", "labels": ["cat"]}, labels=["person", "cat"])
    said = play(lane, lambda t: [person(0.2 + 0.1 * t), person(0.8 - 0.1 * t, 0.5, label=1)], until_s=6)
    assert [saying.data.label for saying in said if isinstance(saying.data, LineCrossed)] == ["cat"]


def test_only_what_may_have_a_picture_asks_for_one() -> None:
    lane = lane_of(
        {"kind": "crowding", "zone": "hall", "at_least": 2, "after_s": 1},
        {"kind": "occupancy", "zone": "hall", "every_s": 1},
    )
    said = play(lane, lambda _: [person(0.4), person(0.6)], until_s=5)
    assert {type(saying.data) for saying in said if saying.pictured} == {TrackStarted, AlertStarted}
    assert [saying.data.count for saying in said if isinstance(saying.data, ZoneCounted)] == [2, 0]


def test_time_passes_for_the_scene_when_no_frame_comes() -> None:
    lane = lane_of({"kind": "occupancy", "zone": "hall", "every_s": 1})
    for n in range(20):
        lane.see(detections(person(0.5)), captured_s=100 + n * 0.1)
    said: list[Saying] = []
    for now in range(103, 115):
        said += lane.pass_time(float(now))
    assert [saying.data.count for saying in said if isinstance(saying.data, ZoneCounted)] == [0]
