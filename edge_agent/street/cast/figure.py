"""A person in mid-step, as polygons: a skeleton that walks in three dimensions, seen through the lens.

Lengths are shares of a person's height, after the segment lengths in D. A. Winter, Biomechanics and Motor
Control of Human Movement (4th ed., 2009), figure 4.1, rounded. A street has dozens of people in each picture,
and an array of two numbers costs twenty times what a pair does: so points are pairs until the last step.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from edge_agent.street.camera.lens import Lens, World
from edge_agent.street.cast.looks import PersonLook
from edge_agent.street.cast.path import Step
from edge_agent.street.shape import Colour, Shape, shapes_of

HIP, SHOULDER, HEAD = 0.51, 0.82, 0.93
THIGH, SHANK, UPPER_ARM, FOREARM = 0.245, 0.246, 0.186, 0.17
COARSE_PX = 40
"""Below this height a picture cannot tell hands, feet and hems."""

Local = tuple[float, float, float]
"""Forward, to the left, up; metres from where one stands."""
Pixel = tuple[float, float]
Outline = tuple[list[Pixel], Colour]


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """What is painted of an actor, far parts first, and points that span its volume (for its shadow)."""

    shapes: list[Shape]
    solid: World


class Side(NamedTuple):
    """The joints of one side of a body."""

    hip: Local
    knee: Local
    ankle: Local
    toe: Local
    shoulder: Local
    elbow: Local
    wrist: Local


class Skeleton(NamedTuple):
    """A posture: the left side, the right side, and the head."""

    left: Side
    right: Side
    head: Local


class _Seen(NamedTuple):
    """A side of a body in the picture."""

    hip: Pixel
    knee: Pixel
    ankle: Pixel
    toe: Pixel
    shoulder: Pixel
    elbow: Pixel
    wrist: Pixel


def walking(look: PersonLook, step: Step, *, time_s: float, lens: Lens) -> Body:
    """A person who walks, runs or stands."""
    return _body(look, _gait(look, step, time_s=time_s), step, lens=lens, rides=False)


def seated(look: PersonLook, step: Step, *, seat: tuple[float, float], lens: Lens) -> Body:
    """A rider; `seat` is how far forward and how high the hips are, metres."""
    h, half = look.height_m, look.shoulders_m / 2
    x, z = seat

    def side(s: float) -> Side:
        return Side(
            hip=(x, 0.55 * s, z),
            knee=(x + 0.21 * h, 0.9 * s, z - 0.03 * h),
            ankle=(x + 0.15 * h, 0.8 * s, z - 0.25 * h),
            toe=(x + 0.24 * h, 0.8 * s, z - 0.27 * h),
            shoulder=(x + 0.1 * h, s, z + 0.31 * h),
            elbow=(x + 0.17 * h, 1.15 * s, z + 0.16 * h),
            wrist=(x + 0.32 * h, 0.95 * s, z + 0.17 * h),
        )

    posture = Skeleton(side(half), side(-half), head=(x + 0.115 * h, 0.0, z + 0.43 * h))
    return _body(look, posture, step, lens=lens, rides=True)


def _gait(look: PersonLook, step: Step, *, time_s: float) -> Skeleton:
    h, half = look.height_m, look.shoulders_m / 2
    walks, runs = step.speed > 0.05, step.speed > 2.2
    phase = 2 * math.pi * (step.walked_m / look.stride_m + look.phase)
    swing = min(0.7, 0.16 + 0.2 * step.speed) * (0.7 if look.skirt else 1.0) if walks else 0.0
    sway = 0.012 * h * math.sin(0.9 * time_s + 6.28 * look.phase)
    lean = 0.10 * h if runs else 0.02 * h if walks else 0.0

    def side(s: float, turn: float) -> Side:
        thigh = swing * math.sin(turn)
        bend = (0.12 + 1.3 * swing * max(0.0, math.cos(turn))) if walks else 0.03
        hip = (0.0, 0.5 * s + sway, HIP * h)
        knee = _hanging(hip, THIGH * h, thigh)
        ankle = _hanging(knee, SHANK * h, thigh - bend)
        shoulder = (lean, s + sway, SHOULDER * h)
        arm = -0.75 * swing * math.sin(turn)
        elbow = _hanging(shoulder, UPPER_ARM * h, arm, out=0.12 * s)
        return Side(
            hip=hip,
            knee=knee,
            ankle=ankle,
            toe=(ankle[0] + 0.13 * h, ankle[1] * 1.15, ankle[2] - 0.03 * h),
            shoulder=shoulder,
            elbow=elbow,
            wrist=_hanging(elbow, FOREARM * h, arm + (1.5 if runs else 0.35)),
        )

    left, right = side(half, phase), side(-half, phase + math.pi)
    return Skeleton(left, right, head=(lean * 1.2, sway, HEAD * h))


def _hanging(start: Local, length: float, angle: float, *, out: float = 0.0) -> Local:
    """The end of a limb that hangs from `start`, turned forward by an angle."""
    return start[0] + length * math.sin(angle), start[1] + out, start[2] - length * math.cos(angle)


def _chest(posture: Skeleton, *, depth: float) -> list[Local]:
    """The trunk's front and back between the shoulders, then between the hips."""
    (ax, ay, az), (bx, by, bz) = posture.left.shoulder, posture.right.shoulder
    (cx, cy, cz), (dx, dy, dz) = posture.left.hip, posture.right.hip
    high, low = ((ax + bx) / 2, (ay + by) / 2, (az + bz) / 2), ((cx + dx) / 2, (cy + dy) / 2, (cz + dz) / 2)
    return [
        (high[0] + depth, high[1], high[2]), (high[0] - depth, high[1], high[2]),
        (low[0] + depth * 1.05, low[1], low[2]), (low[0] - depth * 1.05, low[1], low[2]),
    ]  # fmt: skip


