"""The mosaic: what it covers, and that it cannot be undone."""

import av
import numpy as np
import pytest
import simplejpeg
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_agent.vision.detector import Detections
from edge_agent.vision.pictures import mosaic
from edge_agent.vision.pictures.people import people_in
from edge_agent.vision.pictures.release import Press
from tests.vision.conftest import detections

NOBODY = np.zeros((0, 4), np.float32)


def noise(height: int = 240, width: int = 320) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def spread(picture: NDArray[np.uint8]) -> int:
    """How many different colours a part has."""
    return len(np.unique(picture.reshape(-1, 3), axis=0))


def test_a_standing_persons_head_is_covered_and_the_legs_are_not() -> None:
    picture = noise()
    covered = mosaic.cover_heads(picture.copy(), np.array([[0.4, 0.1, 0.6, 0.9]], np.float32))
    head = covered[24:72, 128:192]
    assert spread(head) <= 36
    assert (covered[160:, :] == picture[160:, :]).all()
    assert (covered[:, :110] == picture[:, :110]).all()


def test_a_near_persons_box_is_covered_nearly_whole() -> None:
    (area,) = mosaic.head_areas(np.array([[0.2, 0.2, 0.8, 0.9]], np.float32), width=600, height=600)
    left, top, right, bottom = area.tolist()
    assert left <= 0.2 * 600
    assert right >= 0.8 * 600
    assert top <= 0.2 * 600
    assert bottom >= 0.6 * 600


side = st.floats(0, 1, width=32)


@given(st.lists(st.tuples(side, side, side, side), max_size=5), st.integers(17, 90), st.integers(17, 90))
def test_any_boxes_in_any_picture_are_covered_within_it(
    boxes: list[tuple[float, float, float, float]], width: int, height: int
) -> None:
    ordered = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in boxes]
    picture = noise(height, width)
    covered = mosaic.cover_heads(picture.copy(), np.array(ordered, np.float32).reshape(-1, 4))
    assert covered.shape == picture.shape
    inside = np.zeros((height, width), np.bool_)
    for left, top, right, bottom in mosaic.head_areas(
        np.array(ordered, np.float32).reshape(-1, 4), width=width, height=height
    ).tolist():
        inside[top:bottom, left:right] = True
    assert (covered[~inside] == picture[~inside]).all()


def test_a_block_is_its_mean_so_that_nothing_else_of_it_is_left() -> None:
    picture = noise(64, 64)
    expected = picture[0:16, 16:32].reshape(-1, 3).mean(axis=0)
    other = picture.copy()
    other[0:16, 16:32] = (
        np.random.default_rng(9).permutation(other[0:16, 16:32].reshape(-1, 3)).reshape(16, 16, 3)
    )
    blocks = mosaic.pixelate(picture.copy(), (0, 0, 64, 64), block=16)
    assert np.allclose(blocks[0, 16], expected, atol=1)
    assert (blocks == mosaic.pixelate(other, (0, 0, 64, 64), block=16)).all()
    assert spread(blocks) <= 16


def test_whoever_may_be_a_person_counts_also_unsure_and_tracked_ones() -> None:
    found = detections((0, 0, 0.1, 0.2, 0.25, 0), (0.5, 0, 0.6, 0.2, 0.9, 3), (0.8, 0, 0.9, 0.2, 0.1, 0))
    tracked = np.array([[0.3, 0.3, 0.4, 0.5]], np.float32)
    people = people_in(found, tracked, person=0)
    assert people is not None
    assert people.tolist() == [pytest.approx([0, 0, 0.1, 0.2]), pytest.approx([0.3, 0.3, 0.4, 0.5])]


def full(least: float) -> Detections:
    rows = [(0.1 * n, 0, 0.1 * n + 0.05, 0.2, least + 0.01 * n, 0) for n in range(10)]
    found = detections(*rows)
    return Detections(found.boxes, found.scores, found.labels, saturated=True)


def test_a_full_detector_may_have_left_people_out_so_the_whole_picture_is_covered() -> None:
    assert people_in(full(0.45), NOBODY, person=0) is None
    assert people_in(full(0.2), NOBODY, person=0) is not None
    assert spread(mosaic.cover_whole(noise())) <= 12 * 12


def test_a_snapshot_is_small_and_a_jpeg() -> None:
    image = av.VideoFrame.from_ndarray(noise(1080, 1920), format="rgb24")
    height, width, colours, sampling = simplejpeg.decode_jpeg_header(
        Press(longest_side=640).release(image, NOBODY).jpeg
    )
    assert (height, width, colours, sampling) == (360, 640, "YCbCr", "420")
