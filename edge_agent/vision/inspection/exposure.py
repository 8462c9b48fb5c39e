"""How a picture is exposed and how sharp it is, by its brightness alone; pure."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

Luma = Annotated[NDArray[np.uint8], "H W, as H.264 has it: black is 16, white 235"]

DARK, BRIGHT = 24, 230
"""At or beyond these a pixel has hardly any drawing left (ITU-R BT.601's black and white, and a little)."""
_MOST_SIDE = 720
"""Sharpness is judged on so many rows and columns at most: the more pixels, the less differ neighbours."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Of one picture."""

    mean: float
    """0 black to 1 white."""
    dark: float
    """Share of pixels with no drawing in the dark..."""
    bright: float
    """...and in the light."""
    sharpness: float
    """Variance of the Laplacian over that of the picture: how much of what differs, differs from pixel to
    pixel (after Pech-Pacheco et al., 2000). More is sharper; grain counts as detail."""


def judge(luma: Luma) -> Exposure:
    """The exposure of a picture of at least 3 by 3 pixels."""
    step = max(1, min(-(-max(luma.shape) // _MOST_SIDE), min(luma.shape) // 3))
    # Whole cells are averaged, so that grain and the codec's noise do not pass for detail.
    rows, columns = (side - side % step for side in luma.shape)
    cells = luma[:rows, :columns].reshape(rows // step, step, columns // step, step)
    even = cells.mean(axis=(1, 3), dtype=np.float32)
    laplacian = even[1:-1, 2:] + even[1:-1, :-2] + even[2:, 1:-1] + even[:-2, 1:-1] - 4 * even[1:-1, 1:-1]
    contrast = float(even.var())
    return Exposure(
        mean=round(min(max((float(luma.mean()) - 16) / 219, 0.0), 1.0), 4),
        dark=round(float((luma <= DARK).mean()), 4),
        bright=round(float((luma >= BRIGHT).mean()), 4),
        sharpness=round(float(laplacian.var()) / (contrast + 1.0), 4),
    )
