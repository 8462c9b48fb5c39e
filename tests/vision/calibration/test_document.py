"""Drawn places in the text of vision.toml: the values are as drawn, and no other line changes."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.calibration import Uneditable
from edge_agent.vision.calibration.document import Drawing, with_places

TEXT = """\
# Kamera kantor
model = "street_sim"   # comes with Loket

[[cameras]]
name = "hall"
source = "hall.mp4"
loop = false   # once

[[cameras.masks]]  # a window
name = "window"
corners = [[0.02, 0.05], [0.2, 0.05], [0.2, 0.3]]

# the main door
[[cameras.lines]]
name = "door"     # named by the office
start = [0.61, 0.47]
end = [0.54, 0.36]

[[cameras.zones]]
name = "waiting"
corners = [
    [0.35, 0.55], # by the pillar
    [0.6, 0.5], [0.7, 0.8],
]

[[cameras.zones]]
name = "counter"
corners = [[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]]

[[cameras.rules]]
kind = "crossing"
line = "door" # in and out

# the waiting room
[[cameras.rules]]
kind = "occupancy"
zone = "waiting"

# the second one
[[cameras]]
name = "road"
source = "road.mp4"
# no rules yet
"""
PLAIN = tomllib.loads(TEXT)


def drawn(camera: int = 0) -> dict[str, list[dict[str, Any]]]:
    """What the page begins with."""
    table = PLAIN["cameras"][camera]
    return {
        kind: [{"was": n, **place} for n, place in enumerate(table.get(kind, []))]
        for kind in ("lines", "zones", "masks")
    }


def put(drawing: dict[str, Any], camera: int = 0, text: str = TEXT) -> str:
    return with_places(text, camera, Drawing.model_validate(drawing))


def changed(before: str, after: str) -> tuple[set[str], set[str]]:
    """Lines that are gone, and lines that are new."""
    return set(before.splitlines()) - set(after.splitlines()), set(after.splitlines()) - set(
        before.splitlines()
    )


@pytest.mark.parametrize("camera", [0, 1])
def test_what_was_not_touched_stays_to_the_byte(camera: int) -> None:
    assert put(drawn(camera), camera) == TEXT


def test_a_moved_corner_changes_its_value_alone() -> None:
    drawing = drawn()
    drawing["lines"][0]["end"] = [0.5, 0.36]
    assert changed(TEXT, put(drawing)) == ({"end = [0.54, 0.36]"}, {"end = [0.5, 0.36]"})


def test_a_new_name_keeps_its_comment_and_its_rules_follow() -> None:
    drawing = drawn()
    drawing["lines"][0]["name"] = "pintu"
    gone, new = changed(TEXT, put(drawing))
    assert gone == {'name = "door"     # named by the office', 'line = "door" # in and out'}
    assert new == {'name = "pintu"     # named by the office', 'line = "pintu" # in and out'}


def test_two_zones_may_change_names_with_each_other() -> None:
    drawing = drawn()
    drawing["zones"][0]["name"], drawing["zones"][1]["name"] = "counter", "waiting"
    after = tomllib.loads(put(drawing))["cameras"][0]
    assert [zone["name"] for zone in after["zones"]] == ["counter", "waiting"]
    assert after["rules"][1]["zone"] == "counter"  # the place that it always watched


def test_a_place_that_is_taken_away_takes_its_own_comment_and_no_other() -> None:
    drawing = drawn()
    drawing["lines"] = []
    drawing["zones"].pop()
    made = put(drawing)
    gone, new = changed(TEXT, made)
    assert "# the main door" in gone
    assert new == set()
    for kept in (
        "# Kamera kantor",
        "# the waiting room",
        "# the second one",
        "# no rules yet",
        "# by the pillar",
    ):
        assert kept in made
    assert "\n\n\n" not in made


def test_new_places_stand_with_their_kind_before_the_rules() -> None:
    drawing = drawn()
    drawing["zones"].append({"name": "baru", "corners": [[0.1, 0.1], [0.5, 0.1], [0.5, 0.51239]]})
    made = put(drawing)
    assert made.index('"counter"') < made.index('"baru"') < made.index("[[cameras.rules]]")
    assert tomllib.loads(made)["cameras"][0]["zones"][2]["corners"][2] == [0.5, 0.5124]


def test_a_camera_without_places_gets_its_first_at_its_end() -> None:
    made = put({"lines": [{"name": "gate", "start": [0, 0.5], "end": [1, 0.5]}]}, camera=1)
    assert made.startswith(TEXT.removesuffix("# no rules yet\n").rstrip("\n"))
    assert tomllib.loads(made)["cameras"][1]["lines"] == [
        {"name": "gate", "start": [0, 0.5], "end": [1, 0.5]}
    ]
    assert "# no rules yet" in made


def test_the_first_of_two_cameras_gets_its_first_before_the_second() -> None:
    text = '[[cameras]]\nname = "a"\n[cameras.gate]\nhold_s = 2\n# b is new\n[[cameras]]\nname = "b"'
    made = put({"zones": [{"name": "z", "corners": [[0, 0], [1, 0], [1, 1]]}]}, text=text)
    cameras = tomllib.loads(made)["cameras"]
    assert [len(camera.get("zones", [])) for camera in cameras] == [1, 0]
    assert "# b is new\n[[cameras]]" in made


def test_windows_line_ends_stay() -> None:
    drawing = drawn()
    drawing["zones"].append({"name": "z", "corners": [[0, 0], [1, 0], [1, 1]]})
    made = put(drawing, text=TEXT.replace("\n", "\r\n"))
    assert made.count("\n") == made.count("\r\n")


def test_places_in_one_array_are_refused_and_not_guessed() -> None:
    text = '[[cameras]]\nname = "a"\nzones = [{name = "z", corners = [[0, 0], [1, 0], [1, 1]]}]\n'
    with pytest.raises(Uneditable, match=r"camera a .* \[\[cameras.zones\]\]"):
        put({"zones": []}, text=text)


def test_a_place_that_is_not_in_the_file_is_refused() -> None:
    with pytest.raises(Uneditable, match="load the page again"):
        put({"zones": [{"was": 7, "name": "z", "corners": []}]})


SHARES = st.integers(0, 10_000).map(lambda n: n / 10_000)
POINTS = st.tuples(SHARES, SHARES)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)


@st.composite
def drawings(draw: st.DrawFn, camera: int) -> dict[str, list[dict[str, Any]]]:
    """Whatever a person may do to the places: keep, move, rename, take away, add."""
    made: dict[str, list[dict[str, Any]]] = {}
    for kind, places in drawn(camera).items():
        kept = [place for place in places if draw(st.booleans())]
        new = draw(st.lists(st.just(None), max_size=2))
        made[kind] = []
        for place in [*kept, *new]:
            if place is not None and draw(st.booleans()):
                made[kind].append(place)
                continue
            shape: dict[str, Any] = (
                {"start": draw(POINTS), "end": draw(POINTS)}
                if kind == "lines"
                else {"corners": draw(st.lists(POINTS, min_size=3, max_size=12))}
            )
            was = {} if place is None else {"was": place["was"]}
            made[kind].append({**was, "name": draw(NAMES), **shape})
    return made


@given(st.data())
def test_whatever_is_drawn_the_rest_stays(data: st.DataObject) -> None:
    camera = data.draw(st.integers(0, 1))
    drawing = data.draw(drawings(camera))
    made = put(drawing, camera)
    after = tomllib.loads(made)
    for kind, places in drawing.items():
        found = after["cameras"][camera].get(kind, [])
        assert [place["name"] for place in found] == [place["name"] for place in places]
    assert after["cameras"][1 - camera] == PLAIN["cameras"][1 - camera]
    assert {key: value for key, value in after["cameras"][camera].items() if isinstance(value, str)} == {
        key: value for key, value in PLAIN["cameras"][camera].items() if isinstance(value, str)
    }
    for comment in ("# Kamera kantor", "# comes with Loket", "# once", "# the second one", "# no rules yet"):
        assert comment in made
    again = {
        kind: [{"was": n, **place} for n, place in enumerate(after["cameras"][camera].get(kind, []))]
        for kind in drawing
    }
    assert with_places(made, camera, Drawing.model_validate(again)) == made
