"""A mistake in a settings file is told in one line: the file, the line, the cause, the next step."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, field_validator

from edge_agent.device import Device, load_device
from loket.settings import Section, SettingsError, load, parse


class Camera(Section):
    name: str
    threshold: float = Field(default=0.4, ge=0, le=1)
    labels: tuple[str, ...] = ()


class Web(Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8700, ge=1, le=65535)


class Circle(Section):
    kind: Literal["circle"]
    radius: float = Field(gt=0)


class Square(Section):
    kind: Literal["square"]
    side: float = Field(gt=0)
    hole: Circle | None = None


class Unit(Section):
    model: str = "ssd"
    wait_s: float = 1.0
    web: Web = Web()
    cameras: tuple[Camera, ...] = ()
    shapes: tuple[Annotated[Circle | Square, Field(discriminator="kind")], ...] = ()

    @field_validator("model")
    @classmethod
    def _known(cls, value: str) -> str:
        if value == "yolo":
            raise ValueError("no such model; see `edge-agent models list`")
        return value


def mistake(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse(text, Unit, name="unit.toml")
    told = str(caught.value)
    assert "\n" not in told
    return told


def test_reads_what_is_right() -> None:
    read = parse('[web]\nport = 81\n[[cameras]]\nname = "gate"\n', Unit, name="unit.toml")
    assert read == Unit(web=Web(port=81), cameras=(Camera(name="gate"),))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("wait_s = nan", "unit.toml:1: wait_s = nan: input should be a finite number"),
        ("wait_s = -inf", "unit.toml:1: wait_s = -inf: input should be a finite number"),
        ('modell = "x"', 'unit.toml:1: modell: unknown key (did you mean "model"?)'),
        ('\n\nzzz = "x"', "unit.toml:3: zzz: unknown key (known here: cameras, model, shapes, wait_s, web)"),
        ("[web]\nhost = '::1'\nprot = 1", 'unit.toml:3: web.prot: unknown key (did you mean "port"?)'),
        (
            '[[cameras]]\nname = "a"\n[[cameras]]\nname = "b"\nthresold = 0.4',
            'unit.toml:5: cameras[1].thresold: unknown key (did you mean "threshold"?)',
        ),
        ("[webb]\nport = 1", 'unit.toml:1: webb: unknown key (did you mean "web"?)'),
        (
            "model = 3",
            "unit.toml:1: model = 3: input should be a valid string",
        ),
        (
            'model = "yolo"',
            "unit.toml:1: model = 'yolo': no such model; see `edge-agent models list`",
        ),
        ("[web]\nport = 70000", "unit.toml:2: web.port = 70000: input should be less than or equal to 65535"),
        (
            '[[cameras]]\nname = "a"\n\n[[cameras]]\nname = "b"\nthreshold = 7',
            "unit.toml:6: cameras[1].threshold = 7: input should be less than or equal to 1",
        ),
        ("[[cameras]]\nthreshold = 0.4", "unit.toml:1: cameras[0].name: missing; add it"),
        (
            '[[cameras]]\nname = "a"\nlabels = "person"',
            "unit.toml:3: cameras[0].labels = 'person': should be a list",
        ),
        ("web = 7", "unit.toml:1: web = 7: should be a table"),
        ("web = {host = 'a', port = 0}", "unit.toml:1: web.port = 0: input should be greater than"),
        (
            '[[cameras]]\nname = "a"\n[[cameras]]\nname = "b"\nlabels = ["person",\n7]',
            "unit.toml:5: cameras[1].labels[1] = 7: input should be a valid string",
        ),
        ("'web'.\"port\" = 0", "unit.toml:1: web.port = 0: input should be greater than"),
        (
            "[[shapes]]\nkind = 'circle'\nradius = 1\n[[shapes]]\nkind = 'square'\nside = 0",
            "unit.toml:6: shapes[1].side = 0: input should be greater than 0",
        ),
        (
            "[[shapes]]\nkind = 'square'\nsize = 1",
            'unit.toml:3: shapes[0].size: unknown key (did you mean "side"?)',
        ),
        (
            "[[shapes]]\nkind = 'circle'\nside = 1",
            "unit.toml:3: shapes[0].side: unknown key (known here: kind, radius)",
        ),
        (
            "[[shapes]]\nkind = 'sqare'\nside = 1",
            "unit.toml:2: shapes[0].kind = 'sqare': there is no such kind (did you mean \"square\"?)",
        ),
        ("\n[[shapes]]\nside = 1", "unit.toml:2: shapes[0].kind: missing; add it"),
        ("[[shapes]]\nkind = 'square'", "unit.toml:1: shapes[0].side: missing; add it"),
        (
            "[[shapes]]\nkind = 'square'\nside = 1\n[shapes.hole]\nkind = 'circle'\nradius = 0",
            "unit.toml:6: shapes[0].hole.radius = 0: input should be greater than 0",
        ),
        ("web.port = 'x'", "unit.toml:1: web.port = 'x': input should be a valid integer, unable to parse"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_cure(text: str, told: str) -> None:
    assert mistake(text).startswith(told)


def test_what_is_not_toml_is_told_with_its_line() -> None:
    told = mistake("model = \n")
    assert told.startswith("unit.toml: not TOML: ")
    assert "line 1" in told


def test_a_long_wrong_value_is_cut() -> None:
    assert len(mistake(f'web = "{"x" * 5000}"')) < 250


@given(st.text(max_size=200))
def test_any_text_is_settings_or_one_line(text: str) -> None:
    try:
        parse(text, Unit, name="unit.toml")
    except SettingsError as error:
        told = str(error)
    else:
        return
    assert told.startswith("unit.toml")


def test_a_missing_file_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"vision\.toml: no such file .*--config"):
        load(tmp_path / "vision.toml", Unit)


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "unit.toml"
    path.write_bytes(b"model = '\xff\xfe'")
    with pytest.raises(SettingsError, match="cannot be read"):
        load(path, Unit)
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path, Unit)


def test_paths_of_a_device_start_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "device.toml").write_text(
        'region = "17.07"\nname = "lebong-001"\ndata = "data"\nrun = "/run/x"\n'
    )
    device = load_device(tmp_path)
    assert device.data == tmp_path / "data"
    assert device.run == Path("/run/x")
    assert device.id.source == "/17.07/lebong-001"


@pytest.mark.parametrize("wrong", ['region = "Lebong"', 'name = "Lebong 1"'])
def test_a_device_with_an_impossible_identity_is_refused(wrong: str) -> None:
    right = {"region": '"17.07"', "name": '"lebong-001"'}
    right.pop(wrong.split(maxsplit=1)[0])
    text = "\n".join([wrong, *(f"{key} = {value}" for key, value in right.items())])
    with pytest.raises(SettingsError, match=r"device\.toml.*Lebong"):
        parse(text, Device, name="device.toml")
