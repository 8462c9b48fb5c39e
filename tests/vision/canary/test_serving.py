"""Which model serves: after a good start, a bad model, a crash loop, a full disk, a return."""

import shutil
from pathlib import Path

import pytest

from edge_agent.model_store import ModelError, Unavailable
from edge_agent.model_store.slots import Slots
from edge_agent.vision import DetectorError
from edge_agent.vision.canary.settings import SlotSettings
from edge_agent.vision.canary.verdict import Verdict
from edge_agent.vision.serving import Wanted
from tests.models.minisign import key_file, sign
from tests.vision.canary.bench import Desk

BAD = Verdict("its scores are no numbers")
SLOW = Verdict("it takes 900 ms a picture", lasting=False)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    for name in ("old", "new", "third"):
        desk.add(name)
    return desk


def test_a_model_is_tried_once_and_told_once(desk: Desk) -> None:
    assert [desk.serves("old") for _ in range(3)] == ["old"] * 3
    assert desk.tried == ["old"]
    assert desk.causes == [("promoted", "old")]


def test_another_model_is_tried_before_it_serves_and_the_one_before_is_kept(desk: Desk) -> None:
    desk.serves("old")
    assert desk.serves("new") == "new"
    slots = desk.shelf.read()
    assert (slots.current.name, slots.previous.name) == ("new", "old")
    assert len(list(desk.shelf.folder.glob("*/"))) == 2
    desk.serves("third")
    assert {slot.name for slot in desk.shelf.read().kept} == {"third", "new"}
    assert len(list(desk.shelf.folder.glob("*/"))) == 2


def test_a_model_that_fails_its_canary_never_serves_and_the_other_goes_on(desk: Desk) -> None:
    desk.serves("old")
    desk.verdicts["new"] = BAD
    assert [desk.serves("new") for _ in range(3)] == ["old"] * 3
    assert desk.tried == ["old", "new"]  # what is known to be bad is not tried at each start
    assert desk.causes == [("promoted", "old"), ("refused", "new")]


def test_why_the_named_model_does_not_serve_is_in_the_units_health(desk: Desk) -> None:
    desk.serves("old")
    desk.verdicts["new"] = BAD
    serving = desk.start()
    serving.choose(Wanted("new", desk.manifests))
    (note,) = serving.notes
    assert note == "model new: its scores are no numbers; old 1 serves instead"
    again = desk.start()
    again.choose(Wanted("new", desk.manifests))
    assert "edge-agent models try new --forgive" in again.notes[0]


def test_without_another_model_a_bad_one_stops_the_start(desk: Desk) -> None:
    desk.verdicts["new"] = BAD
    with pytest.raises(DetectorError, match="model new: its scores are no numbers"):
        desk.serves("new")


def test_a_slow_model_serves_only_where_there_is_no_other(desk: Desk) -> None:
    desk.verdicts["old"] = desk.verdicts["new"] = SLOW
    assert desk.serves("old") == "old"
    assert desk.serves("new") == "old"
    desk.verdicts["new"] = Verdict()  # the machine was busy
    assert desk.serves("new") == "new"
    assert desk.causes == [("promoted", "old"), ("refused", "new"), ("promoted", "new")]


def test_after_a_crash_loop_the_one_before_serves_again_and_the_bad_one_is_remembered(desk: Desk) -> None:
    desk.serves("old")
    assert [desk.crashes("new") for _ in range(4)] == ["new", "new", "new", "old"]
    assert desk.serves("new") == "old"
    assert desk.causes[-1] == ("returned", "old")
    assert desk.tried == ["old", "new"]
    assert desk.serves("third") == "third"


def test_power_cuts_are_not_held_against_a_model_on_trial_but_not_for_ever(desk: Desk) -> None:
    desk.serves("old")

    def cut(boot: int) -> str:
        desk.boot = f"boot-{boot}"
        return desk.crashes("new")

    assert [cut(boot) for boot in range(8)] == ["new"] * 8
    assert cut(9) == "old", "five were put down to the power, three not"


def test_a_power_cut_excuses_no_crash_before_it(desk: Desk) -> None:
    desk.serves("old")
    assert [desk.crashes("new") for _ in range(2)] == ["new", "new"]
    desk.boot = "boot-2"
    assert [desk.crashes("new") for _ in range(3)] == ["new", "new", "old"]


def test_ends_in_order_and_health_are_no_crashes(desk: Desk) -> None:
    desk.settings = SlotSettings(healthy_s=120)
    desk.serves("old")
    assert [desk.serves("new") for _ in range(9)] == ["new"] * 9
    serving = desk.start()
    serving.choose(Wanted("new", desk.manifests))
    serving.begin()
    serving.works(1000.0)
    serving.works(1119.0)
    assert desk.shelf.read().starts == 1
    serving.works(1120.0)
    assert desk.shelf.read().starts is None
    assert [desk.crashes("new") for _ in range(9)] == ["new"] * 9  # by now it is something else


