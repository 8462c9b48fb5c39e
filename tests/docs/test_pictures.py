"""The README's pictures: there, shown with words, small enough; and the program that makes them."""

import importlib.util
import io
import re
import struct
import sys
from pathlib import Path
from types import ModuleType

import av
import cv2
import numpy as np
import pytest
import simplejpeg

from edge_agent.street.address import parse_address
from edge_agent.street.painter import Street
from edge_agent.vision.detector import Detections
from edge_agent.vision.detector import Picture as Small

SIZES = {"street.jpg": (960, 720, 200_000), "console.png": (1180, 1060, 300_000)}
"""Width, height, and the most bytes of each picture that `scripts/pictures` makes."""


@pytest.fixture(scope="module")
def pictures(repository: Path) -> ModuleType:
    """`docs/pictures.py`."""
    spec = importlib.util.spec_from_file_location("docs_pictures", repository / "docs" / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height."""
    if picture.startswith(b"\x89PNG"):
        width, height = struct.unpack(">II", picture[16:24])
        return width, height
    height, width, *_ = simplejpeg.decode_jpeg_header(picture)
    return width, height


@pytest.mark.parametrize("name", SIZES)
def test_the_readme_shows_a_picture_of_the_right_size_with_words_for_it(name: str, repository: Path) -> None:
    readme = (repository / "README.md").read_text(encoding="utf-8")
    [words] = re.findall(rf"!\[([^\]]*)\]\(docs/images/{re.escape(name)}\)", readme)
    assert len(words) > 20
    picture = (repository / "docs" / "images" / name).read_bytes()
    width, height, most = SIZES[name]
    assert size_of(picture) == (width, height)
    assert 10_000 < len(picture) <= most


def test_the_readme_names_the_command_that_makes_them(repository: Path) -> None:
    assert "`scripts/pictures`" in (repository / "README.md").read_text(encoding="utf-8")


class Corner:
    """A detector that sees a person in a corner of every picture, and a vehicle that moves."""

    labels = ("person", "vehicle")
    input_size = (64, 48)

    def __init__(self) -> None:
        self.seen = 0

    def detect(self, picture: Small) -> Detections:
        assert picture.shape == (48, 64, 3)
        self.seen += 1
        left = 0.4 + 0.01 * self.seen
        boxes = np.array([[0.0, 0.0, 0.1, 0.3], [left, 0.5, left + 0.2, 0.8]], np.float32)
        return Detections(boxes, np.array([0.9, 0.8], np.float32), np.array([0, 1]))


def test_what_is_drawn_is_what_the_tracker_follows(pictures: ModuleType) -> None:
    address = parse_address("sim:rush_hour?seed=7&size=320x240&fps=10")
    street = Street(address.scenario, seed=address.seed)
    followed = pictures.follow(street, Corner(), from_s=1.0, until_s=2.0)
    assert np.array_equal(followed.picture, street.picture(20))
    person, vehicle = sorted(followed.tracks, key=lambda track: track.label)
    assert person.box == pytest.approx((0.0, 0.0, 0.1, 0.3), abs=0.01)
    trail = followed.trails[vehicle.number]
    assert trail[-1][0] > trail[0][0]
    drawn = pictures.page(followed, address.scenario, Corner.labels)
    assert drawn.count("<rect") >= 4, "a box and a plate for each"
    assert ">vehicle " in drawn
    assert 'stroke="#2ee6a8"' in drawn
    for place in (*address.scenario.zones, *address.scenario.lines):
        assert f">{place.name}</text>" in drawn


def test_a_screenshot_keeps_its_size_and_its_look_with_few_colours(pictures: ModuleType) -> None:
    street = Street(parse_address("sim:rush_hour?seed=7&size=320x240").scenario, seed=7).picture(20)
    whole = png_of(street)
    few = pictures.few_colours(whole)
    assert size_of(few) == (320, 240)
    assert len(few) < len(whole) * 0.6
    with av.open(io.BytesIO(few)) as container:
        shown = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert np.abs(shown.astype(int) - street).mean() < 6


def png_of(picture: Small) -> bytes:
    done, content = cv2.imencode(".png", picture[..., ::-1])
    assert done
    return content.tobytes()
