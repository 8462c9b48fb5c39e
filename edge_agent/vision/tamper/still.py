"""Whether a picture lives: a sensor trembles even before an empty street; pure.

Only pictures that were coded by themselves are compared: others repeat the one before wherever little
moves. An encoder makes a frozen picture tremble, too, but leaves far more of it exactly as it was. How
much stays as it was before a living scene is learned; a camera whose living picture repeats itself cannot
be judged.
"""

from dataclasses import dataclass, replace

import numpy as np

from edge_agent.vision.gate.luma import Cells
from edge_agent.vision.tamper.look import Look

LEARNED = 12
"""Comparisons before anything is judged."""
REMEMBERED = 64
WINDOW = 5
"""Comparisons whose mean is judged."""
USUAL_QUANTILE = 0.6
TIMES, LEAST = 5.0, 0.06
"""A picture is frozen where so many times the usual share of its cells, and at least such a share, is
exactly as it was before."""
CAN_TELL = 0.15
"""Where a living picture repeats more of itself, nothing can be told."""
MOVED = 16.0
"""Grey levels by which a hundredth of the cells changes only where something moves."""
JUMP = 6.0
"""Grey levels by which half of the cells changes only where the whole picture became another."""


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """What was learned of a camera's liveliness."""

    cells: Cells | None = None
    """Of the latest picture."""
    shares: tuple[float, ...] = ()
    """Of cells that were exactly as in the picture before, the latest last."""


def compare(still: Still, look: Look) -> tuple[Still, bool | None]:
    """What is known after a look, and whether the picture stands still; None: this look does not say."""
    if not look.alone:
        return still, None
    before = still.cells
    if before is None or before.shape != look.cells.shape:
        return Still(look.cells), False
    change = np.abs(look.cells - before)
    if float(np.median(change)) > JUMP:
        return Still(look.cells), False  # another light, another view: what was learned holds no more
    share = float(np.mean(change == 0))
    still = replace(still, cells=look.cells, shares=(*still.shares, share)[-REMEMBERED:])
    if float(np.percentile(change, 99)) > MOVED:
        return still, False
    if len(still.shares) < LEARNED + WINDOW:
        return still, False
    usual = float(np.quantile(still.shares[:-WINDOW], USUAL_QUANTILE))
    return still, usual <= CAN_TELL and float(np.mean(still.shares[-WINDOW:])) > max(LEAST, TIMES * usual)
