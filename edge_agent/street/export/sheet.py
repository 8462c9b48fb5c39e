"""A contact sheet: pictures of one street side by side, with the ground truth drawn in."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.camera.lens import Lens, Pixels
from edge_agent.street.cast.actor import PERSON
from edge_agent.street.painter import Street
from edge_agent.street.scenario import Line, Point, Scenario, Zone
from edge_agent.street.shape import Colour, Picture
from edge_agent.street.truth import Seen, Truth

TILE_PX = 640
"""Width of a picture on the sheet: small ones are enlarged, so that what is written in them can be read."""
TALLEST_PX = 960
GAP_PX = 10
HEAD_PX = 44
FOOT_PX = 46
FAINTEST, CLEAR, WHOLE = 0.005, 0.5, 0.995
"""Visibility from which a box is drawn: by its corners, whole, and without telling the visibility."""

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_PAGE: Colour = (24, 26, 30)
_INK: Colour = (236, 236, 232)
_FAINT: Colour = (158, 162, 168)
_ALARM: Colour = (255, 122, 92)
_PERSON: Colour = (92, 240, 120)
_VEHICLE: Colour = (96, 190, 255)
_LINE: Colour = (255, 214, 64)
_ZONE: Colour = (255, 128, 220)
_NEAREST_M = 0.5
_TITLE, _TAG = 0.62, 0.36
"""Sizes of writing, in parts of OpenCV's own."""
_CLIMB_PX = 90
"""How far from its box a tag may be."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the tiles of a sheet are, in rows as long as columns, or one longer."""

    count: int
    tile_height: int

    @property
    def columns(self) -> int:
        """How many in a row."""
        return math.ceil(math.sqrt(self.count))

    @property
    def rows(self) -> int:
        """How many rows."""
        return math.ceil(self.count / self.columns)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the sheet, pixels."""
        across = GAP_PX + self.columns * (TILE_PX + GAP_PX)
        return across, HEAD_PX + self.rows * (self.tile_height + FOOT_PX + GAP_PX)

    def corner(self, place: int) -> tuple[int, int]:
        """The left top corner of a tile's picture, by its place from 0."""
        row, column = divmod(place, self.columns)
        left = GAP_PX + column * (TILE_PX + GAP_PX)
        return left, HEAD_PX + row * (self.tile_height + FOOT_PX + GAP_PX)


def spread(count: int, *, over_s: float) -> list[float]:
    """So many times, in the middles of equal parts of a duration."""
    return [(place + 0.5) * over_s / count for place in range(count)]


class Tags:
    """Words on plates, none over another: where it is crowded they climb, and a line leads back."""

    def __init__(self, tile: Picture) -> None:
        self._tile = tile
        self.plates: list[tuple[int, int, int, int]] = []
        """Left, top, right, bottom of those written so far."""

    def add(self, words: str, at: tuple[int, int], colour: Colour) -> None:
        """Write words above a point; where all room near it is taken, leave them out."""
        (width, height), _ = cv2.getTextSize(words, _FONT, _TAG, 1)
        width, height = width + 4, height + 5
        left = min(max(at[0], 0), self._tile.shape[1] - width)
        lowest = min(max(at[1], height), self._tile.shape[0])
        for bottom in range(lowest, max(height, lowest - _CLIMB_PX) - 1, -2):
            plate = (left, bottom - height, left + width, bottom)
            if any(_overlap(plate, other) for other in self.plates):
                continue
            self.plates.append(plate)
            if bottom < lowest:
                cv2.line(self._tile, (left, bottom), (left, lowest), colour, 1)
            cv2.rectangle(self._tile, plate[:2], (plate[2] - 2, plate[3] - 1), colour, cv2.FILLED)
            place = (left + 1, bottom - 4)
            cv2.putText(self._tile, words, place, _FONT, _TAG, _PAGE, 1, cv2.LINE_AA)
            return


