"""A person in mid-step, as polygons: a skeleton that walks in three dimensions, seen through the lens.

Lengths are shares of a person's height, after the segment lengths in D. A. Winter, Biomechanics and Motor
Control of Human Movement (4th ed., 2009), figure 4.1, rounded.
"""

import math
from dataclasses import dataclass
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.lens import Lens, World
from edge_agent.street.looks import Colour, PersonLook
from edge_agent.street.path import Step
from edge_agent.street.shape import Shape

HIP, SHOULDER, HEAD = 0.51, 0.82, 0.93
THIGH, SHANK, UPPER_ARM, FOREARM = 0.245, 0.246, 0.186, 0.17
COARSE_PX = 26
"""Below this height a picture cannot tell hands, feet and hems."""

Local = Annotated[NDArray[np.float64], "J 3: forward, to the left, up, metres"]


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """What is painted of an actor, far parts first, and points that span its volume (for its shadow)."""

    shapes: list[Shape]
    solid: World


@dataclass(frozen=True, slots=True)
class _Joints:
    """Places in the array of a skeleton's joints, near and far side by the sign of their `s`."""

    hips: int = 0
    shoulders: int = 2
    knees: int = 4
    ankles: int = 6
    toes: int = 8
    elbows: int = 10
    wrists: int = 12
    head: int = 14
    chest: int = 15  # front and back of the shoulders and of the hips: four points
    count: int = 19


J = _Joints()


def walking(look: PersonLook, step: Step, *, time_s: float, lens: Lens) -> Body:
    """A person who walks, runs or stands."""
    local = _gait(look, step, time_s=time_s)
    return _body(look, local, step, lens=lens, seated=False)


def seated(look: PersonLook, step: Step, *, seat: tuple[float, float], lens: Lens) -> Body:
    """A rider; `seat` is how far forward and how high the hips are, metres."""
    h, half = look.height_m, look.shoulders_m / 2
    local = np.zeros((J.count, 3))
    forward, up = seat
    lean = 0.10 * h
    for side in (0, 1):
        s = half * (1 - 2 * side)
        local[J.hips + side] = forward, 0.55 * s, up
        local[J.shoulders + side] = forward + lean, s, up + 0.31 * h
        local[J.knees + side] = forward + 0.21 * h, 0.9 * s, up - 0.03 * h
        local[J.ankles + side] = forward + 0.15 * h, 0.8 * s, up - 0.25 * h
        local[J.toes + side] = forward + 0.24 * h, 0.8 * s, up - 0.27 * h
        local[J.elbows + side] = forward + 0.17 * h, 1.15 * s, up + 0.16 * h
        local[J.wrists + side] = forward + 0.32 * h, 0.95 * s, up + 0.17 * h
    local[J.head] = forward + lean * 1.15, 0.0, up + 0.43 * h
    local[J.chest :] = _chest(local, depth=0.065 * h)
    return _body(look, local, step, lens=lens, seated=True)


def _gait(look: PersonLook, step: Step, *, time_s: float) -> Local:
    h, half = look.height_m, look.shoulders_m / 2
    walks = step.speed > 0.05
    phase = 2 * math.pi * (step.walked_m / look.stride_m + look.phase)
    swing = min(0.7, 0.16 + 0.2 * step.speed) if walks else 0.0
    runs = step.speed > 2.2
    sway = 0.012 * h * math.sin(0.9 * time_s + 6.28 * look.phase)
    lean = 0.10 * h if runs else 0.02 * h if walks else 0.0
    local = np.zeros((J.count, 3))
    for side in (0, 1):
        s = half * (1 - 2 * side)
        turn = phase + math.pi * side
        thigh = swing * math.sin(turn)
        knee = (0.12 + 1.3 * swing * max(0.0, math.cos(turn))) if walks else 0.03
        hip = local[J.hips + side] = 0.0, 0.5 * s + sway, HIP * h
        k = local[J.knees + side] = _along(hip, THIGH * h, thigh)
        a = local[J.ankles + side] = _along(k, SHANK * h, thigh - knee)
        local[J.toes + side] = a[0] + 0.13 * h, a[1] * 1.15, a[2] - 0.03 * h
        arm = -0.75 * swing * math.sin(turn)
        bend = 1.5 if runs else 0.35
        shoulder = local[J.shoulders + side] = lean, s + sway, SHOULDER * h
        e = local[J.elbows + side] = _along(shoulder, UPPER_ARM * h, arm, out=0.12 * s)
        local[J.wrists + side] = _along(e, FOREARM * h, arm + bend)
    local[J.head] = lean * 1.2, sway, HEAD * h
    local[J.chest :] = _chest(local, depth=0.065 * h)
    local[:, 2] -= local[J.toes : J.toes + 2, 2].min()
    return local


