"""What befalls a camera: something over it, a knock, a loose cable, the sun in the lens."""

import math
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.street.camera.lens import Lens
from edge_agent.street.chance import chance
from edge_agent.street.scenario import Fault, Scenario
from edge_agent.street.shape import Picture

Kind = Literal["covered", "defocused", "moved", "frozen", "blinded", "black"]
Strength = Annotated[float, "0 to 1"]

ONSET_S = 0.8
"""How long it takes until a fault is wholly there, and wholly gone; a camera freezes and dies at once."""
_SUDDEN = ("frozen", "black")
_MOVES = 6
"""A camera that is moved takes so many steps."""
_KNOCKS = ((13.0, 6.0, 5.0), (-14.0, 4.0, -4.0), (11.0, -7.0, -6.0))
"""Yaw, pitch and roll, degrees, of the first, the second, the third that is moved."""
_CLOTHS = ((58, 44, 36), (40, 42, 48), (96, 72, 58), (48, 56, 44), (110, 104, 96))
_BLUR = 14.0
"""A picture out of focus has been made so many times smaller, at 480 rows."""
_FAINTEST = 1.1


@dataclass(frozen=True, slots=True)
class Active:
    """A fault at one time."""

    kind: Kind
    strength: Strength
    number: int
    """Its place in the scenario."""


class Faults:
    """Of one scenario, in the order in which they are written."""

    def __init__(self, scenario: Scenario) -> None:
        self._faults = tuple(scenario.faults)
        self._moved: dict[tuple[Lens, tuple[float, ...]], Lens] = {}
        self._covers: dict[tuple[int, tuple[int, int]], tuple[Picture, NDArray[np.uint8]]] = {}
        self._glares: dict[tuple[int, tuple[int, int]], Picture] = {}

    def intervals(self) -> tuple[Fault, ...]:
        """All of them, the earliest first."""
        return tuple(sorted(self._faults, key=lambda fault: (fault.from_s, fault.until_s)))

    def at(self, time_s: float) -> list[Active]:
        """Those that there are at a time."""
        return [
            Active(fault.kind, _strength(fault, time_s), number)
            for number, fault in enumerate(self._faults)
            if fault.from_s <= time_s < fault.until_s
        ]

    def shown_frame(self, frame: int, fps: float) -> int:
        """Which frame a camera shows when its time has come to `frame`: an earlier one where it is frozen."""
        shown = frame
        for fault in self._faults:
            if fault.kind == "frozen" and fault.from_s <= frame / fps < fault.until_s:
                shown = min(shown, math.ceil(fault.from_s * fps - 1e-9))
        return shown if shown == frame else self.shown_frame(shown, fps)

    def lens(self, lens: Lens, time_s: float) -> Lens:
        """How a camera looks that was moved, `lens` itself if not: the same object for the same look."""
        active = [one for one in self.at(time_s) if one.kind == "moved" and one.strength > 0]
        if not active:
            return lens
        steps = tuple(math.ceil(one.strength * _MOVES) / _MOVES for one in active)
        numbers = tuple(float(one.number) for one in active)
        key = (lens, steps + numbers)
        if key not in self._moved:
            knocks = [_KNOCKS[self._nth(one.number) % len(_KNOCKS)] for one in active]
            yaw, pitch, roll = (
                sum(step * knock[axis] for step, knock in zip(steps, knocks, strict=True))
                for axis in range(3)
            )
            self._moved[key] = replace(
                lens,
                yaw_deg=lens.yaw_deg + yaw,
                pitch_deg=lens.pitch_deg + pitch,
                roll_deg=lens.roll_deg + roll,
            )
        return self._moved[key]

    def apply(self, picture: Picture, *, frame: int, time_s: float) -> Picture:
        """The picture through all that spoils it."""
        for one in self.at(time_s):
            match one.kind:
                case "covered":
                    picture = self._covered(picture, one, frame)
                case "defocused":
                    picture = _defocused(picture, one.strength)
                case "blinded":
                    picture = self._blinded(picture, one)
                case "black":
                    picture = np.zeros_like(picture)
                case "moved" | "frozen":
                    pass
        return picture

    def _nth(self, number: int) -> int:
        return sum(fault.kind == self._faults[number].kind for fault in self._faults[:number])

    def _covered(self, picture: Picture, one: Active, frame: int) -> Picture:
        """A cloth or a hand that comes from above; a little light gets through."""
        height, width = picture.shape[:2]
        key = (one.number, (height, width))
        if key not in self._covers:
            self._covers[key] = _cover(one.number, height, width)
        cloth, gap = self._covers[key]
        top = round((1 - one.strength) * height + 1.5 * math.sin(frame * 0.9) * (one.strength < 1))
        open_from = np.clip(np.arange(height) - (height - top), 0, height) * (2040 / height)
        left = cv2.max(gap, np.repeat(np.clip(open_from, 0, 255).astype(np.uint8)[:, None], width, axis=1))
        light = 0.35 + 0.65 * float(np.mean(cv2.mean(picture)[:3])) / 128
        seen = cv2.cvtColor(left, cv2.COLOR_GRAY2RGB)
        dimmed = cv2.multiply(
            cv2.convertScaleAbs(cloth, alpha=min(1.0, light)), cv2.bitwise_not(seen), scale=1 / 255
        )
        return np.asarray(cv2.add(cv2.multiply(picture, seen, scale=1 / 255), dimmed), np.uint8)

    def _blinded(self, picture: Picture, one: Active) -> Picture:
        """The sun or a torch in the lens: white in most of the picture, and hardly any contrast elsewhere."""
        height, width = picture.shape[:2]
        key = (one.number, (height, width))
        if key not in self._glares:
            self._glares[key] = _glare(one.number, height, width)
        return np.asarray(
            cv2.add(picture, cv2.convertScaleAbs(self._glares[key], alpha=one.strength)), np.uint8
        )


