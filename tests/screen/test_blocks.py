"""Blocks: what is painted is read back, and nothing else is taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.kiosk.screen import blocks
from edge_agent.kiosk.screen.blocks import NotAPicture, Picture

nonces = st.integers(min_value=0, max_value=2**blocks.BITS - 1)


def painted(rows: tuple[str, str], *, white: int = 255, black: int = 0) -> bytearray:
    """The corner of the screen as the page paints it."""
    pixels = bytearray()
    for row in rows:
        line = b"".join(bytes([white if bit == "1" else black] * 3) * blocks.SIDE for bit in row)
        pixels += line * blocks.SIDE
    return pixels


def picture(pixels: bytes) -> Picture:
    return Picture(blocks.WIDTH, blocks.HEIGHT, bytes(pixels))


@given(nonces, st.integers(160, 255), st.integers(0, 90))
def test_what_is_painted_is_read(nonce: int, white: int, black: int) -> None:
    assert blocks.read(picture(painted(blocks.rows(nonce), white=white, black=black))) == nonce


@given(nonces, st.integers(0, 2 * blocks.COLUMNS - 1))
def test_one_block_turned_is_no_code(nonce: int, turned: int) -> None:
    rows = "".join(blocks.rows(nonce))
    other = rows[:turned] + ("0" if rows[turned] == "1" else "1") + rows[turned + 1 :]
    assert blocks.read(picture(painted((other[: blocks.COLUMNS], other[blocks.COLUMNS :])))) is None


@given(nonces, nonces, st.integers(1, 7))
def test_a_picture_torn_between_two_codes_gives_neither_a_third(one: int, two: int, row: int) -> None:
    first, second = painted(blocks.rows(one)), painted(blocks.rows(two))
    cut = row * blocks.WIDTH * 3
    assert blocks.read(picture(first[:cut] + second[cut:])) in (one, two, None)


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_a_plain_picture_is_plain_and_no_code(red: int, green: int, blue: int) -> None:
    plain = picture(bytes([red, green, blue]) * (blocks.WIDTH * blocks.HEIGHT))
    assert plain.is_plain
    assert blocks.read(plain) is None


def test_a_code_is_not_plain() -> None:
    assert not picture(painted(blocks.rows(5))).is_plain


def test_a_picture_too_small_holds_no_code() -> None:
    assert blocks.read(Picture(8, 8, bytes(8 * 8 * 3))) is None


@given(st.binary(max_size=3), nonces)
def test_a_ppm_is_read_whatever_its_first_pixels_are(first: bytes, nonce: int) -> None:
    pixels = first + bytes(painted(blocks.rows(nonce)))[len(first) :]
    found = Picture.of_ppm(b"P6\n%d %d\n255\n" % (blocks.WIDTH, blocks.HEIGHT) + pixels)
    assert (found.width, found.height, found.pixels) == (blocks.WIDTH, blocks.HEIGHT, pixels)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"P6",
        b"P5 1 1 255\n\0",
        b"P6 1 1 65535\n" + bytes(6),
        b"P6 2 2 255\n" + bytes(11),
        b"P6 0 0 255\n",
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        Picture.of_ppm(data)
