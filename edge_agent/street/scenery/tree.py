"""A tree that sways."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.street.camera.lens import Lens, World
from edge_agent.street.shape import Colour, Shape

_MOST, _FEWEST = 110, 22
"""Clumps of leaves of a tree near by and far away."""
_BACKING = 10
"""The first of them are large and dark: they fill the crown."""
_NEAR_M = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A trunk, and clumps of leaves round its crown."""

    foot: tuple[float, float]
    trunk_m: float
    crown_m: float
    """Radius of the crown."""
    clumps: NDArray[np.float64]
    """(N, 3): where clumps are, in radii of the crown from its middle; the first are painted first."""
    sizes: NDArray[np.float64]
    outlines: NDArray[np.float64]
    """(N, K, 2): each clump's corners, in its own size."""
    colours: tuple[Colour, ...]
    phases: NDArray[np.float64]
    bark: Colour

    @property
    def middle(self) -> World:
        """Of the crown."""
        return np.array([*self.foot, self.trunk_m + self.crown_m * 0.72])

    @property
    def casts(self) -> World:
        """Points whose hull throws the shadow of the crown."""
        angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
        ring = np.stack([np.cos(angles), np.sin(angles), np.zeros(8)], axis=1) * 0.95
        caps = np.array([(0, 0, 0.8), (0, 0, -0.6), (0.5, 0, 0.6), (-0.5, 0, 0.6)])
        return np.asarray(self.middle + np.concatenate([ring, caps]) * self.crown_m)


@dataclass(slots=True, eq=False)
class SeenTree:
    """A tree through a lens, all but the wind."""

    depth_m: float
    _wood: list[Shape]
    _corners: NDArray[np.float64]
    _colours: tuple[Colour, ...]
    _phases: NDArray[np.float64]
    _give: NDArray[np.float64]
    """Pixels that each clump moves in a gale."""

    def shapes(self, time_s: float, wind: float) -> list[Shape]:
        """As it is at a time."""
        turn = self._phases + time_s * 1.7
        lean = wind * (
            0.5 * wind + 0.35 * np.sin(turn) + 0.3 * math.sin(time_s * 0.9) + 0.12 * np.sin(turn * 2.7)
        )
        corners = self._corners.copy()
        corners[:, :, 0] += (self._give * lean)[:, None]
        corners[:, :, 1] += (self._give * wind * 0.12 * np.cos(turn * 1.3))[:, None]
        return [*self._wood, *map(Shape, corners, self._colours)]


def tree(generator: np.random.Generator, foot: tuple[float, float]) -> Tree:
    """A tree by chance."""
    places = generator.normal(size=(_MOST, 3))
    places /= np.linalg.norm(places, axis=1, keepdims=True)
    places *= generator.uniform(0.5, 0.95, (_MOST, 1))
    places[:, 2] *= 0.78
    # The far and the low first, then what is nearer and higher, which is in more light.
    places = places[np.argsort(-places[:, 1] + 0.8 * places[:, 2] + generator.normal(0, 0.25, _MOST))]
    places[:_BACKING] *= 0.45
    sizes = generator.uniform(0.11, 0.27, _MOST)
    sizes[:_BACKING] = generator.uniform(0.36, 0.5, _BACKING)
    sides = 7
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False) + generator.uniform(0, 1, (_MOST, 1))
    radii = generator.uniform(0.75, 1.1, (_MOST, sides))
    outlines = np.stack([np.cos(angles) * radii, np.sin(angles) * radii * 0.85], axis=2)
    leaf = np.array(((74, 112, 46), (92, 118, 52), (58, 98, 56), (110, 118, 48))[int(generator.integers(4))])
    bright = 0.82 + 0.42 * places[:, 2] + 0.12 * places[:, 0] + generator.normal(0, 0.13, _MOST)
    bright[:_BACKING] = generator.uniform(0.5, 0.62, _BACKING)
    shades = np.clip(leaf * np.clip(bright, 0.35, 1.5)[:, None], 0, 255)
    return Tree(
        foot=foot,
        trunk_m=float(generator.uniform(1.9, 2.7)),
        crown_m=float(generator.uniform(1.25, 1.9)),
        clumps=places,
        sizes=sizes,
        outlines=outlines,
        colours=tuple((int(r), int(g), int(b)) for r, g, b in shades),
        phases=generator.uniform(0, 2 * np.pi, _MOST),
        bark=((96, 78, 62), (120, 106, 90), (82, 70, 60))[int(generator.integers(3))],
    )


def seen_tree(one: Tree, lens: Lens) -> SeenTree | None:
    """A tree through a lens; None where it is behind the camera, or far outside the picture."""
    x, y = one.foot
    depth_m = float(lens.project(np.array([x, y, 0.0]))[1])
    (middle_x, _), crown_depth = lens.project(one.middle)
    if min(depth_m, float(crown_depth)) < _NEAR_M + one.crown_m:
        return None
    radius = lens.focal_px / float(crown_depth) * one.crown_m
    if not -2 * radius < middle_x < lens.width + 2 * radius:
        return None
    # A tree that is small in the picture needs no more clumps than one can see.
    count = int(np.clip(radius * 1.3, _FEWEST, _MOST))
    some = np.concatenate(
        [np.arange(_BACKING), np.linspace(_BACKING, _MOST - 1, count - _BACKING).astype(int)]
    )
    centres, depths = lens.project(one.middle + one.clumps[some] * one.crown_m)
    sizes = (
        lens.focal_px / np.maximum(depths, _NEAR_M) * one.crown_m * one.sizes[some] * (_MOST / count) ** 0.35
    )
    return SeenTree(
        depth_m,
        _wood(one, lens),
        centres[:, None, :] + one.outlines[some] * sizes[:, None, None],
        tuple(one.colours[number] for number in some),
        one.phases[some],
        radius * 0.22 * (1.2 + one.clumps[some, 2]),
    )


def _wood(one: Tree, lens: Lens) -> list[Shape]:
    x, y = one.foot
    top = one.trunk_m + one.crown_m * 0.5
    red, green, blue = one.bark
    dark = round(red * 0.7), round(green * 0.7), round(blue * 0.7)
    pieces = [
        ([(x - 0.17, y, 0), (x + 0.17, y, 0), (x + 0.1, y, top), (x - 0.1, y, top)], dark),
        ([(x - 0.13, y, 0), (x + 0.04, y, 0), (x + 0.02, y, top), (x - 0.08, y, top)], one.bark),
    ]
    for lean in (-0.7, 0.6):
        low, high = one.trunk_m * 0.85, one.trunk_m + one.crown_m * 0.6
        end = x + lean * one.crown_m * 0.7
        pieces.append(
            ([(x - 0.05, y, low), (x + 0.05, y, low), (end + 0.03, y, high), (end - 0.03, y, high)], dark)
        )
    return [Shape(lens.project(np.array(corners, np.float64))[0], colour) for corners, colour in pieces]
