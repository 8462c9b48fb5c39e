"""The detector that comes with Loket, in the runtime that a unit uses."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.model_store.manifest import Enclosed, Manifest, load_manifest, manifests_folder
from edge_agent.model_store.store import fault_of
from edge_agent.street.cast.actor import LABELS
from edge_agent.street.export.video import frame_of
from edge_agent.street.painter import Street
from edge_agent.street.scenario import load_scenario
from edge_agent.street.truth import Truth
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.resize import Resizer
from edge_agent.vision.tracker import overlaps

GOLDEN = Path(__file__).with_name("golden")
THRESHOLD = 0.4
"""From which a camera's settings take a detection for sure."""


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return load_manifest("street_sim", folder=manifests_folder())


@pytest.fixture(scope="module")
def weights(manifest: Manifest) -> Path:
    assert isinstance(manifest.weights, Enclosed)
    return manifest.weights.enclosed


@pytest.fixture(scope="module")
def detector(manifest: Manifest, weights: Path) -> SsdDetector:
    return SsdDetector(weights, labels=manifest.labels, threads=1)


def test_file_is_the_one_that_the_manifest_pins_and_small(manifest: Manifest, weights: Path) -> None:
    assert fault_of(weights, manifest.weights) is None
    assert weights.stat().st_size < 1_000_000


def test_manifest_tells_what_the_file_takes_and_gives(manifest: Manifest, detector: SsdDetector) -> None:
    _, height, width, _ = manifest.input.shape
    assert detector.input_size == (width, height)
    answered = detector.outputs(np.zeros((height, width, 3), np.uint8))
    assert [list(output.shape) for output in answered] == [output.shape for output in manifest.outputs]


def test_labels_are_those_of_the_street(manifest: Manifest) -> None:
    assert tuple(manifest.labels) == LABELS


@pytest.mark.parametrize(("scenario", "least"), [("wrong_way", 0.8), ("occlusion", 0.8)])
def test_finds_who_is_on_a_street_that_it_never_saw(
    detector: SsdDetector, scenario: str, least: float
) -> None:
    """Most of those who are tall enough and not hidden, and without inventing as many."""
    settings = load_scenario(scenario)
    assert settings.held_out
    street = Street(settings, seed=1_000_003)
    truth, resize = Truth(street), Resizer(detector.input_size)
    there = right = wrong = 0
    for frame in range(100, 1100, 125):
        seen = [one for one in truth.frame(frame) if one.visibility > 0.1]
        clear = [one for one in seen if one.visibility > 0.5 and one.box.bottom - one.box.top > 24]
        found = detector.detect(resize(frame_of(street.picture(frame))))
        found = found[found.scores >= THRESHOLD]
        shape = np.array([settings.width, settings.height] * 2, np.float32)
        for label in range(len(LABELS)):
            mine = found.boxes[found.labels == label]
            of_it = [one.box for one in clear if one.label == LABELS[label]]
            every = [one.box for one in seen if one.label == LABELS[label]]
            there += len(of_it)
            if of_it and len(mine):
                right += int((overlaps(np.array(of_it, np.float32) / shape, mine).max(axis=1) >= 0.5).sum())
            if len(mine):
                near = np.array(every, np.float32).reshape(-1, 4) / shape
                wrong += int((overlaps(mine, near).max(axis=1, initial=0.0) < 0.3).sum())
    assert there >= 15
    assert right / there >= least
    assert wrong / there <= 0.4


def test_finds_nobody_on_an_empty_picture(detector: SsdDetector) -> None:
    width, height = detector.input_size
    for level in (0, 127, 255):
        found = detector.detect(np.full((height, width, 3), level, np.uint8))
        assert not (found.scores >= THRESHOLD).any()


def test_answers_on_a_stored_picture_are_the_stored_ones(detector: SsdDetector) -> None:
    """On any machine and runtime, but for what eight bits leave open."""
    stored = json.loads((GOLDEN / "market.json").read_text())
    picture = cv2.cvtColor(cv2.imread(str(GOLDEN / "market.jpg")), cv2.COLOR_BGR2RGB)
    found = detector.detect(np.asarray(picture, np.uint8))
    overlap = overlaps(np.array([one["box"] for one in stored], np.float32), found.boxes)
    same = [
        row.max() > 0.85
        and LABELS[int(found.labels[row.argmax()])] == one["label"]
        and abs(float(found.scores[row.argmax()]) - one["score"]) < 0.1
        for one, row in zip(stored, overlap, strict=True)
    ]
    assert len(stored) >= 10
    assert np.mean(same) >= 0.9
    assert {one["label"] for one in stored} == set(LABELS)
    sure = int((found.scores >= stored[-1]["score"]).sum())
    assert sure == pytest.approx(len(stored), abs=3)
