"""What the camera itself adds: the lens's blur, the mast's shaking, the sensor's noise."""

import math

import cv2
import numpy as np

from edge_agent.street.chance import chance
from edge_agent.street.scenario import Scenario
from edge_agent.street.shape import Picture

DAY_SIGMA = 1.8
"""Standard deviation of the noise of a common camera by day, levels of 255."""
_STEP = 0.25
"""Noise is prepared in steps of its deviation."""
_KEPT = 4


class Sensor:
    """Of one camera."""

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self._sensor = scenario.sensor
        self._seed = seed
        self._banks: dict[tuple[float, bool, int], tuple[Picture, Picture]] = {}
        generator = chance(seed, "shake")
        self._swings = [
            (float(generator.uniform(0.05, 0.35)), float(generator.uniform(0, 1)), axis)
            for axis in range(3)
            for _ in range(3)
        ]

    def sigma(self, gain: float) -> float:
        """The noise's standard deviation at an amplification, levels of 255."""
        return round(DAY_SIGMA * self._sensor.noise * gain / _STEP) * _STEP

    def shake(self, frame: int) -> tuple[float, float, float]:
        """By how much the picture is moved (right, down: pixels) and turned (degrees)."""
        if not self._sensor.shake_px:
            return 0.0, 0.0, 0.0
        moved = [0.0, 0.0, 0.0]
        for pace, phase, axis in self._swings:
            moved[axis] += math.sin(2 * math.pi * (pace * frame + phase)) / 3
        size = self._sensor.shake_px
        return moved[0] * size, moved[1] * size, moved[2] * size * 0.03

    def expose(self, picture: Picture, *, frame: int, gain: float, infrared: bool) -> Picture:
        """What comes out of the camera."""
        height, width = picture.shape[:2]
        if self._sensor.shake_px:
            right, down, turn = self.shake(frame)
            matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0)
            matrix[:, 2] += (right, down)
            picture = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        if self._sensor.blur_px > 0.2:
            picture = cv2.GaussianBlur(picture, (0, 0), self._sensor.blur_px)
        sigma = self.sigma(gain)
        if sigma:
            more, less = self._noise(sigma, infrared=infrared, size=picture.size)
            start = int(chance(self._seed, "noise", frame).integers(more.size - picture.size)) // 3 * 3
            part = slice(start, start + picture.size)
            picture = cv2.subtract(
                cv2.add(picture, more[part].reshape(picture.shape)), less[part].reshape(picture.shape)
            )
        return np.asarray(picture, np.uint8)

    def _noise(self, sigma: float, *, infrared: bool, size: int) -> tuple[Picture, Picture]:
        key = (sigma, infrared, size)
        if key not in self._banks:
            generator = chance(self._seed, "sensor")
            noise = generator.standard_normal((size * 2 // 3, 1 if infrared else 3), dtype=np.float32)
            levels = np.rint(np.broadcast_to(noise, (len(noise), 3)) * np.float32(sigma)).ravel()
            bank = np.clip(levels, 0, 255).astype(np.uint8), np.clip(-levels, 0, 255).astype(np.uint8)
            if len(self._banks) >= _KEPT:
                self._banks.pop(next(iter(self._banks)))
            self._banks[key] = bank
        return self._banks[key]
