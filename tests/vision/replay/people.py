"""People who walk about, as a detector would tell of them: always the same ones for a seed."""

import math
from pathlib import Path
from random import Random

from edge_agent.vision.replay.recording import End, Header, Look, digest_of, settings_of, write
from edge_agent.vision.settings import CameraSettings

LABELS = ["person", "vehicle"]
RULES: list[dict[str, object]] = [
    {"kind": "crossing", "line": "door"},
    {"kind": "wrong_way", "line": "door", "wrong": "backward"},
    {"kind": "entry", "zone": "hall"},
    {"kind": "occupancy", "zone": "hall", "every_s": 1},
    {"kind": "queue", "zone": "hall", "join_s": 1},
    {"kind": "crowding", "zone": "hall", "at_least": 3, "after_s": 1, "clear_s": 1},
    {"kind": "loitering", "zone": "hall", "after_s": 5},
    {"kind": "abandoned", "zone": "hall", "after_s": 3},
]


def camera(**more: object) -> CameraSettings:
    """A camera with a line, a zone and a rule of almost every kind."""
    return CameraSettings.model_validate(
        {
            "name": "hall",
            "source": "hall.mp4",
            "labels": LABELS,
            "lines": [{"name": "door", "start": [0.5, 0.95], "end": [0.5, 0.3]}],
            "zones": [{"name": "hall", "corners": [[0.2, 0.4], [0.7, 0.4], [0.7, 0.95], [0.2, 0.95]]}],
            "rules": RULES,
            **more,
        }
    )


def header(of: CameraSettings, **more: object) -> Header:
    """The header of a recording of that camera."""
    settings = settings_of(of)
    return Header.model_validate(
        {
            "loket_recording": 1, "camera": of.name, "footage": "hall.mp4", "width": 320, "height": 240,
            "run": "0123abcd", "model": "street-sim", "model_sha256": "0" * 64, "labels": LABELS,
            "settings": settings, "settings_sha256": digest_of(settings), **more,
        }
    )  # fmt: skip


def looks(seed: int, *, seconds: float = 30.0, people: int = 6) -> list[Look]:
    """Everybody walks to and fro at a pace of their own; some looks are missed, boxes tremble."""
    chance = Random(seed)
    paces = [
        (chance.uniform(0.2, 1.2), chance.uniform(0, 6), chance.uniform(0.5, 0.9)) for _ in range(people)
    ]
    made = []
    for number in range(round(seconds * 10)):
        at_s = number / 10 + chance.uniform(0, 0.03)
        if 15 < at_s < 18:
            continue  # the camera is down for a while
        found = []
        for pace, phase, y in paces:
            x = 0.5 + 0.45 * math.sin(pace * at_s + phase)
            if chance.random() < 0.9:
                wide, tall = 0.05 + chance.uniform(0, 0.005), 0.3 + chance.uniform(0, 0.02)
                score = chance.uniform(0.25, 0.95)
                left, right = max(0.0, x - wide), min(1.0, x + wide)
                found.append((left, y - tall, right, y, score, int(pace > 1)))
        made.append(Look(at_s=at_s, picture=number, found=found))
    return made


def write_recording(path: Path, of: CameraSettings, seen: list[Look], **more: object) -> Path:
    """The whole file."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        write(file, header(of, **more))
        for look in seen:
            write(file, look)
        write(file, End(end_s=seen[-1].at_s, looks=len(seen)))
    return path
