"""The local store of model files and the places that fill it; nothing is used before it is verified."""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edge_agent.model_store import ModelError, Unavailable, WrongFile
from edge_agent.model_store.manifest import Enclosed, Fetched, Manifest, ModelFile
from edge_agent.model_store.places import CHUNK_BYTES, Folder, Missing, Place, Progress, Web
from loket.files import sync_folder


def default_folder() -> Path:
    """`models` in LOKET_CACHE, which is else `loket` in XDG_CACHE_HOME or `~/.cache`."""
    ours, everybodys = os.environ.get("LOKET_CACHE"), os.environ.get("XDG_CACHE_HOME")
    if ours:
        return Path(ours) / "models"
    return (Path(everybodys) if everybodys else Path.home() / ".cache") / "loket" / "models"


def default_mirror() -> Path | None:
    """LOKET_MIRROR, or `../shared/data` beside a checkout, or None; LOKET_MIRROR set to nothing: none."""
    named = os.environ.get("LOKET_MIRROR")
    if named is not None:
        return Path(named) if named else None
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return beside if beside.is_dir() else None


def default_places(*, artefacts: str = "") -> tuple[Place, ...]:
    """Mirror folder, the fleet's artefact store, upstream: in the order in which they are tried.

    `artefacts` is the base URL of the fleet's artefact store (LOKET_ARTEFACTS if empty), which gives a file
    at `<base>/models/<sha256>`.
    """
    places: list[Place] = []
    mirror = default_mirror()
    if mirror is not None:
        places.append(Folder(name="mirror folder", root=mirror))
    base = (artefacts or os.environ.get("LOKET_ARTEFACTS", "")).rstrip("/")
    if base:
        places.append(
            Web(name="the fleet's artefact store", url_of=lambda file: f"{base}/models/{file.sha256}")
        )
    places.append(Web(name="upstream", url_of=lambda file: file.url))
    return tuple(places)


REINSTALL = "it came with Loket, so install Loket again"


def silent(_held: int, _size: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class ModelStore:
    """Model files of this machine, by SHA-256, filled from `places` in their order.

    A file that is enclosed with its manifest is used where it lies: it never enters the store.
    """

    folder: Path
    places: Sequence[Place]

    def path_of(self, manifest: Manifest, file: ModelFile) -> Path:
        """Where a verified file lies, or will lie."""
        if isinstance(file, Enclosed):
            return file.enclosed
        return self.folder / manifest.name / f"{file.sha256[:12]}-{file.name}"

    def resolve(self, manifest: Manifest, file: ModelFile, *, progress: Progress = silent) -> Path:
        """The path of `file`, verified just now by its SHA-256; fetched first where it is not here yet.

        A local file that is not the right one is put aside as `<name>.wrong` and fetched anew.
        Raises Unavailable naming every place tried, or ModelError if the store cannot be written.
        """
        path = self.path_of(manifest, file)
        fault = fault_of(path, file)
        if fault is None:
            return path
        if isinstance(file, Enclosed):
            raise Unavailable(f"model {manifest.name}: {fault}; {REINSTALL}")
        tried = [f"local store: {fault}"]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _only_one(path):
                if path.exists() and fault_of(path, file) is None:
                    return path  # another process fetched it while we waited our turn
                if path.exists():
                    path.replace(path.with_name(f"{path.name}.wrong"))
                for place in self.places:
                    reason = self._fetch(place, file, path, progress)
                    if reason is None:
                        return path
                    tried.append(f"{place.name}: {reason}")
        except OSError as error:
            raise ModelError(
                f"model {manifest.name}: the local store {self.folder} cannot be written ({error.strerror}); "
                f"free space there or name another store"
            ) from error
        raise Unavailable(
            f"model {manifest.name}: {file.name} could not be had. Tried "
            + "; ".join(f"{number}. {text}" for number, text in enumerate(tried, start=1))
            + f". Connect this machine, or put the file at {path}, or set LOKET_MIRROR to a folder "
            f"that has {file.mirror}"
        )

    def within_reach(self, manifest: Manifest, file: ModelFile, *, within_s: float) -> bool:
        """Whether `resolve` has a good chance: `file` is here, or a place says that it has it.

        Each place has `within_s` to answer; nothing is fetched, and nothing is written.
        """
        if fault_of(self.path_of(manifest, file), file) is None:
            return True
        return isinstance(file, Fetched) and any(
            place.offers(file, within_s=within_s) for place in self.places
        )

    def _fetch(self, place: Place, file: Fetched, path: Path, progress: Progress) -> str | None:
        """None once the verified file stands at `path`, else why `place` could not give it."""
        part = path.with_name(f"{path.name}.part")
        for _ in range(2):
            resumed = part.exists()
            try:
                place.fetch(file, part=part, progress=progress)
            except Missing as missing:
                return str(missing)
            fault = fault_of(part, file)
            if fault is None:
                with part.open("rb") as handle:
                    os.fsync(handle.fileno())
                part.replace(path)
                sync_folder(path.parent)
                return None
            part.unlink(missing_ok=True)
            if not resumed:
                return fault
            # The kept beginning may be what was wrong: once more, from nothing.
        return fault


def verify(path: Path, file: Fetched) -> None:
    """Raise WrongFile unless `path` is exactly the file that the manifest names."""
    fault = fault_of(path, file)
    if fault is not None:
        raise WrongFile(f"{path}: {fault}; remove it and fetch it anew with: edge-agent models pull")


def fault_of(path: Path, file: ModelFile) -> str | None:
    """Why `path` is not the file that the manifest names, or None if it is."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as reader:
            while chunk := reader.read(CHUNK_BYTES):
                size += len(chunk)
                digest.update(chunk)
    except FileNotFoundError:
        return f"no file {path}"
    except OSError as error:
        return f"{path}: {error.strerror}"
    if digest.hexdigest() == file.sha256:
        return None
    return (
        f"wrong content: SHA-256 {digest.hexdigest()}, {size} bytes; "
        f"the manifest says {file.sha256}, {file.size} bytes"
    )


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold the right to fetch `path`, against other processes of this machine."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ModelError(
                f"{path.name}: another process is fetching it; wait for it and try again"
            ) from None
        yield
