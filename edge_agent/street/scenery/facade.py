"""The wall along the far pavement: a row of shop-houses with the service counter among them."""

from dataclasses import dataclass

import numpy as np

from edge_agent.street.chance import chance
from edge_agent.street.scenario import Scenario
from edge_agent.street.scenery.canvas import Canvas, tone
from edge_agent.street.scenery.shopfront import DOOR_M, SIGN_M, WARM, poster, shopfront, window
from edge_agent.street.shape import Colour
from edge_agent.street.texture import Texture, grain

REACH_M = 90.0
"""The wall stands from -REACH_M to REACH_M along the street."""
TOP_M = 12.0
SILL_M, LINTEL_M = 1.05, 2.35
"""Of the counter's opening."""
_TEXELS = 3.4e6
_SIDE_M = 3.2
"""How far the office reaches on either side of the counter's opening."""
_WALLS: tuple[Colour, ...] = (
    (226, 214, 186), (206, 218, 204), (222, 196, 170), (216, 216, 212), (188, 204, 214), (214, 186, 128),
    (196, 150, 128), (170, 186, 160), (232, 224, 208), (180, 172, 164), (150, 176, 190), (206, 166, 164),
)  # fmt: skip
_TILES: tuple[Colour, ...] = ((150, 78, 54), (126, 70, 56), (110, 104, 100), (96, 116, 104))


@dataclass(frozen=True, slots=True, eq=False)
class Facade:
    """The wall: its first row is at TOP_M, its first column at -REACH_M."""

    wall: Texture
    """Red, green, blue, and whether there is a wall."""
    glow: Texture
    """What shines at night."""


def facade(scenario: Scenario, *, seed: int) -> Facade:
    """A row of buildings by chance, with the office where the scenario wants its counter."""
    scale = (_TEXELS / (2 * REACH_M * TOP_M)) ** 0.5
    canvas = Canvas(2 * REACH_M, TOP_M, scale=scale, up=True, channels=4)
    generator = chance(seed, "facade")
    counter = scenario.counter
    middle = counter.x_m + REACH_M
    half = counter.width_m / 2 + _SIDE_M
    _row(canvas, generator, 0.0, middle - half)
    _row(canvas, generator, middle + half, 2 * REACH_M)
    _office(canvas, generator, middle, half)
    canvas.weather(grain(generator, 300, 512, coarse=90, octaves=6), strength=5.0)
    canvas.weather(generator.standard_normal((211, 509), dtype=np.float32), strength=3.5)
    for high in (1.1, 0.7, 0.4, 0.2):  # splashed by rain
        canvas.shade(0, 0, 2 * REACH_M, high, by=0.95)
    room = (counter.width_m / 2, SILL_M, LINTEL_M)
    canvas.box(middle - room[0], room[1], middle + room[0], room[2], (120, 104, 86), glow=tone(WARM, 0.8))
    return Facade(Texture(canvas.texels, canvas.scale), Texture(canvas.glow, canvas.scale))


def _row(canvas: Canvas, generator: np.random.Generator, left: float, right: float) -> None:
    x = left
    while right - x > 0.3:
        wide = min(float(generator.uniform(3.6, 5.6)), right - x)
        if right - x - wide < 2.5:
            wide = right - x
        if generator.random() < 0.08 and wide < 5.8:
            _gap(canvas, generator, x, x + wide)
        else:
            _house(canvas, generator, x, x + wide)
        x += wide


def _gap(canvas: Canvas, generator: np.random.Generator, left: float, right: float) -> None:
    """A lane between houses: a low wall with leaves over it."""
    for _ in range(40):
        leaf = tone((70, 104, 52), float(generator.uniform(0.6, 1.25)))
        canvas.disc(
            float(generator.uniform(left + 0.4, right - 0.4)), float(generator.uniform(1.8, 4.4)), 0.45, leaf
        )
    canvas.box(left, 0, right, 2.1, (150, 146, 138))
    canvas.box(left, 2.0, right, 2.15, (120, 116, 110))
    poster(canvas, generator, left + 0.6, 0.8)


def _house(canvas: Canvas, generator: np.random.Generator, left: float, right: float) -> None:
    colour = tone(_WALLS[int(generator.integers(len(_WALLS)))], float(generator.uniform(0.84, 1.04)))
    floors = int(generator.choice((1, 2, 3), p=(0.25, 0.5, 0.25)))
    top = SIGN_M + 3.0 * (floors - 1) + float(generator.uniform(0.2, 0.8))
    if floors < 3 and generator.random() < 0.5:
        _roof(canvas, generator, left, right, top)
    canvas.box(left, 0, right, top, colour)
    canvas.box(left, top - 0.15, right, top, tone(colour, 0.78))
    for floor in range(1, floors):
        _floor(canvas, generator, left, right, SIGN_M + 3.0 * (floor - 1), colour=colour)
    for x in (left, right - 0.22):
        canvas.box(x, 0, x + 0.22, top, tone(colour, 0.88))
    shopfront(canvas, generator, left + 0.3, right - 0.3)
    for _ in range(3):  # rain has run down
        x = float(generator.uniform(left, right - 0.5))
        canvas.shade(x, top - float(generator.uniform(0.8, 2.5)), x + 0.3, top, by=0.93)


