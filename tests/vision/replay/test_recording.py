"""The file of a recording: every number comes back exactly; what is damaged is told with its line."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edge_agent.vision.detector import Detections
from edge_agent.vision.replay import RecordingError
from edge_agent.vision.replay.recording import Look, is_recording, look_of, read
from tests.vision.replay.people import camera, looks, write_recording

SHARES = st.floats(0, 1, width=32)


@given(count=st.integers(0, 8), data=st.data(), full=st.booleans(), doubt=st.none() | st.floats(0, 1))
def test_what_was_found_comes_back_to_the_bit(
    count: int, data: st.DataObject, full: bool, doubt: float | None
) -> None:
    boxes = data.draw(arrays(np.float32, (count, 4), elements=SHARES))
    scores = data.draw(arrays(np.float32, count, elements=SHARES))
    labels = data.draw(arrays(np.intp, count, elements=st.integers(0, 90)))
    look = look_of(1.25, 7, Detections(boxes, scores, labels, full, doubt))
    back = Look.model_validate_json(look.model_dump_json()).detections()
    assert back.boxes.tobytes() == boxes.tobytes()
    assert back.scores.tobytes() == scores.tobytes()
    assert back.labels.tolist() == labels.tolist()
    assert (back.saturated, back.doubt) == (full, doubt)


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    seen = looks(1, seconds=2)
    path = write_recording(tmp_path / "r.jsonl", camera(), seen)
    recording = read(path)
    assert list(recording.looks) == seen
    assert recording.whole
    assert recording.header.camera == "hall"
    assert is_recording(path)
    assert not is_recording(tmp_path / "nothing")


@pytest.mark.parametrize("cut", [1, 40, 700])
def test_one_that_was_cut_goes_as_far_as_it_goes(tmp_path: Path, cut: int) -> None:
    path = write_recording(tmp_path / "r.jsonl", camera(), looks(1, seconds=2))
    path.write_bytes(path.read_bytes()[:-cut])
    recording = read(path)
    assert not recording.whole
    assert 0 < len(recording.looks) <= 20


def altered(path: Path, line: int, **changes: object) -> None:
    lines = path.read_text().splitlines(keepends=True)
    lines[line] = json.dumps(json.loads(lines[line]) | changes) + "\n"
    path.write_text("".join(lines))


@pytest.mark.parametrize(
    ("line", "changes", "told"),
    [
        (0, {"loket_recording": 2}, r"r.jsonl:1: loket_recording: input should be 1; it was made by another"),
        (0, {"more": 1}, "r.jsonl:1: more: "),
        (0, {"run": "x"}, "r.jsonl:1: run: "),
        (3, {"at_s": -1}, "r.jsonl:4: at_s: "),
        (5, {"at_s": 0.0}, "r.jsonl:6: its time goes back"),
        (4, {"found": [[0, 0, 1, 1, 0.9, 2]]}, "label 2 is none of its 2"),
        (4, {"found": [[0, 0, 1, 1, 0.9]]}, "r.jsonl:5: found.0"),
        (4, {"found": [[0, 0, 1.5, 1, 0.9, 0]]}, "r.jsonl:5: found.0.2"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, line: int, changes: dict[str, object], told: str
) -> None:
    path = write_recording(tmp_path / "r.jsonl", camera(), looks(1, seconds=2))
    altered(path, line, **changes)
    with pytest.raises(RecordingError, match=told):
        read(path)


@pytest.mark.parametrize("content", ["", "{}\n", "[1]\n", "no json\n", '{"at_s":0,"picture":0,"found":[]}\n'])
def test_what_is_no_recording_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "r.jsonl").write_text(content)
    with pytest.raises(RecordingError, match="recording"):
        read(tmp_path / "r.jsonl")
