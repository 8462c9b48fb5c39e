"""Rain and fog between the camera and the street."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.street.scenario import Scenario
from edge_agent.street.shape import Picture


class Weather:
    """Of one street."""

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self._weather = scenario.weather
        self._seed = seed

    def apply(
        self, picture: Picture, *, frame: int, time_s: float, depth: NDArray[np.float32], level: float
    ) -> Picture:
        """The picture through the weather."""
        return picture
