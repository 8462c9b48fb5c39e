"""The ground of the street from above: pavements, kerbs, the road and what is painted on it."""

import cv2
import numpy as np

from edge_agent.street.chance import chance
from edge_agent.street.scenario import Ground, Scenario
from edge_agent.street.scenery.canvas import Canvas, tone
from edge_agent.street.shape import Colour
from edge_agent.street.texture import Texture, grain

PERIOD_M = 24.0
BEHIND_M = 8.0
"""How far behind the camera's foot it is drawn."""
CROSSING_M = 7.0
"""How much of the street a zebra crossing takes with its stop lines."""
_TEXELS = 2.4e6
_PAINT: Colour = (222, 222, 214)
_KERB_M, _GUTTER_M = 0.24, 0.36


def paving(scenario: Scenario, *, seed: int) -> Texture:
    """The ground; its first row is BEHIND_M behind the camera's foot, its last at the wall."""
    strips = scenario.ground
    deep_m = strips.wall_y_m + BEHIND_M
    canvas = Canvas(PERIOD_M, deep_m, scale=float(np.clip((_TEXELS / PERIOD_M / deep_m) ** 0.5, 12, 72)))
    scale = canvas.scale
    generator = chance(seed, "paving")
    spots = grain(generator, 512, 512, coarse=scale * 0.8, octaves=5)
    _yard(canvas, generator, until=strips.pavement_y_m)
    _pavement(canvas, generator, strips.pavement_y_m, strips.road_y_m)
    _road(canvas, generator, strips)
    _pavement(canvas, generator, strips.far_y_m, strips.wall_y_m)
    _guide(canvas, strips)
    canvas.weather(spots, strength=4.5)
    canvas.weather(generator.standard_normal((509, 509), dtype=np.float32), strength=4.0)
    _wheels(canvas, strips)
    for back in np.arange(0.05, 0.8, 0.15):  # dirt and lack of sky at the wall's foot
        canvas.shade(0, deep_m - back, PERIOD_M, deep_m, by=0.93)
    if scenario.weather.rain:
        _wet(canvas, spots, scenario.weather.rain)
    return Texture(canvas.texels, scale)


def crossing(scenario: Scenario, *, seed: int) -> Texture:
    """A zebra crossing with its stop lines: colours, and how much of the paint is left."""
    strips = scenario.ground
    wide_m = strips.far_y_m - strips.road_y_m
    canvas = Canvas(CROSSING_M, wide_m, scale=40.0, channels=4)
    middle = CROSSING_M / 2
    for y_m in np.arange(0.5, wide_m - 0.5, 0.95):
        canvas.box(middle - 1.7, y_m, middle + 1.7, y_m + 0.5, _PAINT)
    canvas.box(0.4, _GUTTER_M, 0.75, wide_m / 2, _PAINT)
    canvas.box(CROSSING_M - 0.75, wide_m / 2, CROSSING_M - 0.4, wide_m - _GUTTER_M, _PAINT)
    height, width = canvas.texels.shape[:2]
    left = np.clip(0.78 + 0.16 * grain(chance(seed, "crossing"), height, width, coarse=10, octaves=4), 0, 1)
    canvas.texels[..., 3] = (canvas.texels[..., 3] * left).astype(np.uint8)
    canvas.texels[..., :3] = _PAINT
    return Texture(canvas.texels, canvas.scale)


def _yard(canvas: Canvas, generator: np.random.Generator, *, until: float) -> None:
    top = until + BEHIND_M
    colour: Colour = ((126, 122, 96), (148, 142, 130), (96, 112, 74))[int(generator.integers(3))]
    canvas.box(0, 0, PERIOD_M, top, colour)
    for x_m in np.arange(0, PERIOD_M, 3.0):
        canvas.line([(x_m, 0), (x_m, top)], tone(colour, 0.82), wide_m=0.03)


def _pavement(canvas: Canvas, generator: np.random.Generator, near: float, far: float) -> None:
    """Tiles with their joints, a kerb to the road on one side."""
    low, high = near + BEHIND_M, far + BEHIND_M
    style = int(generator.integers(4))
    size = (0.4, 0.3, 0.5, 0.25)[style]
    base, other = (
        ((170, 166, 158), (158, 154, 148)),
        ((168, 112, 92), (172, 168, 160)),
        ((186, 178, 160), (176, 168, 150)),
        ((150, 104, 88), (142, 98, 84)),
    )[style]
    columns = max(2, 2 * round(PERIOD_M / size / 2))
    rows = max(1, round((high - low) / size))
    chequer = np.add.outer(np.arange(rows), np.arange(columns)) % 2
    if style == 1:  # every fourth row stands out
        chequer = np.broadcast_to((np.arange(rows) % 4 == 0)[:, None], (rows, columns))
    colours = np.where(chequer[..., None] > 0, np.array(other), np.array(base))
    colours = colours + generator.normal(0, 6, (rows, columns, 1))
    area = canvas.part(0, low, PERIOD_M, high)
    tiles = np.clip(colours, 0, 255).astype(np.uint8)
    area[:] = cv2.resize(tiles, (area.shape[1], area.shape[0]), interpolation=cv2.INTER_NEAREST)
    joint = tone(base, 0.76)
    for x_m in np.arange(columns) * (PERIOD_M / columns):
        canvas.line([(x_m, low), (x_m, high)], joint, wide_m=0.015)
    for y_m in low + np.arange(rows) * ((high - low) / rows):
        canvas.line([(0, y_m), (PERIOD_M, y_m)], joint, wide_m=0.015)


