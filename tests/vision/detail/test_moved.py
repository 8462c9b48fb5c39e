"""Where the gate sees motion reaches the detector with the frame."""

import av
import numpy as np

from edge_agent.vision.gate.background import places
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.settings import GateSettings
from edge_agent.vision.gate.tally import Tally
from edge_agent.vision.gate.watch import Watch


def test_a_frame_tells_where_something_moved() -> None:
    clock = [100.0]
    watch = Watch(
        GateSettings(), most_per_s=10, interest=Interest(), tally=Tally(), now=lambda: clock[0],
        chance=lambda: 1.0,
    )  # fmt: skip
    calm = np.random.default_rng(3).integers(90, 110, (480, 640), np.uint8)

    def shots() -> object:
        for number in range(200):
            clock[0] += 0.1
            pixels = calm.copy()
            if number >= 180:
                left = 300 + 4 * (number - 180)
                pixels[200:300, left : left + 50] = 230
            yield av.VideoFrame.from_ndarray(pixels, format="gray")

    moved = [frame.moved for frame in watch.frames(shots()) if frame.captured_s > 118.5]
    assert moved
    for ((left, top, right, bottom),) in moved:
        assert 0.40 < left < 0.62
        assert 0.49 < right < 0.75
        assert 0.35 < top < bottom < 0.70


def test_places_that_stand_apart_are_told_apart() -> None:
    strays = np.zeros((10, 20), np.bool_)
    strays[2:4, 3:5] = strays[6:9, 10] = strays[7, 11] = True
    assert places(strays) == ((0.15, 0.2, 0.25, 0.4), (0.5, 0.6, 0.6, 0.9))
    assert places(np.zeros((10, 20), np.bool_)) == ()
