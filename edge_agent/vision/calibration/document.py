"""Drawn places put into the text of `vision.toml`, every other line as it was; pure."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from edge_agent.vision.calibration import Uneditable
from edge_agent.vision.calibration.toml import Block, Entry, File, parse
from loket.settings import Section

Kind = Literal["lines", "zones", "masks"]
KINDS: tuple[Kind, ...] = ("masks", "lines", "zones")
_POINT_DIGITS = 4
"""A ten-thousandth of the picture is finer than any pixel of a network camera's."""
_WIDEST = 100
Point = tuple[float, float]


class Drawn(Section):
    """A place as it was drawn."""

    was: int | None = Field(default=None, ge=0, description="Its place among its kind in the file, from 0.")

    def values(self) -> dict[str, Any]:
        """What stands in the file."""
        return self.model_dump(exclude={"was"})


class DrawnLine(Drawn):
    """A line."""

    name: str = Field(max_length=200)
    start: Point
    end: Point


class DrawnZone(Drawn):
    """A zone."""

    name: str = Field(max_length=200)
    corners: list[Point] = Field(max_length=200)


class DrawnMask(Drawn):
    """A mask."""

    name: str = Field(max_length=200)
    corners: list[Point] = Field(max_length=200)


class Drawing(Section):
    """All places of one camera; what is in the file and not here is taken away."""

    lines: list[DrawnLine] = Field(default=[], max_length=200)
    zones: list[DrawnZone] = Field(default=[], max_length=200)
    masks: list[DrawnMask] = Field(default=[], max_length=200)

    def of(self, kind: Kind) -> Sequence[Drawn]:
        """Those of one kind, in the order of the file, new ones last."""
        drawn: Sequence[Drawn] = getattr(self, kind)
        return sorted(drawn, key=lambda each: (each.was is None, each.was or 0))


