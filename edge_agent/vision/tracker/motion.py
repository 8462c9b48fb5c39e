"""Where a box should be by now: a Kalman filter with constant speed and real time.

A box moves as a whole: that it grows or shrinks is mostly that a part of it is being hidden or shown, so its
sides have one speed, that of its middle. All of them are filtered alike, so one spread (the covariance of a
side and its speed) does for all, and as only ratios matter it is kept in units of the noise of a sure
detection. Hence nothing here depends on the size of an object or on the number of frames in a second.
Formulas: Bar-Shalom, Li, Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, 5.2;
the speed is taken to change at the beginning of an interval.
"""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

Sides = Annotated[NDArray[np.float64], "4 T: left, top, right, bottom"]
Speed = Annotated[NDArray[np.float64], "2 T: to the right and down, per second"]
Spread = Annotated[NDArray[np.float64], "3 T: variance of a side, covariance, variance of its speed"]
Row = Annotated[NDArray[np.float64], "T"]

AHEAD_S = 2.0
"""A speed is believed no longer than this: objects turn."""
BORN = np.array([[1.0], [0.0], [500.0]])
"""The spread of an object seen once: in a second it may move by more than twenty times that noise."""
AGILITY = 10.0
"""By how much the variance of a speed grows in a second."""
UNSURE = 4.0
"""The variance of an unsure detection: a part of it is hidden."""


def ahead(place: Sides, speed: Speed, passed_s: Row) -> Sides:
    """`place` after so many seconds, of which few are believed."""
    moved = speed * np.minimum(passed_s, AHEAD_S)
    sides: Sides = place + np.concatenate([moved, moved])
    return sides


def correct(
    place: Sides, speed: Speed, spread: Spread, *, passed_s: Row, expected: Sides, found: Sides, noise: Row
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
    speed += 0.5 * turn * (missed[:2] + missed[2:])
    moved -= turn * gone
    np.multiply(noise, gain, out=spread[0])
    np.multiply(noise, turn, out=spread[1])


def inside(sides: Sides) -> Sides:
    """The same boxes within the picture, none of them turned inside out."""
    sides = np.clip(sides, 0.0, 1.0)
    np.maximum(sides[2:], sides[:2], out=sides[2:])
    return sides
