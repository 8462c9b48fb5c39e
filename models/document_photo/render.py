"""Photographs of documents as a camera of a kiosk may take them, drawn, and what is wrong with each."""

import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = Annotated[NDArray[np.uint8], "H W 3"]
Corners = Annotated[NDArray[np.float32], "4 2: x, y in pixels, clockwise from the top left"]

FAULTS = ("blur", "dark", "glare", "cut")
SIZES = ((1024, 768), (1152, 648), (960, 960), (768, 1024), (1280, 720))
_LETTERS = np.array(list(string.ascii_letters + "     aaiiuuneng"))
_FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_PLAIN)


@dataclass(frozen=True, slots=True, eq=False)
class Photograph:
    """A JPEG, and what is wrong with it."""

    jpeg: bytes
    faults: frozenset[str]


def photograph(seed: int, *, held_out: bool = False) -> Photograph:
    """The photograph of a seed; `held_out`: of the documents and tables that are never learned from."""
    chance = np.random.default_rng([seed, held_out])
    cv2.setRNGSeed(seed + 1)
    size = SIZES[int(chance.integers(len(SIZES)))]
    faults = _faults(chance)
    picture = _background(chance, size, held_out=held_out)
    corners = _corners(chance, size, cut="cut" in faults)
    if "cut" in faults and chance.random() < 0.12:
        pass  # there is no document at all
    else:
        picture = _laid(picture, _document(chance, held_out=held_out), corners)
    picture = _lit(picture, chance, dark="dark" in faults)
    picture = _glaring(picture, corners, chance, on_document="glare" in faults)
    picture = _blurred(picture, chance, much="blur" in faults)
    noise = np.empty(picture.shape, np.int16)
    cv2.randn(noise, 0, float(chance.uniform(0.5, 6)))
    picture = cv2.add(picture, noise, dtype=cv2.CV_8U)
    quality = int(chance.integers(55, 96))
    return Photograph(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes(), faults)


def _faults(chance: np.random.Generator) -> frozenset[str]:
    """None in a third of the pictures, one in most others, sometimes two."""
    number = int(chance.choice(3, p=(0.34, 0.5, 0.16)))
    found = frozenset(chance.choice(FAULTS, size=number, replace=False).tolist())
    return found - {"glare"} if {"dark", "glare"} <= found else found


def _document(chance: np.random.Generator, *, held_out: bool) -> Picture:
    learned: tuple[Callable[[np.random.Generator], Picture], ...] = (_card, _letter, _receipt, _certificate)
    kept: tuple[Callable[[np.random.Generator], Picture], ...] = (_table_sheet, _booklet)
    kinds = kept if held_out else learned
    return kinds[int(chance.integers(len(kinds)))](chance)


def _words(chance: np.random.Generator, length: int) -> str:
    return "".join(chance.choice(_LETTERS, length))


def _write(
    page: Picture, chance: np.random.Generator, x: int, y: int, *, length: int, height: int, ink: int = 40
) -> None:
    font = _FONTS[int(chance.integers(len(_FONTS)))]
    scale = height / (12 if font == cv2.FONT_HERSHEY_PLAIN else 22)
    thick = 1 if height < 18 else int(chance.integers(1, 4))
    colour = tuple(int(ink + tone) for tone in chance.integers(0, 35, 3))
    cv2.putText(page, _words(chance, length), (x, y), font, scale, colour, thick, cv2.LINE_AA)


