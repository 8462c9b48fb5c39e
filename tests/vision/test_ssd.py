"""Reading an SSD's outputs, also when they are nonsense; and model files that are not what they should be."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from edge_agent.model_store.store import default_mirror
from edge_agent.vision import DetectorError, ssd
from edge_agent.vision.litert import SsdDetector
from tests.vision.conftest import picture_of

NAN = float("nan")
INFINITE = float("inf")


def arrays(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    boxes = np.tile(np.array([0.1, 0.2, 0.5, 0.6], np.float32), (1, n, 1))
    return boxes, np.zeros((1, n), np.float32), np.full((1, n), 0.8, np.float32), np.array([n], np.float32)


def test_boxes_are_turned_and_clipped() -> None:
    boxes, classes, scores, count = arrays(1)
    boxes[0, 0] = [-0.1, 0.2, 1.3, 0.6]
    found = ssd.decode(boxes, classes, scores, count, labels=90)
    assert found.boxes.tolist() == [pytest.approx([0.2, 0.0, 0.6, 1.0])]


@pytest.mark.parametrize("row", range(4))
@pytest.mark.parametrize(
    ("output", "value"),
    [
        ("scores", NAN),
        ("scores", 7.0),
        ("classes", NAN),
        ("classes", 90.0),
        ("classes", -3.0),
        ("boxes", [0.1, NAN, 0.5, 0.6]),
        ("boxes", [0.1, -INFINITE, 0.5, 0.6]),
        ("boxes", [0.5, 0.5, 0.5, 0.9]),
        ("boxes", [0.9, 0.2, 0.1, 0.6]),
    ],
)
def test_rows_without_sense_are_left_out(row: int, output: str, value: object) -> None:
    boxes, classes, scores, count = arrays(4)
    {"boxes": boxes, "classes": classes, "scores": scores}[output][0, row] = value
    assert len(ssd.decode(boxes, classes, scores, count, labels=90)) == 3


anything = st.floats(width=32, allow_nan=True, allow_infinity=True)


@given(
    hnp.arrays(np.float32, (1, 10, 4), elements=anything),
    hnp.arrays(np.float32, (1, 10), elements=anything),
    hnp.arrays(np.float32, (1, 10), elements=anything),
    anything,
)
def test_whatever_comes_out_of_a_model_gives_sound_detections(
    boxes: np.ndarray, classes: np.ndarray, scores: np.ndarray, count: float
) -> None:
    found = ssd.decode(boxes, classes, scores, np.array([count], np.float32), labels=90)
    assert np.isfinite(found.boxes).all()
    assert ((found.boxes >= 0) & (found.boxes <= 1)).all()
    assert ((found.scores >= ssd.FLOOR) & (found.scores <= 1)).all()
    assert ((found.labels >= 0) & (found.labels < 90)).all()


def test_a_full_detector_says_so() -> None:
    assert ssd.decode(*arrays(10), labels=90).saturated
    boxes, classes, scores, count = arrays(10)
    scores[0, 9] = 0.05
    assert not ssd.decode(boxes, classes, scores, count, labels=90).saturated


@pytest.mark.parametrize(
    ("file", "label", "least"),
    [("cat.bmp", "cat", 0.5), ("grace_hopper.bmp", "person", 0.6), ("parrot.jpg", "bird", 0.5)],
)
def test_known_pictures_give_known_answers(
    file: str, label: str, least: float, media: Path, detector: SsdDetector
) -> None:
    small = picture_of(media / "coral_images" / file).reformat(width=300, height=300, format="rgb24")
    found = detector.detect(np.asarray(small.to_ndarray(), np.uint8))
    best = int(np.argmax(found.scores))
    assert detector.labels[found.labels[best]] == label
    assert found.scores[best] >= least


def test_a_picture_of_another_size_is_refused(detector: SsdDetector) -> None:
    with pytest.raises(DetectorError, match="inference failed"):
        detector.detect(np.zeros((299, 300, 3), np.uint8))


def test_a_model_of_another_shape_is_refused_with_what_it_has() -> None:
    mirror = default_mirror()
    if mirror is None:
        pytest.skip("no mirror folder: set LOKET_MIRROR")
    pose = mirror / "models/movenet_singlepose_lightning_int8/movenet_single_pose_lightning_ptq.tflite"
    with pytest.raises(DetectorError, match=r"\(1, 1, 17, 3\).*not an SSD's"):
        SsdDetector(pose, labels=["person"])
