"""What befalls a camera: a hand or a bag over it, a knock, a loose cable, the sun in the lens."""

import math
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import cv2
import numpy as np

from edge_agent.street.lens import Lens
from edge_agent.street.scenario import Fault, Scenario
from edge_agent.street.shape import Picture

Kind = Literal["covered", "defocused", "moved", "frozen", "blinded", "black"]
Strength = Annotated[float, "0 to 1"]

ONSET_S = 0.8
_MOVES = 6
"""A camera that is moved takes so many steps."""


@dataclass(frozen=True, slots=True)
class Active:
    """A fault at one time."""

    kind: Kind
    strength: Strength
    fault: Fault


class Faults:
    """Of one scenario, in the order in which they are written."""

    def __init__(self, scenario: Scenario) -> None:
        self._faults = tuple(scenario.faults)
        self._moved: dict[tuple[Lens, tuple[float, ...]], Lens] = {}

    def intervals(self) -> tuple[Fault, ...]:
        """All of them, the earliest first."""
        return tuple(sorted(self._faults, key=lambda fault: (fault.from_s, fault.until_s)))

    def at(self, time_s: float) -> list[Active]:
        """Those that there are at a time."""
        return [
            Active(fault.kind, _strength(fault, time_s), fault)
            for fault in self._faults
            if fault.from_s <= time_s < fault.until_s
        ]

    def shown_frame(self, frame: int, fps: float) -> int:
        """Which frame a camera shows when its time has come to `frame`: an earlier one where it is frozen."""
        for fault in self._faults:
            if fault.kind == "frozen" and fault.from_s <= frame / fps < fault.until_s:
                frame = min(frame, math.ceil(fault.from_s * fps - 1e-9))
        return frame

    def lens(self, lens: Lens, time_s: float) -> Lens:
        """How a camera looks that was moved; `lens` itself where it was not. Always the same for the same."""
        steps = tuple(
            math.ceil(active.strength * _MOVES) / _MOVES
            for active in self.at(time_s)
            if active.kind == "moved"
        )
        if not any(steps):
            return lens
        key = (lens, steps)
        if key not in self._moved:
            by = sum(steps)
            self._moved[key] = replace(
                lens,
                yaw_deg=lens.yaw_deg + 13 * by,
                pitch_deg=lens.pitch_deg + 6 * by,
                roll_deg=lens.roll_deg + 5 * by,
            )
        return self._moved[key]

    def apply(self, picture: Picture, *, frame: int, time_s: float) -> Picture:
        """The picture through all that spoils it."""
        for active in self.at(time_s):
            match active.kind:
                case "covered":
                    picture = np.full_like(picture, 24)
                case "defocused":
                    height, width = picture.shape[:2]
                    small = cv2.resize(picture, (width // 16, height // 16), interpolation=cv2.INTER_AREA)
                    picture = np.asarray(cv2.resize(small, (width, height)), np.uint8)
                case "blinded":
                    picture = cv2.convertScaleAbs(picture, alpha=1.0, beta=220 * active.strength)
                case "black":
                    picture = np.zeros_like(picture)
                case "moved" | "frozen":
                    pass
        return picture


def _strength(fault: Fault, time_s: float) -> float:
    onset_s = min(ONSET_S, (fault.until_s - fault.from_s) / 3)
    return float(np.clip(min(time_s - fault.from_s, fault.until_s - time_s) / onset_s, 0, 1))
