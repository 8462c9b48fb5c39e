"""The usual view of a camera, learned, and what keeps a picture from being it; pure.

The view is compared by its edges, in squares of twelve by twelve cells: an edge of a wall stays where it
is by day, at night, in rain and through infrared, only its height changes; people and lorries hide a few
squares for a while. Where hardly any square has its edges any more, it is another view, or none.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.gate.luma import Cells
from edge_agent.vision.tamper.look import Look

Wrong = Literal["covered", "defocused", "moved", "blinded", "black"]
Squares = Annotated[NDArray[np.float32], "a value for each square"]

SQUARE = 12
"""Cells along a side: a picture has eight by six or so."""
ALIKE = 0.4
"""Correlation of a square's edges with the usual ones, from which these are there."""
FAINT = 0.2
"""Edges of less than this share of their usual height are not there."""
TEXTURE = 30.0
"""Of a square's usual edges, mean square in grey levels: below, there is nothing to compare."""
FEW_SQUARES = 0.15
"""Share of the squares with edges; a view with fewer cannot be compared with another."""
NOTHING = 5.0
"""Grey levels: a picture that varies by less (standard deviation) was never a view."""
LOST = 0.25
"""Where no more of the usual squares are there, it is another view or none."""
KEPT = 0.5
"""Where so many are there, it is the usual view."""
FLAT = 0.35
"""Share of the usual height of edges, below which nothing is seen but what is before the lens."""
SOFT, BLURRED, SHARP = 0.55, 0.6, 0.7
"""Out of focus: edges of cells fallen to such a share, to such a share of the whole picture's contrast,
and steps from pixel to pixel likewise. Blur leaves the contrast as it is, dusk does not; headlights raise
it, and leave edges."""
COARSE = 6
"""Cells along the side of what is large."""
STILL_THERE = 0.8
"""Correlation of what is large with the usual, by which a picture without edges is blurred, not covered."""
DARK, DARK_SPREAD = 32.0, 8.0
"""Grey levels: nothing brighter, and no contrast. Black is 16 in most video."""
GLARE, BRIGHTER = 170.0, 40.0
"""Grey levels: so bright on average, and so much brighter than usual."""
FIRST_LOOKS = 9
"""Learned before anything is judged; of these the median, so that who passes then is not learned."""
STEP = 20.0
"""Grey levels: what differs by more, as who passes does, is learned as if it differed by so much."""
USUAL_S = 60.0
SLOW_S = 900.0
"""Time constants: with which a view is learned, and with which one that is half hidden still is."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The usual view, as learned so far."""

    cells: Cells
    sharp: float
    looked_s: float
    looks: int = 1
    first: tuple[Look, ...] = ()
    """All looks while they are few."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture against the usual view."""

    kept: float
    """Share of the usual squares that are there."""
    edges: float
    """Height of the edges, as a share of the usual."""
    blur: float
    """The same, against the picture's contrast; of the edges of cells."""
    sharp: float
    """The same, of the steps between pixels."""
    wrong: Wrong | None = None


def begin(look: Look, now_s: float) -> View:
    """A view that knows one look."""
    return View(cells=look.cells, sharp=look.sharp, looked_s=now_s, first=(look,))


def compare(view: View, look: Look) -> Seen:
    """What is wrong with a picture, if anything is."""
    across, down = _edges(look.cells)
    usual_across, usual_down = _edges(view.cells)
    here = _squares(across * across + down * down)
    usual = _squares(usual_across * usual_across + usual_down * usual_down)
    both = _squares(across * usual_across + down * usual_down)
    textured = usual > TEXTURE
    if not np.count_nonzero(textured) > FEW_SQUARES * textured.size:
        return Seen(0.0, 0.0, 0.0, 0.0, wrong=_featureless(look))
    here, usual, both = here[textured], usual[textured], both[textured]
    heights = np.sqrt(here / usual)
    kept = float(np.mean((both > ALIKE * np.sqrt(here * usual)) & (heights > FAINT)))
    edges = float(np.median(heights))
    contrast = max(1e-3, float(look.cells.std())) / max(1e-3, float(view.cells.std()))
    sharp = look.sharp / max(1e-3, view.sharp)
    seen = Seen(kept=kept, edges=edges, blur=edges / contrast, sharp=sharp / contrast)
    return Seen(seen.kept, seen.edges, seen.blur, seen.sharp, wrong=_wrong(seen, view, look))


