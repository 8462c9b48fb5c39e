"""What befalls a camera can be seen, and passes."""

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.street.camera.faults import ONSET_S, Faults
from edge_agent.street.camera.lens import lens_of
from edge_agent.street.shape import Picture
from tests.street.scenes import scenario

KINDS = ("covered", "defocused", "moved", "frozen", "blinded", "black")


def one(kind: str, from_s: float = 10.0, until_s: float = 20.0) -> Faults:
    return Faults(scenario(faults=[{"kind": kind, "from_s": from_s, "until_s": until_s}]))


def busy(seed: int = 0) -> Picture:
    """A picture full of edges."""
    blocks = np.random.default_rng(seed).integers(0, 255, (30, 40, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(blocks, (320, 240), interpolation=cv2.INTER_NEAREST), np.uint8)


def edges(picture: Picture) -> float:
    """The variance of the Laplacian, by which cameras tell whether they see sharply."""
    return float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_happens_before_and_after(kind: str) -> None:
    faults, picture, lens = one(kind), busy(), lens_of(scenario())
    for time_s in (0.0, 9.99, 20.0, 30.0):
        frame = round(time_s * 15)
        assert faults.at(time_s) == []
        assert faults.apply(picture, frame=frame, time_s=time_s) is picture
        assert faults.lens(lens, time_s) is lens
        assert faults.shown_frame(frame, 15) == frame


@pytest.mark.parametrize(
    ("kind", "share"), [("covered", 0.1), ("defocused", 0.01), ("blinded", 0.3), ("black", 0.0)]
)
def test_edges_are_lost(kind: str, share: float) -> None:
    picture = busy()
    assert edges(one(kind).apply(picture, frame=225, time_s=15.0)) <= share * edges(picture)


@pytest.mark.parametrize("number", range(4))
def test_a_cover_hides_nearly_all_and_is_not_black(number: int) -> None:
    later = [{"kind": "covered", "from_s": 10.0 * n, "until_s": 10.0 * n + 9} for n in range(number + 1)]
    faults, picture = Faults(scenario(faults=later)), busy()
    time_s = 10.0 * number + 5
    first, second = (
        faults.apply(each, frame=0, time_s=time_s) for each in (picture, np.ascontiguousarray(picture[::-1]))
    )
    hidden = (cv2.absdiff(first, second).max(axis=2) <= 3).mean()
    assert 0.85 <= hidden <= 1.0
    assert first.mean() > 8


def test_dazzle_is_white_in_most_of_the_picture() -> None:
    seen = one("blinded").apply(np.full((240, 320, 3), 60, np.uint8), frame=225, time_s=15.0)
    assert (seen.min(axis=2) > 200).mean() > 0.5


def test_black_is_black_at_once() -> None:
    assert not one("black").apply(busy(), frame=150, time_s=10.0).any()


@pytest.mark.parametrize("kind", ["covered", "defocused", "blinded"])
def test_others_come_and_go_within_a_second(kind: str) -> None:
    faults, picture = one(kind), busy()
    changes = [
        cv2.absdiff(picture, faults.apply(picture, frame=0, time_s=time_s)).mean()
        for time_s in (10.0, 10.2, 10.5, 10.0 + ONSET_S, 15.0, 20.0 - 1e-6)
    ]
    assert changes[0] < 0.15 * changes[4]
    assert changes[0] <= changes[1] < changes[2] < changes[3]
    assert changes[3] == pytest.approx(changes[4], rel=0.02)
    assert changes[5] < 0.15 * changes[4]


@pytest.mark.parametrize("number", range(3))
def test_a_moved_camera_looks_elsewhere(number: int) -> None:
    of = scenario(
        faults=[{"kind": "moved", "from_s": 10.0 * n, "until_s": 10.0 * n + 9} for n in range(number + 1)]
    )
    faults, lens = Faults(of), lens_of(of)
    moved = faults.lens(lens, 10.0 * number + 5)
    assert moved is faults.lens(lens, 10.0 * number + 6)
    point = np.array([0.0, 15.0, 0.0])
    assert np.linalg.norm(moved.project(point)[0] - lens.project(point)[0]) > 0.15 * lens.width


def test_a_camera_is_moved_in_few_steps() -> None:
    faults, lens = one("moved"), lens_of(scenario())
    assert 3 <= len({id(faults.lens(lens, time_s)) for time_s in np.arange(10.0, 20.0, 0.01)}) <= 8


def test_a_frozen_camera_shows_when_it_froze() -> None:
    faults = one("frozen")
    assert {faults.shown_frame(frame, 15) for frame in range(150, 300)} == {150}
    assert faults.shown_frame(149, 15) == 149
    assert faults.shown_frame(300, 15) == 300


spans = st.tuples(st.floats(0, 30), st.floats(0.01, 20)).map(lambda span: (span[0], span[0] + span[1]))


@settings(deadline=None)
@given(frozen=st.lists(spans, max_size=4), frame=st.integers(0, 900), fps=st.floats(1, 60))
def test_what_is_shown_is_never_later_and_was_shown_then(
    frozen: list[tuple[float, float]], frame: int, fps: float
) -> None:
    faults = Faults(scenario(faults=[{"kind": "frozen", "from_s": a, "until_s": b} for a, b in frozen]))
    shown = faults.shown_frame(frame, fps)
    assert 0 <= shown <= frame
    assert faults.shown_frame(shown, fps) == shown


@settings(max_examples=50, deadline=None)
@given(
    faults=st.lists(st.tuples(st.sampled_from(KINDS), spans), max_size=5),
    time_s=st.floats(0, 60),
)
def test_any_faults_together_still_make_a_picture(
    faults: list[tuple[str, tuple[float, float]]], time_s: float
) -> None:
    tables: list[dict[str, Any]] = [{"kind": kind, "from_s": a, "until_s": b} for kind, (a, b) in faults]
    befallen, picture = Faults(scenario(faults=tables)), busy()[:60, :80]
    seen = befallen.apply(picture, frame=round(time_s * 15), time_s=time_s)
    assert seen.shape == picture.shape
    assert seen.dtype == np.uint8
    assert all(0 <= active.strength <= 1 for active in befallen.at(time_s))
    assert [fault.from_s for fault in befallen.intervals()] == sorted(table["from_s"] for table in tables)
