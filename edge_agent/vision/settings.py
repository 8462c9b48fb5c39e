"""`vision.toml`: the model, and the cameras."""

import difflib
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from edge_agent.contract.events import Label, Name
from edge_agent.device import SettingsPath
from edge_agent.model_store import ModelError
from edge_agent.model_store.manifest import Manifest, load_manifest, manifests_folder
from edge_agent.vision import sources
from loket.settings import Section, load


def _address(value: object, info: ValidationInfo) -> object:
    folder = (info.context or {}).get("folder")
    return sources.placed(value, folder=folder) if isinstance(value, str) and folder is not None else value


class CameraSettings(Section):
    """One of `[[cameras]]`."""

    name: Name = Field(description="Names the camera in events; distinct on this device.")
    source: Annotated[str, Field(min_length=1, max_length=1000), BeforeValidator(_address)] = Field(
        description=f"Where it is: {sources.FORMS} (from this file's folder)."
    )
    labels: list[Label] = Field(
        default=["person"], min_length=1, max_length=100, description="What to follow, by the model's labels."
    )
    threshold: float = Field(default=0.4, ge=0.1, le=1, description="Score from which a detection is sure.")
    max_fps: float = Field(default=10, gt=0, le=60, description="Most pictures looked at in a second.")
    loop: bool = Field(default=True, description="Whether a file or a street begins again when it ends.")
    snapshots: bool = Field(default=True, description="Whether a new track gets a picture, heads pixelated.")
    confirm_hits: int = Field(default=3, ge=1, le=100, description="Sights before an object is believed.")
    miss_s: float = Field(default=2, gt=0, le=600, description="Seconds out of sight that end a track.")
    stall_s: float = Field(default=10, gt=0, le=600, description="Seconds without a frame that are a fault.")

    @field_validator("source")
    @classmethod
    def _is_an_address(cls, source: str) -> str:
        if mistake := sources.mistake_in(source):
            raise ValueError(mistake)
        return source


class VisionSettings(Section):
    """`vision.toml`."""

    models_folder: SettingsPath | None = Field(
        default=None, description="Where the models' manifests are; default: those that came with Loket."
    )
    models_store: SettingsPath | None = Field(
        default=None, description="Where model files are kept; default: ~/.cache/loket/models."
    )
    artefacts_url: str = Field(
        default="", pattern=r"^(https?://.+)?$", description="The fleet's artefact store, if there is one."
    )
    model: str = Field(default="ssd_mobilenet_v1_coco", description="A manifest's name.")
    threads: int = Field(default=2, ge=1, le=16, description="Threads of the detector.")
    health_every_s: float = Field(default=60, gt=0, le=3600, description="Seconds between health events.")
    snapshot_side: int = Field(default=640, ge=160, le=1920, description="Longest side of a picture, pixels.")
    cameras: list[CameraSettings] = Field(min_length=1, max_length=16)

    @field_validator("model")
    @classmethod
    def _has_a_manifest(cls, model: str, info: ValidationInfo) -> str:
        try:
            manifest = load_manifest(model, folder=info.data.get("models_folder") or manifests_folder())
        except ModelError as error:
            raise ValueError(str(error)) from error
        if manifest.kind != "ssd":
            raise ValueError(f"is of kind {manifest.kind}, which no camera uses; choose one of kind ssd")
        return model

    @field_validator("cameras")
    @classmethod
    def _fit_together(cls, cameras: list[CameraSettings], info: ValidationInfo) -> list[CameraSettings]:
        mistakes: list[InitErrorDetails] = []
        names: set[str] = set()
        known = _labels(info)
        for place, camera in enumerate(cameras):
            if camera.name in names:
                mistakes.append(_mistake((place, "name"), camera.name, "another camera has this name"))
            names.add(camera.name)
            for label in camera.labels if known else []:
                if label not in known:
                    close = difflib.get_close_matches(label, known, n=1)
                    hint = f'did you mean "{close[0]}"?' if close else f"known: {', '.join(known[:8])}, ..."
                    text = f"not a label of {info.data['model']} ({hint})"
                    mistakes.append(_mistake((place, "labels"), label, text))
        if mistakes:
            raise ValidationError.from_exception_data("cameras", mistakes)
        return cameras

    @property
    def manifest(self) -> Manifest:
        """The manifest of `model`. Raises ModelError."""
        return load_manifest(self.model, folder=self.models_folder or manifests_folder())


def load_vision(folder: Path) -> VisionSettings:
    """Read `vision.toml` in a settings folder. Raises loket.settings.SettingsError."""
    return load(folder / "vision.toml", VisionSettings)


def _labels(info: ValidationInfo) -> list[str]:
    """The labels of the chosen model; none where the model itself was the mistake."""
    if "model" not in info.data:
        return []
    folder = info.data.get("models_folder") or manifests_folder()
    return [label for label in load_manifest(info.data["model"], folder=folder).labels if label]


def _mistake(location: tuple[int | str, ...], value: str, text: str) -> InitErrorDetails:
    kind = PydanticCustomError("misfit", "{text}", {"text": text})
    return InitErrorDetails(type=kind, loc=location, input=value)
