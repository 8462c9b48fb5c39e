"""Drawn pictures as files."""

import io
from dataclasses import replace

from PIL import Image

from edge_agent.vision.drawing.canvas import Overlay, enlarged, laid_over
from edge_agent.vision.pictures.release import Covered

LEAST_SIDE = 960
"""Small pictures are enlarged, so that words over them can be read."""


def enlarged_for_words(covered: Covered) -> Covered:
    """A covered picture, large enough to write in."""
    return replace(covered, picture=enlarged(covered.picture, least_side=LEAST_SIDE))


def drawn_over(covered: Covered, *sheets: Overlay) -> Covered:
    """A covered picture with sheets of its size over it."""
    picture = covered.picture
    for sheet in sheets:
        picture = laid_over(picture, sheet)
    return replace(covered, picture=picture)


def png(covered: Covered) -> bytes:
    """A covered picture as a PNG file's bytes."""
    kept = io.BytesIO()
    Image.fromarray(covered.picture).save(kept, "PNG", optimize=True)
    return kept.getvalue()