def _along(start: tuple[float, ...], length: float, angle: float, *, out: float = 0.0) -> tuple[float, ...]:
    """The end of a limb that hangs from `start`, turned forward by an angle."""
    return start[0] + length * math.sin(angle), start[1] + out, start[2] - length * math.cos(angle)


def _chest(local: Local, *, depth: float) -> Local:
    high = local[J.shoulders : J.shoulders + 2].mean(axis=0)
    low = local[J.hips : J.hips + 2].mean(axis=0)
    front = np.array([depth, 0.0, 0.0])
    return np.array([high + front, high - front, low + front * 1.05, low - front * 1.05])


def _body(look: PersonLook, local: Local, step: Step, *, lens: Lens, seated: bool) -> Body:
    u = np.array([math.cos(step.heading), math.sin(step.heading), 0.0])
    v = np.array([-u[1], u[0], 0.0])
    world = local[:, :1] * u + local[:, 1:2] * v + np.array([step.x, step.y, 0.0])
    world[:, 2] = local[:, 2]
    pixels, depths = lens.project(world)
    if depths.min() < 0.8:  # beside or behind the lens
        return Body([], world)
    scale = float(lens.focal_px / depths[J.head])
    to_camera = -np.array([step.x, step.y])
    distance = math.hypot(*to_camera) or 1.0
    facing = float(to_camera @ u[:2]) / distance  # 1: looks into the camera
    near = 0 if float(to_camera @ v[:2]) > 0 else 1
    return Body(_painted(look, pixels, scale, facing=facing, near=near, seated=seated), world)


def _painted(
    look: PersonLook, at: NDArray[np.float64], scale: float, *, facing: float, near: int, seated: bool
) -> list[Shape]:
    h = look.height_m * scale
    far = 1 - near
    coarse = h < COARSE_PX
    shapes: list[Shape] = []
    leg = max(0.062 * h, 1.1)
    arm = max(0.044 * h, 0.9)
    skin_legs = look.skirt
    trousers = look.skin if skin_legs else look.bottom

    def limb(a: int, b: int, colour: Colour, wide: float, narrow: float) -> None:
        shapes.append(Shape(_tapered(at[a], at[b], wide, narrow), colour))

    def whole_leg(side: int, shade: float) -> None:
        limb(J.hips + side, J.knees + side, dimmed(trousers, shade), leg * 1.25, leg * 0.95)
        limb(J.knees + side, J.ankles + side, dimmed(trousers, shade * 0.95), leg * 0.95, leg * 0.68)
        if not coarse:
            limb(J.ankles + side, J.toes + side, dimmed(look.shoes, shade), leg * 0.75, leg * 0.55)

    def whole_arm(side: int, shade: float) -> None:
        lower = look.top if look.sleeves else look.skin
        limb(J.shoulders + side, J.elbows + side, dimmed(look.top, shade), arm * 1.15, arm * 0.95)
        limb(J.elbows + side, J.wrists + side, dimmed(lower, shade), arm * 0.9, arm * 0.65)

    pack = look.bag == "backpack"
    if pack and facing > 0:
        shapes.append(_backpack(look, at, scale, facing))
    whole_arm(far, 0.78)
    whole_leg(far, 0.8)
    whole_leg(near, 1.0)
    if look.skirt and not seated:
        shapes.append(_skirt(look, at))
    shapes.extend(_torso(look, at, near))
    if pack and facing <= 0:
        shapes.append(_backpack(look, at, scale, facing))
    if look.bag == "shoulder":
        hip = at[J.hips + near]
        shapes.append(Shape(_block(_shifted(hip, down=0.02 * h), 0.075 * h, 0.065 * h), look.bag_colour))
    whole_arm(near, 0.94)
    if look.bag == "carried":
        shapes.append(
            Shape(_block(_shifted(at[J.wrists + near], down=0.06 * h), 0.06 * h, 0.07 * h), look.bag_colour)
        )
    if not coarse and look.bag != "carried":
        shapes.append(Shape(_round(at[J.wrists + near], arm * 0.5, arm * 0.55, corners=6), look.skin))
    shapes.extend(_head(look, at, h, facing=facing, near=near, coarse=coarse))
    if look.umbrella is not None and not seated:
        shapes.extend(_umbrella(look.umbrella, at, h))
    return shapes


