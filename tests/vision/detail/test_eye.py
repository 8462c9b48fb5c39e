"""Parts of real frames, enlarged and put together: with a detector that finds bright spots."""

from collections import deque

import av
import numpy as np
import pytest

from edge_agent.vision.crop import Cropper
from edge_agent.vision.detail.eye import Eye
from edge_agent.vision.detail.settings import DetailSettings
from edge_agent.vision.detector import Detections, Picture
from edge_agent.vision.resize import Resizer
from tests.vision.conftest import detections

WIDTH, HEIGHT = 640, 480
SPOTS = ((0.10, 0.20, 0.14, 0.28), (0.70, 0.60, 0.75, 0.70), (0.48, 0.46, 0.53, 0.55))


def scene(kind: str) -> av.VideoFrame:
    pixels = np.full((HEIGHT, WIDTH, 3), 30, np.uint8)
    for left, top, right, bottom in SPOTS:
        pixels[round(top * HEIGHT) : round(bottom * HEIGHT), round(left * WIDTH) : round(right * WIDTH)] = 230
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=kind)


class Spots:
    """Finds a bright spot as a person if it is ten pixels wide, and at most `room` of them."""

    input_size = (160, 120)
    labels = ("person",)

    def __init__(self, room: int = 10) -> None:
        self.seen = 0
        self.room = room

    def detect(self, picture: Picture) -> Detections:
        self.seen += 1
        bright = picture[:, :, 1] > 130
        rows, left = [], bright.copy()
        height, width = bright.shape
        while left.any() and len(rows) < self.room:
            y, x = np.argwhere(left)[0]
            right, bottom = x, y
            while right < width and left[y, right]:
                right += 1
            while bottom < height and left[bottom, x]:
                bottom += 1
            left[y:bottom, x:right] = False
            if right - x >= 10:
                rows.append((x / width, y / height, right / width, bottom / height, 0.9, 0))
        found = detections(*rows)
        return Detections(found.boxes, found.scores, found.labels, len(rows) == self.room)


def eye(detector: Spots, **detail: object) -> Eye:
    return Eye(
        detector, DetailSettings.model_validate(detail), follows=[True], threshold=0.4, cameras=1,
        times=deque(), now=iter(n * 0.01 for n in range(10_000)).__next__,
    )  # fmt: skip


def looked(kind: str, detector: Spots, **detail: object) -> Detections:
    image = scene(kind)
    return eye(detector, **detail).look(image, Resizer(detector.input_size)(image), captured_s=1.0)


@pytest.mark.parametrize("kind", ["yuv420p", "yuvj420p", "nv12", "yuyv422", "rgb24", "bgr24", "gray"])
def test_what_is_too_small_in_the_whole_is_found_in_tiles_once_and_at_its_place(kind: str) -> None:
    assert len(looked(kind, Spots())) == 0
    found = looked(kind, Spots(), tiles=[2, 2], overlap=0.25)
    places = found.boxes[np.argsort(found.boxes[:, 0])]
    np.testing.assert_allclose(places, np.array(sorted(SPOTS)), atol=0.011)


def test_auto_looks_once_where_there_is_nothing_small() -> None:
    detector = Spots()
    looked("yuv420p", detector, tiles="auto")
    assert detector.seen == 1


def test_auto_tiles_where_what_is_followed_is_small_or_the_detector_is_full() -> None:
    detector, image = Spots(), scene("yuv420p")
    auto = eye(detector, tiles="auto")
    small = Resizer(detector.input_size)(image)
    found = auto.look(image, small, captured_s=1.0, followed=np.array([SPOTS[0]], np.float32))
    assert len(found) == 3
    assert (detector.seen, auto.inferences) == (5, 5)


def test_what_moved_unseen_is_enlarged() -> None:
    detector, image = Spots(), scene("yuv420p")
    small = Resizer(detector.input_size)(image)
    found = eye(detector, tiles="auto").look(image, small, captured_s=1.0, moved=[SPOTS[1]])
    assert detector.seen == 2
    assert any(np.abs(box - np.array(SPOTS[1])).max() < 0.012 for box in found.boxes)


@pytest.mark.parametrize("size", [(641, 481), (35, 21), (2, 2)])
@pytest.mark.parametrize("kind", ["yuv420p", "rgb24"])
def test_odd_and_tiny_frames_are_cut_inside_their_sides(size: tuple[int, int], kind: str) -> None:
    image = av.VideoFrame.from_ndarray(np.zeros((size[1] // 2 * 2, size[0] // 2 * 2, 3), np.uint8), "rgb24")
    image = image.reformat(width=size[0], height=size[1], format=kind)
    cropper = Cropper()
    for left, top in ((0.0, 0.0), (0.4, 0.4), (0.99, 0.99)):
        part = cropper(image, left=left, top=top, right=1.0, bottom=1.0)
        assert 2 <= part.width <= image.width
        assert 2 <= part.height <= image.height