def learn(view: View, look: Look, now_s: float, *, kept: float) -> View:
    """The view after one more look at it, of which nothing is wrong."""
    if view.looks < FIRST_LOOKS:
        return _learned_at_first((*view.first, look), now_s)
    passed_s = max(0.0, now_s - view.looked_s)
    rate = 1 - math.exp(-passed_s / (USUAL_S if kept >= KEPT else SLOW_S))
    cells: Cells = view.cells + np.float32(rate) * np.clip(look.cells - view.cells, -STEP, STEP)
    return View(
        cells=cells,
        sharp=view.sharp + rate * (look.sharp - view.sharp),
        looked_s=now_s,
        looks=view.looks + 1,
    )


def _learned_at_first(looks: tuple[Look, ...], now_s: float) -> View:
    cells = np.median(np.stack([look.cells for look in looks]), axis=0).astype(np.float32)
    sharp = float(np.median([look.sharp for look in looks]))
    return View(
        cells=cells,
        sharp=sharp,
        looked_s=now_s,
        looks=len(looks),
        first=looks if len(looks) < FIRST_LOOKS else (),
    )


def _wrong(seen: Seen, view: View, look: Look) -> Wrong | None:
    if seen.edges < FLAT and _is_glaring(view, look):
        return "blinded"
    if seen.kept > LOST:
        soft = seen.edges < SOFT and seen.blur < BLURRED and seen.sharp < SHARP
        return "defocused" if soft else None
    if _is_black(look):
        return "black"
    if seen.edges >= FLAT:
        return "moved"
    return "defocused" if _in_the_large(view.cells, look.cells) > STILL_THERE else "covered"


def _featureless(look: Look) -> Wrong | None:
    """What a picture is that was never a view: nothing to compare it with, so by its brightness alone."""
    if float(look.cells.std()) > NOTHING:
        return None  # a road from above, a white wall with a door: nothing can be told, and nothing is
    if _is_black(look):
        return "black"
    return "blinded" if float(look.cells.mean()) > GLARE else "covered"


def _is_black(look: Look) -> bool:
    low, high = np.percentile(look.cells, (2, 98))
    return bool(high < DARK and high - low < DARK_SPREAD)


def _in_the_large(usual: Cells, cells: Cells) -> float:
    """Correlation of two pictures of which only what is large is left."""
    here, there = _squares(cells, side=COARSE), _squares(usual, side=COARSE)
    here, there = here - here.mean(), there - there.mean()
    both = float(np.sqrt((here * here).sum() * (there * there).sum()))
    return float((here * there).sum()) / both if both > 0 else 0.0


def _is_glaring(view: View, look: Look) -> bool:
    mean = float(look.cells.mean())
    return mean > GLARE and mean - float(view.cells.mean()) > BRIGHTER


def _edges(cells: Cells) -> tuple[Cells, Cells]:
    """Steps across and down, each over two cells."""
    return cells[1:-1, 2:] - cells[1:-1, :-2], cells[2:, 1:-1] - cells[:-2, 1:-1]


def _squares(values: Cells, *, side: int = SQUARE) -> Squares:
    """The mean of each square; what is left over at the right and below is left out."""
    side = min(side, *values.shape)
    rows, columns = values.shape[0] // side, values.shape[1] // side
    whole = values[: rows * side, : columns * side].reshape(rows, side, columns, side)
    found: Squares = whole.mean(axis=(1, 3), dtype=np.float32)
    return found
