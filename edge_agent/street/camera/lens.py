"""The camera's geometry: a pinhole above the street."""

import math
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from edge_agent.street.scenario import Scenario

World = Annotated[NDArray[np.float64], "... 3: x, y, z, metres"]
Pixels = Annotated[NDArray[np.float64], "... 2: right, down, pixels from the picture's top left corner"]

NEAREST_M = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """A pinhole camera at (0, 0, height), without distortion."""

    width: int
    height: int
    height_m: float
    yaw_deg: float
    pitch_deg: float
    fov_deg: float
    roll_deg: float = 0.0
    focal_px: float = field(init=False)
    axes: NDArray[np.float64] = field(init=False)
    """Rows: right, down and forward of the picture, as unit vectors of the world."""
    _eye: NDArray[np.float64] = field(init=False)
    _centre: NDArray[np.float64] = field(init=False)
    _turn: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        yaw, pitch, roll = (math.radians(angle) for angle in (self.yaw_deg, self.pitch_deg, self.roll_deg))
        forward = np.array(
            [math.sin(yaw) * math.cos(pitch), math.cos(yaw) * math.cos(pitch), -math.sin(pitch)]
        )
        right = np.array([math.cos(yaw), -math.sin(yaw), 0.0])
        down = np.cross(forward, right)
        turned = (
            math.cos(roll) * right + math.sin(roll) * down,
            math.cos(roll) * down - math.sin(roll) * right,
        )
        object.__setattr__(self, "axes", np.array([*turned, forward]))
        object.__setattr__(self, "_eye", np.array([0.0, 0.0, self.height_m]))
        object.__setattr__(self, "_centre", np.array([self.width / 2, self.height / 2]))
        object.__setattr__(self, "_turn", np.ascontiguousarray(self.axes.T))
        object.__setattr__(self, "focal_px", self.width / 2 / math.tan(math.radians(self.fov_deg) / 2))

    def project(self, points: World) -> tuple[Pixels, NDArray[np.float64]]:
        """Where points are in the picture, and their depths in metres; depths under NEAREST_M are clamped."""
        seen = (points - self._eye) @ self._turn
        depth = seen[..., 2]
        pixels = seen[..., :2] * (self.focal_px / np.maximum(depth, NEAREST_M))[..., None]
        pixels += self._centre
        return pixels, depth

    def rays(self, pixels: Pixels) -> World:
        """Directions from the camera through pixels, not normalised (forward component 1)."""
        offset = (pixels - self._centre) / self.focal_px
        return np.asarray(np.concatenate([offset, np.ones((*offset.shape[:-1], 1))], axis=-1) @ self.axes)

    def ground(self, pixels: Pixels) -> NDArray[np.float64]:
        """The points (..., 2) of the ground seen at pixels; NaN at and above the horizon."""
        rays = self.rays(pixels)
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(rays[..., 2] < -1e-9, -self.height_m / rays[..., 2], np.nan)
        return np.asarray(rays[..., :2] * reach[..., None])

    def scale(self, depth: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels a metre at a depth."""
        return np.asarray(self.focal_px / np.maximum(depth, NEAREST_M))


def lens_of(
    scenario: Scenario, *, yaw_by_deg: float = 0.0, pitch_by_deg: float = 0.0, roll_deg: float = 0.0
) -> Lens:
    """The lens of a scenario's camera, or of one that was moved by some degrees."""
    place = scenario.camera
    return Lens(
        width=scenario.width,
        height=scenario.height,
        height_m=place.height_m,
        yaw_deg=place.yaw_deg + yaw_by_deg,
        pitch_deg=place.pitch_deg + pitch_by_deg,
        fov_deg=place.fov_deg,
        roll_deg=roll_deg,
    )
