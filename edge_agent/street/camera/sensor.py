"""What the camera itself adds: the lens's blur, the mast's shaking, the sensor's noise."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.chance import chance
from edge_agent.street.scenario import Scenario
from edge_agent.street.shape import Picture

DAY_SIGMA = 1.7
"""Standard deviation of the noise of a common camera by day, levels of 255."""
_STEP = 0.25
"""Noise is prepared in steps of its deviation."""
_KEPT = 3
_COLOUR = 0.55
"""How much of the noise differs from channel to channel, by day."""
_SWINGS = 3
_SHARP_PX = 0.2

Noise = NDArray[np.float32]


class Sensor:
    """Of one camera."""

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self._sensor = scenario.sensor
        self._fps = scenario.fps
        self._seed = seed
        self._plain: dict[tuple[tuple[int, int], bool], Noise] = {}
        self._banks: dict[
            tuple[tuple[int, int], bool, float], tuple[NDArray[np.uint8], NDArray[np.uint8]]
        ] = {}
        generator = chance(seed, "shake")
        self._paces_hz = generator.uniform(0.4, 3.2, (2, _SWINGS))
        self._phases = generator.uniform(0, 2 * np.pi, (2, _SWINGS))

    def sigma(self, gain: float) -> float:
        """The noise's standard deviation at an amplification, levels of 255."""
        return round(DAY_SIGMA * self._sensor.noise * gain / _STEP) * _STEP

    def shake(self, frame: int) -> tuple[int, int]:
        """By how many pixels a picture is moved to the right and down."""
        if not self._sensor.shake_px:
            return 0, 0
        turns = self._phases + 2 * math.pi * frame / self._fps * self._paces_hz
        right, down = (self._sensor.shake_px * np.sin(turns).sum(axis=1) / _SWINGS).tolist()
        return round(right), round(down * 0.7)

    def expose(self, picture: Picture, *, frame: int, gain: float, infrared: bool) -> Picture:
        """What comes out of the camera."""
        right, down = self.shake(frame)
        if right or down:
            picture = _moved(picture, right, down)
        if self._sensor.blur_px > _SHARP_PX:
            taps = 3 if self._sensor.blur_px < 0.8 else 2 * math.ceil(2.2 * self._sensor.blur_px) + 1
            picture = np.asarray(cv2.GaussianBlur(picture, (taps, taps), self._sensor.blur_px), np.uint8)
        sigma = self.sigma(gain)
        if sigma:
            more, less = self._noise(sigma, infrared=infrared, size=picture.shape[:2])
            start = int(chance(self._seed, "noise", frame).integers((more.size - picture.size) // 3)) * 3
            part = slice(start, start + picture.size)
            noisy = cv2.add(picture, more[part].reshape(picture.shape))
            picture = np.asarray(cv2.subtract(noisy, less[part].reshape(picture.shape), noisy), np.uint8)
        return picture

    def _noise(
        self, sigma: float, *, infrared: bool, size: tuple[int, int]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """What is added and what is taken away, for two pictures: each picture's part begins elsewhere."""
        key = (size, infrared, sigma)
        if key not in self._banks:
            if (size, infrared) not in self._plain:
                self._plain[size, infrared] = _plain(chance(self._seed, "sensor"), size, infrared=infrared)
            noise = self._plain[size, infrared] * np.float32(sigma)
            more = np.clip(np.rint(noise), 0, 255).astype(np.uint8).ravel()
            less = np.clip(np.rint(-noise), 0, 255).astype(np.uint8).ravel()
            while len(self._banks) >= _KEPT:
                self._banks.pop(next(iter(self._banks)))
            self._banks[key] = more, less
        return self._banks[key]


def _plain(generator: np.random.Generator, size: tuple[int, int], *, infrared: bool) -> Noise:
    """Noise of deviation 1, a little smeared as cameras do; in infra-red without colour."""
    height, width = size
    grey = generator.standard_normal((2 * height, width, 1), dtype=np.float32)
    if infrared:
        noise = np.repeat(grey, 3, axis=2)
    else:
        colour = generator.standard_normal((2 * height, width, 3), dtype=np.float32)
        noise = grey * np.float32((1 - _COLOUR**2) ** 0.5) + colour * np.float32(_COLOUR)
    smeared = cv2.GaussianBlur(noise, (3, 3), 0.45, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(smeared / np.std(smeared), np.float32)


def _moved(picture: Picture, right: int, down: int) -> Picture:
    """Moved by whole pixels; what comes in at the edge repeats it."""
    height, width = picture.shape[:2]
    right, down = (max(1 - limit, min(limit - 1, by)) for by, limit in ((right, width), (down, height)))
    kept = picture[max(0, -down) : height - max(0, down), max(0, -right) : width - max(0, right)]
    edges = max(0, down), max(0, -down), max(0, right), max(0, -right)
    return np.asarray(cv2.copyMakeBorder(kept, *edges, cv2.BORDER_REPLICATE), np.uint8)
