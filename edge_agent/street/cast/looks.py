"""What people and vehicles look like: chosen once by a seed, then fixed."""

import colorsys
from dataclasses import dataclass
from typing import Literal

import numpy as np

from edge_agent.street.shape import Colour

Head = Literal["hair", "long_hair", "hijab", "cap", "helmet", "peci"]
Bag = Literal["none", "backpack", "shoulder", "carried"]
Body = Literal["motorcycle", "car", "van", "lorry", "bus"]

_SKINS: tuple[Colour, ...] = ((198, 150, 118), (172, 124, 92), (146, 100, 72), (118, 78, 56), (214, 170, 140))
_HAIRS: tuple[Colour, ...] = ((24, 20, 20), (38, 30, 26), (60, 56, 54), (120, 116, 112))
_UNIFORMS: tuple[tuple[Colour, Colour], ...] = (
    ((176, 154, 110), (164, 142, 100)),  # civil service khaki
    ((236, 236, 234), (150, 34, 40)),  # primary school
    ((234, 234, 232), (44, 56, 110)),  # lower secondary school
    ((230, 230, 228), (124, 130, 140)),  # upper secondary school
    ((222, 110, 36), (60, 62, 66)),  # road works
)
_VEHICLE_COLOURS: tuple[Colour, ...] = (
    (226, 226, 224), (190, 192, 194), (34, 36, 40), (96, 100, 106), (150, 28, 34), (32, 58, 116),
    (206, 164, 44), (34, 96, 70), (120, 86, 60), (70, 130, 160),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonLook:
    """One person's build, clothes and what they carry."""

    height_m: float
    shoulders_m: float
    skin: Colour
    head: Head
    head_colour: Colour
    top: Colour
    bottom: Colour
    shoes: Colour
    skirt: bool
    sleeves: bool
    bag: Bag
    bag_colour: Colour
    umbrella: Colour | None
    stride_m: float
    """Length of two steps at a common pace."""
    phase: float
    """Where in a stride they begin, 0 to 1."""


@dataclass(frozen=True, slots=True)
class VehicleLook:
    """One vehicle's kind, size and colour; a motorcycle's riders."""

    body: Body
    length_m: float
    width_m: float
    height_m: float
    colour: Colour
    cargo: Colour
    riders: tuple[PersonLook, ...] = ()


def person_look(
    chance: np.random.Generator, *, child: bool, rain: float = 0.0, rider: bool = False
) -> PersonLook:
    """A person by chance; in rain, many have an umbrella."""
    height = chance.uniform(1.05, 1.45) if child else float(np.clip(chance.normal(1.62, 0.08), 1.42, 1.88))
    head = _head(chance, rider=rider)
    top, bottom = _clothes(chance, child=child)
    dark = _pick(chance, ((28, 28, 30), (70, 52, 40), (120, 116, 112), (214, 214, 212)))
    umbrella = _vivid(chance) if not rider and chance.random() < 0.65 * min(1.0, rain * 2) else None
    return PersonLook(
        height_m=float(height),
        shoulders_m=float(height * chance.uniform(0.235, 0.285)),
        skin=_pick(chance, _SKINS),
        head=head,
        head_colour=_head_colour(chance, head),
        top=top,
        bottom=bottom,
        shoes=dark,
        skirt=bool(chance.random() < (0.6 if head == "hijab" else 0.12)) and not rider,
        sleeves=bool(head == "hijab" or chance.random() < 0.45),
        bag="none" if rider else _bag(chance),
        bag_colour=_pick(
            chance, ((30, 30, 34), (110, 74, 46), (150, 30, 40), (40, 60, 110), (200, 190, 170))
        ),
        umbrella=umbrella,
        stride_m=float(height * chance.uniform(0.74, 0.88)),
        phase=float(chance.random()),
    )


def vehicle_look(chance: np.random.Generator, *, motorcycle_share: float, large_share: float) -> VehicleLook:
    """A vehicle by chance."""
    colour = _pick(chance, _VEHICLE_COLOURS)
    if chance.random() < motorcycle_share:
        riders = tuple(
            person_look(chance, child=False, rider=True) for _ in range(1 + int(chance.random() < 0.35))
        )
        return VehicleLook("motorcycle", chance.uniform(1.8, 2.05), 0.62, 1.1, colour, colour, riders)
    cargo = _pick(chance, ((150, 140, 120), (84, 96, 70), (196, 196, 190), (170, 90, 40), (60, 80, 120)))
    if chance.random() < large_share:
        if chance.random() < 0.4:
            return VehicleLook(
                "bus", chance.uniform(7.5, 10.5), 2.4, chance.uniform(2.8, 3.2), _vivid(chance), cargo
            )
        return VehicleLook("lorry", chance.uniform(5.5, 8.0), 2.2, chance.uniform(2.4, 3.1), colour, cargo)
    if chance.random() < 0.4:
        painted = _vivid(chance) if chance.random() < 0.5 else colour
        return VehicleLook("van", chance.uniform(3.7, 4.4), 1.65, chance.uniform(1.8, 2.0), painted, cargo)
    return VehicleLook(
        "car", chance.uniform(3.6, 4.7), chance.uniform(1.65, 1.8), chance.uniform(1.42, 1.68), colour, cargo
    )


def _head(chance: np.random.Generator, *, rider: bool) -> Head:
    if rider:
        return "helmet"
    heads: tuple[Head, ...] = ("hair", "long_hair", "hijab", "cap", "peci")
    return heads[int(chance.choice(len(heads), p=(0.42, 0.13, 0.29, 0.1, 0.06)))]


def _head_colour(chance: np.random.Generator, head: Head) -> Colour:
    if head in ("hair", "long_hair"):
        return _pick(chance, _HAIRS)
    if head == "peci":
        return (22, 22, 26)
    return _any(chance) if head in ("hijab", "cap") else _pick(chance, _VEHICLE_COLOURS)


def _clothes(chance: np.random.Generator, *, child: bool) -> tuple[Colour, Colour]:
    if chance.random() < (0.4 if child else 0.18):
        return _UNIFORMS[int(chance.integers(1, 4) if child else chance.choice((0, 4)))]
    trousers = ((30, 32, 38), (44, 52, 76), (70, 66, 60), (96, 84, 66), (130, 128, 124), (52, 40, 34))
    return _any(chance), _any(chance) if chance.random() < 0.25 else _pick(chance, trousers)


def _bag(chance: np.random.Generator) -> Bag:
    bags: tuple[Bag, ...] = ("none", "backpack", "shoulder", "carried")
    return bags[int(chance.choice(len(bags), p=(0.56, 0.16, 0.16, 0.12)))]


def _any(chance: np.random.Generator) -> Colour:
    """A colour of cloth: dull ones are common, vivid ones are not."""
    return _rgb(chance.random(), float(chance.beta(1.3, 2.2)), float(chance.uniform(0.16, 0.95)))


def _vivid(chance: np.random.Generator) -> Colour:
    return _rgb(chance.random(), chance.uniform(0.55, 0.9), chance.uniform(0.45, 0.9))


def _rgb(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _pick(chance: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    return colours[int(chance.integers(len(colours)))]