def sheet(street: Street, truth: Truth, frames: Sequence[int], *, title: str) -> Picture:
    """The frames with their truth, each above what it shows in words."""
    scenario = street.scenario
    grid = Grid(len(frames), round(scenario.height * _scale(scenario)))
    width, height = grid.size
    page = np.empty((height, width, 3), np.uint8)
    page[:] = _PAGE
    (title_width, _), _ = cv2.getTextSize(title, _FONT, _TITLE, 1)
    fitting = _TITLE * min(1.0, (width - 2 * GAP_PX) / max(1, title_width))
    _write(page, title, (GAP_PX, 29), _INK, scale=fitting)
    for place, frame in enumerate(frames):
        left, top = grid.corner(place)
        picture = annotated(street, truth, frame)
        page[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
        first, alarm = caption(street, frame)
        base = top + grid.tile_height
        _write(page, first, (left + 2, base + 19), _INK, scale=0.47)
        _write(page, alarm or _counts(truth.frame(frame)), (left + 2, base + 38), _ALARM if alarm else _FAINT)
    return page


def annotated(street: Street, truth: Truth, frame: int) -> Picture:
    """One frame with boxes, identities, visibility, lines and zones, in a tile's size."""
    picture, scale = street.picture(frame), _scale(street.scenario)
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    how = cv2.INTER_NEAREST if scale >= 2 else cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    tile = np.ascontiguousarray(cv2.resize(picture, size, interpolation=how), np.uint8)
    lens, tags = street.lens_at(frame), Tags(tile)
    for zone in street.scenario.zones:
        _draw_zone(tile, zone, lens, scale, tags)
    for line in street.scenario.lines:
        _draw_line(tile, line, lens, scale, tags)
    seen = [each for each in truth.frame(frame) if each.visibility >= FAINTEST]
    for each in seen:
        _draw_box(tile, each, scale)
    for each in sorted(seen, key=lambda each: -each.height_px):
        share = "" if each.visibility >= WHOLE else f" {each.visibility:.0%}"
        left, top = (round(side * scale) for side in each.box[:2])
        tags.add(f"{each.number}{share}", (left, top - 2), _colour_of(each))
    return tile


def jpeg(picture: Picture, *, quality: int = 90) -> bytes:
    """A picture as a JPEG file's bytes."""
    reversed_colours = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, content = cv2.imencode(".jpg", reversed_colours, (cv2.IMWRITE_JPEG_QUALITY, quality))
    return content.tobytes()


def caption(street: Street, frame: int) -> tuple[str, str]:
    """What the frame shows: time, light, weather, queue; and what is wrong with the camera, or ""."""
    scenario = street.scenario
    time_s = street.time_of(frame)
    level = street.light.level(frame / scenario.fps)
    parts = [f"{frame / scenario.fps:.1f} s", f"frame {frame}", f"daylight {level:.2f}"]
    if street.light.infrared(time_s):
        parts.append("infrared")
    if scenario.weather.rain:
        parts.append(f"rain {scenario.weather.rain:g}")
    if scenario.weather.fog:
        parts.append(f"fog {scenario.weather.fog:g}")
    parts.append(f"queue {street.plan.waiting(frame / scenario.fps)}")
    faults = [f"{each.kind} {each.strength:.0%}" for each in street.faults.at(frame / scenario.fps)]
    return "   ".join(parts), f"camera: {', '.join(faults)}" if faults else ""


def _scale(scenario: Scenario) -> float:
    return min(TILE_PX / scenario.width, TALLEST_PX / scenario.height)


def _counts(seen: Sequence[Seen]) -> str:
    people = sum(each.label == PERSON for each in seen)
    clear = sum(each.visibility >= CLEAR for each in seen)
    return f"people {people}   vehicles {len(seen) - people}   half visible or more {clear}"


def _overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _colour_of(seen: Seen) -> Colour:
    return _PERSON if seen.label == PERSON else _VEHICLE


def _draw_box(tile: Picture, seen: Seen, scale: float) -> None:
    left, top, right, bottom = (round(side * scale) for side in seen.box)
    colour = _colour_of(seen)
    if seen.visibility >= CLEAR:
        cv2.rectangle(tile, (left, top), (right, bottom), colour, 1)
    else:
        arm = max(2, min(right - left, bottom - top) // 4)
        for x, y, to_x, to_y in (
            (left, top, 1, 1), (right, top, -1, 1), (left, bottom, 1, -1), (right, bottom, -1, -1),
        ):  # fmt: skip
            cv2.line(tile, (x, y), (x + to_x * arm, y), colour, 1)
            cv2.line(tile, (x, y), (x, y + to_y * arm), colour, 1)


def _draw_line(tile: Picture, line: Line, lens: Lens, scale: float, tags: Tags) -> None:
    """The line, its name, and an arrow by which `forward` crosses it."""
    trace = _trace([line.start, line.end], lens, scale)
    if len(trace) < 2:
        return
    cv2.polylines(tile, [_fixed(trace)], False, _LINE, 2, cv2.LINE_AA)
    (x0, y0), (x1, y1) = line.start, line.end
    length = math.dist(line.start, line.end)
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    ahead = (middle[0] + (y1 - y0) / length, middle[1] - (x1 - x0) / length)
    arrow = _trace([middle, ahead], lens, scale)
    if len(arrow) >= 2:
        start, end = (tuple(int(value) for value in point) for point in (arrow[0], arrow[-1]))
        cv2.arrowedLine(tile, start, end, _LINE, 2, cv2.LINE_AA, tipLength=0.35)
    tags.add(line.name, (int(trace[0][0]), int(trace[0][1])), _LINE)


def _draw_zone(tile: Picture, zone: Zone, lens: Lens, scale: float, tags: Tags) -> None:
    trace = _trace([*zone.corners, zone.corners[0]], lens, scale)
    if len(trace) < 3:
        return
    filled = tile.copy()
    cv2.fillPoly(filled, [_fixed(trace)], _ZONE)
    cv2.addWeighted(filled, 0.16, tile, 0.84, 0, dst=tile)
    cv2.polylines(tile, [_fixed(trace)], True, _ZONE, 1, cv2.LINE_AA)
    lowest = trace[int(np.argmax(trace[:, 1]))]
    tags.add(zone.name, (int(lowest[0]), int(lowest[1])), _ZONE)


def _trace(points: Sequence[Point], lens: Lens, scale: float) -> Pixels:
    """A polyline of the ground in the picture, without what lies behind the camera."""
    corners = np.array(points, np.float64)
    shares = np.linspace(0, 1, 24)[:, None]
    along = np.concatenate([a + (b - a) * shares for a, b in itertools.pairwise(corners)])
    pixels, depth = lens.project(np.concatenate([along, np.zeros((len(along), 1))], axis=1))
    return np.asarray(pixels[depth > _NEAREST_M] * scale)


def _fixed(points: Pixels) -> NDArray[np.int32]:
    return np.clip(np.rint(points), -8000, 8000).astype(np.int32)


def _write(
    page: Picture,
    words: str,
    at: tuple[int, int],
    colour: Colour,
    *,
    scale: Annotated[float, "of OpenCV's 22 pixels"] = 0.44,
) -> None:
    cv2.putText(page, words, at, _FONT, scale, colour, 1, cv2.LINE_AA)
