"""The wall along the far pavement: a row of shop-houses with the service counter among them."""

import cv2
import numpy as np

from edge_agent.street.chance import chance
from edge_agent.street.scenario import Scenario
from edge_agent.street.texture import Texels, Texture, grain, tinted

REACH_M = 90.0
"""The wall stands from -REACH_M to REACH_M along the street."""
TOP_M = 14.0
SILL_M, LINTEL_M = 1.05, 2.35
"""Of the counter's opening."""
_TEXELS = 5e6


def facade(scenario: Scenario, *, seed: int) -> Texture:
    """The wall, red, green, blue and how solid it is; its first row is at TOP_M, its first column at -REACH_M."""
    scale = float(min(64, (_TEXELS / (2 * REACH_M * TOP_M)) ** 0.5))
    width, height = round(2 * REACH_M * scale), round(TOP_M * scale)
    generator = chance(seed, "facade")
    texels: Texels = np.zeros((height, width, 4), np.uint8)
    x_m = -REACH_M
    while x_m < REACH_M:
        wide, tall = generator.uniform(4, 6), generator.uniform(5, 10)
        colour = (*(int(value) for value in generator.integers(130, 230, 3)), 255)
        left, right = round((x_m + REACH_M) * scale), round((x_m + wide + REACH_M) * scale)
        cv2.rectangle(texels, (left, round((TOP_M - tall) * scale)), (right, height), colour, -1)
        x_m += wide
    texels[..., :3] = tinted(texels[..., :3], grain(generator, height, width, coarse=scale), 4.0)
    return Texture(texels, scale)
