"""From the same recording and the same settings come the same events, byte for byte, in any process."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.vision.lane import Lane
from edge_agent.vision.replay.play import Player, events, line_of
from edge_agent.vision.replay.recording import Recording, read
from tests.vision.replay.people import LABELS, camera, header, looks, write_recording

VISION = """\
model = "street_sim"
[[cameras]]
name = "hall"
source = "hall.mp4"
"""


def lines(recording: Recording, **settings_: object) -> list[str]:
    return [line_of(saying) for saying in events(recording, camera(**settings_))]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000))
def test_a_file_gives_what_the_first_look_gave(seed: int) -> None:
    of, seen = camera(), looks(seed, seconds=12)
    first = Player(of, header(of))
    at_first = [line_of(saying) for look in seen for saying in first.see(look)]
    at_first += [line_of(saying) for saying in first.finish()]
    again = Recording(header(of), tuple(seen), whole=True)
    assert lines(again) == at_first


def test_two_processes_with_other_hash_seeds_write_the_same_bytes(tmp_path: Path) -> None:
    of = camera()
    (tmp_path / "vision.toml").write_text(_as_toml())
    path = write_recording(tmp_path / "r.jsonl", of, looks(3))
    written = []
    for seed in ("1", "2"):
        events_file = tmp_path / f"events-{seed}.jsonl"
        ran = subprocess.run(
            [sys.executable, "-c", "from edge_agent.cli import app; app()", "replay", str(path), "--config",
             str(tmp_path), "--events", str(events_file), "--json"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout)["notes"] == []
        written.append(events_file.read_bytes())
    assert written[0] == written[1]
    assert written[0].decode() == "".join(lines(read(path)))
    kinds = Counter(json.loads(line)["kind"] for line in written[0].splitlines())
    assert len(kinds) >= 8, kinds
    assert min(kinds.values()) >= 1


def _as_toml() -> str:
    """`people.camera` as a settings file."""
    parts = [VISION, 'labels = ["person", "vehicle"]\n']
    of = camera()
    for kind, places in (("lines", of.lines), ("zones", of.zones), ("rules", of.rules)):
        for place in places:
            given = place.model_dump(mode="json", exclude_unset=True)
            parts.append(f"[[cameras.{kind}]]\n")
            parts += [f"{key} = {json.dumps(value)}\n" for key, value in given.items()]
    return "".join(parts)


def test_it_is_the_lane_of_the_unit_that_follows() -> None:
    """Where pictures come without a break, the lane alone, fed as the pipeline feeds it, says the same."""
    of, seen = camera(), [look for look in looks(5) if look.at_s < 14]
    lane = Lane(of, labels=LABELS, run="0123abcd")
    said = [saying for look in seen for saying in lane.see(look.detections(), captured_s=look.at_s)]
    said += lane.finish(seen[-1].at_s)
    again = Recording(header(of), tuple(seen), whole=True)
    assert lines(again) == [line_of(saying) for saying in said]


def test_other_settings_tell_what_they_would_have_told() -> None:
    recording = Recording(header(camera()), tuple(looks(3)), whole=True)
    wider = [{"name": "hall", "corners": [[0, 0], [1, 0], [1, 1], [0, 1]]}]
    assert lines(recording, zones=wider) != lines(recording)
    assert not [line for line in lines(recording, rules=[]) if "zone" in line]


def test_tracks_end_while_the_camera_is_down_as_in_the_unit() -> None:
    recording = Recording(header(camera()), tuple(looks(3)), whole=True)
    ended = [json.loads(line) for line in lines(recording) if "track.ended" in line]
    assert [event for event in ended if 16 < event["at_s"] < 17.9]


@pytest.mark.parametrize(("hour", "judged"), [(9, True), (20, False), (None, False)])
def test_rules_with_hours_judge_by_the_recordings_clock(hour: int | None, judged: bool) -> None:
    rule = {
        "kind": "abandoned",
        "zone": "hall",
        "after_s": 2,
        "hours": ["mon-sun 08:00-16:00"],
        "timezone": "UTC",
    }
    of = camera(rules=[rule])
    began = None if hour is None else datetime(2026, 8, 17, hour, tzinfo=UTC) + timedelta(seconds=1)
    quiet = [look.model_copy(update={"found": []}) for look in looks(3, seconds=10)]
    player = Player(of, header(of, began=began))
    said = [saying.data.kind for look in quiet for saying in player.see(look)]
    assert ("vision.alert.started" in said) == judged
    assert bool(player.notes) == (hour is None)
