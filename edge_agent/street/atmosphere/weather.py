"""Rain and fog between the camera and the street."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.atmosphere import nearness
from edge_agent.street.camera.rays import Depth
from edge_agent.street.chance import chance
from edge_agent.street.scenario import Scenario
from edge_agent.street.shape import Picture

Mask = Annotated[NDArray[np.uint8], "H W"]

_LAYERS = ((0.011, 0.8, 34), (0.03, 1.0, 46), (0.075, 1.4, 58))
"""Of rain, from far to near: a streak's length by the picture's height, width in pixels, brightness."""
_TILE = 2
"""A layer is so many times as high as the picture, and is cut anew for every picture."""
_CLEAR_M, _THICK_M = 500.0, 12.0
"""The depth at which two thirds are lost, without fog and in the thickest."""
_KEPT = 3


@dataclass(frozen=True, slots=True, eq=False)
class _Veil:
    """Fog before what never moves: what is left of it, and what the fog adds in full daylight."""

    left: Picture
    added: Picture


class Weather:
    """Of one street."""

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self._rain = scenario.weather.rain
        self._fog = min(1.0, scenario.weather.fog + 0.25 * scenario.weather.rain)
        self._wind = scenario.weather.wind
        self._seed = seed
        self._tiles: dict[tuple[int, int, int], list[Mask]] = {}
        self._veils: dict[tuple[int, int], tuple[Depth, _Veil]] = {}
        self._left = _left(self._fog)

    def apply(
        self,
        picture: Picture,
        *,
        frame: int,
        time_s: float,  # noqa: ARG002 - rain falls from frame to frame, and fog stands
        depth: Depth,
        level: float,
        near: Mask | None = None,
    ) -> Picture:
        """The picture through the weather; `near`: how far what was painted is, in codes of `nearness`."""
        step = round(level * 20)
        if self._fog > 0:
            veil = self._veil(depth, step) if near is None else _veil(near, self._left, step)
            hazy = cv2.multiply(picture, veil.left, scale=1 / 255)
            picture = np.asarray(cv2.add(hazy, veil.added, hazy), np.uint8)
        if self._rain > 0:
            picture = self._rained(picture, self._streaks(picture.shape[1], picture.shape[0], step), frame)
        return picture

    def _rained(self, picture: Picture, layers: Sequence[Mask], frame: int) -> Picture:
        height, width = picture.shape[:2]
        generator = chance(self._seed, "rain", frame)
        drops = np.zeros((height, width), np.uint8)
        for layer in layers:
            top, left = (
                int(generator.integers(spare + 1))
                for spare in (layer.shape[0] - height, layer.shape[1] - width)
            )
            cv2.max(drops, layer[top : top + height, left : left + width], drops)
        return np.asarray(cv2.add(picture, cv2.cvtColor(drops, cv2.COLOR_GRAY2RGB)), np.uint8)

    def _streaks(self, width: int, height: int, step: int) -> list[Mask]:
        key = (width, height, step)
        if key not in self._tiles:
            while len(self._tiles) >= _KEPT:
                self._tiles.pop(next(iter(self._tiles)))
            self._tiles[key] = [
                self._layer(number, width, height, bright * (0.45 + 0.55 * step / 20))
                for number, (_, _, bright) in enumerate(_LAYERS)
            ]
        return self._tiles[key]

    def _layer(self, number: int, width: int, height: int, bright: float) -> Mask:
        long, thick, _ = _LAYERS[number]
        generator = chance(self._seed, "streaks", number)
        tile = np.zeros((height * _TILE, width + width // 2), np.uint8)
        length = max(3.0, long * height)
        count = int(self._rain * 26 * tile.shape[1] / 640 * tile.shape[0] / length / (1 + 2 * number))
        starts = generator.uniform((0, 0), (tile.shape[1], tile.shape[0]), (count, 2))
        lengths = length * generator.uniform(0.6, 1.4, count)
        slant = 0.08 + 0.35 * self._wind + generator.normal(0, 0.03, count)
        for (x, y), down, aside, pale in zip(
            starts, lengths, slant, generator.uniform(0.5, 1, count), strict=True
        ):
            cv2.line(
                tile,
                (round(x * 16), round(y * 16)),
                (round((x + aside * down) * 16), round((y + down) * 16)),
                int(bright * pale),
                max(1, round(thick * height / 480)),
                cv2.LINE_AA,
                4,
            )
        return tile

    def _veil(self, depth: Depth, step: int) -> _Veil:
        key = (id(depth), step)
        if key not in self._veils:
            while len(self._veils) >= _KEPT:
                self._veils.pop(next(iter(self._veils)))
            # The depth is kept beside, so that its id is not given to another.
            self._veils[key] = (depth, _veil(nearness.coded(depth), self._left, step))
        return self._veils[key][1]


def _veil(near: Mask, left: NDArray[np.uint8], step: int) -> _Veil:
    clear = cv2.LUT(near, left)
    level = 0.16 + 0.84 * step / 20
    hidden = cv2.convertScaleAbs(cv2.bitwise_not(clear), alpha=0.78 * level)
    return _Veil(
        np.asarray(cv2.cvtColor(clear, cv2.COLOR_GRAY2RGB), np.uint8),
        np.asarray(cv2.cvtColor(hidden, cv2.COLOR_GRAY2RGB), np.uint8),
    )


def _left(fog: float) -> NDArray[np.uint8]:
    """What the fog leaves of what is so far away, by code, 255 for all."""
    reach = _CLEAR_M * (_THICK_M / _CLEAR_M) ** fog
    with np.errstate(over="ignore"):
        left = np.exp(-np.minimum(nearness.depths(), 300.0) / reach)
    return np.asarray(np.rint(255 * left), np.uint8)
