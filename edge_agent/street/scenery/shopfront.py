"""The ground floor of a shop-house: shutters, windows, doors, signs, awnings, posters."""

import numpy as np

from edge_agent.street.scenery.canvas import Canvas, tone
from edge_agent.street.shape import Colour

DOOR_M = 2.55
"""Height of what closes a shop; the sign is above."""
SIGN_M = 3.7
WARM: Colour = (255, 206, 138)
COOL: Colour = (206, 226, 255)
_SIGNS = (
    "TOKO MAJU", "APOTEK", "FOTOKOPI", "WARUNG MAKAN", "LAUNDRY", "BENGKEL", "KLINIK", "TOKO BUKU", "SALON",
    "SERVIS HP", "KOPI", "TOKO KAIN", "RUMAH MAKAN", "MEBEL", "OPTIK", "ROTI", "TOKO EMAS", "BAKSO", "PULSA",
)  # fmt: skip
_INKS: tuple[tuple[Colour, Colour], ...] = (
    ((190, 32, 36), (250, 240, 220)), ((28, 66, 140), (250, 250, 250)), ((20, 110, 70), (250, 244, 200)),
    ((238, 196, 40), (150, 24, 24)), ((236, 236, 230), (30, 70, 150)), ((226, 110, 30), (252, 250, 240)),
    ((60, 50, 44), (236, 206, 130)), ((120, 40, 110), (250, 236, 250)),
)  # fmt: skip


def shopfront(canvas: Canvas, generator: np.random.Generator, left: float, right: float) -> None:
    """One shop between two pillars."""
    kind = int(generator.choice(5, p=(0.34, 0.16, 0.24, 0.14, 0.12)))
    if kind == 0:
        shutter(canvas, generator, left, right, down_to=0.0)
    elif kind == 1:
        _goods(canvas, generator, left, right, lit=True)
        shutter(canvas, generator, left, right, down_to=float(generator.uniform(1.2, 2.2)))
    elif kind == 2:
        _glass(canvas, generator, left, right)
    elif kind == 3:
        _folding(canvas, generator, left, right)
    else:
        _house(canvas, generator, left, right)
    sign(canvas, generator, left, right)
    if generator.random() < 0.55:
        awning(canvas, generator, left, right)
    if generator.random() < 0.5:
        poster(canvas, generator, float(generator.uniform(left + 0.1, right - 1.0)), 0.9)


def shutter(
    canvas: Canvas, generator: np.random.Generator, left: float, right: float, *, down_to: float
) -> None:
    """A roller shutter, in slats."""
    colours: tuple[Colour, ...] = (
        (150, 154, 158), (96, 120, 140), (176, 170, 150), (110, 130, 110), (140, 70, 60), (60, 84, 130)
    )  # fmt: skip
    base = _one(generator, colours)
    canvas.box(left, down_to, right, DOOR_M, base)
    for low in np.arange(down_to, DOOR_M, 0.11):
        canvas.box(left, low, right, low + 0.035, tone(base, 0.72))
        canvas.box(left, low + 0.075, right, low + 0.1, tone(base, 1.1))
    canvas.box(left, down_to, right, down_to + 0.08, tone(base, 0.55))
    if down_to == 0.0 and generator.random() < 0.35:
        _scrawl(canvas, generator, left, right)


def sign(canvas: Canvas, generator: np.random.Generator, left: float, right: float) -> None:
    """The board with the shop's name; some are lit at night."""
    ground, ink = _INKS[int(generator.integers(len(_INKS)))]
    low = DOOR_M + float(generator.uniform(0.05, 0.2))
    high = low + float(generator.uniform(0.6, 0.95))
    inset = float(generator.uniform(0, 0.4))
    lit = tone(ground, 0.55) if generator.random() < 0.3 else None
    canvas.box(left + inset, low, right - inset, high, ground, glow=lit)
    name = _SIGNS[int(generator.integers(len(_SIGNS)))]
    canvas.words(name, left + inset + 0.2, low + 0.15, right - inset - 0.2, high - 0.15, ink=ink)
    canvas.box(left + inset, low - 0.03, right - inset, low, tone(ground, 0.5))