def _guide(canvas: Canvas, strips: Ground) -> None:
    """The yellow blocks that lead blind people, and the slabs over the drain at the wall."""
    deep = strips.wall_y_m - strips.far_y_m
    if deep > 2.5:
        low = strips.far_y_m + BEHIND_M + min(1.6, deep * 0.3)
        canvas.box(0, low, PERIOD_M, low + 0.36, (198, 166, 62))
        for x_m in np.arange(0, PERIOD_M, 0.36):
            canvas.line([(x_m, low), (x_m, low + 0.36)], (150, 126, 54), wide_m=0.02)
        for y_m in (0.09, 0.18, 0.27):
            canvas.line([(0, low + y_m), (PERIOD_M, low + y_m)], (172, 142, 50), wide_m=0.03)
    end = strips.wall_y_m + BEHIND_M
    canvas.box(0, end - 0.55, PERIOD_M, end, (140, 138, 134))
    for x_m in np.arange(0, PERIOD_M, 1.0):
        canvas.line([(x_m, end - 0.55), (x_m, end)], (74, 74, 72), wide_m=0.04)


def _road(canvas: Canvas, generator: np.random.Generator, strips: Ground) -> None:
    low, high = strips.road_y_m + BEHIND_M, strips.far_y_m + BEHIND_M
    shade = int(generator.integers(80, 112))
    base = (shade + 2, shade, shade - 1)
    canvas.box(0, low, PERIOD_M, high, base)
    deep = high - low
    for _ in range(int(generator.integers(3, 7))):  # dug up and closed again
        x_m, y_m = generator.uniform(1, PERIOD_M - 6), low + generator.uniform(0.05, 0.8) * deep
        wide, tall = generator.uniform(0.8, 5), min(generator.uniform(0.5, 1.3), 0.15 * deep)
        canvas.box(x_m, y_m, x_m + wide, y_m + tall, tone(base, generator.uniform(0.78, 1.12)))
    for _ in range(10):  # cracks
        steps = generator.normal((0.25, 0.0), (0.22, 0.16), (14, 2)).cumsum(axis=0)
        start = (generator.uniform(0, PERIOD_M - 5), low + generator.uniform(0.1, 0.9) * deep)
        way = np.clip(steps + start, (0, low + 0.2), (PERIOD_M, high - 0.2))
        canvas.line([(float(x), float(y)) for x, y in way], tone(base, 0.66), wide_m=0.02)
    for _ in range(2):  # manholes
        x_m, y_m = generator.uniform(2, PERIOD_M - 2), low + generator.uniform(0.2, 0.8) * deep
        canvas.disc(x_m, y_m, 0.36, tone(base, 0.7))
        canvas.disc(x_m, y_m, 0.3, (96, 88, 80))
    middle = (low + high) / 2
    for x_m in np.arange(0, PERIOD_M, 6.0):
        canvas.box(x_m, middle - 0.06, x_m + 3, middle + 0.06, _PAINT)
    for line, gutter in ((low + 0.5, low), (high - 0.6, high - _GUTTER_M)):
        canvas.box(0, line, PERIOD_M, line + 0.1, _PAINT)
        canvas.box(0, gutter, PERIOD_M, gutter + _GUTTER_M, (124, 120, 114))
        for x_m in np.arange(0, PERIOD_M, 1.2):
            canvas.line([(x_m, gutter), (x_m, gutter + _GUTTER_M)], (90, 88, 84), wide_m=0.02)
        for x_m in (4.0, 16.0):
            canvas.box(x_m, gutter, x_m + 0.6, gutter + _GUTTER_M, (52, 50, 48))
    painted = generator.random() < 0.6
    for kerb in (low - _KERB_M, high):
        for number, x_m in enumerate(np.arange(0, PERIOD_M, 0.6)):
            pale: Colour = (206, 204, 198) if painted else (160, 158, 152)
            dark: Colour = (48, 48, 50) if painted else (150, 148, 142)
            canvas.box(x_m, kerb, x_m + 0.59, kerb + _KERB_M, dark if number % 2 else pale)
    canvas.box(0, low, PERIOD_M, low + 0.06, (70, 68, 66))
    canvas.box(0, high - 0.06, PERIOD_M, high, (70, 68, 66))


def _wheels(canvas: Canvas, strips: Ground) -> None:
    """Each lane is darker in its middle, where oil drips, and paler where wheels go."""
    low, high = strips.road_y_m, strips.far_y_m
    area = canvas.part(0, low + BEHIND_M, PERIOD_M, high + BEHIND_M)
    across = np.linspace(0, 2, len(area), endpoint=False) % 1.0
    pale = 1.0 + 0.05 * np.cos((across - 0.25) * 4 * np.pi) - 0.05 * np.exp(-(((across - 0.5) / 0.08) ** 2))
    area[:] = np.clip(area * pale[:, None, None].astype(np.float32), 0, 255).astype(np.uint8)


def _wet(canvas: Canvas, spots: np.ndarray[tuple[int, ...], np.dtype[np.float32]], rain: float) -> None:
    """Wet ground is darker; where water stands, it shows the sky."""
    texels = canvas.texels
    cv2.convertScaleAbs(texels, texels, alpha=1 - 0.4 * min(1.0, 0.4 + rain))
    tall, wide = texels.shape[:2]
    long = cv2.resize(cv2.GaussianBlur(spots, (0, 0), 3), (1024, 256))  # water stands along the street
    water = np.tile(long, (-(-tall // 256), -(-wide // 1024)))[:tall, :wide]
    share = np.clip((water - (1.5 - 0.5 * rain)) * 1.1, 0, 0.34).astype(np.float32)[..., None]
    texels[:] = (texels * (1 - share) + np.array((150, 160, 170), np.float32) * share).astype(np.uint8)
