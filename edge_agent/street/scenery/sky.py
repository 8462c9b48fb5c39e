"""What is above the roofs: sky, clouds, far hills and tree tops."""

import cv2
import numpy as np

from edge_agent.street.chance import chance
from edge_agent.street.scenario import Scenario
from edge_agent.street.shape import Picture
from edge_agent.street.texture import Plane, grain

_TILE = 256
_AROUND = 2048
"""Steps of the horizon."""


class Sky:
    """Of one street."""

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        generator = chance(seed, "sky")
        self._clouds = grain(generator, _TILE, _TILE, coarse=64, octaves=6)
        self._cover = max(scenario.light.clouds, min(1.0, scenario.weather.rain * 2), scenario.weather.fog)
        hills, tops = (grain(generator, 2, _AROUND, coarse=coarse, octaves=8)[0] for coarse in (320, 90))
        self._hills = np.asarray(0.075 + 0.03 * hills, np.float32)
        self._tops = np.asarray(0.03 + 0.012 * tops, np.float32)
        blue = float(generator.uniform(0.85, 1.0))
        self._high = np.array((96 * blue, 142 * blue, 200), np.float32)
        self._low = np.array((196, 212, 224), np.float32)
        self._hill_colour = np.array((118, 142, 152), np.float32) * float(generator.uniform(0.85, 1.1))
        self._top_colour = np.array((74, 96, 66), np.float32) * float(generator.uniform(0.8, 1.2))

    def seen(self, right: Plane, away: Plane, up: Plane) -> Picture:
        """The sky in the directions of rays."""
        flat = np.maximum(cv2.magnitude(right, away), np.float32(1e-6))
        slope = up / flat
        share = np.clip(slope * np.float32(1.6), 0, 1)[..., None]
        colour = self._low * (1 - share) + self._high * share
        height = np.maximum(slope, np.float32(0.03))
        clouds = cv2.remap(
            self._clouds,
            np.asarray(right / flat / height * 40 % _TILE, np.float32),
            np.asarray(away / flat / height * 40 % _TILE, np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_WRAP,
        )
        white = (
            np.clip((clouds + np.float32(4 * self._cover - 1.6)) * np.float32(0.6), 0, 1)[..., None] * 0.85
        )
        grey = 236 - 50 * self._cover - 8 * clouds[..., None]
        colour = colour * (1 - white) + grey * white
        around = ((np.arctan2(right, away) / np.float32(2 * np.pi) + 1) * _AROUND).astype(np.int32) % _AROUND
        colour[slope < self._hills[around]] = self._hill_colour
        leaves = np.clip(clouds, -1, 1)[..., None] * 8
        np.copyto(colour, self._top_colour + leaves, where=(slope < self._tops[around])[..., None])
        return np.asarray(np.clip(colour, 0, 255), np.uint8)
