"""The manifests that come with Loket, and what a manifest may not say."""

import re
from pathlib import Path

import pytest

from edge_agent.model_store import ModelError, Unknown
from edge_agent.model_store.manifest import (
    Enclosed,
    Fetched,
    ModelFile,
    Score,
    load_manifest,
    manifests_folder,
    names,
)
from edge_agent.model_store.store import default_mirror, fault_of

NAMES = names(manifests_folder())


def files_of(name: str) -> list[ModelFile]:
    return load_manifest(name, folder=manifests_folder()).files


def test_the_expected_models_are_there() -> None:
    assert {"ssd_mobilenet_v1_coco", "blazeface_short_range"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_manifest_pins_the_very_file(name: str) -> None:
    mirror = default_mirror()
    for file in files_of(name):
        match file:
            case Enclosed():
                assert fault_of(file.enclosed, file) is None
                assert file.enclosed.stat().st_size == file.size
            case Fetched() if mirror is not None:
                assert fault_of(mirror / file.mirror, file) is None
            case _:
                pytest.skip("no mirror folder: set LOKET_MIRROR")


@pytest.mark.parametrize("name", NAMES)
def test_upstream_is_pinned_to_a_commit(name: str) -> None:
    for file in files_of(name):
        if isinstance(file, Fetched):
            assert file.url.startswith("https://raw.githubusercontent.com/")
            commit = file.url.split("/")[5]
            assert len(commit) == 40
            assert set(commit) <= set("0123456789abcdef")


def test_no_weights_lie_beside_a_manifest_that_does_not_name_them() -> None:
    """They would be installed with Loket, and nobody would verify them."""
    lying = set(manifests_folder().glob("*/*.tflite"))
    named = {file.enclosed for name in NAMES for file in files_of(name) if isinstance(file, Enclosed)}
    assert lying == named


@pytest.mark.parametrize("name", NAMES)
def test_card_states_every_measured_score_and_its_command(name: str) -> None:
    manifest = load_manifest(name, folder=manifests_folder())
    card = (manifests_folder() / name / "card.md").read_text()
    assert "## Limits" in card
    for score in manifest.scores:
        assert score.command in card
        assert re.search(rf"(?<![\d.]){re.escape(written(score))}(?![\d.]*\d)", card), score.measure


def written(score: Score) -> str:
    """How a card writes a figure: as the manifest does, or as a count where it is a share of a few."""
    few = re.match(r"share of (\d+) ", score.measure)
    return f"{round(score.value * int(few[1]))} of {few[1]}" if few else f"{score.value:g}"


def test_a_misspelt_model_is_told_with_the_likely_one() -> None:
    with pytest.raises(Unknown, match='did you mean "ssd_mobilenet_v1_coco"'):
        load_manifest("ssd_mobilenet_v1_coc", folder=manifests_folder())


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("size = 4185023", 'size = "big"', "files[0].size"),
        ('sha256 = "61d5', 'sha256 = "61D5', "sha256"),
        ('name = "coco_ssd', 'name = "../coco_ssd', "plain file name"),
        ('mirror = "models/', 'mirror = "../models/', "inside the mirror folder"),
        ('url = "https://', 'url = "http://', "url"),
        ("size = 4185023", "size = 4185023\nurls = 1", 'files[0].urls: unknown key (did you mean "url"?)'),
        ('name = "coco_ssd', 'enclosed = "coco_ssd', "files[0] = "),
        ('licence = "Apache-2.0"', "", "licence: missing"),
        ('kind = "ssd"', 'kind = "ssd"\nkindness = 1', "kindness: unknown key"),
    ],
)
def test_a_wrong_manifest_is_told_by_its_line(wrong: str, right: str, told: str, tmp_path: Path) -> None:
    text = (manifests_folder() / "ssd_mobilenet_v1_coco" / "model.toml").read_text()
    assert wrong in text
    folder = tmp_path / "ssd_mobilenet_v1_coco"
    folder.mkdir()
    (folder / "model.toml").write_text(text.replace(wrong, right, 1))
    with pytest.raises(ModelError) as caught:
        load_manifest("ssd_mobilenet_v1_coco", folder=tmp_path)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


PIN = f'sha256 = "{"0" * 64}"\nsize = 1\n'


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (f'enclosed = "weights.tflite"\n{PIN}', ""),
        (
            f'enclosed = "../weights.tflite"\n{PIN}',
            "files[0].enclosed = '../weights.tflite': must be a plain",
        ),
        (f"enclosed = true\n{PIN}", "files[0].enclosed"),
        (f'enclosed = "weights.tflite"\nurl = "https://x.example/w"\n{PIN}', "is enclosed or fetched"),
        (f'enclosed = "weights.tflite"\nmirror = "w"\n{PIN}', "is enclosed or fetched"),
        (f'enclosed = "weights.tflite"\nname = "w"\n{PIN}', "is enclosed or fetched"),
        ('enclosed = "weights.tflite"\nsize = 1\n', "files[0].sha256: missing"),
        (PIN, "files[0].name: missing"),
        ('enclosed = "w"\n' + PIN + '[[files]]\nenclosed = "w"\n' + PIN, "two files have the same name"),
    ],
)
def test_a_file_is_enclosed_or_fetched_and_never_both(entry: str, told: str, tmp_path: Path) -> None:
    text = (manifests_folder() / "ssd_mobilenet_v1_coco" / "model.toml").read_text()
    before, _, after = text.partition("[[files]]\n")
    folder = tmp_path / "ssd_mobilenet_v1_coco"
    folder.mkdir()
    scores = after[after.index("[[scores]]") :]
    (folder / "model.toml").write_text(f"{before}[[files]]\n{entry}\n{scores}")
    if not told:
        weights = load_manifest("ssd_mobilenet_v1_coco", folder=tmp_path).weights
        assert weights == Enclosed(enclosed=folder / "weights.tflite", sha256="0" * 64, size=1)
        assert weights.name == "weights.tflite"
        return
    with pytest.raises(ModelError) as caught:
        load_manifest("ssd_mobilenet_v1_coco", folder=tmp_path)
    assert told in str(caught.value)