def test_an_error_of_the_detector_is_held_against_the_model_and_others_are_not(desk: Desk) -> None:
    desk.serves("old")
    for error, starts in ((ModelError("x"), 0), (KeyboardInterrupt(), 0), (DetectorError("x"), 1)):
        serving = desk.start()
        serving.choose(Wanted("new", desk.manifests))
        serving.begin()
        with pytest.raises(type(error)), serving.blames_the_model():
            raise error
        assert desk.shelf.read().starts == starts


def test_the_first_model_of_a_device_is_never_given_up(desk: Desk) -> None:
    assert [desk.crashes("old") for _ in range(9)] == ["old"] * 9


def test_another_runtime_means_another_canary(desk: Desk) -> None:
    desk.serves("old")
    desk.serves("new")
    desk.runtime = "runtime-2"
    assert desk.serves("new") == "new"
    assert desk.tried == ["old", "new", "new"]
    desk.runtime = "runtime-3"
    desk.verdicts["new"] = BAD
    assert desk.serves("new") == "old"
    assert desk.tried[3:] == ["new", "new", "old"]


def test_a_model_that_cannot_be_had_leaves_the_other_at_work(desk: Desk) -> None:
    desk.serves("old")

    def away(_manifest: object) -> Path:
        raise Unavailable("model new: new.tflite could not be had")

    desk.fetch = away
    assert desk.serves("new") == "old"
    assert desk.causes == [("promoted", "old")]
    shutil.rmtree(desk.manifests)  # also where nothing is left but what is on the shelf
    assert desk.serves("old") == "old"


def test_a_damaged_slot_is_filled_anew_and_else_the_one_before_serves(desk: Desk) -> None:
    desk.serves("old")
    desk.serves("new")
    slots = desk.shelf.read()
    weights = desk.shelf.open(slots.current).weights
    weights.write_bytes(b"flipped")
    assert desk.serves("new") == "new"
    assert weights.read_bytes() == b"weights of new"
    weights.write_bytes(b"flipped")
    shutil.rmtree(desk.manifests)
    assert desk.serves("new") == "old"
    assert desk.causes[-1] == ("returned", "old")


def test_a_record_that_cannot_be_read_costs_a_canary_and_no_more(desk: Desk) -> None:
    desk.serves("old")
    (desk.shelf.folder / "slots.json").write_text('{"current": 7}')
    assert desk.shelf.read() == Slots()
    assert desk.serves("old") == "old"
    assert desk.tried == ["old", "old"]


def test_where_nothing_can_be_written_the_model_serves_from_where_it_lies(desk: Desk) -> None:
    (desk.folder / "data").mkdir()
    (desk.folder / "data" / "models").write_text("a file where the folder should be")
    serving = desk.start()
    chosen = serving.choose(Wanted("new", desk.manifests))
    serving.begin()
    assert chosen.weights == desk.manifests / "new" / "new.tflite"
    assert any("free space on the device" in note for note in serving.notes)


def test_what_could_not_be_told_is_told_at_the_next_start(desk: Desk) -> None:
    serving = desk.start()
    serving.choose(Wanted("old", desk.manifests))
    serving.tell(lambda *_: False)
    (change,) = desk.shelf.read().untold
    desk.serves("old")
    assert desk.told == [("promoted", "old", change.id)]
    desk.serves("old")
    assert len(desk.told) == 1


def test_a_manifest_that_changed_is_another_model(desk: Desk) -> None:
    desk.serves("old")
    desk.add("old", version="2")
    desk.serves("old")
    assert desk.tried == ["old", "old"]
    assert desk.shelf.read().current.version == "2"


def test_labels_that_the_model_in_its_place_does_not_know_are_told(desk: Desk) -> None:
    serving = desk.start()
    chosen = serving.choose(Wanted("old", desk.manifests))
    serving.note_labels(chosen.manifest, [("gate", ["person"]), ("road", ["person", "lorry"])])
    assert serving.notes == ("camera road: old serves, and does not know lorry",)


@pytest.mark.parametrize(("signed", "serves"), [(True, "new"), (False, "old")])
def test_where_a_key_is_named_an_unsigned_model_is_refused(signed: bool, serves: str, desk: Desk) -> None:
    desk.serves("old")
    desk.settings = SlotSettings(key=key_file(desk.folder))
    if signed:
        manifest = desk.manifests / "new" / "model.toml"
        manifest.with_name("model.toml.minisig").write_text(sign(manifest.read_bytes()))
    assert desk.serves("new") == serves
    assert desk.causes[-1] == (("promoted", "new") if signed else ("refused", "new"))
    assert desk.tried == (["old", "new"] if signed else ["old"])  # what is not signed is not even tried