def awning(canvas: Canvas, generator: np.random.Generator, left: float, right: float) -> None:
    """A canopy in stripes or of one colour, with its shade below."""
    colour = _INKS[int(generator.integers(len(_INKS)))][0]
    other: Colour = (232, 228, 216) if generator.random() < 0.6 else tone(colour, 0.8)
    low, high = 2.2, 2.75
    canvas.shade(left, low - 0.7, right, low, by=0.62)
    stripes = max(3, round((right - left) / 0.35))
    for number in range(stripes):
        x = left + (right - left) * number / stripes
        wide = (right - left) / stripes
        shade = other if number % 2 else colour
        canvas.polygon(
            [(x, high), (x + wide, high), (x + wide, low), (x + wide / 2, low - 0.1), (x, low)], shade
        )
    canvas.shade(left, low - 0.1, right, low + 0.18, by=0.82)


def poster(canvas: Canvas, generator: np.random.Generator, left: float, low: float) -> None:
    """A notice with a head and shoulders on it, which a detector must not count."""
    wide, tall = float(generator.uniform(0.55, 0.8)), float(generator.uniform(0.8, 1.15))
    paper: Colour = _one(
        generator, ((230, 226, 214), (196, 60, 52), (60, 110, 170), (240, 214, 90), (70, 150, 110))
    )
    skin: Colour = _one(generator, ((198, 150, 118), (160, 112, 84), (128, 88, 64)))
    cloth: Colour = _one(generator, ((240, 240, 238), (40, 44, 60), (150, 30, 40), (176, 154, 110)))
    canvas.box(left, low, left + wide, low + tall, paper)
    middle = left + wide / 2
    canvas.polygon(
        [
            (middle - wide * 0.36, low + 0.08), (middle + wide * 0.36, low + 0.08),
            (middle + wide * 0.28, low + tall * 0.38), (middle - wide * 0.28, low + tall * 0.38),
        ],
        cloth,
    )  # fmt: skip
    canvas.disc(middle, low + tall * 0.56, wide * 0.2, (30, 26, 24))
    canvas.disc(middle, low + tall * 0.52, wide * 0.18, skin)
    canvas.box(left + 0.05, low + tall * 0.82, left + wide - 0.05, low + tall * 0.9, tone(paper, 0.5))


def _glass(canvas: Canvas, generator: np.random.Generator, left: float, right: float) -> None:
    _goods(canvas, generator, left, right, lit=bool(generator.random() < 0.6))
    frame: Colour = (188, 190, 192)
    door = left + (right - left) * float(generator.uniform(0.3, 0.6))
    for x in (left, door, door + 0.95, right - 0.06):
        canvas.box(x, 0, x + 0.06, DOOR_M, frame)
    canvas.box(left, 0, door, 0.35, (120, 116, 112))
    canvas.box(left, DOOR_M - 0.08, right, DOOR_M, frame)
    canvas.box(left, 2.0, right, 2.05, frame)


def _goods(canvas: Canvas, generator: np.random.Generator, left: float, right: float, *, lit: bool) -> None:
    """The inside of a shop: shelves in the dark by day, lamplight by night."""
    light = tone(WARM if generator.random() < 0.5 else COOL, 0.62)
    canvas.box(left, 0, right, DOOR_M, (46, 46, 50), glow=light if lit else None)
    for shelf in (0.35, 0.85, 1.35, 1.8):
        canvas.box(left, shelf - 0.06, right, shelf, (86, 76, 66))
        x = left + 0.1
        while x < right - 0.3:
            wide, tall = float(generator.uniform(0.08, 0.35)), float(generator.uniform(0.15, 0.36))
            goods = tone((220, 200, 180), float(generator.uniform(0.3, 0.7)))
            colour = tuple(int(c * k) for c, k in zip(goods, generator.uniform(0.4, 1.0, 3), strict=True))
            glow = tone((colour[0], colour[1], colour[2]), 1.6) if lit else None
            canvas.box(x, shelf, x + wide, shelf + tall, (colour[0], colour[1], colour[2]), glow=glow)
            x += wide + float(generator.uniform(0, 0.2))


