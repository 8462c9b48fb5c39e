"""The judge of documents' photographs: what it finds, and that it never stands in a citizen's way."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.kiosk.document_photo import ADVICE, MODEL, Fault, Judge, Verdict, load_judge
from edge_agent.model_store.manifest import load_manifest, manifests_folder
from edge_agent.reading import Unfit
from models.document_photo.render import FAULTS, photograph


class Told:
    """A reader that says what it is told to."""

    def __init__(self, *outputs: float) -> None:
        self.outputs = list(outputs)

    def answer(self, _entry: bytes) -> list[float]:
        return self.outputs


class Broken:
    """A reader whose model fails."""

    def answer(self, _entry: bytes) -> list[float]:
        raise Unfit("out of memory")


JPEG = photograph(1).jpeg
KINDS = (Fault.BLUR, Fault.DARK)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return load_judge()


def first_with(*faults: str) -> bytes:
    """The first photograph, of those that were not learned from, with just these faults."""
    return next(
        drawn.jpeg
        for drawn in map(photograph, range(3_000_000, 3_000_400))
        if drawn.faults == frozenset(faults)
    )


@pytest.mark.parametrize("fault", [*FAULTS, None])
def test_a_plain_fault_is_found_and_nothing_else(judge: Judge, fault: str | None) -> None:
    verdict = judge.judge(first_with(*([fault] if fault else [])))
    assert verdict.is_judged
    assert verdict.faults == ((Fault(fault),) if fault else ())
    assert verdict.is_good == (fault is None)


def test_the_faults_of_the_model_are_those_that_are_drawn() -> None:
    assert tuple(load_manifest(MODEL, folder=manifests_folder()).labels) == FAULTS


def test_every_fault_has_advice() -> None:
    assert set(ADVICE) == set(Fault)
    assert Verdict((Fault.DARK, Fault.CUT)).advice == (ADVICE[Fault.DARK], ADVICE[Fault.CUT])


@pytest.mark.parametrize("content", [b"", b"no photograph", JPEG[:40]])
def test_what_cannot_be_opened_is_told(judge: Judge, content: bytes) -> None:
    assert judge.judge(content).faults == (Fault.UNREADABLE,)
    assert Judge().judge(content).faults == (Fault.UNREADABLE,)


def test_without_a_model_nothing_is_judged(tmp_path: Path) -> None:
    for absent in (
        Judge(),
        load_judge(folder=tmp_path),
        load_judge("street_sim"),
        load_judge("complaint_topics"),
    ):
        verdict = absent.judge(JPEG)
        assert (verdict.is_judged, verdict.is_good, verdict.advice) == (False, True, ())


def test_a_damaged_model_is_not_used(tmp_path: Path) -> None:
    shutil.copytree(manifests_folder() / MODEL, tmp_path / MODEL)
    weights = tmp_path / MODEL / f"{MODEL}.tflite"
    assert load_judge(folder=tmp_path).judge(JPEG).is_judged
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    assert not load_judge(folder=tmp_path).judge(JPEG).is_judged


def test_a_reader_that_fails_judges_nothing() -> None:
    assert Judge(Broken(), faults=KINDS, thresholds=(0.5, 0.5)).judge(JPEG) == Verdict(is_judged=False)


def test_the_surest_fault_is_told_first() -> None:
    assert Judge(Told(1.0, 3.0), faults=KINDS, thresholds=(0.5, 0.5)).judge(JPEG).faults == (
        Fault.DARK,
        Fault.BLUR,
    )


@settings(max_examples=30, deadline=None)
@given(st.floats(-1000, 1000), st.floats(0, 1))
def test_a_fault_is_told_from_its_threshold_on(output: float, threshold: float) -> None:
    told = Judge(Told(output, -1000), faults=KINDS, thresholds=(threshold, 0.9)).judge(JPEG)
    if output > 700:
        assert told.faults == (Fault.BLUR,)
    if output < -700 and threshold > 0:
        assert told.faults == ()
