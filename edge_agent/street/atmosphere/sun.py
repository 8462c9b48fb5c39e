"""How much daylight there is, where shadows fall, and when the camera changes to infra-red."""

import itertools
import math
from bisect import bisect_right

import numpy as np

from edge_agent.street.scenario import Scenario

INFRARED_BELOW, INFRARED_UNTIL = 0.16, 0.24
"""A camera changes to infra-red below one level of daylight, and back above another."""
_FAINTEST = 0.05


class Sun:
    """Of one street."""

    def __init__(self, scenario: Scenario) -> None:
        self._light = scenario.light
        self._times, self._levels = (np.array(part) for part in zip(*scenario.light.daylight, strict=True))
        self._clouds = min(1.0, max(scenario.light.clouds, scenario.weather.fog, scenario.weather.rain * 2.5))
        self._changes, self._states = _changes(scenario.light.daylight)

    def level(self, time_s: float) -> float:
        """Daylight: 1 at noon, 0 at night."""
        return float(np.interp(time_s, self._times, self._levels))

    def infrared(self, time_s: float) -> bool:
        """Whether the camera has changed to infra-red."""
        return self._light.night == "infrared" and self._states[bisect_right(self._changes, time_s)]

    def shadow(self, time_s: float) -> tuple[float, float, float] | None:
        """Where a metre of height throws its shadow on the ground (x, y, metres), and its strength to 1."""
        strength = (1 - self._clouds) * min(1.0, max(0.0, (self.level(time_s) - 0.3) / 0.4))
        if strength < _FAINTEST or self.infrared(time_s):
            return None
        azimuth, height = math.radians(self._light.sun_azimuth_deg), math.radians(self._light.sun_height_deg)
        flat = 1 / math.tan(height)
        return -math.cos(azimuth) * flat, math.sin(azimuth) * flat, strength


def _changes(daylight: list[tuple[float, float]]) -> tuple[list[float], list[bool]]:
    """When it changes, and what it is before the first change and after each."""
    dark = daylight[0][1] < (INFRARED_BELOW + INFRARED_UNTIL) / 2
    times: list[float] = []
    states = [dark]
    for (start_s, start), (end_s, end) in itertools.pairwise(daylight):
        edge = INFRARED_UNTIL if dark else INFRARED_BELOW
        passed = end >= edge if dark else end <= edge
        if not passed:
            continue
        share = (edge - start) / (end - start) if end != start else 0.0
        times.append(start_s + (end_s - start_s) * min(max(share, 0.0), 1.0))
        dark = not dark
        states.append(dark)
    return times, states
