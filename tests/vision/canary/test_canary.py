"""The canary itself, in its own process, on models that are bad in every way that we could think of."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.model_store.manifest import Sight, load_manifest, manifests_folder
from edge_agent.vision.canary.trial import trial
from edge_agent.vision.canary.verdict import Limits, Measured, Verdict, fault_in, judge, missing_in
from tests.vision.canary.bench import MODELS, add_model
from tests.vision.conftest import detections, model

LIMITS = Limits(slowest_ms=100.0, most_bytes=150_000_000, timeout_s=60.0)


def tried(folder: Path, weights: bytes, limits: Limits = LIMITS, more: str = "") -> Verdict:
    path = add_model(folder, "model", weights)
    path.write_text(path.read_text().replace("[[files]]", f"{more}\n[[files]]", 1))
    return trial(path, path.parent / "model.tflite", limits=limits, threads=1)


def of(name: str) -> bytes:
    return (MODELS / f"{name}.tflite").read_bytes()


def test_a_sound_model_may_serve(tmp_path: Path) -> None:
    assert tried(tmp_path, of("sound")).fit


@pytest.mark.parametrize(
    ("name", "why", "lasting"),
    [
        ("shape", r"\(1, 10, 5\).*not an SSD's", True),
        ("nan", "its scores are no numbers", True),
        ("hungry", "memory|MB", True),
        ("slow", "ms a picture", False),
    ],
)
def test_a_bad_model_may_not_and_the_reason_is_told(
    name: str, why: str, lasting: bool, tmp_path: Path
) -> None:
    limits = Limits(slowest_ms=2.0, most_bytes=150_000_000) if name == "slow" else LIMITS
    verdict = tried(tmp_path, of(name), limits)
    assert not verdict.fit
    assert re.search(why, verdict.reason)
    assert verdict.lasting == lasting


def test_a_model_that_never_answers_is_ended(tmp_path: Path) -> None:
    verdict = tried(tmp_path, of("endless"), Limits(slowest_ms=100, most_bytes=150_000_000, timeout_s=6))
    assert "not done within 6 s" in verdict.reason


@pytest.mark.parametrize("kept", [0, 200, 1200])
def test_a_truncated_model_crashes_nobody_else(kept: int, tmp_path: Path) -> None:
    assert not tried(tmp_path, of("sound")[:kept]).fit


@pytest.mark.parametrize("kept", [4000, 2_000_000])
def test_nor_does_a_truncated_model_of_the_usual_size(kept: int, tmp_path: Path) -> None:
    verdict = tried(tmp_path, model("ssd_mobilenet_v1_coco").read_bytes()[:kept])
    assert not verdict.fit
    assert "\n" not in verdict.reason


def test_labels_that_are_too_few_are_found_out() -> None:
    outputs = [np.zeros((1, 2, 4), np.float32), np.array([[0, 3]], np.float32),
               np.array([[0.5, 0.4]], np.float32), np.array([2], np.float32)]  # fmt: skip
    assert fault_in(outputs, labels=4) == ""
    assert "beyond the 3 labels" in fault_in(outputs, labels=3)


def golden(folder: Path, *, score: float, label: str = "person", wrong: bool = False) -> str:
    """A bright picture, in which the sound model finds one surely."""
    jpeg = simplejpeg.encode_jpeg(np.full((48, 64, 3), 230, np.uint8))
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model" / "golden.jpg").write_bytes(jpeg)
    sha256 = hashlib.sha256(jpeg + b"?" if wrong else jpeg).hexdigest()
    return (
        f'[[golden]]\npicture = "golden.jpg"\nsha256 = "{sha256}"\n'
        f'objects = [{{ label = "{label}", score = {score}, box = [0.25, 0.25, 0.5, 0.75] }}]\n'
    )


@pytest.mark.parametrize(
    ("name", "score", "wrong", "why"),
    [
        ("sound", 0.9, False, ""),
        ("other", 0.9, False, "golden.jpg it does not find a person"),
        ("sound", 0.9, True, "is not the picture"),
    ],
)
def test_golden_pictures_have_known_answers(
    name: str, score: float, wrong: bool, why: str, tmp_path: Path
) -> None:
    verdict = tried(tmp_path, of(name), more=golden(tmp_path, score=score, wrong=wrong))
    assert verdict.fit if not why else why in verdict.reason


def test_an_object_at_another_place_or_with_another_label_is_missing() -> None:
    there = detections((0.2, 0.2, 0.5, 0.7, 0.9, 0))
    sight = Sight(label="person", score=0.9, box=(0.2, 0.2, 0.5, 0.7))
    assert missing_in(there, [sight], labels=["person", "cat"]) == ""
    assert missing_in(there, [sight], labels=["cat", "person"])
    assert missing_in(detections((0.6, 0.2, 0.9, 0.7, 0.9, 0)), [sight], labels=["person"])
    assert missing_in(detections(), [sight], labels=["person"])


def test_the_memory_of_who_asks_is_not_held_against_a_model(tmp_path: Path) -> None:
    ballast = np.ones(LIMITS.most_bytes + 100_000_000, np.uint8)
    assert tried(tmp_path, of("sound")).fit
    assert ballast.all()


def test_the_models_that_come_with_loket_pass_where_they_lie() -> None:
    manifest = load_manifest("street_sim", folder=manifests_folder())
    path = manifests_folder() / "street_sim" / "model.toml"
    generous = Limits(slowest_ms=2000.0, most_bytes=256_000_000)
    verdict = trial(path, manifest.weights.enclosed, limits=generous, threads=1)  # type: ignore[union-attr]
    assert verdict.fit, verdict.reason


@given(
    fault=st.sampled_from(["", "it is damaged"]),
    invoke_ms=st.floats(0, 1000),
    grown=st.integers(0, 10**9),
)
def test_the_verdict_is_fit_exactly_within_all_limits(fault: str, invoke_ms: float, grown: int) -> None:
    verdict = judge(Measured(fault, invoke_ms, grown), LIMITS)
    within = not fault and invoke_ms <= LIMITS.slowest_ms and grown <= LIMITS.most_bytes
    assert verdict.fit == within
    assert verdict.fit or verdict.reason


@given(st.lists(st.floats(width=32), min_size=10, max_size=10), st.floats(width=32))
def test_numbers_that_are_none_never_pass(scores: list[float], count: float) -> None:
    outputs = [np.zeros((1, 10, 4), np.float32), np.zeros((1, 10), np.float32),
               np.array([scores], np.float32), np.array([count], np.float32)]  # fmt: skip
    if fault_in(outputs, labels=1) == "":
        assert all(0 <= score <= 1 for score in scores[: int(count)])
