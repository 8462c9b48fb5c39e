"""`edge-agent models slots`, `try` and `back` as a person uses them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge_agent.cli import models
from edge_agent.model_store.manifest import MANIFEST
from edge_agent.model_store.shelf import Shelf, pin_of
from edge_agent.model_store.slots import Slot, promoted, refused
from tests.vision.canary.bench import MODELS, add_model


class Machine:
    """A device with settings and two models, of which `new` serves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "device.toml").write_text('region = "17.07"\nname = "lebong-001"\ndata = "data"\n')
        (folder / "vision.toml").write_text(
            'model = "new"\nmodels_folder = "manifests"\n[[cameras]]\nname = "gate"\nsource = "/dev/video9"\n'
        )
        self.shelf = Shelf(folder / "data" / "models")
        for name, file in (("old", "sound"), ("new", "other"), ("bad", "nan")):
            add_model(folder / "manifests", name, (MODELS / f"{file}.tflite").read_bytes())
        for name in ("old", "new"):
            slot = self.slot(name)
            self.shelf.put(slot, {MANIFEST: self.manifest(name), f"{name}.tflite": self.weights(name)})
            self.shelf.change(lambda before, slot=slot: promoted(before, slot, change="1"))

    def manifest(self, name: str) -> Path:
        return self.folder / "manifests" / name / MANIFEST

    def weights(self, name: str) -> Path:
        return self.manifest(name).with_name(f"{name}.tflite")

    def slot(self, name: str) -> Slot:
        return Slot(name, "1", pin_of(self.manifest(name)), "0" * 64, "runtime-1")

    def run(self, *words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(models.app, [*words, "--config", str(self.folder)])
        return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_slots_tells_what_serves_what_did_and_what_is_refused(machine: Machine) -> None:
    bad = machine.slot("bad")
    machine.shelf.change(lambda before: refused(before, bad, reason="no numbers", lasting=True, change="2"))
    status, out, _ = machine.run("slots")
    assert (status, out.splitlines()) == (0, [
        "serves: new 1 (000000000000), on trial (0 starts)",
        "before: old 1 (000000000000)",
        "refused: bad 1 (000000000000): no numbers",
    ])  # fmt: skip
    told = json.loads(machine.run("slots", "--json")[1])
    assert (told["current"]["name"], told["refused"][0]["reason"]) == ("new", "no numbers")


def test_a_device_without_a_model_says_so(tmp_path: Path) -> None:
    (tmp_path / "device.toml").write_text('region = "17.07"\nname = "lebong-001"\ndata = "data"\n')
    result = CliRunner().invoke(models.app, ["slots", "--config", str(tmp_path)])
    assert "no model has served" in result.stdout


def test_back_returns_once_and_refuses_what_it_left(machine: Machine) -> None:
    status, out, _ = machine.run("back")
    assert status == 0
    assert out.startswith("old 1 (000000000000) serves from the next start on; restart")
    slots = machine.shelf.read()
    assert (slots.current, slots.previous) == (machine.slot("old"), None)
    assert slots.refusal_of(machine.slot("new").pin) is not None
    status, _, err = machine.run("back")
    assert status == 1
    assert "no model to return to" in err


def test_back_does_not_return_to_a_damaged_model(machine: Machine) -> None:
    machine.shelf.open(machine.slot("old")).weights.write_bytes(b"?")
    before = machine.shelf.read()
    status, _, err = machine.run("back")
    assert status == 1
    assert "wrong content" in err
    assert machine.shelf.read() == before


def test_try_tells_whether_a_model_may_serve_and_changes_nothing(machine: Machine) -> None:
    before = machine.shelf.read()
    status, out, _ = machine.run("try", "old")
    assert (status, out.split(";")[0]) == (0, "old: may serve")
    status, _, err = machine.run("try", "bad")
    assert status == 1
    assert "bad: must not serve: its scores are no numbers" in err
    status, _, err = machine.run("try", "odl")
    assert status == 2
    assert "did you mean" in err
    assert machine.shelf.read() == before


def test_a_refused_model_that_passes_is_forgiven_where_a_person_wants_it(machine: Machine) -> None:
    machine.run("back")
    assert machine.run("try", "new")[0] == 0
    assert machine.shelf.read().refused
    assert machine.run("try", "new", "--forgive")[0] == 0
    assert machine.shelf.read().refused == ()
