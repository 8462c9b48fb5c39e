"""The manifests that come with Loket, and what a manifest may not say."""

from pathlib import Path

import pytest

from edge_agent.model_store import ModelError, Unknown
from edge_agent.model_store.manifest import load_manifest, manifests_folder, names
from edge_agent.model_store.store import default_mirror, fault_of

NAMES = names(manifests_folder())


def test_the_expected_models_are_there() -> None:
    assert NAMES == [
        "blazeface_full_range", "blazeface_full_range_sparse", "blazeface_short_range",
        "ssd_mobilenet_v1_coco",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_manifest_pins_the_very_file_of_the_mirror(name: str) -> None:
    mirror = default_mirror()
    if mirror is None:
        pytest.skip("no mirror folder: set LOKET_MIRROR")
    for file in load_manifest(name, folder=manifests_folder()).files:
        assert fault_of(mirror / file.mirror, file) is None


@pytest.mark.parametrize("name", NAMES)
def test_upstream_is_pinned_to_a_commit(name: str) -> None:
    for file in load_manifest(name, folder=manifests_folder()).files:
        assert file.url.startswith("https://raw.githubusercontent.com/")
        commit = file.url.split("/")[5]
        assert len(commit) == 40
        assert set(commit) <= set("0123456789abcdef")


@pytest.mark.parametrize("name", NAMES)
def test_card_states_every_measured_score_and_its_command(name: str) -> None:
    manifest = load_manifest(name, folder=manifests_folder())
    card = (manifests_folder() / name / "card.md").read_text()
    assert "## Limits" in card
    for score in manifest.scores:
        assert score.command in card
        figure = f"{score.value:.3f}" if name.startswith("ssd") else f"{round(score.value * 5)} of 5"
        assert figure in card


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
