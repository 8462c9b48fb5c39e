"""The installed package: what it has of the models, and that it serves them without writing anything."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
WEIGHTS = b"not weights, but pinned like them"
MANIFEST = f"""\
name = "small"
version = "1"
licence = "Apache-2.0"
origin = "https://upstream.invalid"
summary = "Finds nothing."
kind = "ssd"
limits = ["It finds nothing."]
input = {{ shape = [1], type = "uint8", meaning = "Nothing." }}
outputs = [{{ shape = [1], type = "uint8", meaning = "Nothing." }}]

[[files]]
enclosed = "small.tflite"
sha256 = "{hashlib.sha256(WEIGHTS).hexdigest()}"
size = {len(WEIGHTS)}

[[scores]]
measure = "none"
value = 0
on = "nothing"
command = "none"
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this checkout with one more model, which comes with its weights and with what trained it."""
    source = tmp_path_factory.mktemp("source")
    for name in ("loket", "edge_agent", "fleet", "models"):
        shutil.copytree(CHECKOUT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, source)
    small = source / "models" / "small"
    small.mkdir()
    (small / "model.toml").write_text(MANIFEST)
    (small / "card.md").write_text("# Small\n")
    (small / "small.tflite").write_bytes(WEIGHTS)
    (small / "train.py").write_text("raise SystemExit\n")
    (small / "losses.csv").write_text("1,2\n")
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(source / "dist")]
    subprocess.run(built, cwd=source, check=True, capture_output=True, timeout=100)
    [made] = (source / "dist").glob("*.whl")
    return made


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Iterator[Path]:
    """The wheel unpacked where nothing may be written, which root could."""
    folder = tmp_path / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    everything = [folder, *folder.rglob("*")]
    for path in everything:
        path.chmod(stat.S_IRUSR | (stat.S_IXUSR if path.is_dir() else 0))
    yield folder
    assert [folder, *folder.rglob("*")] == everything
    for path in everything:
        path.chmod(stat.S_IRWXU)


def test_a_wheel_has_manifests_cards_and_enclosed_weights_and_nothing_else_of_models(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {
            name.removeprefix("edge_agent/_models/") for name in archive.namelist() if "_models/" in name
        }
        assert not [name for name in archive.namelist() if name.startswith("models/")]
    assert {name for name in inside if name.startswith("small/")} == {
        "small/model.toml", "small/card.md", "small/small.tflite",
    }  # fmt: skip
    assert {"model.toml", "card.md"} <= {Path(name).name for name in inside} <= {
        "model.toml", "card.md", "golden.jpg",
        *(Path(name).name for name in inside if name.endswith(".tflite")),
    }  # fmt: skip
    shipped = {path.parent.name for path in (CHECKOUT / "models").glob("*/model.toml")}
    assert shipped <= {name.partition("/")[0] for name in inside}


def models(installed: Path, cache: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`edge-agent models` of the installed package, with no mirror, no network and no cache."""
    alone = {"LOKET_CACHE": str(cache), "LOKET_MIRROR": "", "https_proxy": "http://127.0.0.1:9"}
    ours = {"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-P", "-c", "from edge_agent.cli import app; app()", "models", *words, "--json"],
        cwd=installed, env={**os.environ, **alone, **ours},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_an_enclosed_model_is_pulled_verified_and_listed_from_the_installed_package(
    installed: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    pulled = models(installed, cache, "pull", "small")
    assert pulled.returncode == 0, pulled.stderr
    [path] = json.loads(pulled.stdout)["models"]["small"]
    assert Path(path) == installed / "edge_agent" / "_models" / "small" / "small.tflite"
    assert models(installed, cache, "verify", "small").returncode == 0
    listed = json.loads(models(installed, cache, "list").stdout)["models"]
    assert {row["name"]: row["here"] for row in listed}["small"] is True
    assert not cache.exists()


def test_an_installed_file_that_rotted_is_told_with_its_cure(installed: Path, tmp_path: Path) -> None:
    path = installed / "edge_agent" / "_models" / "small" / "small.tflite"
    path.chmod(stat.S_IRWXU)
    path.write_bytes(WEIGHTS[:-1] + b"!")
    for command in ("pull", "verify"):
        told = models(installed, tmp_path / "cache", command, "small")
        assert told.returncode == 1
        assert "install Loket again" in told.stderr + told.stdout
        assert "models pull" not in told.stderr + told.stdout
