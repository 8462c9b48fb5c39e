"""The street as its camera sees it: one picture for each frame number."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.atmosphere import nearness
from edge_agent.street.atmosphere.light import Light
from edge_agent.street.atmosphere.weather import Weather
from edge_agent.street.camera.faults import Faults
from edge_agent.street.camera.lens import Lens, World, lens_of
from edge_agent.street.camera.sensor import Sensor
from edge_agent.street.cast import figure, vehicle
from edge_agent.street.cast.actor import Actor
from edge_agent.street.cast.figure import Body
from edge_agent.street.cast.looks import VehicleLook
from edge_agent.street.cast.path import Step
from edge_agent.street.planning.plan import plan
from edge_agent.street.scenario import Scenario
from edge_agent.street.scenery.opening import seen_through
from edge_agent.street.scenery.stage import Stage
from edge_agent.street.shape import Picture, Shape, paint

SHADOW_SCALE = 2
"""Shadows are soft: they are drawn at half the size."""
DARKEST = 0.5
"""What the sky leaves where the sun does not reach, of all light."""
LAMPS_BELOW = 0.45
"""Vehicles have their lamps on when the daylight is less."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """What is painted at one depth: an actor's polygons, or (where `actor` is None) a prop's."""

    depth_m: float
    shapes: Sequence[Shape]
    actor: Actor | None = None
    solid: World | None = None


@dataclass(slots=True)
class _View:
    """What does not change while the camera stays as it is."""

    lens: Lens
    background: Picture
    depth: NDArray[np.float32]
    near: NDArray[np.uint8]
    """The background's depth, in the codes of `nearness`."""
    shade: dict[tuple[float, float], NDArray[np.uint8]] = field(default_factory=dict)
    """What stands still takes the sun from here, by where a metre of height casts its shadow."""


class Street:
    """A scenario with a seed. For one thread; as many of the same make the same pictures."""

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self.scenario = scenario
        self.seed = seed
        self.plan = plan(scenario, seed=seed)
        self.faults = Faults(scenario)
        self._stage = Stage(scenario, seed=seed)
        self.light = Light(scenario, seed=seed, stage=self._stage)
        self._weather = Weather(scenario, seed=seed)
        self._sensor = Sensor(scenario, seed=seed)
        self._hazy = scenario.weather.fog > 0 or scenario.weather.rain > 0
        self._lens = lens_of(scenario)
        self._view: _View | None = None
        self._layers: tuple[int, list[Layer]] | None = None

    def time_of(self, frame: int) -> float:
        """The time, seconds, that frame number `frame` (from 0) shows; a frozen camera shows an old one."""
        return self.faults.shown_frame(frame, self.scenario.fps) / self.scenario.fps

    def shake(self, frame: int) -> tuple[int, int]:
        """By how many pixels the camera's shaking moves a picture to the right and down."""
        return self._sensor.shake(self.faults.shown_frame(frame, self.scenario.fps))

    def lens_at(self, frame: int) -> Lens:
        """How the camera looks in a frame."""
        return self.faults.lens(self._lens, self.time_of(frame))

    def layers(self, frame: int) -> list[Layer]:
        """All that stands on the street in a frame, the farthest first."""
        if self._layers is None or self._layers[0] != frame:  # the truth of a picture asks after the picture
            self._layers = (frame, self._layers_of(frame))
        return list(self._layers[1])

    def _layers_of(self, frame: int) -> list[Layer]:
        time_s = self.time_of(frame)
        lens = self.lens_at(frame)
        layers = [Layer(depth, shapes) for depth, shapes in self._stage.props(lens, time_s)]
        present = self.plan.present(time_s)
        steps = [actor.path.at(time_s) for actor in present]
        for actor, step, depth in zip(present, steps, _depths(present, steps, lens), strict=True):
            if depth is None:
                continue
            body = _body(actor, step, time_s, lens)
            shapes = body.shapes
            if step.y > self.scenario.ground.wall_y_m:
                shapes = seen_through(shapes, scenario=self.scenario, lens=lens)
            if shapes:
                layers.append(Layer(depth, shapes, actor=actor, solid=body.solid))
        return sorted(layers, key=lambda layer: -layer.depth_m)

    def picture(self, frame: int) -> Picture:
        """The picture of frame number `frame` (from 0): RGB uint8 (height, width, 3)."""
        shown = self.faults.shown_frame(frame, self.scenario.fps)
        time_s = shown / self.scenario.fps
        view = self._view_of(self.faults.lens(self._lens, time_s))
        layers = self.layers(shown)
        shadow = self.light.shadow(time_s)
        if shadow is None:
            picture = view.background.copy()
        else:
            by = shadow[:2]
            if by not in view.shade:
                view.shade[by] = self._stage.shade(view.lens, by=by, scale=SHADOW_SCALE)
            lit = _lit(layers, view.lens, view.shade[by], by=by, strength=shadow[2])
            picture = np.asarray(cv2.multiply(view.background, lit, scale=1 / 255), np.uint8)
        level = self.light.level(time_s)
        near = None
        if self._hazy or level < LAMPS_BELOW:
            picture, near = _painted_with_depth(picture, view.near, layers)
        else:
            for layer in layers:
                paint(picture, layer.shapes)
        picture, gain = self.light.apply(
            picture, lens=view.lens, depth=view.depth, time_s=time_s, beams=self._beams(time_s), near=near
        )
        picture = self._weather.apply(
            picture, frame=shown, time_s=time_s, depth=view.depth, level=level, near=near
        )
        picture = self.faults.apply(picture, frame=shown, time_s=time_s)
        return self._sensor.expose(picture, frame=shown, gain=gain, infrared=self.light.infrared(time_s))

    def _beams(self, time_s: float) -> list[tuple[float, float, float]]:
        if self.light.level(time_s) >= LAMPS_BELOW:
            return []
        return [
            vehicle.headlamps(actor.look, actor.path.at(time_s))
            for actor in self.plan.present(time_s)
            if isinstance(actor.look, VehicleLook)
        ]

    def _view_of(self, lens: Lens) -> _View:
        if self._view is None or self._view.lens is not lens:
            depth = self._stage.depth(lens)
            self._view = _View(lens, self._stage.background(lens), depth, nearness.coded(depth))
        return self._view


