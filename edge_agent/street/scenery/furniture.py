"""Things that stand on the street, as flat convex faces in the world."""

import numpy as np

from edge_agent.street.scenario import Counter
from edge_agent.street.scenery.canvas import tone
from edge_agent.street.scenery.facade import SILL_M
from edge_agent.street.scenery.solid import Face, Thing, box, corners, face, plate, upright
from edge_agent.street.shape import Colour

LAMP_M = 6.4
"""Height of a street lamp; it hangs LAMP_ARM_M before its post, over the road."""
LAMP_ARM_M = 1.5
_STEEL: Colour = (128, 132, 134)


def lamp_post(x: float, y: float, *, eye_m: float) -> Thing:
    """A post with an arm over the road."""
    end = y - LAMP_ARM_M
    faces = [
        *box((x - 0.16, x + 0.16), (y - 0.16, y + 0.16), (0, 0.5), (96, 98, 100), eye_m=eye_m),
        *upright((x, y), 0.075, (0.5, LAMP_M - 0.2), _STEEL),
        face([(x, y, LAMP_M - 0.3), (x, y, LAMP_M - 0.18), (x, end, LAMP_M), (x, end, LAMP_M - 0.1)], _STEEL),
        *box(
            (x - 0.13, x + 0.13),
            (end - 0.35, end + 0.3),
            (LAMP_M - 0.1, LAMP_M + 0.04),
            (190, 192, 190),
            eye_m=eye_m,
        ),
    ]
    casts = [(x - 0.1, y, 0), (x + 0.1, y, 0), (x, y, LAMP_M), (x, end, LAMP_M)]
    return Thing((x, y), faces, np.array(casts, np.float64))


def pillar(x: float, y: float, *, colour: Colour, poster: Colour, eye_m: float) -> Thing:
    """A square pillar of concrete with a notice on it."""
    half, high = 0.28, 4.4
    front = y - half
    faces = [
        *box((x - half, x + half), (y - half, y + half), (0, high), colour, eye_m=eye_m),
        *box(
            (x - half - 0.05, x + half + 0.05),
            (y - half - 0.05, y + half + 0.05),
            (0, 0.5),
            (112, 108, 102),
            eye_m=eye_m,
        ),
        plate((x - 0.2, x + 0.2), front - 0.01, (1.2, 1.8), poster),
        plate((x - 0.12, x + 0.12), front - 0.01, (1.55, 1.7), (54, 50, 48)),
    ]
    return Thing((x, y), faces, corners((x - half, x + half), (y - half, y + half), (0, high)))


def shelter(x: float, y: float, *, colour: Colour, eye_m: float) -> list[Thing]:
    """A bus shelter: its back with a bench, and its front posts with the roof, between which people wait."""
    wide, deep = 1.8, 0.65
    back = [
        plate((x - wide, x + wide), y + deep, (0.35, 2.1), (150, 164, 168)),
        plate((x - wide + 0.1, x - 0.5), y + deep - 0.01, (0.6, 1.9), (214, 206, 190)),
        plate((x - wide + 0.3, x - 0.9), y + deep - 0.02, (0.8, 1.6), colour),
        *box((x - 1.2, x + 1.5), (y + deep - 0.45, y + deep - 0.1), (0.4, 0.46), (120, 88, 60), eye_m=eye_m),
    ]
    for post in (x - wide, x + wide):
        back.extend(upright((post, y + deep), 0.05, (0, 2.45), _STEEL))
    front = [
        *(
            part
            for post in (x - wide, x + wide)
            for part in upright((post, y - deep), 0.05, (0, 2.45), _STEEL)
        ),
        *box(
            (x - wide - 0.25, x + wide + 0.25),
            (y - deep - 0.3, y + deep + 0.2),
            (2.45, 2.62),
            colour,
            eye_m=eye_m,
        ),
        plate((x - 0.7, x + 0.7), y - deep - 0.31, (2.47, 2.6), (244, 242, 232)),
    ]
    roof = corners((x - wide - 0.25, x + wide + 0.25), (y - deep - 0.3, y + deep + 0.2), (2.45, 2.6))
    return [
        Thing((x, y + deep), back, roof),
        Thing((x, y - deep), front, roof),
    ]


