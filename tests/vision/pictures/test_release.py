"""The one door: what leaves is covered, masked, small, and nothing leaves by another way."""

import ast
from pathlib import Path

import av
import numpy as np
import pytest
import simplejpeg
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import edge_agent
from edge_agent.vision.pictures import release
from edge_agent.vision.pictures.mask import COLOUR, covered_pixels
from edge_agent.vision.pictures.release import Press, Unreleasable
from edge_agent.vision.scene.geometry import Polygon

NOBODY = np.zeros((0, 4), np.float32)
DOOR = Polygon(((0.1, 0.1), (0.5, 0.2), (0.4, 0.8)))


def frame(width: int = 320, height: int = 240, seed: int = 3) -> av.VideoFrame:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return av.VideoFrame.from_ndarray(noise, format="rgb24")


def decoded(jpeg: bytes) -> NDArray[np.uint8]:
    return np.asarray(simplejpeg.decode_jpeg(jpeg), np.uint8)


def test_a_mask_is_solid_in_the_jpeg_whoever_stands_there() -> None:
    people = np.array([[0.05, 0.05, 0.6, 0.9]], np.float32)
    for where in (NOBODY, people, None):
        picture = decoded(Press(longest_side=320, masks=[DOOR]).release(frame(), where).jpeg)
        # Well inside: at the mask's very edge JPEG lets colours run.
        inside = picture[90:110, 108:128]
        assert np.abs(inside.astype(int) - np.array(COLOUR)).max() < 12


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=8),
    st.integers(8, 90),
    st.integers(8, 90),
)
def test_every_pixel_in_a_mask_is_covered(
    corners: list[tuple[float, float]], width: int, height: int
) -> None:
    polygon = Polygon(tuple(corners))
    covered = covered_pixels([polygon], width=width, height=height)
    for row in range(0, height, 5):
        for column in range(0, width, 5):
            for x, y in ((0.5, 0.5), (0.05, 0.05), (0.95, 0.95)):
                if polygon.contains(((column + x) / width, (row + y) / height)):
                    assert covered[row, column]


def test_a_mask_follows_the_size_of_the_picture() -> None:
    press = Press(longest_side=320, masks=[DOOR])
    for width, height in ((320, 240), (160, 120), (320, 240)):
        picture = press.cover(frame(width, height), NOBODY).picture
        assert (picture[height // 2 - 10, int(0.35 * width)] == COLOUR).all()


def test_what_was_covered_is_told() -> None:
    people = np.array([[0.1, 0.1, 0.2, 0.5], [0.5, 0.1, 0.7, 0.9]], np.float32)
    press = Press(longest_side=320, masks=[DOOR])
    some, whole = press.release(frame(), people), press.release(frame(), None)
    assert (some.heads, some.whole, some.masks) == (2, False, 1)
    assert (whole.heads, whole.whole, whole.masks) == (0, True, 1)


@pytest.mark.parametrize("most_bytes", [60_000, 20_000, 6_000, 2_000])
def test_a_picture_fits_by_lower_quality_then_by_size(most_bytes: int) -> None:
    jpeg = Press(longest_side=320, most_bytes=most_bytes).release(frame(), NOBODY).jpeg
    assert len(jpeg) <= most_bytes
    assert decoded(jpeg).shape[0] in (240, 120, 60, 30)


def test_what_cannot_be_small_enough_is_not_released() -> None:
    with pytest.raises(Unreleasable, match="fit"):
        Press(longest_side=320, most_bytes=100).release(frame(), NOBODY)


@pytest.mark.parametrize("size", [(0, 0), (0, 240), (320, 0)])
def test_an_empty_frame_is_not_released(size: tuple[int, int]) -> None:
    with pytest.raises(Unreleasable):
        Press(longest_side=320).release(av.VideoFrame(*size, "yuv420p"), NOBODY)


@pytest.mark.parametrize("size", [(2, 2), (16, 2), (2, 640), (1, 1), (3, 5)])
def test_tiny_frames_are_released_or_refused_but_break_nothing(size: tuple[int, int]) -> None:
    press = Press(longest_side=320, masks=[DOOR])
    assert press.release(frame(*size), np.array([[0, 0, 1, 1]], np.float32)).jpeg.startswith(b"\xff\xd8")


def test_boxes_that_are_no_numbers_release_nothing() -> None:
    with pytest.raises(Unreleasable):
        Press(longest_side=320).release(frame(), np.array([[0.1, np.nan, 0.2, 0.3]], np.float32))


@given(st.lists(st.lists(st.floats(-50, 50), min_size=4, max_size=4), max_size=6))
def test_boxes_anywhere_break_nothing(boxes: list[list[float]]) -> None:
    covered = Press(longest_side=64).cover(frame(64, 48), np.array(boxes, np.float32).reshape(-1, 4))
    assert covered.picture.shape == (48, 64, 3)


def test_the_frame_itself_stays_as_it_was() -> None:
    image = frame()
    before = image.to_ndarray().copy()
    Press(longest_side=320, masks=[DOOR]).release(image, None)
    assert (image.to_ndarray() == before).all()


def test_no_other_module_makes_jpegs() -> None:
    """A picture that is encoded elsewhere went through no mosaic."""
    door, device = Path(release.__file__), Path(next(iter(edge_agent.__path__)))
    for path in [*(device / "vision").rglob("*.py"), *(device / "cli").rglob("*.py")]:
        called = {
            node.attr if isinstance(node, ast.Attribute) else node.id
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute | ast.Name)
        }
        if path != door:
            assert not {"encode_jpeg", "encode_jpeg_yuv_planes", "imencode", "imwrite"} & called, path
