"""How far things in a picture are, in one byte a pixel: fine near the camera, coarse far away."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

HALF_M = 20.0
"""What is so far away has half the highest code."""


def coded(depth_m: ArrayLike) -> NDArray[np.uint8]:
    """The codes of depths: 0 at the camera, 255 in the sky."""
    depth = np.minimum(np.maximum(np.asarray(depth_m, np.float64), 0.0), 1e9)
    return np.rint(255 * depth / (depth + HALF_M)).astype(np.uint8)


def depths() -> NDArray[np.float64]:
    """The depth, metres, that each of the 256 codes stands for; infinite for the last."""
    codes = np.arange(256, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(HALF_M * codes / (255 - codes))
