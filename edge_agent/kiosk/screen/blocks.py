"""A nonce as blocks of black and white: what the page paints, and how a captured picture is read.

Two rows of 32 blocks, `SIDE` px each, in the top left corner. The upper row begins with a mark and carries
the nonce, the lower row is its negative: a plain or a torn picture is not taken for a code.
`static/screen.js` paints them.
"""

import re
from dataclasses import dataclass
from typing import Final

SIDE: Final = 4
BITS: Final = 24
MARK: Final = "10110010"
COLUMNS: Final = len(MARK) + BITS
WIDTH: Final = COLUMNS * SIDE
HEIGHT: Final = 2 * SIDE
_PPM = re.compile(rb"P6\s+(\d{1,5})\s+(\d{1,5})\s+255\s")
_PLAIN_SPREAD: Final = 10
"""Two values of a plain picture differ by at most this, of 255."""


class NotAPicture(Exception):
    """What was captured is not a picture as we asked for it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels of three bytes (red, green, blue), row by row."""

    width: int
    height: int
    pixels: bytes

    @classmethod
    def of_ppm(cls, data: bytes) -> "Picture":
        """Read a binary PPM of 8 bits a colour (netpbm's `ppm(5)`, P6). Raises NotAPicture."""
        header = _PPM.match(data)
        if header is None:
            raise NotAPicture("not a PPM of 8 bits a colour")
        width, height = int(header[1]), int(header[2])
        pixels = data[header.end() : header.end() + width * height * 3]
        if not pixels or len(pixels) != width * height * 3:
            raise NotAPicture("a PPM that is cut short")
        return cls(width, height, pixels)

    def light(self, x: int, y: int) -> int:
        """How light a pixel is, 0 to 255: the mean of its colours."""
        at = (y * self.width + x) * 3
        return sum(self.pixels[at : at + 3]) // 3

    @property
    def is_plain(self) -> bool:
        """Whether it shows nothing: one colour all over."""
        return all(
            max(channel) - min(channel) <= _PLAIN_SPREAD
            for channel in (self.pixels[0::3], self.pixels[1::3], self.pixels[2::3])
        )


def rows(nonce: int) -> tuple[str, str]:
    """The two rows of blocks of a nonce of `BITS` bits, as 0 (black) and 1 (white)."""
    upper = f"{MARK}{nonce:0{BITS}b}"
    return upper, "".join("0" if bit == "1" else "1" for bit in upper)


def read(picture: Picture) -> int | None:
    """The nonce in the top left corner of a picture, or None if there is none to be trusted."""
    if picture.width < WIDTH or picture.height < HEIGHT:
        return None
    centre = SIDE // 2
    found = [
        "".join(
            "1" if picture.light(column * SIDE + centre, row * SIDE + centre) > 127 else "0"
            for column in range(COLUMNS)
        )
        for row in range(2)
    ]
    nonce = int(found[0][len(MARK) :], 2)
    return nonce if rows(nonce) == tuple(found) else None
