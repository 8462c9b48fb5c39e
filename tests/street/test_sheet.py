"""The contact sheet: its layout, what is drawn in a picture, and what is written beneath."""

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.street.camera.lens import lens_of
from edge_agent.street.export import sheet
from edge_agent.street.export.sheet import Grid, Tags, annotated, caption, jpeg, spread
from edge_agent.street.painter import Street
from edge_agent.street.scenario import Scenario
from edge_agent.street.shape import Picture
from edge_agent.street.truth import Truth

GREEN, YELLOW = (92, 240, 120), (255, 214, 64)


def a_street(**more: object) -> Street:
    """A small one of which a frame is quickly painted."""
    small = {
        "about": "Small.",
        "duration_s": 20,
        "fps": 2,
        "width": 320,
        "height": 240,
        "light": {"clouds": 1},
    }
    return Street(Scenario.model_validate(small | more), seed=1)


@pytest.fixture(scope="module")
def busy() -> Street:
    """People on the far pavement, and a line across it."""
    line = {"name": "across", "start": (0.0, 12.5), "end": (0.0, 17.5)}
    return a_street(crowd={"per_minute": 40}, lines=[line])


@given(st.integers(1, 36), st.integers(10, 960))
def test_tiles_do_not_touch_and_lie_on_the_page(count: int, tile_height: int) -> None:
    grid = Grid(count, tile_height)
    width, height = grid.size
    corners = [grid.corner(place) for place in range(count)]
    assert len(set(corners)) == count
    for left, top in corners:
        assert 0 < left < left + sheet.TILE_PX < width
        assert sheet.HEAD_PX <= top < top + tile_height + sheet.FOOT_PX < height
    for one, other in itertools.pairwise(corners):
        apart = (abs(other[0] - one[0]), abs(other[1] - one[1]))
        assert apart[0] > sheet.TILE_PX or apart[1] > tile_height + sheet.FOOT_PX
    assert grid.columns - grid.rows in (0, 1)


@given(st.integers(1, 36), st.floats(0.1, 7200))
def test_times_are_evenly_spread_inside_the_duration(count: int, over_s: float) -> None:
    times = spread(count, over_s=over_s)
    assert 0 < times[0] <= times[-1] < over_s
    assert np.allclose(np.diff(times), over_s / count)


_TAGS = st.tuples(
    st.text("0123456789 %", min_size=1, max_size=8), st.integers(-50, 400), st.integers(-50, 300)
)


@given(st.lists(_TAGS, max_size=25))
def test_tags_never_cover_each_other_nor_leave_the_picture(added: list[tuple[str, int, int]]) -> None:
    tile: Picture = np.zeros((240, 320, 3), np.uint8)
    tags = Tags(tile)
    for words, x, y in added:
        tags.add(words, (x, y), GREEN)
    for place, one in enumerate(tags.plates):
        assert one[0] >= 0
        assert one[1] >= 0
        assert one[2] <= 320
        assert one[3] <= 240
        for other in tags.plates[:place]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_a_crowd_of_tags_climbs_and_the_last_ones_are_left_out() -> None:
    tags = Tags(np.zeros((240, 320, 3), np.uint8))
    for number in range(30):
        tags.add(f"{number}", (100, 200), GREEN)
    tops = [plate[1] for plate in tags.plates]
    assert tops == sorted(tops, reverse=True)
    assert 3 < len(tops) < 30


def test_a_box_is_drawn_around_everybody_who_can_be_seen(busy: Street) -> None:
    truth = Truth(busy)
    plain, drawn = busy.picture(20), annotated(busy, truth, 20)
    assert drawn.shape == (480, 640, 3)
    clear = [seen for seen in truth.frame(20) if seen.visibility >= sheet.CLEAR]
    assert clear
    for seen in clear:
        right, bottom = (round(2 * side) for side in seen.box[2:])
        corner = drawn[bottom - 1 : bottom + 2, right - 1 : right + 2].reshape(-1, 3)
        assert (corner == GREEN).all(axis=1).any() or bottom >= 480 or right >= 640
    assert np.array_equal(plain, busy.picture(20)), "drawing must not spoil the street's own picture"


def test_a_line_is_drawn_where_the_lens_sees_it(busy: Street) -> None:
    drawn = annotated(busy, Truth(busy), 20)
    ends, _ = lens_of(busy.scenario).project(np.array([[0.0, 13.0, 0.0], [0.0, 17.0, 0.0]]))
    for x, y in (2 * ends).round().astype(int):
        spot = drawn[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3).astype(int)
        assert np.abs(spot - YELLOW).sum(axis=1).min() < 60


def test_the_arrow_of_a_line_points_where_forward_crossings_go(busy: Street) -> None:
    lens = lens_of(busy.scenario)
    truth = Truth(busy)
    forward = [each for each in truth.events().crossings if each.direction == "forward"]
    walked = [
        next(actor for actor in busy.plan.actors if actor.number == each.number).path.at(each.at_s + 0.5).x
        for each in forward
    ]
    assert walked
    assert min(walked) > 0, "across the line, to the right"
    bare = annotated(a_street(crowd={"per_minute": 40}), truth, 20).astype(int)
    arrow = np.abs(annotated(busy, truth, 20).astype(int) - bare).sum(axis=2) > 60
    middle, _ = lens.project(np.array([0.0, 15.0, 0.0]))
    x, y = (2 * middle).round().astype(int)
    assert arrow[y - 6 : y + 7, x + 8 : x + 20].any()
    assert not arrow[y - 6 : y + 7, x - 20 : x - 8].any()


def test_what_the_camera_suffers_is_told() -> None:
    fault = {"kind": "covered", "from_s": 5, "until_s": 15}
    street = a_street(
        faults=[fault], weather={"rain": 0.5}, light={"daylight": [(0, 0.0)], "night": "infrared"}
    )
    clear, covered = caption(street, 0), caption(street, 20)
    assert clear == ("0.0 s   frame 0   daylight 0.00   infrared   rain 0.5   queue 0", "")
    assert covered[0].startswith("10.0 s   frame 20   ")
    assert covered[1] == "camera: covered 100%"


@pytest.mark.parametrize(("width", "height"), [(64, 64), (64, 1080), (1920, 64)])
@pytest.mark.parametrize("count", [1, 5])
def test_a_sheet_of_any_size_is_a_jpeg(width: int, height: int, count: int) -> None:
    street = a_street(width=width, height=height, duration_s=5, about="Long words. " * 16)
    made = sheet.sheet(street, Truth(street), list(range(count)), title=street.scenario.about)
    content = np.frombuffer(jpeg(made), np.uint8)
    shown = cv2.imdecode(content, cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape == made.shape
    assert cv2.PSNR(cv2.cvtColor(made, cv2.COLOR_RGB2BGR), shown) > 25