def _page(chance: np.random.Generator, width: int, height: int, *, least: int = 190) -> Picture:
    tone = chance.integers(least, 250, 3)
    page = np.full((height, width, 3), tone, np.uint8)
    grain = np.empty((height // 4, width // 4, 3), np.int16)
    cv2.randn(grain, 0, float(chance.uniform(0, 4)))
    return np.asarray(cv2.add(page, cv2.resize(grain, (width, height)), dtype=cv2.CV_8U), np.uint8)


def _card(chance: np.random.Generator) -> Picture:
    """An identity card."""
    page = _page(chance, 860, 540, least=150)
    rows = np.arange(540)[:, np.newaxis]
    columns = np.arange(860)[np.newaxis]
    waves = 10 * np.sin(columns / chance.uniform(8, 30) + 2 * np.sin(rows / chance.uniform(15, 50)))
    page = np.clip(page + waves[..., np.newaxis], 0, 255).astype(np.uint8)
    for line in range(2):
        _write(page, chance, 200, 40 + 34 * line, length=22, height=24)
    _write(page, chance, 40, 120, length=18, height=30)
    for line in range(9):
        _write(page, chance, 40, 165 + 36 * line, length=int(chance.integers(16, 34)), height=18)
    _portrait(page, chance, (630, 130, 190, 250))
    return page


def _portrait(page: Picture, chance: np.random.Generator, box: tuple[int, int, int, int]) -> None:
    x, y, width, height = box
    tone = tuple(int(value) for value in chance.integers(40, 220, 3))
    cv2.rectangle(page, (x, y), (x + width, y + height), tone, -1)
    skin = tuple(int(value) for value in chance.integers(70, 190, 3))
    cv2.ellipse(page, (x + width // 2, y + height // 2), (width // 4, height // 4), 0, 0, 360, skin, -1)
    cv2.ellipse(
        page, (x + width // 2, y + height), (width // 2 - 6, height // 4), 0, 180, 360, (60, 50, 50), -1
    )


def _letter(chance: np.random.Generator) -> Picture:
    """A letter with a stamp and a signature."""
    page = _page(chance, 880, 1240)
    for line in range(3):
        _write(page, chance, 180, 70 + 40 * line, length=30, height=26)
    cv2.line(page, (60, 180), (820, 180), (30, 30, 30), 3)
    for line in range(int(chance.integers(14, 30))):
        _write(page, chance, 70, 240 + 30 * line, length=int(chance.integers(30, 62)), height=15)
    _stamp(page, chance, (560, 1080))
    return page


def _stamp(page: Picture, chance: np.random.Generator, centre: tuple[int, int]) -> None:
    colour = (int(chance.integers(80, 200)), 60, int(chance.integers(60, 200)))
    for radius in (90, 80, 50):
        cv2.circle(page, centre, radius, colour, 3, cv2.LINE_AA)
    points = chance.integers(-110, 110, (14, 2)) + np.array(centre)
    cv2.polylines(page, [points.astype(np.int32)], False, (120, 50, 30), 2, cv2.LINE_AA)


def _receipt(chance: np.random.Generator) -> Picture:
    """A long and narrow slip."""
    page = _page(chance, 480, int(chance.integers(800, 1300)), least=215)
    for line in range(page.shape[0] // 34 - 2):
        _write(page, chance, 24, 50 + 34 * line, length=int(chance.integers(8, 30)), height=16, ink=60)
    return page


def _certificate(chance: np.random.Generator) -> Picture:
    """A sheet with a border, as of a birth."""
    page = _page(chance, 1200, 860)
    for inset in (24, 34):
        colour = tuple(int(value) for value in chance.integers(20, 160, 3))
        cv2.rectangle(page, (inset, inset), (1200 - inset, 860 - inset), colour, 4)
    _write(page, chance, 300, 130, length=24, height=44)
    for line in range(12):
        _write(page, chance, int(chance.integers(120, 260)), 230 + 44 * line, length=40, height=20)
    _stamp(page, chance, (900, 700))
    return page


def _table_sheet(chance: np.random.Generator) -> Picture:
    """A family's sheet: a table of small print."""
    page = _page(chance, 1300, 860)
    _write(page, chance, 420, 70, length=18, height=36)
    rows, columns = int(chance.integers(8, 16)), int(chance.integers(6, 10))
    for row in range(rows + 1):
        cv2.line(page, (40, 130 + row * 40), (1260, 130 + row * 40), (50, 50, 50), 2)
    for column in range(columns + 1):
        x = 40 + column * 1220 // columns
        cv2.line(page, (x, 130), (x, 130 + rows * 40), (50, 50, 50), 2)
        for row in range(rows if column < columns else 0):
            _write(page, chance, x + 6, 158 + row * 40, length=9, height=14)
    return page


def _booklet(chance: np.random.Generator) -> Picture:
    """An opened booklet with a portrait, as of a marriage or a vehicle."""
    page = _page(chance, 1100, 760, least=170)
    cv2.line(page, (550, 0), (550, 760), (90, 90, 90), 5)
    for line in range(14):
        _write(page, chance, 40, 80 + 46 * line, length=24, height=17)
        if line > 6:
            _write(page, chance, 600, 80 + 46 * line, length=22, height=17)
    _portrait(page, chance, (760, 60, 190, 250))
    return page


def _background(chance: np.random.Generator, size: tuple[int, int], *, held_out: bool) -> Picture:
    """A table; those of cloth and stone are held out."""
    width, height = size
    tone = chance.integers(20, 235)
    base = np.clip(tone + chance.integers(-25, 25, 3), 0, 255).astype(np.float32)
    rows, columns = np.mgrid[0:height:4, 0:width:4].astype(np.float32)
    kind = int(chance.integers(3))
    shade: NDArray[np.floating] = np.zeros_like(rows)
    if held_out:
        step = chance.uniform(12, 60)
        if kind == 0:
            shade = 18 * np.sign(np.sin(rows / step) * np.sin(columns / step))
        else:
            cv2.randn(shade, 0, 30)
            shade = cv2.GaussianBlur(shade, (0, 0), float(chance.uniform(1, 6)))
    elif kind == 0:
        shade = 14 * np.sin(rows / chance.uniform(3, 20) + 3 * np.sin(columns / chance.uniform(80, 300)))
    elif kind == 1:
        shade = (columns / width - 0.5) * chance.uniform(-60, 60)
    small = np.clip(base + shade[..., np.newaxis], 0, 255).astype(np.uint8)
    picture = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    for _ in range(int(chance.integers(0, 4))):  # what else lies on it
        colour = tuple(int(value) for value in chance.integers(10, 245, 3))
        x, y = int(chance.integers(width)), int(chance.integers(height))
        reach = int(chance.integers(20, width // 6))
        if chance.random() < 0.5:
            cv2.circle(picture, (x, y), reach // 2, colour, -1, cv2.LINE_AA)
        else:
            turned = cv2.boxPoints(((x, y), (reach, reach * chance.uniform(0.2, 1)), chance.uniform(0, 90)))
            cv2.fillConvexPoly(picture, turned.astype(np.int32), colour, cv2.LINE_AA)
    return picture


def _corners(chance: np.random.Generator, size: tuple[int, int], *, cut: bool) -> Corners:
    """Where the document lies: inside with a margin, or beyond an edge by a twentieth of it or more."""
    width, height = size
    while True:
        aspect = chance.uniform(0.6, 1.7)
        tall = height * chance.uniform(0.45, 1.0 if cut else 0.9)
        wide = tall * aspect
        centre = np.array([width, height]) * (0.5 + chance.uniform(-0.45, 0.45, 2) * (1 if cut else 0.4))
        unit = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2 * (wide, tall)
        turn = chance.normal(0, 0.12)
        turned = unit @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        corners = (centre + turned + chance.normal(0, 0.03 * tall, (4, 2))).astype(np.float32)
        low, high = corners.min(axis=0), corners.max(axis=0)
        beyond = np.max([-low, high - (width, height)], axis=0) / (wide, tall)
        margin = min(low.min() / height, (np.array(size) - high).min() / height)
        if (0.05 <= beyond.max() <= 0.5) if cut else margin >= 0.015:
            return corners


def _laid(picture: Picture, document: Picture, corners: Corners) -> Picture:
    height, width = document.shape[:2]
    turned = document if (width > height) == (_is_wide(corners)) else np.ascontiguousarray(np.rot90(document))
    height, width = turned.shape[:2]
    origin = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    onto = cv2.getPerspectiveTransform(origin, corners)
    size = (picture.shape[1], picture.shape[0])
    shrunk = float(np.hypot(*(corners[1] - corners[0]))) / width
    if shrunk < 0.8:
        turned = cv2.GaussianBlur(turned, (0, 0), 0.35 / shrunk)
    laid = cv2.warpPerspective(turned, onto, size, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full(turned.shape[:2], 255, np.uint8), onto, size)
    shadow = cv2.resize(cv2.GaussianBlur(cv2.resize(mask, (128, 96)), (0, 0), 1.2), size)
    shaded = cv2.multiply(picture, cv2.merge([255 - shadow // 3] * 3), scale=1 / 255)
    return np.asarray(np.where(mask[..., np.newaxis] > 127, laid, shaded), np.uint8)


def _is_wide(corners: Corners) -> bool:
    return bool(np.hypot(*(corners[1] - corners[0])) > np.hypot(*(corners[2] - corners[1])))


def _lit(picture: Picture, chance: np.random.Generator, *, dark: bool) -> Picture:
    """In the room's light: even or from one side; too dark to read where `dark`."""
    slope = np.linspace(-1, 1, 64)[np.newaxis] * chance.uniform(-1, 1)
    slope = slope + np.linspace(-1, 1, 48)[:, np.newaxis] * chance.uniform(-1, 1)
    light = 1 + slope * (0.2 if dark else 0.12) * chance.random()
    gain = chance.uniform(0.08, 0.3) if dark else chance.uniform(0.62, 1.02)
    return _times(picture, light * gain)


def _times(picture: Picture, small: NDArray[np.floating]) -> Picture:
    """A picture times a small map of factors."""
    height, width = picture.shape[:2]
    factor = cv2.resize(small.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(picture, cv2.merge([factor] * 3), dtype=cv2.CV_8U), np.uint8)


def _glaring(
    picture: Picture, corners: Corners, chance: np.random.Generator, *, on_document: bool
) -> Picture:
    """With a lamp's reflection on the document, or (which is no fault) sometimes beside it."""
    if not on_document and chance.random() < 0.8:
        return picture
    height, width = picture.shape[:2]
    inside = _inside(corners, chance)
    if not on_document:
        inside = np.array([chance.random() * width, chance.random() * height])
        if cv2.pointPolygonTest(corners, inside.tolist(), True) > -0.16 * height:
            return picture
    reach = height * chance.uniform(0.07, 0.2) if on_document else height * chance.uniform(0.03, 0.08)
    rows, columns = np.mgrid[0:height:4, 0:width:4].astype(np.float32)
    turn, long = chance.uniform(0, np.pi), chance.uniform(1, 2.2)
    across = (columns - inside[0]) * np.cos(turn) + (rows - inside[1]) * np.sin(turn)
    along = -(columns - inside[0]) * np.sin(turn) + (rows - inside[1]) * np.cos(turn)
    away = np.hypot(across / long, along) / reach
    strength = 300 * np.clip(1.6 - away, 0, 1) ** float(chance.uniform(1, 2.5))
    added = cv2.resize(np.minimum(strength, 255).astype(np.uint8), (width, height))
    return np.asarray(cv2.add(picture, cv2.merge([added] * 3)), np.uint8)


def _inside(corners: Corners, chance: np.random.Generator) -> NDArray[np.floating]:
    """A place on the document, not at its edge."""
    across, down = chance.uniform(0.2, 0.8, 2)
    top = corners[0] + (corners[1] - corners[0]) * across
    bottom = corners[3] + (corners[2] - corners[3]) * across
    return np.asarray(top + (bottom - top) * down)


def _blurred(picture: Picture, chance: np.random.Generator, *, much: bool) -> Picture:
    """Out of focus or moved, measured by the picture's height; or nearly sharp."""
    share = picture.shape[0] / 1080
    if not much:
        return np.asarray(
            cv2.GaussianBlur(picture, (0, 0), float(chance.uniform(0.2, 0.75)) * share), np.uint8
        )
    if chance.random() < 0.4:
        length = int(chance.uniform(9, 34) * share) | 1
        kernel = np.zeros((length, length), np.float32)
        turn = chance.uniform(0, np.pi)
        half = np.array([np.cos(turn), np.sin(turn)]) * length / 2
        ends = (np.array([-half, half]) + length / 2).astype(int)
        cv2.line(kernel, tuple(ends[0].tolist()), tuple(ends[1].tolist()), 1.0, 1)
        return np.asarray(cv2.filter2D(picture, -1, kernel / max(kernel.sum(), 1)), np.uint8)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(chance.uniform(2.2, 8)) * share), np.uint8)
