"""A photograph as four small planes: the brightness, fine detail, coarse detail and glare of its parts."""

from typing import Annotated

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from edge_agent.reading import Unreadable

CELLS = 64
"""Cells in a row and in a column; the photograph is stretched to a square."""
PLANES = 4
SIZE = CELLS * CELLS * PLANES
"""Bytes that a model of photographs takes."""
_CELL_PX = 12
_SIDE_PX = CELLS * _CELL_PX
_GLARES_FROM = 247
MOST_BYTES = 20 * 2**20
MOST_PIXELS = 50_000_000
"""Larger photographs are not opened: a few bytes can promise a picture that fills the memory."""

Grey = Annotated[NDArray[np.uint8], "H W"]


def planes(jpeg: bytes) -> bytes:
    """The planes of a JPEG, as CELLS rows of CELLS cells of PLANES bytes. Raises Unreadable."""
    return measured(opened(jpeg)).tobytes()


def opened(jpeg: bytes) -> Grey:
    """The photograph in grey, no larger than is needed. Raises Unreadable."""
    if len(jpeg) > MOST_BYTES:
        raise Unreadable(f"the photograph has {len(jpeg)} bytes, at most {MOST_BYTES}; take a smaller one")
    try:
        height, width, *_ = simplejpeg.decode_jpeg_header(jpeg)
        if height * width > MOST_PIXELS or min(height, width) < CELLS:
            raise Unreadable(f"the photograph has {width}x{height} pixels; take another")
        grey = simplejpeg.decode_jpeg(
            jpeg, colorspace="GRAY", fastdct=True, min_height=_SIDE_PX, min_width=_SIDE_PX
        )
    except ValueError as error:
        raise Unreadable(f"the photograph is damaged, or no JPEG ({error}); take another") from error
    found: Grey = grey[:, :, 0]
    return found


def measured(grey: Grey) -> Annotated[NDArray[np.uint8], "CELLS CELLS PLANES"]:
    """The planes of a picture: mean brightness, strongest fine and coarse detail, share of glaring pixels."""
    image = Image.fromarray(grey).resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=2.0)
    half = image.reduce(2)
    glares = Image.fromarray((np.asarray(half) >= _GLARES_FROM).astype(np.uint8) * np.uint8(255))
    found = np.empty((CELLS, CELLS, PLANES), np.uint8)
    found[..., 0] = np.asarray(image.reduce(_CELL_PX))
    found[..., 1] = _strongest(np.asarray(image).astype(np.int16), _CELL_PX)
    found[..., 2] = _strongest(np.asarray(half).astype(np.int16), _CELL_PX // 2)
    found[..., 3] = np.asarray(glares.reduce(_CELL_PX // 2))
    return found


def _strongest(grey: NDArray[np.int16], cell_px: int) -> NDArray[np.uint8]:
    """In each cell, the largest Laplacian: high where an edge is sharp, at this scale."""
    found = np.zeros_like(grey)
    inner = found[1:-1, 1:-1]
    np.multiply(grey[1:-1, 1:-1], 4, out=inner)
    for shifted in (grey[:-2, 1:-1], grey[2:, 1:-1], grey[1:-1, :-2], grey[1:-1, 2:]):
        inner -= shifted
    np.abs(found, out=found)
    cells = found.reshape(CELLS, cell_px, CELLS, cell_px).max(axis=1).max(axis=2)
    strongest: NDArray[np.uint8] = (np.minimum(cells, 510) // 2).astype(np.uint8)
    return strongest
