"""The light of the street: the sun, lamps, headlamps, and the camera's own infra-red."""

from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.lens import Lens
from edge_agent.street.scenario import Scenario
from edge_agent.street.shape import Picture

Mask = Annotated[NDArray[np.uint8], "H W, 255: wholly"]
Beam = tuple[float, float, float]
"""A headlamp: x, y, and the heading that it shines to, radians."""


class Light:
    """Of one street."""

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self._light = scenario.light
        self._seed = seed

    def level(self, time_s: float) -> float:
        """Daylight: 1 at noon, 0 at night."""
        times, levels = zip(*self._light.daylight, strict=True)
        return float(np.interp(time_s, times, levels))

    def infrared(self, time_s: float) -> bool:
        """Whether the camera has changed to infra-red."""
        return self._light.night == "infrared" and self.level(time_s) < 0.2

    def shadow(self, time_s: float) -> tuple[float, float, float] | None:
        """Where a metre of height throws its shadow on the ground (x, y, metres), and its strength."""
        strength = (1 - self._light.clouds) * self.level(time_s)
        if strength < 0.05:
            return None
        azimuth, height = np.radians([self._light.sun_azimuth_deg, self._light.sun_height_deg])
        return float(-np.cos(azimuth) / np.tan(height)), float(np.sin(azimuth) / np.tan(height)), strength

    def apply(
        self,
        picture: Picture,
        *,
        lens: Lens,
        depth: NDArray[np.float32],
        time_s: float,
        shadows: Mask | None,
        beams: list[Beam],
    ) -> tuple[Picture, float]:
        """The picture in its light, and how much the camera amplifies: 1 by day."""
        level = self.level(time_s)
        if shadows is not None:
            shade = cv2.cvtColor(cv2.convertScaleAbs(shadows, alpha=-0.5, beta=255), cv2.COLOR_GRAY2RGB)
            picture = np.asarray(cv2.multiply(picture, shade, scale=1 / 255), np.uint8)
        picture = cv2.convertScaleAbs(picture, alpha=0.15 + 0.85 * level)
        if self.infrared(time_s):
            picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        return picture, 1 + 3 * (1 - level)
