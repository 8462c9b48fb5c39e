"""What a camera's picture looks like when nothing happens there, and whether something does; pure.

Each cell has a mean and a spread: how far it strays when nothing is there, learned from what was seen. A cell
strays by more than its own limit where something is; wind, rain, noise and compression raise the limits where
they are. The same is asked of overlapping squares of four by four cells, in which leaves and noise
average out while a person does not. Light that changes everywhere alike is taken out first. What of
all this is left in rain and wind is learned of the picture as a whole; see `unrest`.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.gate import unrest
from edge_agent.vision.gate.luma import Cells
from edge_agent.vision.gate.unrest import CALM, Unrest

FLOOR = 5.0
"""Grey levels: what strays by less is never motion."""
NOISE = 6.5
"""So many spreads (mean absolute deviations) are the limit of a calm cell: five standard deviations."""
SWING, SWING_LEAST = 2.5, 13.0
"""Of a restless cell it is so many and so many grey levels: what swings, as leaves do before the sky, never
strays by more than two spreads or so. What is elsewhere most of the time (a car, in the cell for a twentieth
of it) strays by twenty, so that it is never learned."""
CEILING = 45.0
"""Grey levels: what strays by more always is motion, however restless the cell has been."""
COARSE_FLOOR = 3.5
"""The same for the squares, in which noise averages out."""
FIRST_SPREAD = 2.0
STILL_S = 15.0
"""Time constant with which a mean follows a cell in which nothing moves."""
MOVED_S = 20.0
"""With which it takes in what came and stays, where no subject is."""
CALM_S = 90.0
"""With which a spread follows a cell in which nothing moves."""
RESTLESS_S = 30.0
"""With which a spread learns from motion that is no subject."""
UPHEAVAL = 0.4
"""Such a share of the cells straying at once is another picture (infrared, a turned camera), not motion."""
_MOST = 2.0
"""A cell counts no more than so many limits, so that one alone never opens the gate."""
_EVEN = 8.0
"""Grey levels between dark and bright, below which a change of contrast cannot be told from an offset."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Mean and spread of each cell at one size of cells."""

    mean: Cells
    spread: Cells


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """What was learned so far."""

    fine: Scale
    coarse: Scale
    looked_s: float
    looks: int = 1
    unrest: Unrest = CALM

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns of the cells."""
        return self.fine.mean.shape


@dataclass(frozen=True, slots=True)
class Look:
    """What one look told."""

    strength: float
    """Of the strongest motion: from 1 on it is believed to be one."""
    share: float
    """Of the cells that strayed."""
    where: tuple[tuple[float, float, float, float], ...] = ()
    """The places that strayed, from left to right: left, top, right, bottom in shares of the picture."""
    upheaval: bool = False
    """Whether the whole picture became another; the background begins anew with it."""


def begin(cells: Cells, now_s: float) -> Background:
    """A background that knows one picture."""
    return Background(fine=_new(cells), coarse=_new(squares(cells)), looked_s=now_s)


def look(
    background: Background,
    cells: Cells,
    now_s: float,
    *,
    teach: bool,
    weather: bool = True,
    eagerness: float = 1.0,
) -> tuple[Background, Look]:
    """Compare a picture's cells with what is known, and learn from them.

    `teach`: whether what moves may be learned as restlessness, as the detector has seen no subject lately.
    `weather`: whether it may be learned as unrest, as it goes on and on. `eagerness` divides all limits.
    """
    cells_coarse = squares(cells)
    gain, offset = light_change(background.fine.mean, cells)
    fine, coarse = background.fine, background.coarse
    fine_off, fine_z = _stray(fine, cells, (gain, offset), floor=FLOOR, eagerness=eagerness)
    coarse_off, coarse_z = _stray(
        coarse, cells_coarse, (gain, offset), floor=COARSE_FLOOR, eagerness=eagerness
    )
    share = float(np.count_nonzero(fine_z > 1.0)) / fine_z.size
    strength = max(_clustered(fine_z), float(coarse_z.max(initial=0.0)))
    if share > UPHEAVAL:
        fresh = replace(background, fine=_anew(fine, cells), coarse=_anew(coarse, cells_coarse))
        return replace(fresh, looked_s=now_s), Look(strength=max(strength, 1.0), share=share, upheaval=True)
    passed_s = max(0.0, now_s - background.looked_s)
    rates = _Rates.of(passed_s, looks=background.looks, teach=teach)
    known = background.unrest
    if teach:
        known = unrest.learn(known, strength, passed_s, weather=weather)
    learned = Background(
        fine=_learn(cells, fine.spread, fine_off, fine_z, rates),
        coarse=_learn(cells_coarse, coarse.spread, coarse_off, coarse_z, rates),
        looked_s=now_s,
        looks=background.looks + 1,
        unrest=known,
    )
    return learned, Look(strength=strength / background.unrest.limit, share=share, where=places(fine_z > 1.0))


def places(strays: NDArray[np.bool_]) -> tuple[tuple[float, float, float, float], ...]:
    """Boxes around the cells that stray; those with an empty column between them apart."""
    rows, columns = strays.shape
    filled = np.flatnonzero(strays.any(axis=0))
    found = []
    for run in np.split(filled, np.flatnonzero(np.diff(filled) > 1) + 1) if len(filled) else ():
        tall = np.flatnonzero(strays[:, run].any(axis=1))
        left, top, right, bottom = run[0], tall[0], run[-1] + 1, tall[-1] + 1
        found.append((float(left / columns), float(top / rows), float(right / columns), float(bottom / rows)))
    return tuple(found)


def squares(cells: Cells) -> Cells:
    """Means of four by four cells, each square half over the next."""
    if min(cells.shape) < 4:
        return cells
    rows, columns = (side // 2 * 2 for side in cells.shape)
    pairs = cells[0:rows:2, :columns] + cells[1:rows:2, :columns]
    halves = pairs[:, 0::2] + pairs[:, 1::2]
    both = halves[:-1] + halves[1:]
    found: Cells = (both[:, :-1] + both[:, 1:]) * np.float32(1 / 16)
    return found


def light_change(before: Cells, now: Cells) -> tuple[float, float]:
    """(gain, offset) by which the light has changed everywhere, from medians of the dark and the bright half.

    A median does not see a subject that covers less than half of either.
    """
    old, new = before[::3, ::3].ravel(), now[::3, ::3].ravel()  # a ninth is enough for a median
    dark = old <= np.median(old)
    if dark.all():
        return 1.0, float(np.median(new) - np.median(old))
    change = new - old
    up_dark, up_bright = float(np.median(change[dark])), float(np.median(change[~dark]))
    old_dark, old_bright = float(np.median(old[dark])), float(np.median(old[~dark]))
    if old_bright - old_dark < _EVEN:
        return 1.0, (up_dark + up_bright) / 2
    gain = min(3.0, max(1 / 3, 1 + (up_bright - up_dark) / (old_bright - old_dark)))
    return gain, (up_dark + up_bright + (1 - gain) * (old_dark + old_bright)) / 2


@dataclass(frozen=True, slots=True)
class _Rates:
    """How much of what was seen is taken over, by what a cell did."""

    mean_still: float
    mean_moved: float
    spread_still: float
    spread_moved: float

    @classmethod
    def of(cls, passed_s: float, *, looks: int, teach: bool) -> "_Rates":
        first = 1 / (looks + 2)  # of few looks, each counts much
        return cls(
            mean_still=max(_taken(passed_s, STILL_S), first),
            mean_moved=_taken(passed_s, MOVED_S) if teach else 0.0,
            spread_still=max(_taken(passed_s, CALM_S), first),
            spread_moved=_taken(passed_s, RESTLESS_S) if teach else 0.0,
        )


def _new(cells: Cells) -> Scale:
    return Scale(mean=cells, spread=np.full_like(cells, FIRST_SPREAD))


def _anew(scale: Scale, cells: Cells) -> Scale:
    """The new picture's brightness; what is restless stays so."""
    return Scale(mean=cells, spread=scale.spread)