def _body(look: PersonLook, posture: Skeleton, step: Step, *, lens: Lens, rides: bool) -> Body:
    cos, sin = math.cos(step.heading), math.sin(step.heading)
    joints = [*posture.left, *posture.right, posture.head, *_chest(posture, depth=0.065 * look.height_m)]
    sole = 0.0 if rides else min(posture.left.toe[2], posture.right.toe[2])
    world = np.array(
        [(step.x + f * cos - s * sin, step.y + f * sin + s * cos, z - sole) for f, s, z in joints]
    )
    pixels, depths = lens.project(world)
    if depths.min() < NEAREST_SHOWN_M:
        return Body([], world)
    at: list[Pixel] = [(x, y) for x, y in pixels.tolist()]
    distance = math.hypot(step.x, step.y) or 1.0
    left, right = _Seen(*at[:7]), _Seen(*at[7:14])
    figure = _Figure(
        look=look,
        near=left if step.x * sin - step.y * cos > 0 else right,
        far=right if step.x * sin - step.y * cos > 0 else left,
        head=at[14],
        chest=at[15:19],
        h=look.height_m * float(lens.focal_px / depths[14]),
        facing=-(step.x * cos + step.y * sin) / distance,
        rides=rides,
    )
    return Body(shapes_of(list(figure.outlines())), world)


