"""The attack: a face detector finds no face behind the mosaic."""

from pathlib import Path

import av
import numpy as np
import pytest
import simplejpeg

from bench._faces import BlazeFace, Face, overlap
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.pictures.people import people_in
from edge_agent.vision.pictures.release import Press
from tests.vision.conftest import model, picture_of

RANGES = ("short_range", "full_range", "full_range_sparse")
NOBODY = np.zeros((0, 4), np.float32)


@pytest.fixture(scope="module")
def attackers() -> dict[str, BlazeFace]:
    return {name: BlazeFace(model(f"blazeface_{name}")) for name in RANGES}


@pytest.mark.parametrize(("name", "found"), [("short_range", 3), ("full_range", 5), ("full_range_sparse", 5)])
def test_attacker_finds_known_faces(
    name: str, found: int, attackers: dict[str, BlazeFace], media: Path
) -> None:
    known = {
        "face.jpg": [(0.05, 0.38), (0.34, 0.42), (0.59, 0.33), (0.91, 0.43)],
        "grace_hopper.bmp": [(0.52, 0.38)],
    }
    hits = 0
    for file, centres in known.items():
        rgb = picture_of(media / "coral_images" / file).reformat(format="rgb24").to_ndarray()
        faces = attackers[name].faces(np.asarray(rgb, np.uint8))
        hits += sum(any(around(face, *centre) for face in faces) for centre in centres)
    assert hits == found


def around(face: Face, x: float, y: float) -> bool:
    return face.left < x < face.right and face.top < y < face.bottom


def scenes(media: Path) -> list[tuple[str, av.VideoFrame]]:
    """Every shared picture with people in it, and every eighth frame or so of the clips."""
    found = [(path.name, picture_of(path)) for path in sorted((media / "coral_images").glob("[fg]*.*p*"))]
    for path in sorted((media / "coco_permissive53").glob("*/*.jpg")):
        text = path.with_suffix(".txt")
        if text.exists() and any(line.startswith("0 ") for line in text.read_text().splitlines()):
            found.append((path.name, picture_of(path)))
    for name, every in (
        ("one-by-one-person-detection.mp4", 60), ("store-aisle-detection.gif", 12),
        ("worker-zone-detection.gif", 12), ("head-pose-face-detection-female-and-male.gif", 8),
    ):  # fmt: skip
        with av.open(media / "intel_sample_videos" / name) as container:
            for number, image in enumerate(container.decode(video=0)):
                if number % every == 0:
                    found.append((f"{name}#{number}", image))
    return found


def test_attacker_finds_no_face_again_behind_the_mosaic(
    attackers: dict[str, BlazeFace], detector: SsdDetector, media: Path
) -> None:
    before = dict.fromkeys(RANGES, 0)
    left: list[str] = []
    press = Press(longest_side=640)
    for name, image in scenes(media):
        small = image.reformat(width=300, height=300, format="rgb24")
        found = detector.detect(np.asarray(small.to_ndarray(), np.uint8))
        people = people_in(found, NOBODY, person=0)
        scale = min(1.0, 640 / max(image.width, image.height))
        plain = image.reformat(
            width=round(image.width * scale), height=round(image.height * scale), format="rgb24"
        )
        rgb = np.asarray(plain.to_ndarray(), np.uint8)
        covered = np.asarray(simplejpeg.decode_jpeg(press.release(image, people).jpeg), np.uint8)
        for attacker, blaze in attackers.items():
            faces = blaze.faces(rgb)
            before[attacker] += len(faces)
            still = blaze.faces(covered)
            left += [f"{name} {attacker}" for face in faces if any(overlap(face, f) > 0.3 for f in still)]
    assert all(count >= 30 for count in before.values()), before
    assert left == []