def _folding(canvas: Canvas, generator: np.random.Generator, left: float, right: float) -> None:
    """An iron door that folds like an accordion."""
    base = _one(generator, ((110, 128, 140), (150, 146, 130), (84, 104, 88), (128, 92, 76)))
    canvas.box(left, 0, right, DOOR_M, base)
    for number, x in enumerate(np.arange(left, right, 0.14)):
        canvas.box(x, 0, min(x + 0.07, right), DOOR_M, tone(base, 0.82 if number % 2 else 0.68))
    canvas.box(left, 1.15, right, 1.2, tone(base, 0.5))


def _house(canvas: Canvas, generator: np.random.Generator, left: float, right: float) -> None:
    """A wooden door and a window."""
    wood = _one(generator, ((112, 72, 44), (84, 60, 46), (150, 110, 70), (60, 90, 80)))
    door = left + 0.3
    canvas.box(door, 0, door + 1.0, 2.2, tone(wood, 0.6))
    canvas.box(door + 0.06, 0, door + 0.94, 2.14, wood)
    for low in (0.2, 1.2):
        canvas.box(door + 0.18, low, door + 0.82, low + 0.75, tone(wood, 0.84))
    window(canvas, generator, (door + 1.4, 0.9, right - 0.3, 2.2))


def window(canvas: Canvas, generator: np.random.Generator, box: tuple[float, float, float, float]) -> None:
    """A window (left, low, right, high) with its frame, perhaps with a curtain, perhaps lit at night."""
    left, low, right, high = box
    if right - left < 0.4:
        return
    frame: Colour = _one(generator, ((226, 224, 216), (120, 84, 58), (90, 96, 100)))
    canvas.box(left - 0.08, low - 0.08, right + 0.08, high + 0.08, frame)
    lit = tone(WARM, float(generator.uniform(0.35, 0.8))) if generator.random() < 0.4 else None
    canvas.box(left, low, right, high, (56, 66, 78), glow=lit)
    canvas.polygon(
        [(left, high), (left + (right - left) * 0.45, high), (left, low)], (92, 108, 122), glow=lit
    )
    if generator.random() < 0.4:
        curtain = _one(generator, ((206, 196, 176), (150, 90, 90), (110, 130, 150)))
        canvas.box(left, low, left + (right - left) * 0.3, high, curtain, glow=lit and tone(lit, 0.7))
    middle = (left + right) / 2
    canvas.box(middle - 0.025, low, middle + 0.025, high, frame)
    canvas.box(left - 0.14, low - 0.16, right + 0.14, low - 0.06, tone(frame, 0.8))


def _scrawl(canvas: Canvas, generator: np.random.Generator, left: float, right: float) -> None:
    ink = _one(generator, ((30, 30, 36), (150, 30, 60), (30, 80, 150), (230, 230, 220)))
    start = (float(generator.uniform(left, (left + right) / 2)), float(generator.uniform(0.5, 1.4)))
    steps = generator.normal((0.08, 0), (0.1, 0.16), (18, 2)).cumsum(axis=0) + start
    steps[:, 0] = np.clip(steps[:, 0], left, right)
    steps[:, 1] = np.clip(steps[:, 1], 0.2, 2.0)
    canvas.line([(float(x), float(z)) for x, z in steps], ink, wide_m=0.05)


def _one(generator: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    return colours[int(generator.integers(len(colours)))]
