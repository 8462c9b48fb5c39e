"""A picture of the simulator made into another that it might have been."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.street_sim.anchors import FULL, HEIGHT, SURE, WIDTH, Boxes, Size
from models.street_sim.examples import Example

Picture = NDArray[np.uint8]
LEAST_ZOOM, MOST_ZOOM = 0.8, 1.6
LEAST_LEFT = 0.35
"""Of an object that the crop cuts, so much must be left for it to be learned."""


def augmented(
    example: Example, chance: np.random.Generator, *, size: Size
) -> tuple[Picture, Boxes, NDArray[np.float32]]:
    """The picture, or a window of it, at `size`; its boxes, and their visibility (0 for what is cut away)."""
    picture, boxes, visibility = _cropped(example, chance, size=size)
    area = cv2.INTER_AREA if chance.random() < 0.5 else cv2.INTER_LINEAR
    picture = np.asarray(cv2.resize(picture, size, interpolation=area), np.uint8)
    if chance.random() < 0.5:
        picture = picture[:, ::-1]
        boxes = np.stack([1 - boxes[:, 2], boxes[:, 1], 1 - boxes[:, 0], boxes[:, 3]], axis=1)
    return _seen(np.ascontiguousarray(picture), chance), boxes, visibility


def plain(example: Example) -> Picture:
    """The picture at the network's size and as it is."""
    return np.asarray(cv2.resize(example.picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR), np.uint8)


def _cropped(
    example: Example, chance: np.random.Generator, *, size: Size
) -> tuple[Picture, Boxes, NDArray[np.float32]]:
    """What is seen by somebody who stands nearer or farther, near to one of the objects."""
    picture, boxes, visibility = example.picture, example.boxes, example.visibility
    zoom = float(np.exp(chance.uniform(np.log(LEAST_ZOOM), np.log(MOST_ZOOM))))
    share = np.array(size) / FULL / zoom * chance.uniform(0.92, 1.08, 2)
    wide, high = np.minimum(share, 1.0).tolist()
    middle = chance.random(2)
    clear = np.flatnonzero(visibility >= SURE)
    if len(clear) and size != FULL:
        box = boxes[int(chance.choice(clear))]
        middle = (box[:2] + box[2:]) / 2 + chance.uniform(-0.4, 0.4, 2) * (wide, high)
    left = float(np.clip(middle[0] - wide / 2, 0, 1 - wide))
    top = float(np.clip(middle[1] - high / 2, 0, 1 - high))
    rows, columns = picture.shape[:2]
    x, y = round(left * columns), round(top * rows)
    width, height = round(wide * columns), round(high * rows)
    moved = (boxes - np.array([x / columns, y / rows] * 2)) / np.array([width / columns, height / rows] * 2)
    kept: Boxes = np.clip(moved, 0, 1).astype(np.float32)
    left_of_it = _area(kept) / np.maximum(_area(moved), 1e-9)
    doubtful = np.where(left_of_it < LEAST_LEFT, np.minimum(visibility, 0.15), visibility)
    return picture[y : y + height, x : x + width], kept, np.where(left_of_it < 0.02, 0.0, doubtful)


def _area(boxes: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.maximum(boxes[:, 2] - boxes[:, 0], 0) * np.maximum(boxes[:, 3] - boxes[:, 1], 0)


def _seen(picture: Picture, chance: np.random.Generator) -> Picture:
    """By another sensor, in other light, through another encoder."""
    if chance.random() < 0.05:
        picture = np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., np.newaxis], 3, axis=2)
    if chance.random() < 0.4:
        gain = chance.uniform(0.65, 1.4) * chance.uniform(0.92, 1.08, 3)
        shift = chance.uniform(-18, 18)
        steps = np.arange(256, dtype=np.float64)[:, np.newaxis]
        table = np.clip((steps - 110) * gain * chance.uniform(0.8, 1.15) + 110 * gain + shift, 0, 255)
        picture = np.asarray(cv2.LUT(picture, table.astype(np.uint8).reshape(256, 1, 3)), np.uint8)
    if chance.random() < 0.05:
        picture = np.asarray(cv2.GaussianBlur(picture, (3, 3), chance.uniform(0.4, 1.0)), np.uint8)
    if chance.random() < 0.12:
        noise = np.empty(picture.shape, np.int16)
        cv2.setRNGSeed(int(chance.integers(2**31)))
        cv2.randn(noise, 0, chance.uniform(2, 9))
        picture = np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), np.uint8)
    if chance.random() < 0.15:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(chance.integers(25, 85))]
        picture = np.asarray(
            cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_COLOR), np.uint8
        )
    return picture
