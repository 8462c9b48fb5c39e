"""A vehicle as polygons: boxes and wheels on the road, seen through the lens."""

import math

import numpy as np
from numpy.typing import NDArray

from edge_agent.street.camera.lens import Lens, World
from edge_agent.street.cast.figure import Body, dimmed, seated
from edge_agent.street.cast.looks import VehicleLook
from edge_agent.street.cast.path import Step
from edge_agent.street.shape import Colour, Shape

GLASS: Colour = (58, 70, 82)
TYRE: Colour = (26, 26, 28)
_FACES = (  # corners of a face, anticlockwise from outside: front, back, left, right, top
    ((4, 5, 7, 6), 0.8),
    ((1, 0, 2, 3), 0.74),
    ((5, 1, 3, 7), 0.9),
    ((0, 4, 6, 2), 0.84),
    ((2, 6, 7, 3), 1.06),
)
FRONT, BACK, LEFT, RIGHT, TOP = range(5)


class Frame:
    """The vehicle's own axes on the ground: forward, left, up; and the lens it is seen through."""

    def __init__(self, step: Step, lens: Lens) -> None:
        self._cos, self._sin = math.cos(step.heading), math.sin(step.heading)
        self._origin = np.array([step.x, step.y, 0.0])
        self._lens = lens
        self._eye = np.array([0.0, 0.0, lens.height_m])

    def world(self, local: NDArray[np.float64]) -> World:
        """Points in the world."""
        forward, left = local[..., 0], local[..., 1]
        turned = np.stack(
            [forward * self._cos - left * self._sin, forward * self._sin + left * self._cos, local[..., 2]],
            axis=-1,
        )
        return np.asarray(turned + self._origin)

    def pixels(self, local: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points in the picture."""
        return self._lens.project(self.world(local))[0]

    def too_near(self, local: NDArray[np.float64]) -> bool:
        """Whether a part is beside or behind the lens, where a pinhole shows nothing sensible."""
        return bool(self._lens.project(self.world(local))[1].min() < 0.8)

    def sees(self, corners: World) -> bool:
        """Whether the camera is before a face whose corners turn anticlockwise."""
        normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
        return bool(normal @ (self._eye - corners[0]) > 0)

    def seen_side(self) -> int:
        """1 if the camera sees the left side, -1 if the right."""
        to_camera = self._eye - self._origin
        return 1 if -to_camera[0] * self._sin + to_camera[1] * self._cos > 0 else -1

    def seen_from_front(self) -> bool:
        """Whether the camera is ahead of it."""
        to_camera = self._eye - self._origin
        return bool(to_camera[0] * self._cos + to_camera[1] * self._sin > 0)


def driving(look: VehicleLook, step: Step, *, lens: Lens) -> Body:
    """A vehicle on its way, with who rides it."""
    frame = Frame(step, lens)
    length, width, height = look.length_m, look.width_m, look.height_m
    solid = _corners((-length / 2, length / 2), width / 2, (0.0, height))
    if frame.too_near(solid):
        return Body([], frame.world(solid))
    match look.body:
        case "motorcycle":
            return _motorcycle(look, step, frame, lens)
        case "car":
            shapes = _car(look, frame)
        case "van":
            shapes = _van(look, frame, stripe=False)
        case "bus":
            shapes = _van(look, frame, stripe=True)
        case _:
            shapes = _lorry(look, frame)
    return Body(shapes, frame.world(solid))


def _car(look: VehicleLook, frame: Frame) -> list[Shape]:
    length, half, height = look.length_m, look.width_m / 2, look.height_m
    waist = height * 0.58
    lower = _corners((-length / 2, length / 2), half, (0.22, waist), lid=(0.97, 0.94))
    cabin = _corners((-length * 0.4, length * 0.27), half * 0.94, (waist, height), lid=(0.72, 0.86))
    wheels = _wheels(frame, length=length, half=half, radius=0.31)
    return [
        *_box(frame, lower, look.colour, lamps=True),
        *wheels,
        *_box(frame, cabin, look.colour, windows=(0.08, 0.12, 0.88)),
    ]


def _van(look: VehicleLook, frame: Frame, *, stripe: bool) -> list[Shape]:
    length, half, height = look.length_m, look.width_m / 2, look.height_m
    waist = height * 0.52
    lower = _corners((-length / 2, length / 2), half, (0.25, waist))
    upper = _corners((-length / 2, length / 2), half, (waist, height), lid=(0.95, 0.92))
    radius = 0.45 if stripe else 0.31
    return [
        *_box(frame, lower, dimmed(look.cargo, 0.9) if stripe else look.colour, lamps=True),
        *_wheels(frame, length=length, half=half, radius=radius),
        *_box(frame, upper, look.colour, windows=(0.05, 0.1, 0.72), panes=5 if stripe else 3),
    ]


def _lorry(look: VehicleLook, frame: Frame) -> list[Shape]:
    length, half, height = look.length_m, look.width_m / 2, look.height_m
    split = length / 2 - 1.6
    load = _corners((-length / 2, split - 0.15), half, (0.75, height))
    bed = _corners((-length / 2, split), half * 0.8, (0.45, 0.75))
    cab = _corners((split, length / 2), half * 0.94, (0.35, height * 0.82), lid=(0.9, 0.95))
    loaded = [*_box(frame, bed, (48, 48, 50)), *_box(frame, load, look.cargo, ribs=True)]
    front = _box(frame, cab, look.colour, lamps=True, windows=(0.08, 0.5, 0.92))
    wheels = _wheels(frame, length=length, half=half, radius=0.46)
    return [*loaded, *wheels, *front] if frame.seen_from_front() else [*front, *wheels, *loaded]


def _motorcycle(look: VehicleLook, step: Step, frame: Frame, lens: Lens) -> Body:
    length = look.length_m
    wheels = [
        shape
        for forward in (-length * 0.34, length * 0.34)
        for shape in (
            Shape(frame.pixels(_disc(forward, 0.0, 0.29)), TYRE),
            Shape(frame.pixels(_disc(forward, 0.0, 0.17)), (112, 112, 114)),
        )
    ]
    hull = _corners((-length * 0.4, length * 0.18), 0.15, (0.32, 0.78), lid=(0.9, 0.8))
    neck = _corners((length * 0.18, length * 0.36), 0.2, (0.38, 1.02), lid=(0.6, 1.0))
    parts = [_box(frame, hull, look.colour), _box(frame, neck, dimmed(look.colour, 0.92), lamps=True)]
    riders = [
        seated(rider, step, seat=(0.02 - 0.42 * place, 0.8), lens=lens)
        for place, rider in enumerate(look.riders)
    ]
    shapes = list(wheels)
    if frame.seen_from_front():
        shapes += parts[0]
        for rider in reversed(riders):
            shapes += rider.shapes
        shapes += parts[1]
    else:
        shapes += [*parts[1], *parts[0]]
        for rider in riders:
            shapes += rider.shapes
    ends = frame.world(_corners((-length / 2, length / 2), 0.2, (0.0, 0.7)))
    return Body(shapes, np.concatenate([ends, *(rider.solid for rider in riders)]))


def _corners(
    forward: tuple[float, float],
    half: float,
    up: tuple[float, float],
    *,
    lid: tuple[float, float] = (1.0, 1.0),
) -> NDArray[np.float64]:
    """The eight corners of a box whose lid may be shorter and narrower; bit 2: front, 1: top, 0: left."""
    middle = (forward[0] + forward[1]) / 2
    points = []
    for place in range(8):
        high = bool(place & 2)
        along = forward[1 if place & 4 else 0]
        side = half if place & 1 else -half
        points.append(
            (
                middle + (along - middle) * (lid[0] if high else 1.0),
                side * (lid[1] if high else 1.0),
                up[1 if high else 0],
            )
        )
    return np.array(points)


def _box(
    frame: Frame,
    local: NDArray[np.float64],
    colour: Colour,
    *,
    lamps: bool = False,
    windows: tuple[float, float, float] | None = None,
    panes: int = 2,
    ribs: bool = False,
) -> list[Shape]:
    """The faces that the camera sees; `windows` are (margin at the sides, from, to) in shares of a face."""
    world = frame.world(local)
    pixels = frame.pixels(local)
    shapes = []
    for face, (corners, light) in enumerate(_FACES):
        if not frame.sees(world[list(corners)]):
            continue
        quad = pixels[list(corners)]
        shapes.append(Shape(quad, dimmed(colour, light)))
        if face == TOP:
            continue
        if windows is not None:
            margin, low, high = windows
            count = panes if face in (LEFT, RIGHT) else 1
            width = (1 - 2 * margin) / count
            for pane in range(count):
                left = margin + pane * width
                shapes.append(Shape(_part(quad, (left, left + width * 0.92), (low, high)), GLASS))
        if lamps and face in (FRONT, BACK):
            lamp: Colour = (250, 244, 214) if face == FRONT else (176, 24, 26)
            for left in (0.06, 0.76):
                shapes.append(Shape(_part(quad, (left, left + 0.18), (0.52, 0.8)), lamp))
            shapes.append(Shape(_part(quad, (0.38, 0.62), (0.18, 0.38)), (24, 24, 24)))
        if ribs and face in (LEFT, RIGHT, BACK):
            for left in (0.22, 0.48, 0.74):
                shapes.append(Shape(_part(quad, (left, left + 0.03), (0.05, 0.95)), dimmed(colour, 0.6)))
    return shapes


def _part(
    quad: NDArray[np.float64], along: tuple[float, float], up: tuple[float, float]
) -> NDArray[np.float64]:
    """A part of a face whose corners are bottom, bottom, top, top."""
    low = [quad[0] + (quad[1] - quad[0]) * share for share in along]
    high = [quad[3] + (quad[2] - quad[3]) * share for share in along]
    return np.array(
        [
            low[place] + (high[place] - low[place]) * share
            for place, share in ((0, up[0]), (1, up[0]), (1, up[1]), (0, up[1]))
        ]
    )


def _wheels(frame: Frame, *, length: float, half: float, radius: float) -> list[Shape]:
    side = frame.seen_side() * half
    shapes = []
    for forward in (-length * 0.31, length * 0.31):
        shapes.append(Shape(frame.pixels(_disc(forward, side, radius)), TYRE))
        shapes.append(Shape(frame.pixels(_disc(forward, side * 1.01, radius * 0.55)), (136, 138, 140)))
    return shapes


_ANGLES = np.arange(10) * 2 * np.pi / 10


def _disc(forward: float, side: float, radius: float) -> NDArray[np.float64]:
    return np.stack(
        [forward + np.cos(_ANGLES) * radius, np.full(10, side), radius + np.sin(_ANGLES) * radius], axis=1
    )


def headlamps(look: VehicleLook, step: Step) -> tuple[float, float, float]:
    """Where its lamps are on the ground (x, y) and where they shine (radians)."""
    ahead = look.length_m / 2
    return step.x + math.cos(step.heading) * ahead, step.y + math.sin(step.heading) * ahead, step.heading