def with_places(text: str, camera: int, drawing: Drawing) -> str:
    """`text` with the places of the camera (by its number in the file, from 0) as they were drawn.

    Rules follow a line or a zone that has another name now. Raises Uneditable.
    """
    before = tomllib.loads(text)
    wanted = _wanted(before, camera, drawing)
    file = parse(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    renamed = _renamed(before["cameras"][camera], drawing)
    _rename(_blocks(file, camera, ("cameras", "rules")), renamed)
    for kind in KINDS:
        _put(file, camera, kind, drawing.of(kind), newline)
    made = file.text
    if tomllib.loads(made) != wanted:
        raise Uneditable(
            f"the places of camera {before['cameras'][camera].get('name')} are written in a form that cannot "
            "be edited here; write each as a table of its own, such as [[cameras.zones]]"
        )
    return made


def _wanted(before: Mapping[str, Any], camera: int, drawing: Drawing) -> dict[str, Any]:
    """What the file must hold afterwards."""
    table = dict(before["cameras"][camera])
    renamed = _renamed(table, drawing)
    for kind in KINDS:
        old: list[dict[str, Any]] = table.pop(kind, [])
        places = [
            {**(old[each.was] if each.was is not None else {}), **_plain(each)} for each in drawing.of(kind)
        ]
        if places:
            table[kind] = places
    if "rules" in table:
        table["rules"] = [
            {**rule, **{key: renamed[key].get(rule[key], rule[key]) for key in renamed if key in rule}}
            for rule in table["rules"]
        ]
    cameras = list(before["cameras"])
    cameras[camera] = table
    return {**before, "cameras": cameras}


def _renamed(table: Mapping[str, Any], drawing: Drawing) -> dict[str, dict[str, str]]:
    """For a rule's `line` and `zone`: old names and new ones."""
    found: dict[str, dict[str, str]] = {"line": {}, "zone": {}}
    kinds: tuple[tuple[str, Kind], ...] = (("line", "lines"), ("zone", "zones"))
    for key, kind in kinds:
        for each in drawing.of(kind):
            if each.was is None:
                continue
            if each.was >= len(table.get(kind, [])):
                raise Uneditable(f"there is no place {each.was} among its {kind}; load the page again")
            found[key][table[kind][each.was]["name"]] = each.values()["name"]
    for each in drawing.masks:
        if each.was is not None and each.was >= len(table.get("masks", [])):
            raise Uneditable(f"there is no place {each.was} among its masks; load the page again")
    return found


def _plain(drawn: Drawn) -> dict[str, Any]:
    """Its values as TOML gives them back."""
    values: dict[str, Any] = json.loads(json.dumps(drawn.values()), parse_int=float)
    return {key: _short(value) for key, value in values.items()}


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return [_short(each) for each in value]
    return round(value, _POINT_DIGITS) + 0.0 if isinstance(value, float) else value


def _blocks(file: File, camera: int, path: tuple[str, ...]) -> list[Block]:
    """The blocks of one kind of one camera."""
    found, number = list[Block](), -1
    for block in file.blocks:
        number += block.path == ("cameras",)
        if number == camera and block.path == path:
            found.append(block)
    return found


def _rename(rules: Sequence[Block], renamed: Mapping[str, Mapping[str, str]]) -> None:
    for rule in rules:
        for key, names in renamed.items():
            entry = rule.entry(key)
            if entry is not None:
                old = tomllib.loads(f"name = {entry.value}")["name"]
                if names.get(old, old) != old:
                    entry.value = _written(names[old])


def _put(file: File, camera: int, kind: Kind, drawn: Sequence[Drawn], newline: str) -> None:
    """Change, take away and add the places of one kind."""
    there = _blocks(file, camera, ("cameras", kind))
    kept = {each.was: each for each in drawn if each.was is not None}
    for number, block in enumerate(there):
        if number not in kept:
            _take_away(file, block)
            continue
        for key, value in _plain(kept[number]).items():
            entry = block.entry(key)
            if entry is not None and tomllib.loads(f"value = {entry.value}")["value"] != value:
                entry.value = _written(value)
    for each in drawn:
        if each.was is None:
            _add(file, camera, kind, each, newline)


def _take_away(file: File, block: Block) -> None:
    place = next(n for n, each in enumerate(file.blocks) if each is block)
    left = block.take_lead()
    del file.blocks[place]
    after = file.blocks[place].lead if place < len(file.blocks) else file.tail
    both = [*left, *after]
    while len(both) > 1 and not both[0].strip() and not both[1].strip():
        del both[0]
    after[:] = both


def _add(file: File, camera: int, kind: Kind, drawn: Drawn, newline: str) -> None:
    same = _blocks(file, camera, ("cameras", kind))
    rules = _blocks(file, camera, ("cameras", "rules"))
    place = (
        _place_of(file, same[-1]) + 1 if same else _place_of(file, rules[0]) if rules else _end(file, camera)
    )
    body: list[Entry | str] = [
        Entry(key, f"{key} = ", _written(value), newline) for key, value in _plain(drawn).items()
    ]
    before = file.blocks[place - 1]
    last = before.body[-1] if before.body else None
    if isinstance(last, Entry) and not last.after.endswith("\n"):
        last.after += newline
    elif last is None and before.header and not before.header.endswith("\n"):
        before.header += newline
    file.blocks.insert(place, Block(("cameras", kind), [newline], f"[[cameras.{kind}]]{newline}", body))
    after = file.blocks[place + 1].lead if place + 1 < len(file.blocks) else None
    if after is not None and (not after or after[0].strip()):
        after.insert(0, newline)


def _place_of(file: File, block: Block) -> int:
    return next(n for n, each in enumerate(file.blocks) if each is block)


def _end(file: File, camera: int) -> int:
    """Where the next camera, or another table, begins."""
    number = -1
    for place, block in enumerate(file.blocks):
        if number == camera and block.path[:1] != ("cameras",):
            return place
        number += block.path == ("cameras",)
        if number > camera:
            return place
    return len(file.blocks)


def _written(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if not (isinstance(value, list) and value and isinstance(value[0], list)):
        return json.dumps(value)
    points = [json.dumps(point) for point in value]
    line = f"[{', '.join(points)}]"
    if len(line) <= _WIDEST:
        return line
    rows = [", ".join(points[n : n + 5]) for n in range(0, len(points), 5)]
    return "[\n" + "".join(f"    {row},\n" for row in rows) + "]"
