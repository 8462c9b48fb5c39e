"""How many faces an attacker still finds in the pictures that are let out.

    scripts/bench privacy [--video FILE ...] [--images FOLDER] [--seed N] [--model NAME] [--json]

The attackers are the three BlazeFace models, each on the whole picture, on its quarters and on its ninths
(which overlap), so that small faces are found too. `faces_before`: what at least four of these nine looks
find at the same place in the plain pictures, each at the size at which it would be let out; what fewer
find is a wheel, a hand or a knot in the floor (`finds_before` and `finds_after` count these too).
`faces_after`: of these faces, how many any look finds again at the same place in the picture that is let
out (goal: 0). `useful` is the share of the pictures' area that is left as it was; `whole` is how many
pictures had to be covered wholly; `heads` how many boxes were covered. Without `--video`, `--images` and
`--seed`: the mirror's clips, and its photographs with people, of which a face must lie in a person's
published box. `--seed N` looks at the simulated street.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from bench._faces import BlazeFace, Face, overlap
from edge_agent.device import Device
from edge_agent.model_store.manifest import load_manifest, manifests_folder
from edge_agent.model_store.store import ModelStore, default_folder, default_mirror, default_places
from edge_agent.street.export.video import frame_of
from edge_agent.street.painter import Street
from edge_agent.street.scenario import load_scenario
from edge_agent.vision.detector import Boxes, Detector, Picture
from edge_agent.vision.lane import Lane
from edge_agent.vision.models import load_detector
from edge_agent.vision.pictures.people import PERSON, people_in
from edge_agent.vision.pictures.release import Press
from edge_agent.vision.resize import Resizer
from edge_agent.vision.settings import CameraSettings, VisionSettings

ATTACKERS = ("blazeface_short_range", "blazeface_full_range", "blazeface_full_range_sparse")
SAME = 0.3
"""Overlap from which two finds are one face."""
AGREED = 5
"""Looks that must find a face at the same place; a look is one attacker at one scale."""
TILES = (1, 2, 3)
"""The picture is looked at as a whole, and in so many tiles along each side, which overlap by a third."""
EVERY_S = 1.0
"""Between two pictures of a clip that are attacked."""
MOST_OF_CLIP = 60
STREETS = ("market", "queue", "rush_hour")


@dataclass
class Result:
    """What was found so far."""

    pictures: int = 0
    before: int = 0
    after: int = 0
    whole: int = 0
    heads: int = 0
    untouched: list[float] = field(default_factory=list)
    finds: int = 0
    finds_again: int = 0
    """With what one look alone finds."""
    left: list[str] = field(default_factory=list)
    """Where a face was found again."""

    def figures(self) -> dict[str, float]:
        """As the bench prints them."""
        return {
            "pictures": self.pictures,
            "faces_before": self.before,
            "faces_after": self.after,
            "finds_before": self.finds,
            "finds_after": self.finds_again,
            "whole": self.whole,
            "heads": self.heads,
            "useful": round(float(np.mean(self.untouched)), 3) if self.untouched else 0.0,
        }


class Attack:
    """All attackers, at all scales."""

    def __init__(self) -> None:
        self._models = [BlazeFace(_model(name)) for name in ATTACKERS]

    def faces(self, picture: Picture) -> list[tuple[Face, int]]:
        """Every face that any of them finds, once, in shares of the picture; and how many looks find it."""
        found: list[Face] = []
        looks: list[set[tuple[int, int]]] = []
        for scale, tile, (left, top, width, height) in _tiles(picture):
            for which, model in enumerate(self._models):
                for face in model.faces(tile):
                    here = Face(
                        left + face.left * width,
                        top + face.top * height,
                        left + face.right * width,
                        top + face.bottom * height,
                        face.score,
                    )
                    same = [place for place, other in enumerate(found) if overlap(here, other) >= SAME]
                    for place in same:
                        looks[place].add((scale, which))
                    if not same:
                        found.append(here)
                        looks.append({(scale, which)})
        return [(face, len(by)) for face, by in zip(found, looks, strict=True)]


class Release:
    """One camera's way from a frame to the picture that is let out, with its tracker."""

    def __init__(self, detector: Detector, *, side: int) -> None:
        camera = CameraSettings(name="bench", source="none")
        self._lane = Lane(camera, labels=detector.labels, run="00000000")
        self._detector = detector
        self._resizer = Resizer(detector.input_size)
        self._person = list(detector.labels).index(PERSON)
        self._press = Press(longest_side=side)
        self._bare = Press(longest_side=side, most_bytes=10**8)

    def see(self, image: av.VideoFrame, at_s: float) -> Boxes | None:
        """Follow who is in the frame; where people may be."""
        found = self._detector.detect(self._resizer(image))
        self._lane.see(found, captured_s=at_s)
        return people_in(found, self._lane.where(self._person), person=self._person)

    def measure(
        self,
        image: av.VideoFrame,
        people: Boxes | None,
        attack: Attack,
        *,
        result: Result,
        name: str,
        truth: Boxes | None,
    ) -> None:
        """Attack the plain picture and the one that is let out; `truth`: where people are, if it is known."""
        plain = self._bare.cover(image, np.zeros((0, 4), np.float32)).picture
        released = self._press.release(image, people)
        picture = np.asarray(simplejpeg.decode_jpeg(released.jpeg), np.uint8)
        covered = self._press.cover(image, people).picture
        finds = attack.faces(plain)
        before = [
            face for face, looks in finds if looks >= AGREED and (truth is None or _is_within(face, truth))
        ]
        after = [face for face, _ in attack.faces(picture)] if finds else []
        left = [face for face in before if any(overlap(face, other) >= SAME for other in after)]
        result.finds += len(finds)
        result.finds_again += sum(any(overlap(find, other) >= SAME for other in after) for find, _ in finds)
        result.pictures += 1
        result.before += len(before)
        result.after += len(left)
        result.whole += released.whole
        result.heads += released.heads
        result.untouched.append(float(np.mean((covered == plain).all(axis=2))))
        result.left += [f"{name} at {face.left:.2f},{face.top:.2f} score {face.score:.2f}" for face in left]


