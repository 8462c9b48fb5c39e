"""The ground of the street from above: pavements, kerbs, the road and what is painted on it."""

import cv2
import numpy as np

from edge_agent.street.chance import chance
from edge_agent.street.scenario import Scenario
from edge_agent.street.texture import Texels, Texture, grain, tinted

PERIOD_M = 24.0
BEHIND_M = 8.0
"""How far behind the camera's foot it is drawn."""
_TEXELS = 3.2e6


def paving(scenario: Scenario, *, seed: int) -> Texture:
    """The ground; its first row is BEHIND_M behind the camera's foot, its last at the wall."""
    strips = scenario.ground
    deep_m = strips.wall_y_m + BEHIND_M
    scale = float(np.clip((_TEXELS / PERIOD_M / deep_m) ** 0.5, 12, 72))
    width, height = round(PERIOD_M * scale), round(deep_m * scale)
    generator = chance(seed, "paving")
    texels: Texels = np.full((height, width, 3), (120, 124, 92), np.uint8)

    def row(y_m: float) -> int:
        return round((y_m + BEHIND_M) * scale)

    texels[row(strips.pavement_y_m) : row(strips.road_y_m)] = (168, 164, 156)
    texels[row(strips.road_y_m) : row(strips.far_y_m)] = (98, 98, 100)
    texels[row(strips.far_y_m) :] = (172, 166, 156)
    middle = (strips.road_y_m + strips.far_y_m) / 2
    for x_m in np.arange(0, PERIOD_M, 6.0):
        cv2.rectangle(
            texels,
            (round(x_m * scale), row(middle - 0.06)),
            (round((x_m + 3) * scale), row(middle + 0.06)),
            (224, 224, 216),
            -1,
        )
    return Texture(tinted(texels, grain(generator, height, width, coarse=scale * 0.5), 6.0), scale)
