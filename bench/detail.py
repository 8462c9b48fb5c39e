"""What looking at parts of a picture enlarged gives, and what it costs.

    scripts/bench detail [--images FOLDER] [--frames N] [--seed N] [--json]

By way (`none`: the whole picture only; `auto`; columns x rows): the average precision of people at an overlap
of 0.5, their recall at a camera's usual threshold of 0.4, and inferences a picture. `photos` are the COCO
images of `bench accuracy`, with the default detector; `market` and `long_view` are simulated scenes with
crowds and small subjects, painted at 1280x960, with the detector of the street, everybody counted who is
over 12 pixels tall (in 640x480) and more than half visible. `recall_small` counts photographed people under
2 % of the picture only. `covered` is the share of people of the photos whose head the privacy mosaic covers,
by these boxes alone: heads in a picture that is covered wholly count as covered.
"""

import argparse
import json
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench._precision import Sight, average_precision, recall
from bench.accuracy import IMAGES, LARGE, images_in
from edge_agent.device import Device
from edge_agent.model_store.manifest import Enclosed, load_manifest, manifests_folder
from edge_agent.model_store.store import default_mirror
from edge_agent.street.cast.actor import LABELS, PERSON
from edge_agent.street.export.video import frame_of
from edge_agent.street.painter import Street
from edge_agent.street.scenario import load_scenario
from edge_agent.street.truth import Truth
from edge_agent.vision.detail.eye import Eye
from edge_agent.vision.detail.settings import DetailSettings
from edge_agent.vision.detector import Boxes, Detections
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.models import load_detector
from edge_agent.vision.pictures.people import people_in
from edge_agent.vision.resize import Resizer
from edge_agent.vision.settings import CameraSettings, VisionSettings