def main() -> None:
    """Attack and print."""
    parser = argparse.ArgumentParser(prog="bench privacy", description=__doc__)
    parser.add_argument("--video", type=Path, action="append", default=[], help="a clip; may be repeated")
    parser.add_argument("--images", type=Path, help="a folder of photographs")
    parser.add_argument("--seed", type=int, help="of the simulated street")
    parser.add_argument("--model", help="a manifest's name")
    parser.add_argument("--json", action="store_true", help="print one JSON object last, and nothing else")
    arguments = parser.parse_args()
    attack = Attack()
    model = arguments.model or ("street_sim" if arguments.seed is not None else None)
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as data:
        device = Device(region="17.07", name="bench", data=Path(data), run=Path(data))
        settings = VisionSettings(
            cameras=[CameraSettings(name="bench", source="none")], **({"model": model} if model else {})
        )
        detector = load_detector(device, settings)
    result = Result()
    for name, frames, truth in footage(arguments.video, arguments.images, arguments.seed):
        release = Release(detector, side=settings.snapshots.side)
        for number, (image, at_s, attacked) in enumerate(frames):
            people = release.see(image, at_s)
            if attacked:
                release.measure(image, people, attack, result=result, name=f"{name}#{number}", truth=truth)
        if not arguments.json:
            print(f"{name}: {result.figures()}", flush=True)
    if not arguments.json:
        print("\n".join(["found again:", *result.left]) if result.left else "no face was found again")
    print(json.dumps(result.figures()))


Frames = Iterator[tuple[av.VideoFrame, float, bool]]
"""Frames of one camera, when each was taken, and whether it is attacked."""


