"""Flat convex faces in the world, and what is built of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from edge_agent.street.camera.lens import World
from edge_agent.street.scenery.canvas import tone
from edge_agent.street.shape import Colour

Span = tuple[float, float]


class Face(NamedTuple):
    """A convex polygon in the world."""

    corners: World
    colour: Colour


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """Faces in the order in which they are painted, and the foot by whose depth the thing is sorted."""

    foot: tuple[float, float]
    faces: Sequence[Face]
    casts: World
    """Points whose hull throws its shadow."""


def box(across: Span, away: Span, up: Span, colour: Colour, *, eye_m: float) -> list[Face]:
    """Those faces of a box that a camera at (0, 0, eye_m) sees."""
    (left, right), (near, far), (low, high) = across, away, up
    faces = []
    if high < eye_m:
        faces.append(
            face(
                [(left, near, high), (right, near, high), (right, far, high), (left, far, high)],
                tone(colour, 1.12),
            )
        )
    elif low > eye_m:
        faces.append(
            face(
                [(left, near, low), (right, near, low), (right, far, low), (left, far, low)],
                tone(colour, 0.5),
            )
        )
    for x, seen in ((left, left > 0), (right, right < 0)):
        if seen:
            faces.append(
                face([(x, near, low), (x, far, low), (x, far, high), (x, near, high)], tone(colour, 0.72))
            )
    for y, seen in ((near, near > 0), (far, far < 0)):
        if seen:
            faces.append(plate((left, right), y, (low, high), tone(colour, 0.92)))
    return faces


def upright(foot: Span, half: float, up: Span, colour: Colour) -> list[Face]:
    """A round pole, with its bright side."""
    x, y = foot
    return [
        plate((x - half, x + half), y, up, tone(colour, 0.8)),
        plate((x - half * 0.5, x + half * 0.1), y, up, tone(colour, 1.15)),
    ]


def plate(across: Span, y: float, up: Span, colour: Colour) -> Face:
    """An upright rectangle along the street."""
    (left, right), (low, high) = across, up
    return face([(left, y, low), (right, y, low), (right, y, high), (left, y, high)], colour)


def face(corners: Sequence[tuple[float, float, float]], colour: Colour) -> Face:
    """A face of these corners."""
    return Face(np.array(corners, np.float64), colour)


def corners(across: Span, away: Span, up: Span) -> World:
    """The corners of a box."""
    return np.array([(x, y, z) for x in across for y in away for z in up], np.float64)