THRESHOLD = 0.4
WAYS: dict[str, object] = {"none": "none", "auto": "auto", "2x2": (2, 2), "3x2": (3, 2), "3x3": (3, 3)}
SCENES = ("market", "long_view")
LEAST_SHARE = 12 / 480
"""Of the picture's height."""
LEAST_VISIBILITY = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture and the people in it; `counts`: who of them must be found."""

    image: av.VideoFrame
    people: Boxes
    counts: NDArray[np.bool_]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench detail", description=__doc__)
    parser.add_argument("--images", type=Path, help=f"default: {IMAGES} in the mirror folder")
    parser.add_argument("--frames", type=int, default=24, help="of each simulated scene")
    parser.add_argument("--seed", type=int, default=1_000_003, help="of the simulated scenes")
    parser.add_argument("--json", action="store_true", help="print one JSON object last, and nothing else")
    arguments = parser.parse_args()
    mirror = default_mirror()
    folder = arguments.images or (mirror / IMAGES if mirror else None)
    if folder is None or not folder.is_dir():
        sys.exit(f"bench detail: no folder {folder or ''}; name one with --images FOLDER")
    result: dict[str, float] = {}
    usual, street = _usual_detector(), _street_detector()
    photos = list(_photos(folder))
    small = [replace(photo, counts=_areas(photo.people) < LARGE) for photo in photos]
    for name, way in WAYS.items():
        found, inferences = _looked(usual, way, photos, person=0)
        result |= _figures(f"photos_{name}", found, inferences, photos, person=0)
        result[f"photos_{name}_recall_small"] = round(
            recall(_sights(found, small, 0), threshold=THRESHOLD), 3
        )
        result[f"photos_{name}_covered"] = round(_covered(found, photos), 3)
    for scene in SCENES:
        pictures = list(_scene(scene, seed=arguments.seed, frames=arguments.frames))
        for name, way in WAYS.items():
            found, inferences = _looked(street, way, pictures, person=LABELS.index(PERSON))
            result |= _figures(f"{scene}_{name}", found, inferences, pictures, person=LABELS.index(PERSON))
    if not arguments.json:
        for name, value in result.items():
            print(f"{name:>28}: {value}")
    print(json.dumps(result))


def _looked(
    detector: SsdDetector, way: object, pictures: Sequence[Picture], *, person: int
) -> tuple[list[Detections], float]:
    """What is found in each picture by itself, and how many inferences each took."""
    follows = [place == person for place in range(len(detector.labels))]
    found, inferences = [], 0
    for picture in pictures:
        eye = Eye(
            detector, DetailSettings.model_validate({"tiles": way, "most": 36}), follows=follows,
            threshold=THRESHOLD, cameras=1, times=deque(), now=_instant,
        )  # fmt: skip
        whole = Resizer(detector.input_size)(picture.image)
        found.append(eye.look(picture.image, whole, captured_s=0.0))
        inferences += eye.inferences
    return found, inferences / len(pictures)


def _instant() -> float:
    """Inferences that take no time: how many a slow machine can afford is not asked here."""
    return 0.0


def _figures(
    name: str, found: list[Detections], inferences: float, pictures: Sequence[Picture], *, person: int
) -> dict[str, float]:
    return {
        f"{name}_ap50": round(average_precision(_sights(found, pictures, person)), 3),
        f"{name}_recall": round(recall(_sights(found, pictures, person), threshold=THRESHOLD), 3),
        f"{name}_inferences": round(inferences, 2),
    }


def _sights(found: list[Detections], pictures: Sequence[Picture], person: int) -> Iterator[Sight]:
    for each, picture in zip(found, pictures, strict=True):
        people = each[each.labels == person]
        tall = people.boxes[:, 3] - people.boxes[:, 1]
        least = LEAST_SHARE if len(picture.counts) and not picture.counts.all() else 0.0
        yield Sight(people.boxes, people.scores, picture.people, picture.counts, tall < least)


def _covered(found: list[Detections], photos: Sequence[Picture]) -> float:
    """Of all people, those whose head's middle (a twelfth below the top) lies in what may be a person."""
    hidden = there = 0
    for each, photo in zip(found, photos, strict=True):
        people = people_in(each, np.zeros((0, 4), np.float32), person=0)
        there += len(photo.people)
        for left, top, right, bottom in photo.people:
            x, y = (left + right) / 2, top + (bottom - top) / 12
            hidden += people is None or bool(
                np.all(
                    [people[:, 0] <= x, x <= people[:, 2], people[:, 1] - 0.02 <= y, y <= people[:, 3]], 0
                ).any()
            )
    return hidden / max(1, there)


def _photos(folder: Path) -> Iterator[Picture]:
    for image, people in images_in(folder):
        yield Picture(image, people, np.ones(len(people), np.bool_))


def _scene(name: str, *, seed: int, frames: int) -> Iterator[Picture]:
    scenario = load_scenario(name).model_copy(update={"width": 1280, "height": 960})
    street = Street(scenario, seed=seed)
    truth, size = Truth(street), np.array([1280, 960] * 2, np.float32)
    for number in np.linspace(20 * scenario.fps, scenario.frames - 1, frames).astype(int).tolist():
        people = [one for one in truth.frame(number) if one.visibility > 0 and one.label == PERSON]
        boxes = np.array([one.box for one in people], np.float32).reshape(-1, 4) / size
        seen = np.array([one.visibility > LEAST_VISIBILITY for one in people], np.bool_)
        tall = boxes[:, 3] - boxes[:, 1] >= LEAST_SHARE
        yield Picture(frame_of(street.picture(number)), boxes, seen & tall)


def _usual_detector() -> SsdDetector:
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as data:
        device = Device(region="17.07", name="bench", data=Path(data), run=Path(data))
        return load_detector(device, VisionSettings(cameras=[CameraSettings(name="none", source="none")]))


def _street_detector() -> SsdDetector:
    manifest = load_manifest("street_sim", folder=manifests_folder())
    assert isinstance(manifest.weights, Enclosed)
    return SsdDetector(manifest.weights.enclosed, labels=manifest.labels, threads=1)


def _areas(boxes: Boxes) -> NDArray[np.float32]:
    areas: NDArray[np.float32] = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return areas


if __name__ == "__main__":
    main()
