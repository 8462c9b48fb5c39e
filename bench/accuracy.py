"""How well a detector finds people, on COCO images that no training set of its own holds.

    scripts/bench accuracy [--model NAME] [--images FOLDER] [--json]

`person_ap50` is the average precision (all points of the precision-recall curve) at an overlap of 0.5, over
the images and published boxes (YOLO text, class 0) of the mirror's `coco_permissive53/val`; `_large` counts
only people whose box is over 2 % of the picture. `letterbox` and the other ways to resize are there for
comparison: the unit resizes the whole picture without keeping its shape, bilinear.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench._precision import Sight, average_precision
from edge_agent.device import Device
from edge_agent.model_store.store import default_mirror
from edge_agent.vision.detector import Detections
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.models import load_detector
from edge_agent.vision.resize import INTERPOLATION, Resizer
from edge_agent.vision.settings import CameraSettings, VisionSettings

IMAGES = Path("media/coco_permissive53/val")
PERSON = 0
LARGE = 0.02


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench accuracy", description=__doc__)
    parser.add_argument("--images", type=Path, help=f"default: {IMAGES} in the mirror folder")
    parser.add_argument(
        "--model", default=VisionSettings.model_fields["model"].default, help="a manifest's name"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object last, and nothing else")
    arguments = parser.parse_args()
    mirror = default_mirror()
    folder = arguments.images or (mirror / IMAGES if mirror else None)
    if folder is None or not folder.is_dir():
        sys.exit(f"bench accuracy: no folder {folder or ''}; name one with --images FOLDER")
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as data:
        device = Device(region="17.07", name="bench", data=Path(data), run=Path(data))
        settings = VisionSettings(model=arguments.model, cameras=[CameraSettings(name="none", source="none")])
        detector = load_detector(device, settings)
    result = measure(folder, detector)
    if not arguments.json:
        for name, value in result.items():
            print(f"{name:>24}: {value}")
    print(json.dumps(result))


def measure(folder: Path, detector: SsdDetector) -> dict[str, float]:
    """The figures over all images of `folder`."""
    images = list(images_in(folder))
    result: dict[str, float] = {"images": len(images), "people": sum(len(truth) for _, truth in images)}
    for name, interpolation in (
        ("", INTERPOLATION),
        ("_fast_bilinear", "FAST_BILINEAR"),
        ("_area", "AREA"),
        ("_point", "POINT"),
    ):
        found = [_whole(detector, image, interpolation) for image, _ in images]
        result[f"person_ap50{name}"] = round(_precision(found, [truth for _, truth in images]), 3)
        if not name:
            result["person_ap50_large"] = round(
                _precision(found, [truth for _, truth in images], least_area=LARGE), 3
            )
    found = [_letterbox(detector, image) for image, _ in images]
    result["person_ap50_letterbox"] = round(_precision(found, [truth for _, truth in images]), 3)
    return result


def _precision(
    found: list[Detections], truths: list[NDArray[np.float32]], *, least_area: float = 0.0
) -> float:
    """Of people; smaller ones, and what finds them, count neither for nor against."""
    return average_precision(
        Sight(
            found=people.boxes,
            scores=people.scores,
            there=truth,
            counts=_areas(truth) >= least_area,
            aside=_areas(people.boxes) < least_area,
        )
        for people, truth in zip((one[one.labels == PERSON] for one in found), truths, strict=True)
    )


def _areas(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    areas: NDArray[np.float32] = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return areas


def images_in(folder: Path) -> Iterator[tuple[av.VideoFrame, NDArray[np.float32]]]:
    """Each image and the boxes of its people."""
    for path in sorted(folder.glob("*.jpg")):
        with av.open(path) as container:
            image = next(container.decode(video=0))
        text = path.with_suffix(".txt")
        lines = text.read_text().split("\n") if text.exists() else []
        rows = np.array([line.split() for line in lines if line], np.float32).reshape(-1, 5)
        rows = rows[rows[:, 0] == PERSON]
        half = rows[:, 3:5] / 2
        yield image, np.concatenate([rows[:, 1:3] - half, rows[:, 1:3] + half], axis=1)


def _whole(detector: SsdDetector, image: av.VideoFrame, interpolation: str) -> Detections:
    return detector.detect(Resizer(detector.input_size, interpolation=interpolation)(image))


def _letterbox(detector: SsdDetector, image: av.VideoFrame) -> Detections:
    whole_width, whole_height = detector.input_size
    scale = min(whole_width / image.width, whole_height / image.height)
    width, height = round(image.width * scale), round(image.height * scale)
    whole = np.full((whole_height, whole_width, 3), 127, np.uint8)
    whole[:height, :width] = Resizer((width, height))(image)
    found = detector.detect(whole)
    stretch = np.array([whole_width / width, whole_height / height] * 2, np.float32)
    return Detections(np.clip(found.boxes * stretch, 0, 1), found.scores, found.labels, found.saturated)


if __name__ == "__main__":
    main()