def desk(counter: Counter, *, wall_m: float, colour: Colour, eye_m: float) -> Thing:
    """The front of the counter, which hides the officer's legs, and its board."""
    left, right = counter.x_m - counter.width_m / 2 - 0.2, counter.x_m + counter.width_m / 2 + 0.2
    front = wall_m - 0.3
    panels = max(2, round((right - left) / 0.8))
    faces = box((left, right), (front, wall_m), (0, SILL_M), colour, eye_m=eye_m)
    for number in range(panels):
        low = left + (right - left) * (number + 0.12) / panels
        high = left + (right - left) * (number + 0.88) / panels
        faces.append(plate((low, high), front - 0.01, (0.2, SILL_M - 0.15), tone(colour, 0.72)))
    faces += box(
        (left - 0.06, right + 0.06),
        (front - 0.12, wall_m),
        (SILL_M, SILL_M + 0.05),
        (206, 198, 182),
        eye_m=eye_m,
    )
    faces += box(
        (left + 0.3, left + 0.55),
        (front, front + 0.2),
        (SILL_M + 0.05, SILL_M + 0.25),
        (60, 90, 140),
        eye_m=eye_m,
    )
    return Thing((counter.x_m, front), faces, corners((left, right), (front, wall_m), (0, SILL_M)))


def bin_(x: float, y: float, *, colour: Colour, eye_m: float) -> Thing:
    """A dustbin."""
    faces = [
        *box((x - 0.24, x + 0.24), (y - 0.2, y + 0.2), (0, 0.75), colour, eye_m=eye_m),
        *box((x - 0.27, x + 0.27), (y - 0.23, y + 0.23), (0.75, 0.84), tone(colour, 0.7), eye_m=eye_m),
    ]
    return Thing((x, y), faces, corners((x - 0.24, x + 0.24), (y - 0.2, y + 0.2), (0, 0.8)))


def sign_post(x: float, y: float, *, colour: Colour) -> Thing:
    """A traffic sign."""
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    rings = [
        Face(np.stack([x + r * np.cos(angles), np.full(12, y - 0.05), 2.4 + r * np.sin(angles)], axis=1), ink)
        for r, ink in ((0.32, (244, 244, 240)), (0.28, colour))
    ]
    mark = plate((x - 0.16, x + 0.16), y - 0.06, (2.36, 2.44), (248, 248, 244))
    faces = [*upright((x, y), 0.035, (0, 2.3), _STEEL), *rings, mark]
    return Thing((x, y), faces, np.array([(x, y, 0), (x + 0.05, y, 0), (x - 0.3, y, 2.4), (x + 0.3, y, 2.4)]))


def flag(x: float, y: float) -> Thing:
    """The flag before an office: red over white."""
    faces = [
        *upright((x, y), 0.045, (0, 5.2), (214, 214, 210)),
        plate((x, x + 0.9), y, (4.8, 5.1), (200, 24, 30)),
        plate((x, x + 0.9), y, (4.5, 4.8), (246, 246, 244)),
    ]
    return Thing((x, y), faces, np.array([(x, y, 0), (x + 0.05, y, 0), (x, y, 5), (x + 0.9, y, 5)]))


def banner(x: float, y: float, *, colour: Colour, other: Colour) -> Thing:
    """A tall banner on a bamboo pole, as before feasts and elections."""
    faces = [
        *upright((x, y), 0.025, (0, 3.8), (170, 150, 100)),
        plate((x, x + 0.5), y, (1.3, 3.7), colour),
        plate((x + 0.08, x + 0.42), y - 0.01, (1.6, 2.3), other),
        plate((x + 0.16, x + 0.34), y - 0.01, (2.5, 2.8), other),
    ]
    return Thing((x, y), faces, np.array([(x, y, 0), (x + 0.05, y, 0), (x, y, 3.7), (x + 0.5, y, 3.7)]))