@dataclass(frozen=True, slots=True)
class _Figure:
    """A posture in the picture, and its polygons in the order of painting."""

    look: PersonLook
    near: _Seen
    far: _Seen
    head: Pixel
    chest: list[Pixel]
    """Front and back, between the shoulders, then between the hips."""
    h: float
    """Its height, pixels."""
    facing: float
    """1: looks into the camera; -1: away."""
    rides: bool

    def outlines(self) -> Iterator[Outline]:
        """All of it, far parts first."""
        look, h = self.look, self.h
        coarse = h < COARSE_PX
        arm = max(0.048 * h, 0.9)
        if look.bag == "backpack" and self.facing > 0:
            yield self._backpack()
        yield from self._arm(self.far, arm, shade=0.78)
        yield from self._leg(self.far, shade=0.8, shoes=not coarse)
        yield from self._leg(self.near, shade=1.0, shoes=not coarse)
        if look.skirt and not self.rides:
            yield self._skirt()
        yield from self._trunk(shaded=not coarse)
        if look.bag == "backpack" and self.facing <= 0:
            yield self._backpack()
        if look.bag == "shoulder":
            yield _block(_moved(self.near.hip, down=0.02 * h), 0.075 * h, 0.065 * h), look.bag_colour
        yield from self._arm(self.near, arm, shade=0.94)
        if look.bag == "carried":
            yield _block(_moved(self.near.wrist, down=0.06 * h), 0.06 * h, 0.07 * h), look.bag_colour
        elif not coarse:
            yield _round(self.near.wrist, arm * 0.5, arm * 0.55), look.skin
        yield from self._hijab(coarse=coarse) if look.head == "hijab" else self._head(coarse=coarse)
        if look.umbrella is not None and not self.rides:
            yield from self._umbrella(look.umbrella)

    def _leg(self, side: _Seen, *, shade: float, shoes: bool) -> Iterator[Outline]:
        wide = max(0.07 * self.h, 1.2)
        colour = dimmed(self.look.skin if self.look.skirt else self.look.bottom, shade)
        yield _limb(side.hip, side.knee, wide * 1.25, wide * 0.95), colour
        yield _limb(side.knee, side.ankle, wide * 0.95, wide * 0.68), colour
        if shoes:
            yield _limb(side.ankle, side.toe, wide * 0.75, wide * 0.55), dimmed(self.look.shoes, shade)

    def _arm(self, side: _Seen, wide: float, *, shade: float) -> Iterator[Outline]:
        lower = self.look.top if self.look.sleeves else self.look.skin
        yield _limb(side.shoulder, side.elbow, wide * 1.15, wide * 0.95), dimmed(self.look.top, shade)
        yield _limb(side.elbow, side.wrist, wide * 0.9, wide * 0.65), dimmed(lower, shade)

    def _trunk(self, *, shaded: bool) -> Iterator[Outline]:
        corners = [self.near.hip, self.far.hip, self.near.shoulder, self.far.shoulder, *self.chest]
        yield _hull(corners), self.look.top
        if not shaded:
            return
        high, low = _between(*self.chest[:2]), _between(*self.chest[2:])
        yield _hull([high, self.far.shoulder, self.far.hip, low]), dimmed(self.look.top, 0.86)

    def _skirt(self) -> Outline:
        tall = (self.near.ankle[1] + self.far.ankle[1] - self.near.hip[1] - self.far.hip[1]) / 2
        half = max(0.19 * tall, 0.6 * abs(self.near.ankle[0] - self.far.ankle[0]))
        waist = max(0.16 * tall, 0.6 * abs(self.near.hip[0] - self.far.hip[0]))
        top, foot = _between(self.near.hip, self.far.hip), _between(self.near.ankle, self.far.ankle)
        low = top[1] + tall
        return [
            _moved(top, right=-waist), _moved(top, right=waist), (foot[0] + half, low - 0.03 * tall),
            (foot[0], low), (foot[0] - half, low - 0.03 * tall),
        ], self.look.bottom  # fmt: skip

    def _backpack(self) -> Outline:
        (fx, fy), (bx, by), _, (lx, ly) = self.chest
        centre = bx + (bx - fx) * 0.6 + (lx - bx) * 0.42, by + (by - fy) * 0.6 + (ly - by) * 0.42
        half = self.look.shoulders_m / self.look.height_m * self.h * (0.24 + 0.14 * abs(self.facing))
        return _block(centre, half, 0.14 * self.h), self.look.bag_colour

    def _hijab(self, *, coarse: bool) -> Iterator[Outline]:
        look, h, wide, tall = self.look, self.h, *self._size()
        neck = _between(self.near.shoulder, self.far.shoulder)
        ends = [_moved(_towards(side.shoulder, neck, 0.2), down=0.05 * h) for side in (self.near, self.far)]
        crown = [_moved(self.head, right=-wide), _moved(self.head, right=wide)]
        yield _hull([*crown, *ends, _moved(neck, down=0.13 * h)]), look.head_colour
        yield _round(self.head, wide * 1.18, tall * 1.08), look.head_colour
        if self.facing > -0.25 and not coarse:
            yield _round(_moved(self.head, right=self._ahead()), wide * 0.66, tall * 0.72), look.skin

    def _head(self, *, coarse: bool) -> Iterator[Outline]:
        look, head, wide, tall = self.look, self.head, *self._size()
        ahead = self._ahead()
        neck = _between(self.near.shoulder, self.far.shoulder)
        if look.head == "long_hair":
            fall = _limb(
                _moved(head, right=-0.8 * ahead), _moved(neck, right=-ahead, down=0.05 * self.h),
                wide * 1.6, wide * 1.2,
            )  # fmt: skip
            yield fall, look.head_colour
        yield _limb(neck, head, wide * 0.9, wide * 0.9), dimmed(look.skin, 0.85)
        if look.head == "helmet":
            yield _round(head, wide * 1.45, tall * 1.15), look.head_colour
            if self.facing > -0.2 and not coarse:
                yield (
                    _round(_moved(head, right=1.4 * ahead, down=0.1 * tall), wide * 0.85, tall * 0.45),
                    VISOR,
                )
            return
        yield _round(head, wide, tall), look.skin
        match look.head:
            case "cap":
                yield _round(_moved(head, down=-0.28 * tall), wide * 1.1, tall * 0.72), look.head_colour
                brim = _moved(head, right=1.6 * ahead, down=0.02 * tall)
                yield _round(brim, wide * 0.7, tall * 0.16), look.head_colour
            case "peci":
                yield _block(_moved(head, down=-0.63 * tall), wide * 0.95, tall * 0.42), look.head_colour
            case _:
                down, cover = (-0.28, 0.75) if self.facing > 0 else (-0.14, 0.95)
                hair = _moved(head, right=-0.5 * ahead, down=down * tall)
                yield _round(hair, wide * 1.08, tall * cover), look.head_colour
                if self.facing > 0.1 and not coarse:
                    face = _moved(head, right=0.8 * ahead, down=0.16 * tall)
                    yield _round(face, wide * 0.84, tall * 0.74), look.skin

    def _size(self) -> tuple[float, float]:
        """Half the width and height of a head."""
        return max(0.052 * self.h, 0.9), max(0.07 * self.h, 1.1)

    def _ahead(self) -> float:
        """How far to the right of its middle a head's front is."""
        return 0.35 * (self.chest[0][0] - self.chest[1][0])

    def _umbrella(self, colour: Colour) -> Iterator[Outline]:
        x, y = _moved(self.head, down=-0.16 * self.h)
        reach, thin = 0.33 * self.h, max(0.012 * self.h, 0.7)
        dome = [(x + c * reach, y + (s * 0.55 + 0.15) * reach) for c, s in _DOME]
        yield _limb((x, y), self.near.wrist, thin, thin), (60, 60, 60)
        yield dome, dimmed(colour, 0.82)
        yield dome[1:6], colour


