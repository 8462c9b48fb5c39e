"""Subjects as a tracker would list them, and scenes to play them in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from edge_agent.vision.saying import Saying
from edge_agent.vision.scene import scene
from edge_agent.vision.scene.rules import AnyRule
from edge_agent.vision.scene.scene import Scene
from edge_agent.vision.scene.visit import REJOIN_S
from edge_agent.vision.settings import CameraSettings
from edge_agent.vision.subject import Subject

LABELS = ("person", "car")
LINES = [{"name": "door", "start": [0.5, 0.9], "end": [0.5, 0.3]}]
ZONES = [{"name": "hall", "corners": [[0.3, 0.3], [0.7, 0.3], [0.7, 0.9], [0.3, 0.9]]}]
MISS_S = 2.0


def subject(
    number: int,
    x: float,
    y: float = 0.6,
    *,
    now_s: float,
    first_s: float = 0.0,
    last_s: float | None = None,
    label: int = 0,
    width: float = 0.06,
    height: float = 0.24,
) -> Subject:
    """One whose foot is at x, y; not seen now if `last_s` is given."""
    box = (x - width / 2, y - height, x + width / 2, y)
    return Subject(number, label, box, last_s is None, first_s, now_s if last_s is None else last_s)


@dataclass
class Play:
    """A scene and what was said of it so far."""

    scene: Scene
    state: scene.State
    said: list[Saying] = field(default_factory=list)

    def step(
        self,
        now_s: float,
        subjects: Sequence[Subject] = (),
        *,
        watched: bool = True,
        wall: datetime | None = None,
    ) -> list[Saying]:
        """One moment."""
        self.state, told = scene.step(self.scene, self.state, now_s, subjects, watched=watched, wall=wall)
        self.said += told
        return told

    def run(
        self,
        at: Callable[[float], Iterable[Subject]],
        *,
        from_s: float = 0.0,
        until_s: float,
        period_s: float = 0.1,
    ) -> list[Saying]:
        """Moments `period_s` apart."""
        before = len(self.said)
        for n in range(round((until_s - from_s) / period_s)):
            now_s = from_s + n * period_s
            self.step(now_s, list(at(now_s)))
        return self.said[before:]

    def finish(self, now_s: float) -> list[Saying]:
        """The camera stops."""
        self.state, told = scene.finish(self.scene, self.state, now_s)
        self.said += told
        return told

    def of(self, kind: type[Any]) -> list[Any]:
        """The data of what was said of one kind."""
        return [saying.data for saying in self.said if isinstance(saying.data, kind)]


def play_of(*rules: dict[str, object], **camera: object) -> Play:
    """A scene with these rules over the door and the hall."""
    settings = CameraSettings.model_validate(
        {
            "name": "gate",
            "source": "none",
            "labels": list(LABELS),
            "lines": LINES,
            "zones": ZONES,
            "rules": list(rules),
            **camera,
        }
    )
    made: tuple[AnyRule, ...] = tuple(settings.rules)
    whole = Scene(
        camera="gate",
        run="0123abcd",
        labels=LABELS,
        lines={line.name: line.shape for line in settings.lines},
        zones={zone.name: zone.shape for zone in settings.zones},
        rules=made,
        patience_s=MISS_S + REJOIN_S,
    )
    return Play(whole, whole.begin())
