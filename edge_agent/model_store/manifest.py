"""A model's manifest, `models/<name>/model.toml`: what it is, where its files are, what it is known to do."""

import difflib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

import edge_agent
from edge_agent.model_store import ModelError, Unknown
from loket.settings import Section, SettingsError, load

MANIFEST = "model.toml"
_PACKAGE = Path(edge_agent.__file__).parent


def _one_name(value: str) -> str:
    if Path(value).name != value or value.startswith("."):
        raise ValueError("must be a plain file name, without folders")
    return value


def _inside(value: str) -> str:
    if Path(value).is_absolute() or ".." in Path(value).parts:
        raise ValueError("must be a path inside the mirror folder")
    return value


def _beside(value: object, info: ValidationInfo) -> object:
    folder = (info.context or {}).get("folder")
    return folder / _one_name(value) if isinstance(value, str) and folder is not None else value


FileName = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_name)]
InsidePath = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_inside)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=1, le=2**31)]


class Fetched(Section):
    """A file that is fetched into the local store when it is first needed."""

    name: FileName = Field(description="The file's name in the local store.")
    url: str = Field(pattern=r"^https://", description="Upstream, at a commit that never changes.")
    mirror: InsidePath = Field(description="Its path below a mirror folder.")
    sha256: Sha256
    size: Size = Field(description="Bytes; a download never grows beyond it.")


class Enclosed(Section):
    """A file that came with Loket, beside its manifest: nothing is fetched, and nothing is written."""

    enclosed: Annotated[Path, BeforeValidator(_beside)] = Field(description="Its name beside the manifest.")
    sha256: Sha256
    size: Size = Field(description="Bytes.")

    @property
    def name(self) -> str:
        """The file's name."""
        return self.enclosed.name


def _by_its_keys(value: object, info: ValidationInfo) -> object:
    """One kind or the other, so that a mistake is told in the words of the kind that was meant."""
    if not isinstance(value, dict):
        return value
    if "enclosed" in value and {"name", "url", "mirror"} & value.keys():
        raise ValueError("a file is enclosed or fetched: leave out enclosed, or name, url and mirror")
    kind = Enclosed if "enclosed" in value else Fetched
    return kind.model_validate(value, context=info.context)


ModelFile = Annotated[Fetched | Enclosed, BeforeValidator(_by_its_keys)]
"""One file of a model, pinned by its SHA-256."""


class Tensor(Section):
    """What goes into or comes out of the model."""

    shape: list[int] = Field(min_length=1, max_length=5)
    type: Literal["uint8", "int8", "float32"]
    meaning: str = Field(max_length=300)


class Sight(Section):
    """An object that is in a golden picture, as the model found it when the picture was chosen."""

    label: str = Field(min_length=1, max_length=64)
    score: float = Field(ge=0, le=1)
    box: tuple[float, float, float, float] = Field(description="Left, top, right, bottom in shares.")


class Golden(Section):
    """A picture beside the manifest, and what the model must find in it before it may serve."""

    picture: Annotated[Path, BeforeValidator(_beside)] = Field(description="A JPEG's name.")
    sha256: Sha256
    objects: list[Sight] = Field(default=[], max_length=100)


class Score(Section):
    """One figure that was measured, and how to get it again."""

    measure: str = Field(max_length=120)
    value: float
    on: str = Field(max_length=200, description="The data that it was measured on.")
    command: str = Field(max_length=300, description="The command that gives it, from the repository's root.")


class Decision(Section):
    """When a model that chooses among labels is believed; measured on examples that it did not learn from."""

    temperature: float = Field(
        default=1, gt=0, le=100, description="Its outputs are divided by it before they become probabilities."
    )
    thresholds: list[Annotated[float, Field(ge=0, le=1)]] = Field(
        min_length=1,
        max_length=1000,
        description="Below it nothing is said: one for all labels, or one for each.",
    )


class Manifest(Section):
    """`model.toml`."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    version: str = Field(min_length=1, max_length=32)
    licence: str = Field(min_length=1, max_length=64, description="SPDX identifier.")
    origin: str = Field(pattern=r"^(https://.+|Loket)$", description="Who made it; Loket: trained here.")
    summary: str = Field(max_length=300)
    kind: Literal["ssd", "blazeface", "topics", "document_photo"] = Field(
        description="How its outputs are read."
    )
    labels: list[str] = Field(
        default=[], max_length=1000, description='By the class numbers it answers; "" where unused.'
    )
    limits: list[str] = Field(min_length=1, description="What it is known not to do.")
    input: Tensor
    outputs: list[Tensor] = Field(min_length=1, max_length=16)
    files: list[ModelFile] = Field(min_length=1, max_length=16)
    golden: list[Golden] = Field(default=[], max_length=16)
    decision: Decision | None = Field(default=None, description="For models that choose among labels.")
    scores: list[Score] = Field(min_length=1)

    @field_validator("files")
    @classmethod
    def _distinct_names(cls, files: list[ModelFile]) -> list[ModelFile]:
        if len({file.name for file in files}) != len(files):
            raise ValueError("two files have the same name")
        return files

    @property
    def weights(self) -> ModelFile:
        """The file that the runtime loads: the first one."""
        return self.files[0]


def manifests_folder() -> Path:
    """Where the manifests are: inside an installed package, or `models/` of a checkout."""
    installed = _PACKAGE / "_models"
    return installed if installed.is_dir() else _PACKAGE.parent / "models"


def names(folder: Path) -> list[str]:
    """The models that `folder` has a manifest of, sorted."""
    return sorted(manifest.parent.name for manifest in folder.glob(f"*/{MANIFEST}"))


def load_manifest(name: str, *, folder: Path) -> Manifest:
    """The manifest of the model `name`. Raises Unknown, or ModelError where it cannot be read."""
    known = names(folder)
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f'did you mean "{close[0]}"?' if close else f"known here: {', '.join(known) or 'none'}"
        raise Unknown(f'model "{name}" has no manifest in {folder} ({hint})')
    try:
        manifest = load(folder / name / MANIFEST, Manifest)
    except SettingsError as error:
        raise ModelError(str(error)) from error
    if manifest.name != name:
        raise ModelError(f'{folder / name / MANIFEST}: name is "{manifest.name}", its folder is "{name}"')
    return manifest