def _stray(
    scale: Scale, cells: Cells, light: tuple[float, float], *, floor: float, eagerness: float
) -> tuple[Cells, NDArray[np.float32]]:
    """How far each cell is from where it should be, in grey levels and in its limits."""
    off: Cells = cells - (scale.mean * np.float32(light[0]) + np.float32(light[1]))
    spread = scale.spread
    limits = np.minimum(spread * np.float32(NOISE), spread * np.float32(SWING) + np.float32(SWING_LEAST))
    limits = np.clip(limits, np.float32(floor), np.float32(CEILING))
    return off, np.abs(off) * np.float32(eagerness) / limits


def _clustered(z: NDArray[np.float32]) -> float:
    """The strongest mean of two by two neighbours, so that a single cell (a drop, a speck) is nothing."""
    if min(z.shape) < 2:
        return float(z.max(initial=0.0))
    held = np.minimum(z, np.float32(_MOST))
    pairs = held[:-1] + held[1:]
    return float((pairs[:, :-1] + pairs[:, 1:]).max()) / 4


def _learn(cells: Cells, spread: Cells, off: Cells, z: NDArray[np.float32], rates: _Rates) -> Scale:
    moved = z > 1.0
    mean_rate = np.where(moved, np.float32(rates.mean_moved), np.float32(rates.mean_still))
    spread_rate = np.where(moved, np.float32(rates.spread_moved), np.float32(rates.spread_still))
    strayed = np.minimum(np.abs(off), np.float32(CEILING))
    return Scale(mean=cells - off * (1 - mean_rate), spread=spread + (strayed - spread) * spread_rate)


def _taken(passed_s: float, constant_s: float) -> float:
    return 1.0 - math.exp(-passed_s / constant_s)
