"""What is drawn: the arrow points where forward is, words hide no words, colours are for all eyes."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.vision.drawing import palette
from edge_agent.vision.drawing.canvas import Canvas, enlarged, laid_over
from edge_agent.vision.drawing.found import Mark, marks_over
from edge_agent.vision.drawing.places import Area, Crossed, Places, sheet_of
from edge_agent.vision.scene.geometry import Line

WIDTH, HEIGHT = 320, 200


@pytest.mark.parametrize("degrees", range(0, 360, 30))
def test_the_arrow_points_to_where_forward_leads(degrees: int) -> None:
    across, down = (70 * side(math.radians(degrees)) for side in (math.cos, math.sin))
    start = (0.5 - across / WIDTH, 0.5 - down / HEIGHT)
    end = (0.5 + across / WIDTH, 0.5 + down / HEIGHT)
    sheet = sheet_of(Places(lines=(Crossed("a", start, end),)), width=WIDTH, height=HEIGHT)
    alone = sheet[..., :3].astype(int) - palette.LINE
    ys, xs = np.nonzero((np.abs(alone).max(axis=2) < 12) & (sheet[..., 3] > 200))
    middle = ((start[0] + end[0]) / 2 * WIDTH, (start[1] + end[1]) / 2 * HEIGHT)
    line = Line(start, end)
    near = np.hypot(xs - middle[0], ys - middle[1]) < 0.05 * WIDTH
    depths = [
        line.depth((x / WIDTH, y / HEIGHT), (0.1, 0.1)) for x, y in zip(xs[near], ys[near], strict=True)
    ]
    assert max(depths) > 2 * -min(depths)  # it reaches to the positive side, which is forward's


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 190)), min_size=1, max_size=25))
def test_words_stay_in_the_picture_and_hide_no_others(places: list[tuple[float, float]]) -> None:
    canvas = Canvas(WIDTH, HEIGHT, fine=1)
    for number, place in enumerate(places):
        canvas.words(f"person {number}", place, palette.SEEN)
    plates = canvas.plates
    assert plates
    for left, top, right, bottom in plates:
        assert 0 <= left < right <= WIDTH
        assert 0 <= top < bottom <= HEIGHT
    for one, other in itertools.combinations(plates, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_nothing_is_changed_where_nothing_is_drawn() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    places = Places(zones=(Area("z", ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4))),))
    sheet = sheet_of(places, width=WIDTH, height=HEIGHT)
    drawn = laid_over(picture, sheet)
    untouched = sheet[..., 3] == 0
    assert untouched.mean() > 0.5
    assert (drawn[untouched] == picture[untouched]).all()
    assert (drawn != picture).any()
    assert drawn is not picture


@pytest.mark.parametrize(("seen", "colour"), [(True, palette.SEEN), (False, palette.BELIEVED)])
def test_who_is_not_seen_is_drawn_otherwise(seen: bool, colour: palette.Colour) -> None:
    sheet = marks_over([Mark((0.3, 0.3, 0.6, 0.9), "person 1", seen=seen)], width=WIDTH, height=HEIGHT)
    right = sheet[int(0.6 * HEIGHT), int(0.55 * WIDTH) : int(0.65 * WIDTH)]
    drawn = (np.abs(right[:, :3].astype(int) - colour).max(axis=1) < 6) & (right[:, 3] > 0)
    assert drawn.any() == seen  # the middle of an edge: a box has one, corners have none


def test_small_pictures_are_enlarged_and_large_ones_are_not() -> None:
    assert enlarged(np.zeros((120, 160, 3), np.uint8), least_side=960).shape == (720, 960, 3)
    large = np.zeros((1080, 1920, 3), np.uint8)
    assert enlarged(large, least_side=960) is large


MATRICES = {  # Viénot, Brettel and Mollon, 1999, on linear RGB
    "protanopia": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deuteranopia": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


@pytest.mark.parametrize("eyes", MATRICES)
def test_zones_lines_and_masks_are_told_apart_by_colour_blind_eyes(eyes: str) -> None:
    colours = [np.array(colour) / 255 for colour in (palette.ZONE, palette.LINE, palette.MASK)]
    seen = [(np.array(MATRICES[eyes]) @ colour**2.2).clip(0, 1) ** (1 / 2.2) for colour in colours]
    for one, other in itertools.combinations(seen, 2):
        assert np.abs(one - other).max() > 0.15
