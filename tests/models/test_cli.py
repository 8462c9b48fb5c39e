"""`edge-agent models` as a person uses it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge_agent.cli import models
from edge_agent.model_store.manifest import manifests_folder
from edge_agent.model_store.store import default_mirror

NAME = "blazeface_short_range"


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = default_mirror()
    if folder is None:
        pytest.skip("no mirror folder: set LOKET_MIRROR")
    monkeypatch.setenv("LOKET_MIRROR", str(folder))
    return folder


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(models.app, list(words))
    return result.exit_code, result.stdout, result.stderr


def test_pull_then_verify_then_damage(mirror: Path, tmp_path: Path) -> None:
    store = ("--store", str(tmp_path))
    status, out, _ = run("verify", NAME, *store)
    assert status == 1
    status, out, _ = run("pull", NAME, *store, "--json")
    assert status == 0
    (path,) = json.loads(out)["models"][NAME]
    assert run("verify", NAME, *store)[0] == 0
    with Path(path).open("r+b") as file:
        file.truncate(1000)
    status, _, err = run("verify", NAME, *store)
    assert status == 1
    assert "wrong content" in err
    assert f"edge-agent models pull {NAME}" in err


def test_list_tells_what_is_here(mirror: Path, tmp_path: Path) -> None:
    run("pull", NAME, "--store", str(tmp_path))
    status, out, _ = run("list", "--store", str(tmp_path), "--json")
    assert status == 0
    here = {row["name"] for row in json.loads(out)["models"] if row["here"]}
    enclosed = {path.parent.name for path in manifests_folder().glob("*/*.tflite")}
    assert here == {NAME} | enclosed


def test_a_misspelt_name_is_a_mistake_of_use(tmp_path: Path) -> None:
    status, _, err = run("pull", "blazefaec_short_range", "--store", str(tmp_path))
    assert status == 2
    assert "did you mean" in err


def test_what_cannot_be_had_is_told_with_all_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOKET_MIRROR", str(tmp_path / "empty"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    status, _, err = run("pull", NAME, "--store", str(tmp_path), "--artefacts", "http://127.0.0.1:1")
    assert status == 1
    for place in ("local store", "mirror folder", "the fleet's artefact store", "upstream"):
        assert place in err
