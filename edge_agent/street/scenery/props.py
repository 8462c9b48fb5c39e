"""What stands before the wall, through a lens: the counter's desk, lamp posts, trees, shelters, pillars."""

import itertools
from dataclasses import dataclass

import cv2
import numpy as np

from edge_agent.street.camera.lens import Lens, World
from edge_agent.street.chance import chance
from edge_agent.street.scenario import Scenario
from edge_agent.street.scenery.facade import REACH_M
from edge_agent.street.scenery.furniture import (
    LAMP_ARM_M,
    LAMP_M,
    banner,
    bin_,
    desk,
    flag,
    lamp_post,
    pillar,
    shelter,
    sign_post,
)
from edge_agent.street.scenery.solid import Face, Thing
from edge_agent.street.scenery.tree import SeenTree, seen_tree, tree
from edge_agent.street.shape import SHIFT, Colour, Picture, Shape

_VIVID: tuple[Colour, ...] = (
    (190, 40, 44), (36, 90, 160), (30, 120, 76), (226, 170, 40), (220, 104, 36), (110, 50, 120),
)  # fmt: skip
_KEPT = 8
_NEAREST_M = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    still: list[tuple[float, list[Shape]]]
    trees: list[SeenTree]


class Props:
    """Of one street."""

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self._scenario = scenario
        self._wind = scenario.weather.wind
        generator = chance(seed, "props")
        self._offset_m = float(generator.uniform(-0.5, 0.5)) * scenario.ground.lamps_every_m
        self._trees = [
            tree(chance(seed, "tree", number), foot) for number, foot in enumerate(scenario.ground.trees)
        ]
        self._things = self._furniture(generator)
        self._views: dict[Lens, _View] = {}

    def seen(self, lens: Lens, time_s: float) -> list[tuple[float, list[Shape]]]:
        """Each one's depth and what is painted of it."""
        if lens not in self._views:
            while len(self._views) >= _KEPT:
                self._views.pop(next(iter(self._views)))
            trees = [seen_tree(one, lens) for one in self._trees]
            self._views[lens] = _View(
                [drawn for thing in self._things if (drawn := _drawn(thing, lens))[1]],
                [one for one in trees if one is not None],
            )
        view = self._views[lens]
        return view.still + [(one.depth_m, one.shapes(time_s, self._wind)) for one in view.trees]

    def lamps(self) -> World:
        """Where the street lamps hang."""
        return np.array([(x, y - LAMP_ARM_M, LAMP_M - 0.1) for x, y in self._posts()], np.float64)

    def casts(self) -> list[World]:
        """Points, the hulls of which throw the shadows of what stands still."""
        return [thing.casts for thing in self._things] + [one.casts for one in self._trees]

    def wires(self, picture: Picture, lens: Lens) -> None:
        """Draw the wires from post to post, which hang before the sky and the wall."""
        posts = self._posts()
        share = np.linspace(0, 1, 13)
        for high, sag, aside in (
            (LAMP_M - 0.5, 0.5, -0.2),
            (LAMP_M - 0.65, 0.55, 0.25),
            (LAMP_M - 1.2, 0.7, 0.05),
        ):
            for (x0, y0), (x1, y1) in itertools.pairwise(posts):
                way = np.stack(
                    [
                        x0 + (x1 - x0) * share,
                        y0 + (y1 - y0) * share + aside,
                        high - sag * 4 * share * (1 - share),
                    ],
                    axis=1,
                )
                pixels, depths = lens.project(way)
                pixels = pixels[depths > _NEAREST_M]
                if len(pixels) > 1:
                    points = np.clip(pixels * (1 << SHIFT), -(1 << 19), 1 << 19).astype(np.int32)
                    cv2.polylines(picture, [points], False, (58, 58, 62), 1, cv2.LINE_AA, SHIFT)

    def _posts(self) -> list[tuple[float, float]]:
        every, kerb = self._scenario.ground.lamps_every_m, self._scenario.ground.far_y_m + 0.45
        numbers = range(-int(REACH_M // every) - 1, int(REACH_M // every) + 2)
        return [(self._offset_m + number * every, kerb) for number in numbers]

    def _furniture(self, generator: np.random.Generator) -> list[Thing]:
        ground, counter = self._scenario.ground, self._scenario.counter
        eye = self._scenario.camera.height_m

        def vivid() -> Colour:
            return _VIVID[int(generator.integers(len(_VIVID)))]

        desk_colour: Colour = ((146, 104, 66), (120, 84, 58), (170, 160, 144))[int(generator.integers(3))]
        things = [desk(counter, wall_m=ground.wall_y_m, colour=desk_colour, eye_m=eye)]
        things += [lamp_post(x, y, eye_m=eye) for x, y in self._posts()]
        for x, y in ground.pillars:
            things.append(pillar(x, y, colour=(176, 170, 160), poster=vivid(), eye_m=eye))
        for x, y in ground.shelters:
            things += shelter(x, y, colour=vivid(), eye_m=eye)
        flag_x = counter.x_m + counter.width_m / 2 + 3.0
        things.append(flag(flag_x, ground.wall_y_m - 0.4))
        kerb = ground.far_y_m + 0.5
        for _ in range(int(generator.integers(4, 9))):
            x, kind = float(generator.uniform(-35, 35)), int(generator.integers(3))
            taken = abs(x - counter.x_m) < counter.width_m / 2 + 3
            taken |= ground.crossing_x_m is not None and abs(x - ground.crossing_x_m) < 3
            if taken:
                continue
            if kind == 0:
                things.append(bin_(x, kerb, colour=vivid(), eye_m=eye))
            elif kind == 1:
                things.append(sign_post(x, kerb, colour=vivid()))
            else:
                things.append(banner(x, kerb, colour=vivid(), other=vivid()))
        return things


def _drawn(thing: Thing, lens: Lens) -> tuple[float, list[Shape]]:
    depth = lens.project(np.array([*thing.foot, 0.0]))[1]
    return float(depth), [shape for face in thing.faces if (shape := _shape(face, lens)) is not None]


def _shape(face: Face, lens: Lens) -> Shape | None:
    pixels, depths = lens.project(face.corners)
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    outside = high[0] < 0 or high[1] < 0 or low[0] > lens.width or low[1] > lens.height
    return None if outside or depths.min() < _NEAREST_M else Shape(pixels, face.colour)
