"""The light of the street: the sun, lamps, headlamps, and the camera's own infra-red."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.atmosphere import nearness
from edge_agent.street.atmosphere.beams import Beam, Beams
from edge_agent.street.atmosphere.lamps import Lamplight, lamplight
from edge_agent.street.atmosphere.sun import Sun
from edge_agent.street.camera.lens import Lens
from edge_agent.street.camera.rays import Depth
from edge_agent.street.chance import chance
from edge_agent.street.scenario import Scenario
from edge_agent.street.scenery.stage import Stage
from edge_agent.street.shape import Picture

Mask = Annotated[NDArray[np.uint8], "H W"]

DARKEST = 0.5
"""What a full shadow takes of the light."""
_ONE = 100
"""The byte that stands for noon's light."""
_STEPS = 40
"""Light is reckoned anew when the daylight has changed by so small a part."""
_MOST_GAIN = 3.6
_DENOISED = 0.8
"""A camera that amplifies also smooths, so that its noise grows by this power only."""
_INFRARED_NOISE = 2.2
_TINTS = ((1.0, 0.74, 0.46), (1.0, 0.84, 0.62), (0.92, 0.97, 1.0))
"""Of street lamps: sodium, warm and white LEDs."""
_KEPT = 3


@dataclass(slots=True, eq=False)
class _View:
    """What is reckoned once for a lens."""

    still: Mask
    """Nearness of what never moves."""
    lamps: Lamplight
    spot: Mask
    """The camera's own lamp lights the middle of its picture more than the corners."""
    maps: dict[int, Picture] = field(default_factory=dict)
    shines: dict[int, tuple[Picture, Picture]] = field(default_factory=dict)


