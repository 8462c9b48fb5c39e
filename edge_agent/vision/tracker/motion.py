"""Where a box should be by now: a Kalman filter with constant speed and real time, the same for each side.

The four sides of a box are filtered alike, so one spread (the covariance of a side and its speed) does for
all of them, and as only ratios matter it is kept in units of the noise of a sure detection. Hence nothing
here depends on the size of an object or the number of frames a second.
Formulas: Bar-Shalom, Li, Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, 5.2;
the speed is taken to change at the beginning of an interval.
"""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

Sides = Annotated[NDArray[np.float64], "4 T: left, top, right, bottom"]
Spread = Annotated[NDArray[np.float64], "3 T: variance of a side, covariance, variance of its speed"]
Row = Annotated[NDArray[np.float64], "T"]

AHEAD_S = 1.0
"""A speed is believed no longer than this: objects turn."""
GROWING_S = 0.2
"""That a box grows or shrinks is believed no longer than this: mostly it is being hidden, or shown again."""
BORN = np.array([[1.0], [0.0], [1500.0]])
"""The spread of an object seen once: it may move by four times its size in a second."""
AGILITY = 150.0
"""How fast speeds become unsure, per second."""
UNSURE = 4.0
"""The variance of an unsure detection: a part of it is hidden."""


def ahead(place: Sides, speed: Sides, passed_s: Row) -> Sides:
    """`place` after so many seconds, of which few are believed."""
    if passed_s.max(initial=0.0) <= GROWING_S:
        return place + speed * passed_s
    moving = np.minimum(passed_s, AHEAD_S)
    growing = np.minimum(passed_s, GROWING_S)
    middle = speed[:2] + speed[2:]
    middle *= 0.5 * (moving - growing)
    sides = speed * growing
    sides[:2] += middle
    sides[2:] += middle
    sides += place
    return sides


def correct(
    place: Sides, speed: Sides, spread: Spread, *, passed_s: Row, expected: Sides, found: Sides, noise: Row
) -> None:
    """Fill in place, speed and spread of objects that were `expected` and `found` there after `passed_s`.

    `noise` is the variance of what was found: 1 where it is sure, else UNSURE.
    """
    side, both, moved = spread
    moved += AGILITY * passed_s
    gone = both + passed_s * moved
    side = side + passed_s * (both + gone)
    weight = 1 / (side + noise)
    gain, turn = side * weight, gone * weight
    missed = found - expected
    np.add(expected, gain * missed, out=place)
    speed += turn * missed
    moved -= turn * gone
    np.multiply(noise, gain, out=spread[0])
    np.multiply(noise, turn, out=spread[1])


def inside(sides: Sides) -> Sides:
    """The same boxes within the picture, none of them turned inside out."""
    sides = np.clip(sides, 0.0, 1.0)
    np.maximum(sides[2:], sides[:2], out=sides[2:])
    return sides
