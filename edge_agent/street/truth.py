"""The exact truth of what a camera saw: who stood where in each picture.

Boxes are those of what a picture shows. A frozen camera shows an old picture, so its truth is old too, and
`stale` tells so; through a covered, blinded or black lens the boxes are where they would be, and `blind`
tells so. The street goes on meanwhile: events are those of the street, and `Events.tampers` tells when nobody
could have seen them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from edge_agent.street.camera.lens import lens_of
from edge_agent.street.events import Events, events_of
from edge_agent.street.outline import line_in_picture, zone_in_picture
from edge_agent.street.painter import Layer, Street
from edge_agent.street.scenario import FaultKind, Line, Spot, Zone
from edge_agent.street.shape import Shape, stamp

BLIND_FROM = 0.5
"""A covered, blinded or black lens counts as blind from this strength of the fault."""
_BLIND: tuple[FaultKind, ...] = ("covered", "blinded", "black")
_LARGEST_PX = 2048
"""A silhouette is counted at a smaller scale when it is larger."""


class Box(NamedTuple):
    """Edges in pixels from the picture's top left corner, clipped to the picture."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Seen:
    """An actor in one picture. Its box is that of all of it within the picture, hidden parts too."""

    number: int
    label: str
    box: Box
    visibility: float
    """Of its silhouette, 0 to 1: what is hidden or outside the picture is not visible."""
    height_px: float
    """Of all of it, outside the picture too."""


class Truth:
    """Of one street."""

    def __init__(self, street: Street) -> None:
        self._street = street
        self._scenario = street.scenario
        self._lens = lens_of(self._scenario)
        self._ids = np.zeros((self._scenario.height, self._scenario.width), np.uint16)

    def frame(self, frame: int) -> tuple[Seen, ...]:
        """Who is in the picture of frame number `frame`, by number; the wholly hidden too."""
        layers = self._street.layers(frame)
        self._ids.fill(0)
        shown: list[tuple[int, Layer]] = []
        for layer in layers:
            if layer.actor is not None:
                shown.append((len(shown) + 1, layer))
                stamp(self._ids, layer.shapes, value=len(shown))
            else:
                stamp(self._ids, layer.shapes, value=0)
        counts = np.bincount(self._ids.ravel(), minlength=len(shown) + 1)
        shake = self._street.shake(frame)
        seen = (self._seen(layer, int(counts[value]), shake=shake) for value, layer in shown)
        return tuple(sorted((one for one in seen if one is not None), key=lambda one: one.number))

    def stale(self, frame: int) -> bool:
        """Whether the picture is an earlier one."""
        return self._street.time_of(frame) < frame / self._scenario.fps - 1e-9

    def blind(self, frame: int) -> bool:
        """Whether the picture shows nothing of the street."""
        active = self._street.faults.at(self._street.time_of(frame))
        return any(fault.kind in _BLIND and fault.strength >= BLIND_FROM for fault in active)

    def events(self) -> Events:
        """What happened on the street while the scenario lasted, whether it was seen or not."""
        return events_of(self._street.plan)

    def line_in_picture(self, line: Line) -> tuple[Spot, Spot] | None:
        """A line's part that the camera sees, in shares of the picture; None if it sees none."""
        return line_in_picture(line, self._lens)

    def zone_in_picture(self, zone: Zone) -> tuple[Spot, ...]:
        """A zone's part that the camera sees, in shares of the picture; empty if it sees none."""
        return zone_in_picture(zone, self._lens)

    def _seen(self, layer: Layer, visible_px: int, *, shake: tuple[int, int]) -> Seen | None:
        if layer.actor is None:
            return None
        corners = np.concatenate([shape.points for shape in layer.shapes])
        # A polygon is painted from the pixel of its least corner to that of its greatest, both included.
        left, top = (float(edge) for edge in np.rint(corners.min(axis=0)) + shake)
        right, bottom = (float(edge) for edge in np.rint(corners.max(axis=0)) + 1 + shake)
        width, height = self._scenario.width, self._scenario.height
        box = Box(max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height)))
        if box.left >= box.right or box.top >= box.bottom:
            return None
        whole = silhouette_px(layer.shapes)
        visibility = min(1.0, visible_px / whole) if whole else 0.0
        return Seen(layer.actor.number, layer.actor.label, box, visibility, bottom - top)


def silhouette_px(shapes: Sequence[Shape]) -> float:
    """How many pixels shapes cover together, in an endless picture."""
    corners = np.concatenate([shape.points for shape in shapes])
    low = np.floor(corners.min(axis=0)) - 1
    size = np.ceil(corners.max(axis=0)) - low + 2
    scale = min(1.0, _LARGEST_PX / float(size.max()))
    mask = np.zeros((math.ceil(size[1] * scale), math.ceil(size[0] * scale)), np.uint8)
    stamp(mask, [Shape((shape.points - low) * scale, shape.colour) for shape in shapes], value=1)
    return float(np.count_nonzero(mask)) / scale**2
