"""Manifests of small models, and what chooses among them, with a canary that answers as it is told."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.model_store.manifest import Manifest
from edge_agent.model_store.shelf import Shelf, Shelved
from edge_agent.vision.canary.settings import SlotSettings
from edge_agent.vision.canary.verdict import Verdict
from edge_agent.vision.serving import Serving, Wanted

MODELS = Path(__file__).with_name("models")


def manifest_text(name: str, weights: bytes, *, version: str = "1", labels: str = '["person"]') -> str:
    """A manifest of weights that lie beside it."""
    return f"""\
name = "{name}"
version = "{version}"
licence = "Apache-2.0"
origin = "Loket"
summary = "For tests."
kind = "ssd"
labels = {labels}
limits = ["It has learned nothing."]
input = {{ shape = [1, 12, 16, 3], type = "uint8", meaning = "A picture." }}
outputs = [{{ shape = [1], type = "float32", meaning = "Whatever." }}]

[[files]]
enclosed = "{name}.tflite"
sha256 = "{hashlib.sha256(weights).hexdigest()}"
size = {len(weights)}

[[scores]]
measure = "none"
value = 0
on = "nothing"
command = "none"
"""


def add_model(manifests: Path, name: str, weights: bytes, **other: str) -> Path:
    """A model's folder, its manifest and its weights; the manifest's path."""
    folder = manifests / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.tflite").write_bytes(weights)
    (folder / "model.toml").write_text(manifest_text(name, weights, **other))
    return folder / "model.toml"


def enclosed(manifest: Manifest) -> Path:
    """The weights beside the manifest."""
    return manifest.weights.enclosed  # type: ignore[union-attr]


@dataclass
class Desk:
    """Starts of a unit, one after the other, on the same device."""

    folder: Path
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    """By the model's name; without one it is fit."""
    settings: SlotSettings = field(default_factory=SlotSettings)
    runtime: str = "runtime-1"
    boot: str = "boot-1"
    tried: list[str] = field(default_factory=list)
    fetch: Callable[[Manifest], Path] = enclosed
    told: list[tuple[str, str, str]] = field(default_factory=list)
    """(cause, model, id) of what was told."""

    @property
    def manifests(self) -> Path:
        return self.folder / "manifests"

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.folder / "data" / "models")

    def add(self, name: str, weights: bytes | None = None, **other: str) -> Path:
        """A model that may be wanted."""
        return add_model(self.manifests, name, weights or f"weights of {name}".encode(), **other)

    def start(self) -> Serving:
        """A start of the unit."""
        return Serving(
            self.shelf, self.settings, trial=self._trial, fetch=self.fetch, runtime=self.runtime,
            boot=self.boot,
        )  # fmt: skip

    def serves(self, name: str) -> str:
        """The model that serves where `name` is wanted, at one start that ends well."""
        serving = self.start()
        chosen = serving.choose(Wanted(name, self.manifests))
        serving.begin()
        serving.tell(self.say)
        with serving.blames_the_model():
            pass
        return chosen.slot.name

    def crashes(self, name: str) -> str:
        """As `serves`, at a start that is killed."""
        serving = self.start()
        chosen = serving.choose(Wanted(name, self.manifests))
        serving.begin()
        return chosen.slot.name

    def say(self, event: object, event_id: str) -> bool:
        """An outbox with room."""
        self.told.append((event.cause, event.model, event_id))  # type: ignore[attr-defined]
        return True

    @property
    def causes(self) -> list[tuple[str, str]]:
        """What was told, without the ids."""
        return [(cause, model) for cause, model, _ in self.told]

    def _trial(self, shelved: Shelved) -> Verdict:
        self.tried.append(shelved.slot.name)
        assert shelved.weights.exists()
        return self.verdicts.get(shelved.slot.name, Verdict())
