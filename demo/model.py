"""The model that the demo looks with: whether it can be had, and having it here."""

from pathlib import Path

from edge_agent.model_store.manifest import load_manifest
from edge_agent.model_store.store import ModelStore, default_folder, default_places

REACH_S = 3.0
"""How long a mirror or a server may take to say that it has a file."""


def within_reach(model: str, *, manifests: Path, within_s: float = REACH_S) -> bool:
    """Whether all files of a model are here, or offered by a place within a short time. Raises ModelError."""
    manifest = load_manifest(model, folder=manifests)
    return all(_store().within_reach(manifest, file, within_s=within_s) for file in manifest.files)


def fetch(model: str, *, manifests: Path) -> None:
    """Have all files of a model here and verified. Raises ModelError."""
    manifest = load_manifest(model, folder=manifests)
    for file in manifest.files:
        _store().resolve(manifest, file)


def _store() -> ModelStore:
    return ModelStore(default_folder(), default_places())
