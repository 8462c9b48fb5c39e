"""The truth as files: TrackEval reads them, a perfect tracker has full marks and a bad one has not."""

import configparser
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge_agent.street import StreetError
from edge_agent.street.export.mot import CLASSES, record
from edge_agent.street.painter import Street
from edge_agent.street.scenario import load_scenario
from tests.street.scenes import scenario, somebody, staged, standing

Rows = list[list[float]]
FRAMES = range(0, 480, 8)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Street(load_scenario("high_mast"), seed=6)
    return record(made, name="high_mast", frames=FRAMES).write(tmp_path_factory.mktemp("mot"))


def rows_of(sequence: Path) -> Rows:
    lines = (sequence / "gt" / "gt.txt").read_text().splitlines()
    return [[float(value) for value in line.split(",")] for line in lines]


def test_there_is_a_line_for_each_actor_in_each_picture(recorded: Path) -> None:
    rows = rows_of(recorded)
    assert {row[0] for row in rows} == set(range(1, len(FRAMES) + 1))
    assert len({(row[0], row[1]) for row in rows}) == len(rows)
    for _, _, left, top, width, height, counts, kind, visibility in rows:
        assert left >= 1
        assert top >= 1
        assert left + width <= 641
        assert top + height <= 481
        assert width > 0
        assert height > 0
        assert kind in CLASSES.values()
        assert counts == (visibility >= 0.01)
    assert {row[7] for row in rows} == set(CLASSES.values())


def test_the_sequence_is_described(recorded: Path) -> None:
    info = configparser.ConfigParser()
    info.read(recorded / "seqinfo.ini")
    described = dict(info["Sequence"])
    assert described["name"] == "high_mast"
    assert int(described["seqlength"]) == len(FRAMES)
    assert (described["imwidth"], described["imheight"]) == ("640", "480")


def test_events_are_there_with_their_units(recorded: Path) -> None:
    events = json.loads((recorded / "events.json").read_text())
    assert "seconds" in events["units"]
    assert {"crossings", "stays", "queue_lengths", "waits", "tampers"} <= set(events)
    first = events["crossings"][0]
    assert set(first) == {"line", "number", "label", "at_s", "direction"}
    assert len(events["crossings"]) > 20


def test_a_folder_with_something_in_it_is_left_alone(recorded: Path) -> None:
    before = {path: path.read_bytes() for path in recorded.rglob("*") if path.is_file()}
    other = record(Street(load_scenario("queue"), seed=1), name="high_mast", frames=range(2))
    with pytest.raises(StreetError, match="has something in it"):
        other.write(recorded.parent)
    assert before == {path: path.read_bytes() for path in recorded.rglob("*") if path.is_file()}


def test_what_a_blind_camera_does_not_show_does_not_count(tmp_path: Path) -> None:
    of = scenario(faults=[{"kind": "covered", "from_s": 10, "until_s": 20}], crowd={"per_minute": 0})
    made = staged(of, standing(1, somebody(), 0.0, 14.0))
    frames = [round(time_s * of.fps) for time_s in (5.0, 15.0, 25.0)]
    sequence = record(made, name="covered", frames=frames).write(tmp_path)
    assert [row[6] for row in rows_of(sequence)] == [1, 0, 1]


# As TrackEval judges

Evaluate = Callable[[str, Rows], dict[str, float]]


@pytest.fixture(scope="module")
def evaluate(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Evaluate:
    """HOTA, MOTA and IDF1 of a tracker's rows."""
    trackeval = pytest.importorskip("trackeval")
    root = tmp_path_factory.mktemp("trackeval")
    shutil.copytree(recorded, root / "gt" / "high_mast")
    quiet = {"PRINT_CONFIG": False}

    def judged(name: str, rows: Rows) -> dict[str, float]:
        folder = root / "trackers" / name / "data"
        folder.mkdir(parents=True)
        lines = [
            f"{frame:.0f},{number:.0f},{left},{top},{width},{height},1,-1,-1,-1\n"
            for frame, number, left, top, width, height, *_ in rows
        ]
        (folder / "high_mast.txt").write_text("".join(lines))
        data = trackeval.datasets.MotChallenge2DBox(
            {
                "GT_FOLDER": str(root / "gt"),
                "TRACKERS_FOLDER": str(root / "trackers"),
                "TRACKERS_TO_EVAL": [name],
                "SEQ_INFO": {"high_mast": None},
                "SKIP_SPLIT_FOL": True,
                **quiet,
            }
        )
        outputs = {"PRINT_RESULTS": False, "OUTPUT_SUMMARY": False, "OUTPUT_DETAILED": False}
        judge = trackeval.Evaluator({"PLOT_CURVES": False, "TIME_PROGRESS": False, **outputs, **quiet})
        metrics = [
            trackeval.metrics.HOTA(),
            trackeval.metrics.CLEAR(quiet),
            trackeval.metrics.Identity(quiet),
        ]
        results, _ = judge.evaluate([data], metrics)
        found = results["MotChallenge2DBox"][name]["high_mast"]["pedestrian"]
        return {
            "HOTA": float(np.mean(found["HOTA"]["HOTA"])),
            "MOTA": float(found["CLEAR"]["MOTA"]),
            "IDF1": float(found["Identity"]["IDF1"]),
        }

    return judged


def people_of(sequence: Path) -> Rows:
    return [row for row in rows_of(sequence) if row[7] == 1 and row[6] == 1]


def test_a_perfect_tracker_has_full_marks(recorded: Path, evaluate: Evaluate) -> None:
    marks = evaluate("perfect", people_of(recorded))
    assert marks == pytest.approx({"HOTA": 1.0, "MOTA": 1.0, "IDF1": 1.0})


def test_a_bad_tracker_has_not(recorded: Path, evaluate: Evaluate) -> None:
    people = people_of(recorded)
    half = len(FRAMES) // 2
    switching = evaluate("switching", [[row[0], row[1] + 1000 * (row[0] > half), *row[2:]] for row in people])
    blind = evaluate("blind", [row for place, row in enumerate(people) if place % 3])
    shaky = evaluate("shaky", [[*row[:2], row[2] + 0.15 * row[4], *row[3:]] for row in people])
    assert switching["IDF1"] < 0.9
    assert switching["MOTA"] > 0.9
    assert blind["MOTA"] == pytest.approx(2 / 3, abs=0.02)
    assert shaky["HOTA"] < 0.85
    assert all(marks["HOTA"] < 0.95 for marks in (switching, blind, shaky))
