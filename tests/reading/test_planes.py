"""A photograph as planes: what each tells, and that nothing but a photograph is opened."""

import contextlib

import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.reading import Unreadable
from edge_agent.reading.planes import CELLS, MOST_BYTES, PLANES, SIZE, measured, opened, planes


def jpeg(picture: np.ndarray) -> bytes:
    return simplejpeg.encode_jpeg(np.ascontiguousarray(np.stack([picture] * 3, axis=2)), quality=95)


def grey(tone: int, *, width: int = 800, height: int = 800) -> np.ndarray:
    return np.full((height, width), tone, np.uint8)


def checked(step: int) -> np.ndarray:
    rows, columns = np.indices((768, 768)) // step
    return ((rows + columns) % 2 * 200).astype(np.uint8)


def test_planes_are_as_many_bytes_as_a_model_takes() -> None:
    assert len(planes(jpeg(grey(100)))) == SIZE == CELLS * CELLS * PLANES


@pytest.mark.parametrize("tone", [0, 60, 200])
def test_brightness(tone: int) -> None:
    found = measured(grey(tone))
    assert np.all(found[..., 0] == tone)
    assert not found[..., 1:].any()


def test_glare_is_where_it_is() -> None:
    picture = grey(120, width=768, height=768)
    picture[:192, :384] = 255
    found = measured(picture)
    assert np.all(found[:15, :31, 3] == 255)
    assert not found[17:, :, 3].any()
    assert not found[:, 33:, 3].any()


def test_fine_detail_goes_first_when_a_picture_is_blurred() -> None:
    sharp = checked(16)
    blurred = sharp.astype(np.float32)
    for axis in (0, 1) * 4:
        blurred = sum(np.roll(blurred, shift, axis) for shift in range(-1, 2)) / 3
    left = measured(blurred.astype(np.uint8)).mean(axis=(0, 1)) / np.maximum(
        measured(sharp).mean(axis=(0, 1)), 1
    )
    assert left[1] < 0.8 * left[2]


@pytest.mark.parametrize("size", [(3000, 2000), (1080, 1920), (64, 64), (100, 5000)])
def test_pictures_of_any_shape_are_opened(size: tuple[int, int]) -> None:
    height, width = size
    assert len(planes(jpeg(grey(90, width=width, height=height)))) == SIZE


def test_a_large_picture_is_opened_small() -> None:
    assert max(opened(jpeg(grey(90, width=4000, height=3000))).shape) <= 1500


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8\xff",
        b"GIF89a",
        b"\x00" * 100,
        jpeg(grey(9, width=63, height=63)),
        b"\xff" * (MOST_BYTES + 1),
    ],
    ids=["nothing", "a beginning", "another format", "zeros", "too small", "too large"],
)
def test_what_is_no_photograph_is_told(content: bytes) -> None:
    with pytest.raises(Unreadable, match="photograph"):
        planes(content)


def test_a_header_that_promises_too_much_is_not_believed() -> None:
    content = bytearray(jpeg(grey(90)))
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = b"\xea\x60\xea\x60"
    with pytest.raises(Unreadable, match="60000x60000"):
        planes(bytes(content))


WHOLE = jpeg(checked(16))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=40))
def test_a_damaged_photograph_is_told_or_opened(place: int, noise: bytes) -> None:
    damaged = WHOLE[:place] + noise + WHOLE[place + len(noise) :]
    with contextlib.suppress(Unreadable):
        assert len(planes(damaged)) == SIZE