def _torso(look: PersonLook, at: NDArray[np.float64], near: int) -> list[Shape]:
    corners = [J.hips, J.hips + 1, J.shoulders, J.shoulders + 1, *range(J.chest, J.count)]
    hull = cv2.convexHull(at[corners].astype(np.float32))[:, 0, :].astype(np.float64)
    far = 1 - near
    middle = (at[J.chest] + at[J.chest + 1]) / 2
    low = (at[J.chest + 2] + at[J.chest + 3]) / 2
    shade = np.array([middle, at[J.shoulders + far], at[J.hips + far], low])
    return [Shape(hull, look.top), Shape(_convex(shade), dimmed(look.top, 0.86))]


def _skirt(look: PersonLook, at: NDArray[np.float64]) -> Shape:
    hem = at[[J.ankles, J.ankles + 1]] + (at[[J.knees, J.knees + 1]] - at[[J.ankles, J.ankles + 1]]) * 0.12
    spread = (at[J.hips] - at[J.hips + 1]) * 0.35
    points = np.concatenate(
        [
            at[[J.hips, J.hips + 1]] + np.array([spread, -spread]),
            hem + np.array([spread, -spread]) * 1.2,
            at[[J.chest + 2, J.chest + 3]],
        ]
    )
    hull = cv2.convexHull(points.astype(np.float32))[:, 0, :].astype(np.float64)
    return Shape(hull, look.bottom)


def _backpack(look: PersonLook, at: NDArray[np.float64], scale: float, facing: float) -> Shape:
    back = at[J.chest + 1] - at[J.chest]
    lower = at[J.chest + 3] - at[J.chest + 1]
    centre = at[J.chest + 1] + back * 0.6 + lower * 0.42
    half = look.shoulders_m * scale * (0.3 + 0.2 * abs(facing))
    return Shape(_block(centre, half, 0.14 * look.height_m * scale), look.bag_colour)


def _head(
    look: PersonLook, at: NDArray[np.float64], h: float, *, facing: float, near: int, coarse: bool
) -> list[Shape]:
    centre = at[J.head]
    wide, tall = max(0.052 * h, 0.9), max(0.07 * h, 1.1)
    ahead = (at[J.chest] - at[J.chest + 1]) * np.array([0.35, 0.0])
    shapes = []
    neck = (at[J.shoulders] + at[J.shoulders + 1]) / 2
    if look.head == "hijab":
        drape = np.array(
            [
                _shifted(centre, right=-wide), _shifted(centre, right=wide),
                _shifted(at[J.shoulders + near] * 0.8 + neck * 0.2, down=0.05 * h),
                _shifted(neck, down=0.13 * h),
                _shifted(at[J.shoulders + 1 - near] * 0.8 + neck * 0.2, down=0.05 * h),
            ]
        )  # fmt: skip
        shapes.append(Shape(_convex(drape), look.head_colour))
        shapes.append(Shape(_round(centre, wide * 1.18, tall * 1.08), look.head_colour))
        if facing > -0.25 and not coarse:
            shapes.append(Shape(_round(centre + ahead, wide * 0.66, tall * 0.72), look.skin))
        return shapes
    shapes.append(Shape(_tapered(neck, centre, wide * 0.9, wide * 0.9), dimmed(look.skin, 0.85)))
    if look.head == "helmet":
        shapes.append(Shape(_round(centre, wide * 1.45, tall * 1.15), look.head_colour))
        if facing > -0.2 and not coarse:
            visor = _shifted(centre + ahead * 1.4, down=0.1 * tall)
            shapes.append(Shape(_round(visor, wide * 0.85, tall * 0.45), (38, 42, 48)))
        return shapes
    shapes.append(Shape(_round(centre, wide, tall), look.skin))
    crown = _shifted(centre, down=-0.28 * tall)
    back = crown - ahead * 0.6
    match look.head:
        case "hair" | "long_hair":
            cover = tall * (0.75 if facing > 0 else 0.95)
            place = back if facing > 0 else (back + centre) / 2
            shapes.append(Shape(_round(place, wide * 1.08, cover), look.head_colour))
            if look.head == "long_hair":
                fall = _tapered(
                    centre - ahead * 0.8, _shifted(neck - ahead, down=0.05 * h), wide * 1.6, wide * 1.2
                )
                shapes.insert(0, Shape(fall, look.head_colour))
            if facing > 0.1 and not coarse:
                shapes.append(
                    Shape(
                        _round(_shifted(centre + ahead * 0.8, down=0.16 * tall), wide * 0.84, tall * 0.74),
                        look.skin,
                    )
                )
        case "cap":
            shapes.append(Shape(_round(crown, wide * 1.1, tall * 0.72), look.head_colour))
            shapes.append(
                Shape(
                    _round(_shifted(crown + ahead * 1.6, down=0.3 * tall), wide * 0.7, tall * 0.16),
                    look.head_colour,
                )
            )
        case _:
            shapes.append(
                Shape(_block(_shifted(crown, down=-0.35 * tall), wide * 0.95, tall * 0.42), look.head_colour)
            )
    return shapes


