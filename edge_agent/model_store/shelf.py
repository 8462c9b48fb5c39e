"""The device's own copies of the models that may serve, and the record of which does; survives any cut.

A folder for each model, named by its manifest's SHA-256, with the manifest, the weights and golden pictures.
The store of fetched models may be emptied and Loket may be upgraded: what served yesterday is still here.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from edge_agent.model_store import ModelError
from edge_agent.model_store.manifest import MANIFEST, Manifest
from edge_agent.model_store.slots import Slot, Slots
from edge_agent.model_store.store import fault_of
from loket import log
from loket.files import sync_folder, write_atomically
from loket.settings import SettingsError, load

RECORD = "slots.json"
_PART = ".part"
_slots = TypeAdapter(Slots)
_log = log.get(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Shelved:
    """A model whose files were verified just now."""

    slot: Slot
    manifest: Manifest
    manifest_path: Path
    weights: Path


def pin_of(manifest: Path) -> str:
    """The SHA-256 of a manifest's file. Raises ModelError."""
    try:
        return hashlib.sha256(manifest.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{manifest}: cannot be read ({error.strerror})") from error


class Shelf:
    """`models` in the device's data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self) -> Slots:
        """The record; an empty one where there is none, or none that can be read."""
        path = self.folder / RECORD
        try:
            return _slots.validate_json(path.read_bytes())
        except FileNotFoundError:
            return Slots()
        except (OSError, ValidationError) as error:
            _log.error("model_slots_unreadable", file=str(path), reason=str(error).splitlines()[0])
            return Slots()

    def change(self, how: Callable[[Slots], Slots]) -> Slots:
        """Replace the record by what `how` makes of it, against other processes; what it is now.

        Raises ModelError where it cannot be written; then the old one stands.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._alone():
                before = self.read()
                after = how(before)
                if after != before:
                    write_atomically(self.folder / RECORD, _slots.dump_json(after, indent=1))
                return after
        except OSError as error:
            raise ModelError(
                f"{self.folder / RECORD}: cannot be written ({error.strerror}); free space on the device"
            ) from error

    def open(self, slot: Slot) -> Shelved:
        """A model's files, verified. Raises ModelError where they are not as they were put here."""
        folder = self.folder / slot.pin
        if pin_of(folder / MANIFEST) != slot.pin:
            raise ModelError(f"{folder / MANIFEST}: was changed since it was put here")
        try:
            manifest = load(folder / MANIFEST, Manifest)
        except SettingsError as error:
            raise ModelError(str(error)) from error
        weights = folder / manifest.weights.name
        fault = fault_of(weights, manifest.weights)
        if fault is not None:
            raise ModelError(f"{weights}: {fault}")
        return Shelved(slot, manifest, folder / MANIFEST, weights)

    def put(self, slot: Slot, files: Mapping[str, Path]) -> Shelved:
        """Copy a model's `files` here, by their names on the shelf; its manifest among them.

        Raises ModelError.
        """
        folder, part = self.folder / slot.pin, self.folder / f"{slot.pin}{_PART}"
        with contextlib.suppress(ModelError):
            return self.open(slot)
        try:
            _remove(part)
            part.mkdir(parents=True)
            for name, file in files.items():
                _copy(file, part / name)
            sync_folder(part)
            if folder.exists():
                _remove(folder)  # damaged, or it would have been used
            part.rename(folder)
            sync_folder(self.folder)
        except OSError as error:
            raise ModelError(
                f"model {slot.name}: its files cannot be put into {self.folder} ({error.strerror}); "
                f"free space on the device"
            ) from error
        return self.open(slot)

    def prune(self, keep: Sequence[Slot]) -> None:
        """Remove the files of all other models, and of copies that were cut."""
        kept = {slot.pin for slot in keep}
        for folder in self.folder.glob("*/"):
            if folder.name not in kept:
                _remove(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def _copy(file: Path, to: Path) -> None:
    with file.open("rb") as reader, to.open("wb") as writer:
        shutil.copyfileobj(reader, writer)
        writer.flush()
        os.fsync(writer.fileno())


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