def _roof(canvas: Canvas, generator: np.random.Generator, left: float, right: float, eaves: float) -> None:
    colour = _TILES[int(generator.integers(len(_TILES)))]
    high = eaves + float(generator.uniform(1.0, 1.8))
    canvas.polygon(
        [(left - 0.2, eaves - 0.1), (right + 0.2, eaves - 0.1), (right - 0.7, high), (left + 0.7, high)],
        colour,
    )
    for z in np.arange(eaves, high, 0.22):
        canvas.line([(left, z), (right, z)], tone(colour, 0.8), wide_m=0.03) if z < high - 0.6 else None


def _floor(
    canvas: Canvas,
    generator: np.random.Generator,
    left: float,
    right: float,
    low: float,
    *,
    colour: Colour,
) -> None:
    """Windows side by side; a balcony, washing, the box of an air conditioner."""
    canvas.box(left, low, right, low + 0.14, tone(colour, 0.8))
    count = int(generator.integers(1, 4))
    wide = (right - left - 0.8) / count
    for number in range(count):
        x = left + 0.4 + wide * number
        window(canvas, generator, (x + wide * 0.16, low + 0.95, x + wide * 0.84, low + 2.35))
    if generator.random() < 0.4:
        for x in np.arange(left + 0.3, right - 0.3, 0.16):
            canvas.line([(x, low + 0.15), (x, low + 0.95)], (70, 72, 76), wide_m=0.03)
        canvas.box(left + 0.25, low + 0.92, right - 0.25, low + 0.98, (70, 72, 76))
        if generator.random() < 0.6:
            _washing(canvas, generator, left + 0.5, right - 0.5, low + 1.55)
    if generator.random() < 0.5:
        x = float(generator.uniform(left + 0.3, right - 1.2))
        canvas.box(x, low + 0.3, x + 0.85, low + 0.85, (222, 222, 216))
        canvas.disc(x + 0.3, low + 0.57, 0.2, (110, 112, 114))


def _washing(canvas: Canvas, generator: np.random.Generator, left: float, right: float, high: float) -> None:
    x = left
    while x < right - 0.5:
        cloth = tuple(int(value) for value in generator.integers(40, 230, 3))
        tall = float(generator.uniform(0.4, 0.8))
        canvas.box(x, high - tall, x + 0.42, high, (cloth[0], cloth[1], cloth[2]))
        x += float(generator.uniform(0.5, 0.8))
    canvas.line([(left, high), (right, high)], (60, 60, 60), wide_m=0.02)


def _office(canvas: Canvas, generator: np.random.Generator, middle: float, half: float) -> None:
    """Where citizens are served: the opening itself is drawn by whoever knows where the camera is."""
    left, right = middle - half, middle + half
    colour: Colour = _WALLS[int(generator.choice((0, 3, 4, 8)))]
    trim: Colour = ((36, 76, 130), (30, 100, 84), (140, 50, 44), (96, 84, 70))[int(generator.integers(4))]
    canvas.polygon([(left - 0.4, 4.6), (right + 0.4, 4.6), (right - 1.2, 6.6), (left + 1.2, 6.6)], _TILES[0])
    canvas.box(left, 0, right, 4.7, colour)
    canvas.box(left, 4.45, right, 4.7, trim)
    canvas.box(left, 0, right, 0.5, tone(trim, 0.9))
    opening = half - _SIDE_M
    canvas.box(
        middle - opening - 0.14, SILL_M - 0.1, middle + opening + 0.14, LINTEL_M + 0.14, tone(trim, 0.8)
    )
    canvas.box(middle - opening - 0.9, 2.75, middle + opening + 0.9, 3.65, trim, glow=tone(trim, 0.8))
    canvas.words(
        "LOKET PELAYANAN", middle - opening - 0.7, 2.95, middle + opening + 0.7, 3.45, ink=(250, 248, 240)
    )
    window(canvas, generator, (left + 0.5, 1.0, left + 1.9, 2.3))
    door = right - 1.9
    canvas.box(door, 0, door + 1.3, DOOR_M - 0.1, (96, 102, 108))
    canvas.box(door + 0.08, 0.1, door + 0.62, DOOR_M - 0.2, (64, 78, 92), glow=tone(WARM, 0.35))
    canvas.box(door + 0.68, 0.1, door + 1.22, DOOR_M - 0.2, (64, 78, 92), glow=tone(WARM, 0.35))
    canvas.box(middle + opening + 0.35, 1.2, middle + opening + 0.95, 2.0, (236, 234, 226))
    for z in np.arange(1.3, 1.95, 0.09):
        canvas.box(middle + opening + 0.42, z, middle + opening + 0.85, z + 0.03, (90, 92, 100))
    poster(canvas, generator, middle - opening - 0.95, 1.15)