def _umbrella(colour: Colour, at: NDArray[np.float64], h: float) -> list[Shape]:
    top = _shifted(at[J.head], down=-0.16 * h)
    reach = 0.33 * h
    angles = np.linspace(math.pi, 2 * math.pi, 9)
    dome = top + np.stack([np.cos(angles) * reach, np.sin(angles) * reach * 0.55 + 0.05 * h], axis=1)
    stick = _tapered(top, at[J.wrists], max(0.012 * h, 0.7), max(0.012 * h, 0.7))
    lit = top + (dome[1:6] - top) * 0.98
    return [Shape(stick, (60, 60, 60)), Shape(dome, dimmed(colour, 0.82)), Shape(lit, colour)]


def dimmed(colour: Colour, by: float) -> Colour:
    """A colour in less light, or more."""
    red, green, blue = colour
    return min(255, int(red * by)), min(255, int(green * by)), min(255, int(blue * by))


def _tapered(
    a: NDArray[np.float64], b: NDArray[np.float64], wide: float, narrow: float
) -> NDArray[np.float64]:
    """A limb from `a` to `b` with the widths given, in pixels."""
    dx, dy = float(b[0] - a[0]), float(b[1] - a[1])
    length = math.hypot(dx, dy)
    nx, ny = (-dy / length, dx / length) if length > 1e-6 else (1.0, 0.0)
    r0, r1 = wide / 2, narrow / 2
    return np.array(
        [
            (a[0] + nx * r0, a[1] + ny * r0), (b[0] + nx * r1, b[1] + ny * r1),
            (b[0] - nx * r1, b[1] - ny * r1), (a[0] - nx * r0, a[1] - ny * r0),
        ]
    )  # fmt: skip


_CIRCLES = {
    corners: np.stack(
        [np.cos(np.arange(corners) * 2 * np.pi / corners), np.sin(np.arange(corners) * 2 * np.pi / corners)],
        axis=1,
    )
    for corners in (6, 10)
}


def _shifted(point: NDArray[np.float64], *, right: float = 0.0, down: float = 0.0) -> NDArray[np.float64]:
    return np.array([point[0] + right, point[1] + down])


def _round(
    centre: NDArray[np.float64], wide: float, tall: float, *, corners: int = 10
) -> NDArray[np.float64]:
    return np.asarray(_CIRCLES[corners] * (wide, tall) + centre)


def _block(centre: NDArray[np.float64], wide: float, tall: float) -> NDArray[np.float64]:
    x, y = float(centre[0]), float(centre[1])
    return np.array([(x - wide, y - tall), (x + wide, y - tall), (x + wide, y + tall), (x - wide, y + tall)])


def _convex(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.convexHull(points.astype(np.float32))[:, 0, :], np.float64)