def footage(
    videos: Sequence[Path], images: Path | None, seed: int | None
) -> Iterator[tuple[str, Frames, Boxes | None]]:
    """What is looked at; by default what the mirror has."""
    if not videos and images is None and seed is None:
        mirror = default_mirror()
        if mirror is None:
            sys.exit("bench privacy: no mirror folder: set LOKET_MIRROR, or name a --video FILE")
        for folder in ("coral_images", "coco_permissive53/train", "coco_permissive53/val"):
            yield from _photographs(mirror / "media" / folder)
        videos = sorted(
            path
            for path in (mirror / "media/intel_sample_videos").iterdir()
            if path.suffix in (".mp4", ".gif")
        )
    if images is not None:
        yield from _photographs(images)
    for video in videos:
        yield video.name, _clip(video), None
    for scenario in STREETS if seed is not None else ():
        yield scenario, _street(scenario, seed or 0), None


def _photographs(folder: Path) -> Iterator[tuple[str, Frames, Boxes | None]]:
    for path in sorted(folder.iterdir()):
        truth = _people_of(path)
        if path.suffix in (".jpg", ".bmp", ".png") and (truth is None or len(truth)):
            with av.open(path) as container:
                yield path.name, iter([(next(container.decode(video=0)), 0.0, True)]), truth


def _people_of(path: Path) -> Boxes | None:
    """The published boxes of people in a photograph (YOLO text, class 0), a little larger; None: none
    published."""
    text = path.with_suffix(".txt")
    if not text.exists():
        return None
    lines = [line.split() for line in text.read_text().splitlines() if line.startswith("0 ")]
    rows = np.array(lines, np.float32).reshape(-1, 5)
    return np.concatenate([rows[:, 1:3] - 0.6 * rows[:, 3:5], rows[:, 1:3] + 0.6 * rows[:, 3:5]], axis=1)


def _is_within(face: Face, people: Boxes) -> bool:
    """Whether a face's middle lies in a person's box."""
    x, y = (face.left + face.right) / 2, (face.top + face.bottom) / 2
    inside = (people[:, 0] <= x) & (x <= people[:, 2]) & (people[:, 1] <= y) & (y <= people[:, 3])
    return bool(inside.any())


def _clip(path: Path) -> Frames:
    with av.open(path) as container:
        length_s = float(container.duration or 0) / 1e6
        every_s = max(EVERY_S, length_s / MOST_OF_CLIP)
        due_s, seen_s = 0.0, -1.0
        for image in container.decode(video=0):
            at_s = float(image.time or 0.0)
            if at_s - seen_s < 0.09:
                continue  # ten frames a second are looked at
            seen_s = at_s
            attacked = at_s >= due_s
            due_s = at_s + every_s if attacked else due_s
            yield image, at_s, attacked


def _street(name: str, seed: int) -> Frames:
    street = Street(load_scenario(name), seed=seed)
    fps = street.scenario.fps
    for second in range(10, min(40, int(street.scenario.duration_s)), 3):
        for part in range(4):  # so that the tracker has somebody to follow
            number = round((second + 0.2 * part) * fps)
            yield frame_of(street.picture(number)), number / fps, part == 3


def _tiles(picture: Picture) -> Iterator[tuple[int, Picture, tuple[float, float, float, float]]]:
    """Parts of a picture: their scale, and where they are: left, top, width, height in shares."""
    height, width = picture.shape[:2]
    for count in TILES:
        side = 1 / (count - (count - 1) / 3)  # so that neighbours overlap by a third
        for row in range(count):
            for column in range(count):
                left, top = column * side * 2 / 3, row * side * 2 / 3
                x, y = int(left * width), int(top * height)
                part: NDArray[np.uint8] = picture[
                    y : y + max(2, round(side * height)), x : x + max(2, round(side * width))
                ]
                yield count, part, (x / width, y / height, part.shape[1] / width, part.shape[0] / height)


def _model(name: str) -> Path:
    manifest = load_manifest(name, folder=manifests_folder())
    return ModelStore(default_folder(), default_places()).resolve(manifest, manifest.weights)


if __name__ == "__main__":
    main()