class Light:
    """Of one street; it asks `stage` for what shines there."""

    def __init__(self, scenario: Scenario, *, seed: int, stage: Stage | None = None) -> None:
        self._sun = Sun(scenario)
        self._stage = stage or Stage(scenario, seed=seed)
        self._tint = _TINTS[int(chance(seed, "lamps").integers(len(_TINTS)))]
        self._beams = Beams()
        self._views: dict[Lens, _View] = {}
        self._infrared = _falloff()

    def level(self, time_s: float) -> float:
        """Daylight: 1 at noon, 0 at night."""
        return self._sun.level(time_s)

    def infrared(self, time_s: float) -> bool:
        """Whether the camera has changed to infra-red."""
        return self._sun.infrared(time_s)

    def shadow(self, time_s: float) -> tuple[float, float, float] | None:
        """Where a metre of height throws its shadow on the ground (x, y, metres), and its strength to 1."""
        return self._sun.shadow(time_s)

    def apply(
        self,
        picture: Picture,
        *,
        lens: Lens,
        depth: Depth,
        time_s: float,
        shadows: Mask | None = None,
        beams: Sequence[Beam] = (),
        near: Mask | None = None,
    ) -> tuple[Picture, float]:
        """The picture in its light, and how much its noise grows: 1 by day.

        `near` is how far what was painted is, in the codes of `nearness`: with it, people stand out before
        the dark in infra-red, and no window shines through them. Without, all is as far as what never moves.
        """
        level, infrared = self._sun.level(time_s), self._sun.infrared(time_s)
        if shadows is not None:
            shade = cv2.cvtColor(cv2.convertScaleAbs(shadows, alpha=-DARKEST, beta=255), cv2.COLOR_GRAY2RGB)
            picture = np.asarray(cv2.multiply(picture, shade, scale=1 / 255), np.uint8)
        step = round(level * _STEPS)
        if step == _STEPS and not infrared:
            return picture, 1.0
        view = self._view(lens, depth)
        if infrared:
            return self._by_infrared(picture, view, lens, beams, near), _INFRARED_NOISE
        light = self._map(view, lens, step)
        lit = self._beams.ground(beams, lens) if beams else None
        seen = np.asarray(cv2.multiply(picture, light, scale=1 / _ONE), np.uint8)
        if lit is not None:
            part = np.s_[lit.rows, lit.columns]
            more = cv2.add(light[part], cv2.cvtColor(lit.light, cv2.COLOR_GRAY2RGB))
            seen[part] = cv2.multiply(picture[part], more, scale=1 / _ONE)
        if _lamps_on(level) > 0:
            glow, halo = self._shine(view, step)
            if near is not None:
                glow = np.asarray(cv2.copyTo(glow, cv2.compare(near, view.still, cv2.CMP_EQ)), np.uint8)
            cv2.add(cv2.add(seen, glow, seen), halo, seen)
        if beams:
            self._beams.glare(seen, beams, lens)
        return seen, _gain(step / _STEPS) ** _DENOISED

    def _by_infrared(
        self, picture: Picture, view: _View, lens: Lens, beams: Sequence[Beam], near: Mask | None
    ) -> Picture:
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        light = cv2.multiply(
            cv2.LUT(view.still if near is None else near, self._infrared), view.spot, scale=1 / 255
        )
        lit = self._beams.ground(beams, lens) if beams else None
        if lit is not None:
            part = np.s_[lit.rows, lit.columns]
            light[part] = cv2.add(light[part], lit.light)
        cv2.multiply(grey, light, grey, 1 / _ONE)
        picture = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
        if beams:
            self._beams.glare(picture, beams, lens)
            grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
            picture = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
        return picture

    def _view(self, lens: Lens, depth: Depth) -> _View:
        if lens not in self._views:
            while len(self._views) >= _KEPT:
                self._views.pop(next(iter(self._views)))
            self._views[lens] = _View(
                nearness.coded(depth),
                lamplight(self._stage, lens, depth, tint=self._tint),
                _spot(lens),
            )
        return self._views[lens]

    def _map(self, view: _View, lens: Lens, step: int) -> Picture:
        """The light that falls on what never moves, _ONE where it is as bright as noon."""
        if step not in view.maps:
            level = step / _STEPS
            blue = 1 - min(1.0, level * 2.5)
            tint = np.array((1 - 0.18 * blue, 1 - 0.06 * blue, 1 + 0.14 * blue), np.float32)
            light = (_ambient(level) * tint + view.lamps.pools * _lamps_on(level)) * np.float32(
                _gain(level) * _ONE
            )
            coarse = np.clip(light, 0, 255).astype(np.uint8)
            view.maps[step] = np.asarray(cv2.resize(coarse, (lens.width, lens.height)), np.uint8)
        return view.maps[step]

    def _shine(self, view: _View, step: int) -> tuple[Picture, Picture]:
        if step not in view.shines:
            on = _lamps_on(step / _STEPS)
            view.shines[step] = (
                np.asarray(cv2.convertScaleAbs(view.lamps.glow, alpha=on * 0.9), np.uint8),
                np.asarray(cv2.convertScaleAbs(view.lamps.halo, alpha=on), np.uint8),
            )
        return view.shines[step]


def _ambient(level: float) -> float:
    return 0.035 + 0.965 * float(level**1.6)


def _lamps_on(level: float) -> float:
    return min(1.0, max(0.0, (0.45 - level) / 0.15))


def _gain(level: float) -> float:
    """What automatic exposure makes of a level."""
    return min(_MOST_GAIN, max(1.0, 0.56 / (_ambient(level) + 0.1 * _lamps_on(level))))


def _falloff() -> NDArray[np.uint8]:
    """How bright the camera's own lamp makes what is so near, by code."""
    metres = nearness.depths()
    light = 1.5 / (1 + (metres / 8.5) ** 2) + 0.07
    light[-1] = 0.03
    return np.asarray(np.clip(light * _ONE, 0, 255), np.uint8)


def _spot(lens: Lens) -> Mask:
    down, across = np.linspace(-1, 1, lens.height), np.linspace(-1, 1, lens.width)
    far = np.add.outer(down**2, across**2) / 2
    return np.asarray(255 * (1 - 0.6 * far), np.uint8)
