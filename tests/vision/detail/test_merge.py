"""Each object once, however the picture is cut: with a detector that sees all that a view shows."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.vision.detail.merge import View, merge
from edge_agent.vision.detail.regions import WHOLE, Region, grid, regions_of, windows
from edge_agent.vision.detector import Detections
from tests.vision.conftest import detections


def perfect(region: Region, truth: list[tuple[Region, int]]) -> View:
    """What is in `region`, in shares of it: all that shows at least two hundredths of the region."""
    rows = []
    for box, label in truth:
        left, top = max(box.left, region.left), max(box.top, region.top)
        right, bottom = min(box.right, region.right), min(box.bottom, region.bottom)
        if right - left < 0.02 * region.width or bottom - top < 0.02 * region.height:
            continue
        rows.append((
            (left - region.left) / region.width, (top - region.top) / region.height,
            (right - region.left) / region.width, (bottom - region.top) / region.height, 0.8, label,
        ))  # fmt: skip
    return View(region, detections(*rows))


def iou(one: Region, two: Region) -> float:
    both = max(0.0, min(one.right, two.right) - max(one.left, two.left)) * max(
        0.0, min(one.bottom, two.bottom) - max(one.top, two.top)
    )
    return both / (one.width * one.height + two.width * two.height - both)


def found_in(merged: Detections) -> list[Region]:
    return [Region(*map(float, box)) for box in merged.boxes]


def agrees(merged: Detections, truth: list[tuple[Region, int]], *, least: float = 0.85) -> bool:
    """Whether each of `truth` was found once, and nothing else."""
    left = [(box, int(label)) for box, label in zip(found_in(merged), merged.labels, strict=True)]
    for box, label in truth:
        hits = [each for each in left if each[1] == label and iou(each[0], box) >= least]
        if len(hits) != 1:
            return False
        left.remove(hits[0])
    return not left


@st.composite
def scattered(draw: st.DrawFn, *, least: float = 0.05) -> list[tuple[Region, int]]:
    """Objects that stand apart: each alone in its cell of a coarse raster."""
    side = draw(st.integers(1, 4))
    cells = draw(st.sets(st.tuples(st.integers(0, side - 1), st.integers(0, side - 1)), max_size=8))
    truth = []
    for column, row in sorted(cells):
        width, height = (draw(st.floats(least, 0.85 / side)) for _ in range(2))
        left = column / side + draw(st.floats(0, 1)) * (0.9 / side - width)
        top = row / side + draw(st.floats(0, 1)) * (0.9 / side - height)
        truth.append((Region(left, top, left + width, top + height), draw(st.integers(0, 1))))
    return truth


grids = st.builds(
    grid, st.integers(1, 4), st.integers(1, 4), overlap=st.sampled_from([0.2, 0.25, 0.4, 0.5])
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(scattered(), grids)
def test_with_the_whole_each_object_is_found_once(
    truth: list[tuple[Region, int]], tiles: tuple[Region, ...]
) -> None:
    assert agrees(merge([perfect(region, truth) for region in (WHOLE, *tiles)]), truth)


@settings(deadline=None, max_examples=60)
@given(scattered(), grids)
def test_pieces_of_tiles_alone_are_joined(truth: list[tuple[Region, int]], tiles: tuple[Region, ...]) -> None:
    assert agrees(merge([perfect(region, truth) for region in tiles]), truth, least=0.8)


@settings(deadline=None, max_examples=60)
@given(scattered(), grids, st.randoms())
def test_the_order_of_the_views_does_not_matter(
    truth: list[tuple[Region, int]], tiles: tuple[Region, ...], chance: object
) -> None:
    views = [perfect(region, truth) for region in (WHOLE, *tiles)]
    before = sorted(found_in(merge(views)))
    chance.shuffle(views)  # type: ignore[attr-defined]
    after = sorted(found_in(merge(views)))
    assert len(before) == len(after)
    assert all(iou(one, two) > 0.85 for one, two in zip(before, after, strict=True))


sides = st.tuples(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.01, 1), st.floats(0.01, 1)).map(
    lambda box: (box[0], box[1], min(1.0, box[0] + box[2]), min(1.0, box[1] + box[3]))
)
rows = st.lists(st.tuples(sides, st.floats(0.1, 1), st.integers(0, 2)), max_size=12).map(
    lambda found: detections(*((*box, score, label) for box, score, label in found))
)


@settings(deadline=None, max_examples=60)
@given(rows)
def test_one_view_alone_is_left_as_it_is(found: Detections) -> None:
    merged = merge([View(WHOLE, found)])
    assert sorted(map(tuple, merged.boxes.tolist())) == sorted(map(tuple, found.boxes.tolist()))


@settings(deadline=None, max_examples=60)
@given(st.lists(rows, min_size=1, max_size=5))
def test_whatever_was_found_the_answer_is_sound_and_not_more(found: list[Detections]) -> None:
    regions = (WHOLE, *grid(2, 2, overlap=0.25))
    merged = merge([View(region, each) for region, each in zip(regions, found, strict=False)])
    assert len(merged) <= sum(len(each) for each in found)
    assert ((merged.boxes >= 0) & (merged.boxes <= 1)).all()
    assert (merged.boxes[:, 2:] >= merged.boxes[:, :2]).all()
    if any(len(each) for each in found):
        assert float(merged.scores.max()) == max(float(s) for each in found for s in each.scores)


def test_one_who_stands_before_another_stays() -> None:
    tall, small = (0.3, 0.1, 0.7, 0.95, 0.9, 0), (0.4, 0.5, 0.55, 0.9, 0.7, 0)
    merged = merge([View(WHOLE, detections(tall)), View(Region(0.2, 0.2, 0.8, 1.0), detections(
        ((0.4 - 0.2) / 0.6, (0.5 - 0.2) / 0.8, (0.55 - 0.2) / 0.6, (0.9 - 0.2) / 0.8, 0.8, 0)
    ))])  # fmt: skip
    assert len(merged) == 2
    assert small[:2] in {tuple(np.round(box[:2], 3).tolist()) for box in merged.boxes.astype(float)}


def full(found: Detections) -> Detections:
    return Detections(found.boxes, found.scores, found.labels, saturated=True)


def test_that_the_whole_was_full_is_no_doubt_where_tiles_cover_it_and_had_room() -> None:
    crowd = full(detections(*((0.1 * n, 0.2, 0.1 * n + 0.05, 0.4, 0.6, 0) for n in range(10))))
    tiles = grid(2, 2, overlap=0.25)
    roomy = [View(region, detections()) for region in tiles]
    assert merge([View(WHOLE, crowd)]).missing_below == np.float32(0.6)
    assert merge([View(WHOLE, crowd), *roomy]).missing_below == 0
    assert merge([View(WHOLE, crowd), *roomy[:3]]).missing_below == np.float32(0.6)
    assert merge([View(WHOLE, crowd), *roomy[:3], View(tiles[3], crowd)]).saturated


@settings(deadline=None, max_examples=60)
@given(scattered(least=0.005), st.floats(0.1, 0.6), st.integers(1, 9))
def test_windows_show_the_smallest_first_and_lie_inside_the_picture(
    truth: list[tuple[Region, int]], side: float, most: int
) -> None:
    boxes = [box for box, _ in truth]
    found = windows(boxes, side=side, most=most)
    assert len(found) <= most
    assert all(WHOLE.holds(window) or iou(window, WHOLE) > 0.99 for window in found)
    near = [Region(w.left - 1e-9, w.top - 1e-9, w.right + 1e-9, w.bottom + 1e-9) for w in found]
    shown = [any(window.holds(box) for window in near) for box in boxes]
    if len(found) < most:
        assert all(shown)
    elif boxes:
        assert shown[boxes.index(min(boxes, key=lambda box: (box.width * box.height, box)))]


@settings(deadline=None, max_examples=60)
@given(grids)
def test_tiles_cover_the_picture_and_overlap_their_neighbours(tiles: tuple[Region, ...]) -> None:
    for x, y in itertools.product(np.linspace(0, 1, 23), repeat=2):
        assert any(t.left <= x <= t.right and t.top <= y <= t.bottom for t in tiles)
    assert regions_of(np.array(tiles, np.float32)) == [Region(*map(float, np.float32(t))) for t in tiles]