def _depths(present: Sequence[Actor], steps: Sequence[Step], lens: Lens) -> list[float | None]:
    """How far away each actor stands, None for one that is surely out of the picture."""
    if not present:
        return []
    feet = np.array([(step.x, step.y, 0.0) for step in steps])
    pixels, depths = lens.project(feet)
    reach = np.array(
        [
            actor.look.length_m if isinstance(actor.look, VehicleLook) else actor.look.height_m
            for actor in present
        ]
    ) * lens.scale(depths)
    right, down = pixels.T
    shown = (right > -reach) & (right < lens.width + reach) & (down > -reach)
    shown &= (down - 2 * reach < lens.height) & (depths > figure.NEAREST_SHOWN_M)
    return [float(depth) if seen else None for depth, seen in zip(depths, shown, strict=True)]


def _body(actor: Actor, step: Step, time_s: float, lens: Lens) -> Body:
    if isinstance(actor.look, VehicleLook):
        return vehicle.driving(actor.look, step, lens=lens)
    return figure.walking(actor.look, step, time_s=time_s, lens=lens)


def _painted_with_depth(
    picture: Picture, near: NDArray[np.uint8], layers: Sequence[Layer]
) -> tuple[Picture, NDArray[np.uint8]]:
    """The layers before a background, and how far all is: fog, infra-red and lit windows depend on it."""
    both = np.asarray(cv2.merge([*cv2.split(picture), near]), np.uint8)
    codes = nearness.coded([layer.depth_m for layer in layers])
    for layer, code in zip(layers, codes.tolist(), strict=True):
        paint(both, layer.shapes, near=code)
    return (
        np.asarray(cv2.cvtColor(both, cv2.COLOR_RGBA2RGB), np.uint8),
        np.asarray(cv2.extractChannel(both, 3), np.uint8),
    )


def _lit(
    layers: Sequence[Layer],
    lens: Lens,
    shade: NDArray[np.uint8],
    *,
    by: tuple[float, float],
    strength: float,
) -> Picture:
    """How much light reaches the ground between actors; `by`: where a metre of height casts its shadow."""
    value = round(255 * (1 - DARKEST * strength))
    light = np.where(shade > 0, np.uint8(value), np.uint8(255))
    for layer in layers:
        if layer.solid is None:
            continue
        ground = layer.solid.copy()
        ground[:, :2] += ground[:, 2:3] * np.array(by)
        ground[:, 2] = 0.0
        pixels, depths = lens.project(ground)
        if depths.min() > figure.NEAREST_SHOWN_M:
            hull = cv2.convexHull((pixels / SHADOW_SCALE).astype(np.float32))
            cv2.fillConvexPoly(light, np.clip(hull, -4000, 4000).astype(np.int32), value)
    soft = cv2.resize(cv2.blur(light, (3, 3)), (lens.width, lens.height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.cvtColor(soft, cv2.COLOR_GRAY2RGB), np.uint8)