def _strength(fault: Fault, time_s: float) -> float:
    if fault.kind in _SUDDEN:
        return 1.0
    onset_s = min(ONSET_S, (fault.until_s - fault.from_s) / 3)
    return float(np.clip(min(time_s - fault.from_s, fault.until_s - time_s) / onset_s, 0, 1))


def _defocused(picture: Picture, strength: float) -> Picture:
    height, width = picture.shape[:2]
    times = 1 + (_BLUR * max(1.0, height / 480) - 1) * strength
    if times < _FAINTEST:
        return picture
    small = (max(4, round(width / times)), max(4, round(height / times)))
    coarse = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.resize(cv2.blur(coarse, (3, 3)), (width, height), interpolation=cv2.INTER_LINEAR), np.uint8
    )


def _cover(number: int, height: int, width: int) -> tuple[Picture, NDArray[np.uint8]]:
    """The cloth, and what it leaves: a gap at a lower corner."""
    generator = chance(number, "cover")
    creases = generator.normal(0, 0.25, (5, 7)).astype(np.float32)
    folds = cv2.resize(creases, (width, height), interpolation=cv2.INTER_CUBIC)
    cloth = np.array(_CLOTHS[number % len(_CLOTHS)], np.float32) * (1 + folds[..., None])
    gap = generator.uniform(0.18, 0.32)
    down, across = np.linspace(0, 1, height), np.linspace(0, 1, width)
    corner = across if generator.random() < 0.5 else 1 - across
    over = np.add.outer(1 - down, corner) - gap
    left = np.clip(0.5 - over * 12, 0, 1) * 255
    return np.clip(cloth, 4, 255).astype(np.uint8), left.astype(np.uint8)


def _glare(number: int, height: int, width: int) -> Picture:
    generator = chance(number, "glare")
    column, row = generator.uniform(0.3, 0.7) * width, generator.uniform(0.2, 0.6) * height
    far = np.hypot.outer(np.arange(height) - row, np.arange(width) - column) / width
    light = 150 * np.exp(-((far / 0.55) ** 2)) + 400 * np.exp(-((far / 0.22) ** 2)) + 110
    return np.asarray(np.clip(light[..., None] * np.array((1.0, 0.98, 0.9)), 0, 255), np.uint8)