def dimmed(colour: Colour, by: float) -> Colour:
    """A colour in less light, or more."""
    red, green, blue = colour
    return min(255, int(red * by)), min(255, int(green * by)), min(255, int(blue * by))


VISOR: Colour = (38, 42, 48)
NEAREST_SHOWN_M = 0.8
"""What is nearer, or behind the lens, a pinhole shows as nothing sensible."""
_CIRCLE = [(math.cos(0.2 * math.pi * turn), math.sin(0.2 * math.pi * turn)) for turn in range(10)]
_DOME = [(math.cos(math.pi * (1 + turn / 8)), math.sin(math.pi * (1 + turn / 8))) for turn in range(9)]


def _limb(a: Pixel, b: Pixel, wide: float, narrow: float) -> list[Pixel]:
    """From `a` to `b` with the widths given, in pixels."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.hypot(dx, dy)
    nx, ny = (-dy / length / 2, dx / length / 2) if length > 1e-6 else (0.5, 0.0)
    return [
        (a[0] + nx * wide, a[1] + ny * wide), (b[0] + nx * narrow, b[1] + ny * narrow),
        (b[0] - nx * narrow, b[1] - ny * narrow), (a[0] - nx * wide, a[1] - ny * wide),
    ]  # fmt: skip


def _moved(point: Pixel, *, right: float = 0.0, down: float = 0.0) -> Pixel:
    return point[0] + right, point[1] + down


def _between(a: Pixel, b: Pixel) -> Pixel:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _towards(a: Pixel, b: Pixel, share: float) -> Pixel:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _round(centre: Pixel, wide: float, tall: float) -> list[Pixel]:
    x, y = centre
    return [(x + cos * wide, y + sin * tall) for cos, sin in _CIRCLE]


def _block(centre: Pixel, wide: float, tall: float) -> list[Pixel]:
    x, y = centre
    return [(x - wide, y - tall), (x + wide, y - tall), (x + wide, y + tall), (x - wide, y + tall)]


def _hull(points: list[Pixel]) -> list[Pixel]:
    hull: list[list[Pixel]] = cv2.convexHull(np.array(points, np.float32)).tolist()
    return [corner for [corner] in hull]
